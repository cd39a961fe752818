package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// benchTarget answers preflights and requests of app, allowing all but every
// fourth.
func benchTarget(b *testing.B) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", app)
		h.Set("Access-Control-Allow-Headers", "x-a")
		if r.URL.Query().Get("deny") == "" {
			h.Set("Access-Control-Allow-Methods", "PUT")
		}
		io.WriteString(w, "ok")
	}))
	b.Cleanup(s.Close)
	return s.URL
}

func benchURL(base string, i int) string {
	if i%4 == 3 {
		return fmt.Sprintf("%s/x?nonce=%d&deny=1", base, i)
	}
	return fmt.Sprintf("%s/x?nonce=%d", base, i)
}

// startBench starts a browser, or skips when there is none.
func startBench(b *testing.B) *browser.Chrome {
	c, err := browser.Start(context.Background(), browser.Options{})
	var missing *browser.MissingError
	if errors.As(err, &missing) {
		b.Skip(err)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

// BenchmarkAgent performs preflighted requests with everything that is
// observed about them.
func BenchmarkAgent(b *testing.B) {
	base := benchTarget(b)
	c := startBench(b)
	round := 0
	run := func(n int) {
		jobs := make([]agent.Job, n)
		for i := range jobs {
			round++
			jobs[i] = agent.Job{ID: fmt.Sprint(i), Timeout: 10 * time.Second, Steps: []agent.Step{{
				Request: cases.Request{Origin: app, Method: "PUT", Headers: []string{"X-A: 1"}}, URL: benchURL(base, round)}}}
		}
		allowed := 0
		err := c.Perform(context.Background(), jobs, func(r agent.JobResult) {
			if r.Err != nil {
				b.Error(r.Err)
			} else if o := r.Steps[0][0]; o.Result == spec.Allowed && o.Hops[0].Preflight {
				allowed++
			} else if o.Reason != "MethodDisallowedByPreflightResponse" {
				b.Errorf("unexpected: %s %s %+v", o.Result, o.Reason, o.Hops)
			}
		})
		if err != nil || allowed < n*3/4-1 {
			b.Fatal(err, allowed, "of", n)
		}
	}
	run(8) // the page
	b.ResetTimer()
	run(b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}

// BenchmarkBarePage performs the same fetches from a page that nobody observes.
func BenchmarkBarePage(b *testing.B) {
	base := benchTarget(b)
	path, err := browser.Find("")
	if err != nil {
		b.Skip(err)
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("disable-features", "LocalNetworkAccessChecks"))...)
	b.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	b.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		b.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	_, err = chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{})
	must(err)
	must(chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*fetch.EventRequestPaused); ok {
			go chromedp.Call(ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{RequestID: e.RequestID, ResponseCode: 200, Body: []byte("<!doctype html><link rel=icon href=data:,>")})
		}
	}))
	_, err = chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: app + "/"})
	must(err)
	for _, m := range []string{fetch.Disable.Method, network.Disable.Method, log.Disable.Method} {
		must(chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return t.Call(ctx, m, cdp.Empty{}, nil) })))
	}
	run := func(from, n int) {
		urls := make([]string, n)
		for i := range urls {
			urls[i] = benchURL(base, from+i)
		}
		list, _ := json.Marshal(urls)
		allowed, err := chromedp.Run(ctx, chromedp.Evaluate[int](`(async (urls) => {
			let next = 0, allowed = 0;
			await Promise.all(Array.from({length: 8}, async () => {
				while (next < urls.length) {
					try { const r = await fetch(urls[next++], {method: 'PUT', headers: {'X-A': '1'}}); await r.text(); allowed++; } catch {}
				}
			}));
			return allowed;
		})(`+string(list)+`)`, chromedp.EvalAwaitPromise))
		must(err)
		if allowed < n*3/4-1 {
			b.Fatal(allowed, "of", n)
		}
	}
	run(1_000_000, 8)
	b.ResetTimer()
	run(0, b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
}
