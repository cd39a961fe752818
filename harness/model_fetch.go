package harness

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/wire"
	"github.com/corsproof/corsproof/spec"
)

// cookie is the cookie that WithCookie gives the user agent. It belongs to the
// target's host and, as SameSite=None, goes along cross-site.
const cookie = "corsproof=1"

// userAgent is sent where a script sets none, since some servers refuse
// requests without.
const userAgent = "corsproof (model of a browser)"

// modelFetch is one request of the model agent under way.
type modelFetch struct {
	job  *modelJob
	step *BrowserStep

	out        Outcome
	lost       error  // the target could not be reached
	cookieHost string // host that has the cookie; empty for none
	body       string
	last       string // content of the last actual response
	cached     []int  // hops that the HTTP cache answered
}

// run drives the state machine of package spec until it is done.
func (f *modelFetch) run(ctx context.Context) Outcome {
	if f.step.Request.API == "navigate" {
		return f.navigate(ctx)
	}
	f.body = bodyOf(&f.step.Request)
	if f.step.Request.WithCookie {
		f.cookieHost = hostOf(f.step.URL)
	}
	j := f.job
	j.mu.Lock()
	defer j.mu.Unlock() // held by the machine, released while a request is out
	machine := spec.Begin(f.step.Request.Spec(f.step.URL), spec.Options{
		Engine: j.m.engine, Cache: j.cache, Now: time.Since(j.started),
	})
	for a := machine.Next(); a.Kind != spec.ActionDone; a = machine.Next() {
		j.mu.Unlock()
		resp, ok := f.send(ctx, a)
		j.mu.Lock()
		if f.lost != nil {
			return f.out
		}
		if !ok {
			machine.Fail()
			continue
		}
		machine.Deliver(resp)
	}
	note := f.out.Error
	f.out.Outcome = machine.Outcome()
	if f.out.Error == "" {
		f.out.Error = note
	}
	for _, i := range f.cached {
		// Nothing went out for them, which the machine cannot know.
		h := &f.out.Hops[i]
		h.Sent, h.Origin, h.Header, h.Credentials = false, nil, nil, false
	}
	f.out.Redirected = len(f.out.Hops) > 1 && f.out.Type != spec.TypeOpaqueRedirect
	if f.out.Result == spec.Allowed && f.out.Type != spec.TypeOpaque && f.out.Type != spec.TypeOpaqueRedirect {
		f.out.Body = f.last
	}
	f.taint()
	if f.out.Result == spec.Invalid {
		// The case asks for what no script can: the target is not to blame.
		f.lost = fmt.Errorf("the case cannot be performed: %s", f.out.Error)
	}
	return f.out
}

// reasonTainted: the image loaded, and the canvas cannot be read.
const reasonTainted spec.Reason = "CanvasTainted"

// taint: a canvas onto which an image was drawn that did not come by CORS
// cannot be read (https://html.spec.whatwg.org/#concept-canvas-origin-clean).
func (f *modelFetch) taint() {
	if f.step.Request.API == "canvas" && f.out.Result == spec.Allowed && f.out.Type == spec.TypeOpaque {
		f.out.Result, f.out.Type, f.out.Reason = spec.Blocked, spec.TypeErr, reasonTainted
		f.out.FailedHop = len(f.out.Hops) - 1
	}
}

// send performs one action. ok is false when there was no response.
func (f *modelFetch) send(ctx context.Context, a spec.Action) (resp spec.Response, ok bool) {
	if a.Kind == spec.ActionRequest && !a.Body && a.Method == "GET" {
		return f.sendCached(ctx, a)
	}
	ex := f.exchange(ctx, a, nil)
	return spec.Response{Status: ex.Status, Header: ex.Response}, ex.answered()
}

// exchange sends the action's request with additional fields, and records it.
func (f *modelFetch) exchange(ctx context.Context, a spec.Action, more spec.Header) Exchange {
	start := time.Now()
	ex := f.transmit(ctx, a, more)
	ex.Preflight = a.Kind == spec.ActionPreflight
	ex.elapsedSince(start)
	f.out.Exchanges = append(f.out.Exchanges, ex)
	if a.Kind == spec.ActionRequest {
		f.last = ex.Body
		_, f.out.CookieSent = ex.Request.Get("Cookie")
	}
	return ex
}

