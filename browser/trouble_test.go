package browser_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("when things go wrong", func() {
	It("tells an unreachable target from CORS", func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		base := "http://" + l.Addr().String()
		l.Close()
		for _, q := range []cases.Request{{}, {Method: "PUT"}, {API: "xhr"}, {API: "img", Crossorigin: "anonymous"}} {
			r := perform(job(base+"/?nonce=none", q))[0]
			var ne *browser.NetError
			Expect(errors.As(r.Err, &ne)).To(BeTrue(), "%v", r.Err)
			Expect(ne.Code).To(Equal("net::ERR_CONNECTION_REFUSED"))
		}
	})

	It("names a connection that the target closes NetworkError", func() {
		t := newTarget(false)
		o := one(t.url(plan{actual: answer{abort: true}}), cases.Request{})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("NetworkError")))
		Expect(o.Error).To(Equal("net::ERR_EMPTY_RESPONSE"))
		Expect(o.Hops[0].Sent).To(BeTrue())
		Expect(o.Exchanges[0].Error).To(Equal("net::ERR_EMPTY_RESPONSE"))

		o = one(t.url(plan{preflight: answer{abort: true}}), cases.Request{Method: "PUT"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("NetworkError")))
		Expect(o.Hops[0].Preflight).To(BeTrue())
		Expect(o.Hops[0].Sent).To(BeFalse())
	})

	It("gives up on a target that does not answer, and goes on", func() {
		t := newTarget(false)
		j := job(t.url(plan{actual: answer{hang: true}}), cases.Request{})
		j.Timeout = 300 * time.Millisecond
		p := job(t.url(plan{preflight: answer{hang: true}}), cases.Request{Method: "PUT", API: "xhr"})
		p.Timeout = 300 * time.Millisecond
		ok := job(t.url(plan{actual: allow(app)}), cases.Request{})
		rs := perform(j, p, ok)
		var te *browser.TimeoutError
		Expect(errors.As(rs[0].Err, &te)).To(BeTrue(), "%v", rs[0].Err)
		Expect(errors.As(rs[1].Err, &te)).To(BeTrue(), "%v", rs[1].Err)
		Expect(rs[2].Err).NotTo(HaveOccurred())
	})

	It("stops when the context ends, and can be used again", func() {
		t := newTarget(false)
		var jobs []agent.Job
		for range 30 {
			j := job(t.url(plan{actual: answer{hang: true}}), cases.Request{})
			j.Timeout = time.Minute
			jobs = append(jobs, j)
		}
		first := job(t.url(plan{actual: allow(app)}), cases.Request{Origin: "http://first.example"})
		first.Steps[0].URL = t.url(plan{actual: allow("*")})
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		n := 0
		err := chrome.Perform(ctx, append(jobs, first), func(r agent.JobResult) {
			defer GinkgoRecover()
			n++
			Expect(r.Err).NotTo(HaveOccurred())
			cancel()
		})
		Expect(err).To(MatchError(context.Canceled))
		Expect(n).To(Equal(1))
		Expect(one(t.url(plan{actual: allow(app)}), cases.Request{}).Result).To(Equal(spec.Allowed))
	})

	It("says what a browser cannot do", func() {
		can := func(url string, q cases.Request) string {
			ok, why := chrome.Can(job(url, q))
			Expect(ok).To(Equal(why == ""))
			return why
		}
		Expect(can("http://127.0.0.1/", cases.Request{})).To(BeEmpty())
		Expect(can("http://127.0.0.1/", cases.Request{Origin: "null"})).To(BeEmpty())
		Expect(can("http://127.0.0.1/", cases.Request{Origin: "capacitor://localhost"})).To(ContainSubstring("http and https"))
		Expect(can("http://127.0.0.1/", cases.Request{Origin: "https://APP.example.com"})).To(ContainSubstring(`its serialisation is "https://app.example.com"`))
		Expect(can("http://127.0.0.1/", cases.Request{Origin: "https://app.example.com:443"})).To(ContainSubstring("serialisation"))
		Expect(can("http://api.example.com/", cases.Request{})).To(ContainSubstring("mixed content"))
		Expect(can("http://api.example.com/", cases.Request{Origin: "http://app.example.com"})).To(BeEmpty())
		Expect(can("http://api.example.com/", cases.Request{Origin: "http://other.example", WithCookie: true, Credentials: "include"})).To(ContainSubstring("TLS"))
		Expect(can("http://127.0.0.1/", cases.Request{Method: "POST", Body: &cases.Body{Kind: "stream"}})).To(ContainSubstring("HTTP/2"))
		Expect(can("http://127.0.0.1/", cases.Request{API: "xhr", Mode: "no-cors"})).NotTo(BeEmpty())
		Expect(can("http://127.0.0.1/", cases.Request{API: "img", Method: "PUT"})).NotTo(BeEmpty())
		Expect(can("http://127.0.0.1/", cases.Request{API: "gopher"})).To(ContainSubstring("not known"))
		Expect(can("/relative", cases.Request{})).To(ContainSubstring("absolute"))
	})

	It("performs nothing wrong for a job without steps", func() {
		r := perform(agent.Job{ID: "empty"})[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps).To(BeEmpty())
	})
})

