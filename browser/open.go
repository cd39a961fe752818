package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

//go:embed page.js
var pageJS string

// nullOrigin is the serialisation of an opaque origin.
const nullOrigin = "null"

// containerHost is the host of documents that only contain iframes.
const containerHost = "corsproof.invalid"

// otherContainerHost is the same of another site, one for each number.
func otherContainerHost(n int) string { return fmt.Sprintf("corsproof-%d.invalid", n) }

// docPath is the path prefix of our documents.
func (c *Chrome) docPath() string { return "/.corsproof-" + c.token + "/" }

// intercept turns the interception of requests for our documents on or off.
// While it is on, every request of the tab passes through the browser process.
func (t *tab) intercept(ctx context.Context, on bool) error {
	var err error
	if on {
		_, err = command(ctx, t, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{
			URLPattern: "*" + t.chrome.docPath() + "*", ResourceType: network.ResourceTypeDocument,
		}}})
	} else {
		_, err = command(ctx, t, fetch.Disable, cdp.Empty{})
	}
	if err != nil {
		if dead := t.failure(); dead != nil {
			return dead
		}
		return fmt.Errorf("intercepting documents: %w", err)
	}
	return nil
}

// answer fulfils the request for a document of ours and continues others.
func (t *tab) answer(e *fetch.EventRequestPaused) {
	u, err := url.Parse(e.Request.URL)
	name, ours := "", false
	if err == nil {
		name, ours = strings.CutPrefix(u.Path, t.chrome.docPath())
	}
	if !ours {
		cdp.Call(t.ctx, t.target, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: e.RequestID})
		return
	}
	headers := []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}, {Name: "Cache-Control", Value: "no-store"}}
	if strings.HasPrefix(name, nullOrigin) {
		// The same as an iframe with sandbox="allow-scripts": an opaque origin.
		headers = append(headers, &fetch.HeaderEntry{Name: "Content-Security-Policy", Value: "sandbox allow-scripts allow-forms"})
	}
	t.mu.Lock()
	for line := range strings.Lines(t.pages[name]) {
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		headers = append(headers, &fetch.HeaderEntry{Name: field, Value: value})
	}
	delete(t.pages, name)
	t.mu.Unlock()
	doc := "<!doctype html><title>corsproof</title><link rel=icon href=data:,><script>const NAME=" + strconv.Quote(name) + ";" + pageJS + "</script>"
	cdp.Call(t.ctx, t.target, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: e.RequestID, ResponseCode: 200, ResponseHeaders: headers, Body: []byte(doc),
	})
}

// newDocument gives the name and URL of a new document at the origin.
func (t *tab) newDocument(k documentKey) (name, url string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.nextID++
	name = "p" + strconv.Itoa(t.nextID)
	origin := k.origin
	if origin == nullOrigin {
		name = nullOrigin + name
		origin = "http://" + nullOrigin + "." + containerHost
		if k.secure {
			origin = "https://" + nullOrigin + "." + containerHost
		}
	}
	if k.page != "" {
		t.pages[name] = k.page
	}
	return name, origin + t.chrome.docPath() + name
}

// expect returns a channel that gets the execution context of a document when
// it is ready.
func (t *tab) expect(name string) chan runtime.ExecutionContextID {
	ch := make(chan runtime.ExecutionContextID, 1)
	t.mu.Lock()
	t.ready[name] = ch
	t.mu.Unlock()
	return ch
}

// documentTimeout is how long a document of ours may take to load: long, for
// machines that are busy.
const documentTimeout = 45 * time.Second

// awaitDocument waits for a document.
func (t *tab) awaitDocument(ctx context.Context, k documentKey, name string, ch chan runtime.ExecutionContextID) (*document, error) {
	limit := time.NewTimer(documentTimeout)
	defer limit.Stop()
	select {
	case id := <-ch:
		return &document{tab: t, key: k, origin: k.origin, executionContext: id, name: name}, nil
	case <-t.dead:
		return nil, t.failure()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-limit.C:
		return nil, &PageError{k.origin, fmt.Sprintf("the browser did not load the document within %v", documentTimeout)}
	}
}

// open navigates the tab itself to a document at the origin.
func (t *tab) open(ctx context.Context, k documentKey) (*document, error) {
	if err := t.intercept(ctx, true); err != nil {
		return nil, err
	}
	name, u := t.newDocument(k)
	ch := t.expect(name)
	t.topLevel = nil
	res, err := command(ctx, t, page.Navigate, page.NavigateParams{URL: u})
	if err == nil && res.ErrorText != "" {
		err = errors.New(res.ErrorText)
	}
	if err != nil {
		if dead := t.failure(); dead != nil {
			err = dead
		}
		return nil, fmt.Errorf("opening a page at origin %s: %w", k.origin, err)
	}
	d, err := t.awaitDocument(ctx, k, name, ch)
	if err == nil {
		err = t.intercept(ctx, false)
	}
	if err != nil {
		return nil, err
	}
	t.topLevel = d
	return d, nil
}

// openFrames opens documents in iframes of the tab's own document, which is at host.
func (t *tab) openFrames(ctx context.Context, host string, wanted []documentKey, secure bool) (map[documentKey]*document, error) {
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	if t.topLevel == nil {
		if _, err := t.open(ctx, documentKey{origin: scheme + host, tabKey: tabKey{secure: secure}}); err != nil {
			return nil, err
		}
	}
	if err := t.intercept(ctx, true); err != nil {
		return nil, err
	}
	list := make([][2]string, len(wanted))
	waits := make([]chan runtime.ExecutionContextID, len(wanted))
	for i, k := range wanted {
		name, u := t.newDocument(k)
		list[i] = [2]string{name, u}
		waits[i] = t.expect(name)
	}
	if err := t.topLevel.eval(ctx, "frame", list); err != nil {
		return nil, err
	}
	documents := make(map[documentKey]*document, len(wanted))
	for i, k := range wanted {
		d, err := t.awaitDocument(ctx, k, list[i][0], waits[i])
		if err != nil {
			return documents, err
		}
		documents[k] = d
	}
	return documents, t.intercept(ctx, false)
}