func (f *modelFetch) transmit(ctx context.Context, a spec.Action, more spec.Header) Exchange {
	ep, authority, target, err := endpointOf(a.URL, wire.Any)
	if err != nil {
		return Exchange{Method: a.Method, URL: a.URL, Error: err.Error()}
	}
	req := &wire.Request{Method: a.Method, Target: target, Lines: f.lines(a, authority, more)}
	if a.Body {
		req.Body = f.body
	}
	conn, err := f.job.m.sender.client.Get(ctx, ep)
	if err != nil {
		return f.failed(a.URL, req, err)
	}
	defer conn.Release()
	if a.Body && f.streaming() && conn.Proto() != wire.H2 {
		// Browsers upload streams over HTTP/2 and later only; over HTTP/1.1 the
		// fetch fails after a good preflight, which is not a CORS failure.
		f.out.Error = "a ReadableStream body needs HTTP/2"
		return Exchange{Method: a.Method, URL: a.URL, Request: fieldsOf(req.Lines), Error: f.out.Error, ErrorKind: string(wire.Unsendable)}
	}
	if err := f.job.m.sender.limit.wait(ctx, 1); err != nil {
		return f.failed(a.URL, req, err)
	}
	answer := conn.Do(ctx, req)[0]
	if answer.Err != nil {
		return f.failed(a.URL, req, answer.Err)
	}
	return newExchange(a.URL, req, answer)
}

// failed records a request without an answer. What says nothing about the
// target's CORS ends the job.
func (f *modelFetch) failed(url string, req *wire.Request, err error) Exchange {
	a := asAnswer(nil, err)
	if unusable(a.Err.Kind) && f.lost == nil {
		f.lost = a.Err
	}
	return newExchange(url, req, a)
}

func (f *modelFetch) streaming() bool {
	b := f.step.Request.Body
	return b != nil && b.Kind == "stream"
}

// lines are the field lines of a request: what the standard fixes, then what
// a user agent adds.
func (f *modelFetch) lines(a spec.Action, authority string, more spec.Header) []string {
	lines := make([]string, 0, len(a.Header)+len(more)+4)
	lines = append(lines, "Host: "+authority)
	if !a.Header.Has("User-Agent") {
		lines = append(lines, "User-Agent: "+userAgent)
	}
	for _, h := range []spec.Header{a.Header, more} {
		for _, field := range h {
			lines = append(lines, field.Name+": "+field.Value)
		}
	}
	if a.Credentials && f.cookieHost != "" && strings.EqualFold(f.cookieHost, hostOf(a.URL)) {
		lines = append(lines, "Cookie: "+cookie)
	}
	switch {
	case a.Body && !f.streaming():
		lines = append(lines, "Content-Length: "+strconv.Itoa(len(f.body)))
	case !a.Body && (a.Method == "POST" || a.Method == "PUT"):
		lines = append(lines, "Content-Length: 0")
	}
	return lines
}

// navigate opens the URL as a link does: no CORS, with credentials.
func (f *modelFetch) navigate(ctx context.Context) Outcome {
	if f.step.Request.WithCookie {
		f.cookieHost = hostOf(f.step.URL)
	}
	f.body = bodyOf(&f.step.Request)
	f.out.Outcome = spec.Outcome{Result: spec.Allowed, Type: spec.TypeBasic, FailedHop: -1, PreflightCacheSeconds: -1}
	a := spec.Action{
		Kind: spec.ActionRequest, URL: f.step.URL, Method: strings.ToUpper(f.step.Request.Method), Credentials: true,
		Header: spec.Header{{Name: "Accept", Value: "*/*"}}, Body: f.step.Request.Body != nil,
	}
	for hop := 0; hop <= maxNavigationRedirects; hop++ {
		resp, ok := f.send(ctx, a)
		f.out.Hops = append(f.out.Hops, spec.Hop{URL: a.URL, Sent: true, Method: a.Method, Credentials: true})
		if !ok {
			f.out.Result, f.out.Type, f.out.Reason, f.out.FailedHop = spec.Blocked, spec.TypeErr, spec.ReasonNetworkError, hop
			return f.out
		}
		f.out.Status = resp.Status
		location, has := resp.Header.Get("Location")
		if !spec.RedirectStatus(resp.Status) || !has {
			break
		}
		next, err := resolve(a.URL, location)
		if err != nil {
			break
		}
		a.URL, f.out.Redirected = next, true
	}
	return f.out
}

const maxNavigationRedirects = 20

var errNoURL = errors.New("not a URL")