// shortTemp is a temporary folder whose path leaves room for those of sockets.
func shortTemp() string {
	dir, err := os.MkdirTemp("", "t")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	return dir
}

var _ = Describe("a browser that dies", func() {
	It("leaves errors, not a hang, and nothing that was measured is lost", func() {
		GinkgoT().Setenv("TMPDIR", shortTemp())
		c, err := browser.Start(context.Background(), browser.Options{})
		Expect(err).NotTo(HaveOccurred())
		t := newTarget(false)
		var jobs []agent.Job
		good := job(t.url(plan{actual: allow(app)}), cases.Request{})
		jobs = append(jobs, good)
		for i := range 40 {
			q := cases.Request{}
			if i%4 == 0 {
				q = cases.Request{Credentials: "include", WithCookie: true}
			}
			j := job(t.url(plan{actual: answer{hang: true}}), q)
			j.Timeout = time.Minute
			jobs = append(jobs, j)
		}
		two := job(t.url(plan{actual: allow(app)}), cases.Request{})
		two.Steps = append(two.Steps, jobs[5].Steps...)
		jobs = append(jobs, two)
		results := map[string]agent.JobResult{}
		err = c.Perform(context.Background(), jobs, func(r agent.JobResult) {
			results[r.ID] = r
			if r.ID == good.ID {
				c.Kill()
			}
		})
		var died *browser.DiedError
		Expect(errors.As(err, &died)).To(BeTrue(), "%v", err)
		Expect(died.Error()).To(ContainSubstring("killed"))
		Expect(filepath.Glob(filepath.Join(os.TempDir(), "org.chromium.Chromium.*"))).To(BeEmpty(), "what a killed browser leaves is in its profile")
		Expect(len(results)).To(Equal(len(jobs)))
		Expect(results[good.ID].Err).NotTo(HaveOccurred())
		Expect(results[good.ID].Steps[0][0].Result).To(Equal(spec.Allowed))
		for id, r := range results {
			if id != good.ID {
				Expect(errors.As(r.Err, &died)).To(BeTrue(), "%v", r.Err)
			}
		}
		err = c.Perform(context.Background(), jobs[:2], func(agent.JobResult) {})
		Expect(errors.As(err, &died)).To(BeTrue(), "%v", err)
		Expect(c.Close()).To(Succeed())
		Expect(c.Profile()).NotTo(BeADirectory())
	})

	It("closed, says so; its profile is gone", func() {
		c, err := browser.Start(context.Background(), browser.Options{})
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Profile()).To(BeADirectory())
		Expect(c.Version()).To(MatchRegexp(`Chrom(e|ium) \d+\.\d+`))
		Expect(c.Close()).To(Succeed())
		Expect(c.Close()).To(Succeed())
		Expect(c.Profile()).NotTo(BeADirectory())
		Expect(c.Perform(context.Background(), []agent.Job{{ID: "x"}}, func(agent.JobResult) {})).To(MatchError(browser.ErrClosed))
	})
})

var _ = Describe("starting a browser", Label(withoutBrowser), func() {
	script := func(body string) string {
		p := filepath.Join(GinkgoT().TempDir(), "chrome")
		Expect(os.WriteFile(p, []byte("#!/bin/sh\n"+body), 0o755)).To(Succeed())
		return p
	}

	It("says when there is none, and what to do", func() {
		_, err := browser.Start(context.Background(), browser.Options{Path: "/nowhere/chrome"})
		var missing *browser.MissingError
		Expect(errors.As(err, &missing)).To(BeTrue())
		Expect(err.Error()).To(ContainSubstring("/nowhere/chrome"))
		Expect(err.Error()).To(ContainSubstring("install"))
	})

	It("says when it does not start, with what it printed", func() {
		_, err := browser.Start(context.Background(), browser.Options{Path: script("echo cannot open library >&2; exit 3\n")})
		var failed *browser.StartError
		Expect(errors.As(err, &failed)).To(BeTrue(), "%v", err)
		Expect(err.Error()).To(ContainSubstring("cannot open library"))
	})

	It("says when it hangs", func() {
		_, err := browser.Start(context.Background(), browser.Options{Path: script("exec sleep 60\n"), Timeout: 300 * time.Millisecond})
		var failed *browser.StartError
		Expect(errors.As(err, &failed)).To(BeTrue(), "%v", err)
		Expect(err.Error()).To(ContainSubstring("not ready after 300ms"))
	})

	It("says that it was interrupted, whoever noticed first", func() {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(250*time.Millisecond, cancel)
		_, err := browser.Start(ctx, browser.Options{Path: script("sleep 0.2; exit 3\n")})
		Expect(err).To(MatchError(context.Canceled))
	})

	It("stops trying when the context ends", func() {
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		_, err := browser.Start(ctx, browser.Options{Path: script("exec sleep 60\n")})
		Expect(err).To(MatchError(context.DeadlineExceeded))
	})

	It("takes the one that the environment names", func() {
		GinkgoT().Setenv(browser.EnvPath, "/nowhere/else")
		_, err := browser.Find("")
		Expect(err).To(MatchError(ContainSubstring("/nowhere/else")))
		p := script("exit 0\n")
		GinkgoT().Setenv(browser.EnvPath, p)
		Expect(browser.Find("")).To(Equal(p))
	})

	It("waits for one at a remote address that is coming up", func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		address := l.Addr().String()
		Expect(l.Close()).To(Succeed())
		time.AfterFunc(500*time.Millisecond, func() {
			if l, err := net.Listen("tcp", address); err == nil {
				_ = http.Serve(l, http.NotFoundHandler())
			}
		})
		_, err = browser.Start(context.Background(), browser.Options{Remote: "http://" + address, Timeout: 10 * time.Second})
		Expect(err).To(MatchError(Not(ContainSubstring("refused"))), "it has answered")
	})

	It("says when nobody is at the remote address", func() {
		_, err := browser.Start(context.Background(), browser.Options{Remote: "http://127.0.0.1:1", Timeout: time.Second})
		var failed *browser.StartError
		Expect(errors.As(err, &failed)).To(BeTrue(), "%v", err)
		Expect(err.Error()).To(ContainSubstring("--remote-debugging-port"))
	})
})

var _ = Describe("pages that the browser gives up", func() {
	It("are opened again, and their jobs done once more", func() {
		c, err := browser.Start(context.Background(), browser.Options{})
		Expect(err).NotTo(HaveOccurred())
		defer c.Close()
		t := newTarget(false)
		for range 2 {
			var jobs []agent.Job
			for n := range 6 {
				j := job(t.url(plan{actual: allow(app)}), cases.Request{Origin: app})
				j.ID = fmt.Sprint(n)
				jobs = append(jobs, j)
			}
			var mu sync.Mutex
			n := 0
			Expect(c.Perform(context.Background(), jobs, func(r agent.JobResult) {
				defer GinkgoRecover()
				mu.Lock()
				defer mu.Unlock()
				Expect(r.Err).NotTo(HaveOccurred())
				Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed))
				n++
			})).To(Succeed())
			Expect(n).To(Equal(6))
			Expect(c.DropPages(context.Background())).To(Succeed())
		}
	})
})

var _ = Describe("the console", func() {
	It("is quoted verbatim when asked for", func() {
		c, err := browser.Start(context.Background(), browser.Options{Console: true})
		Expect(err).NotTo(HaveOccurred())
		defer c.Close()
		t := newTarget(false)
		var mu sync.Mutex
		var o agent.Outcome
		Expect(c.Perform(context.Background(), []agent.Job{job(t.url(plan{actual: answer{status: 200}}), cases.Request{})}, func(r agent.JobResult) {
			mu.Lock()
			defer mu.Unlock()
			o = r.Steps[0][0]
		})).To(Succeed())
		Expect(o.Console).To(ContainSubstring("has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."))
	})
})
