package model

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/httpcache"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/record"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// modelFetch is one request of the model agent under way.
type modelFetch struct {
	job  *modelJob
	step *agent.Step
	view // of the job's caches

	out        agent.Outcome
	lost       error  // the target could not be reached
	cookieHost string // host that has the cookie; empty for none
	body       string
	last       string        // content of the last actual response
	cached     []int         // hops that the HTTP cache answered
	mode       string        // of the request, as spec has it
	left       time.Duration // of the job's timeout; 0 where it has none, and less where it is over
}

// inTurn performs do when the limits let the request go out, within what is left
// of the time.
func (f *modelFetch) inTurn(ctx context.Context, ep wire.Endpoint, req *wire.Request, do func(context.Context) (wire.Answer, error)) (wire.Answer, error) {
	if err := f.job.m.sender.Admit(ctx, ep, req); err != nil {
		return wire.Answer{}, err
	}
	if f.job.timeout <= 0 {
		return do(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, f.left)
	defer cancel()
	start := time.Now()
	defer func() { f.left -= time.Since(start) }()
	return do(ctx)
}

// run drives the state machine of package spec until it is done.
func (f *modelFetch) run(ctx context.Context) agent.Outcome {
	switch f.step.Request.API {
	case "navigate":
		return f.navigate(ctx)
	case "websocket":
		return f.handshake(ctx)
	}
	f.body = bodyOf(&f.step.Request)
	if f.step.Request.WithCookie {
		f.cookieHost = origin.Host(f.step.URL)
	}
	j := f.job
	j.mu.Lock()
	defer j.mu.Unlock() // held by the machine, released while a request is out
	request := f.step.Request.Spec(f.step.URL)
	f.mode = string(request.Mode)
	var stopped spec.Reason // what stopped it, where that is not CORS
	machine := spec.Begin(request, spec.Options{Engine: j.m.engine, Cache: f.preflights, Now: time.Since(j.started)})
	for a := machine.Next(); a.Kind != spec.ActionDone; a = machine.Next() {
		if stopped = f.refused(a); stopped != "" {
			machine.Fail()
			continue
		}
		j.mu.Unlock()
		resp, ok := f.sendSeen(ctx, a)
		j.mu.Lock()
		if f.lost != nil {
			return f.out
		}
		if !ok {
			machine.Fail()
			continue
		}
		if f.withheld(a, resp) {
			stopped = reasonCORP
			machine.Fail()
			continue
		}
		machine.Deliver(resp)
	}
	note := f.out.Error
	f.out.Outcome = machine.Outcome()
	if stopped != "" {
		f.out.Reason = stopped
	}
	if f.out.Error == "" {
		f.out.Error = note
	}
	for _, i := range f.cached {
		// Nothing went out for them, which the machine cannot know.
		h := &f.out.Hops[i]
		h.Sent, h.Origin, h.Header, h.Credentials = false, nil, nil, false
		f.out.FromCache = f.out.FromCache || i == len(f.out.Hops)-1
	}
	if f.step.Timing && f.out.Result == spec.Allowed {
		f.out.Timing = &f.out.TimingAllowed
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

// taint: a canvas onto which an image was drawn that did not come by CORS
// cannot be read (https://html.spec.whatwg.org/#concept-canvas-origin-clean).
func (f *modelFetch) taint() {
	if f.step.Request.API == "canvas" && f.out.Result == spec.Allowed && f.out.Type == spec.TypeOpaque {
		f.out.Result, f.out.Type, f.out.Reason = spec.Blocked, spec.TypeErr, agent.ReasonCanvasTainted
		f.out.FailedHop = len(f.out.Hops) - 1
	}
}

// refused says why a browser does not make a request.
func (f *modelFetch) refused(a spec.Action) spec.Reason {
	m := f.job.m
	if m.opt.Refuse == nil {
		return ""
	}
	why := m.opt.Refuse(a)
	if why != "" && m.opt.Seen != nil {
		m.opt.Seen(a, nil, nil)
	}
	return why
}

// sendSeen performs one action, and tells what came of it.
func (f *modelFetch) sendSeen(ctx context.Context, a spec.Action) (spec.Response, bool) {
	n := len(f.out.Exchanges)
	resp, ok := f.send(ctx, a)
	seen := f.job.m.opt.Seen
	if seen == nil {
		return resp, ok
	}
	var ex *agent.Exchange
	if len(f.out.Exchanges) > n {
		ex = &f.out.Exchanges[n]
	}
	if ok {
		seen(a, &resp, ex)
	} else {
		seen(a, nil, ex)
	}
	return resp, ok
}

// send performs one action. ok is false when there was no response.
func (f *modelFetch) send(ctx context.Context, a spec.Action) (resp spec.Response, ok bool) {
	if a.Kind == spec.ActionRequest && !a.Body && a.Method == "GET" {
		return f.sendCached(ctx, a)
	}
	ex := f.exchange(ctx, a, nil)
	return spec.Response{Status: ex.Status, Header: ex.Response}, ex.Answered()
}

// exchange sends the action's request with additional fields, and records it.
func (f *modelFetch) exchange(ctx context.Context, a spec.Action, more spec.Header) agent.Exchange {
	start := time.Now()
	ex := f.transmit(ctx, a, more)
	ex.Preflight = a.Kind == spec.ActionPreflight
	if f.job.m.opt.HeadDecides && ex.ErrorKind == string(wire.Malformed) && ex.Status != 0 {
		ex.Unfinished, ex.BodyError, ex.Error, ex.ErrorKind = true, ex.Error, "", ""
	}
	record.Elapsed(&ex, start)
	f.out.Exchanges = append(f.out.Exchanges, ex)
	if a.Kind == spec.ActionRequest {
		f.last = ex.Body
		f.out.CookieSent = cookieSent(&ex)
	}
	if jar := f.job.m.opt.Jar; jar != nil && a.Credentials {
		jar.Keep(f.step.Request.Origin, a.URL, ex.Response)
	}
	return ex
}

func (f *modelFetch) transmit(ctx context.Context, a spec.Action, more spec.Header) agent.Exchange {
	ep, authority, target, err := wire.EndpointOf(a.URL, wire.Any)
	if err != nil {
		return agent.Exchange{Method: a.Method, URL: a.URL, Error: err.Error()}
	}
	req := &wire.Request{Method: a.Method, Target: target, Lines: f.lines(a, authority, more), Need: f.need(a)}
	if a.Body {
		req.Body = f.body
	}
	f.job.m.sender.Dress(a.URL, req, a.Credentials)
	answer, err := f.inTurn(ctx, ep, req, func(ctx context.Context) (wire.Answer, error) {
		conn, err := f.job.m.sender.Client.Get(ctx, ep)
		if err != nil {
			return wire.Answer{}, err
		}
		defer conn.Release()
		if a.Body && f.streaming() && conn.Proto() != wire.H2 {
			return wire.Answer{}, errStream
		}
		return conn.Do(ctx, req)[0], nil
	})
	if errors.Is(err, errStream) {
		f.out.Error = err.Error()
		return agent.Exchange{Method: a.Method, URL: a.URL, Request: agent.FieldsOf(req.Lines), Error: f.out.Error, ErrorKind: string(wire.Unsendable)}
	}
	if err == nil && answer.Err != nil {
		err = answer.Err
	}
	if err != nil {
		return f.failed(a.URL, req, err)
	}
	return record.New(a.URL, req, answer)
}

// Browsers upload streams over HTTP/2 and later only; over HTTP/1.1 the
// fetch fails after a good preflight, which is not a CORS failure.
var errStream = errors.New("a ReadableStream body needs HTTP/2")

// failed records a request without an answer. What says nothing about the
// target's CORS ends the job.
func (f *modelFetch) failed(url string, req *wire.Request, err error) agent.Exchange {
	a := record.AsAnswer(nil, err)
	if wire.Unusable(a.Err.Kind) && f.lost == nil {
		f.lost = a.Err
	}
	return record.New(url, req, a)
}

func (f *modelFetch) streaming() bool {
	b := f.step.Request.Body
	return b != nil && b.Kind == "stream"
}

// lines are the field lines of a request: what the standard fixes, and what a
// user agent adds.
func (f *modelFetch) lines(a spec.Action, authority string, more spec.Header) []string {
	lines := make([]string, 0, len(a.Header)+len(more)+10)
	lines = append(lines, "Host: "+authority)
	switch {
	case a.Body && !f.streaming():
		lines = append(lines, "Content-Length: "+strconv.Itoa(len(f.body)))
	case !a.Body && (a.Method == "POST" || a.Method == "PUT"):
		lines = append(lines, "Content-Length: 0")
	}
	header := a.Header
	if a.Kind == spec.ActionRequest && browserfields.AcceptOf(f.step.Request.API) != "*/*" {
		header = header.Without(func(name string) bool { return name == "Accept" }) // markup has one of its own
	}
	before, after := browserfields.BrowserFields(f.asking(a, header))
	lines = append(lines, before...)
	for _, h := range []spec.Header{more, header} {
		for _, field := range h {
			lines = append(lines, field.Name+": "+field.Value)
		}
	}
	lines = append(lines, after...)
	if a.Credentials && f.cookieHost != "" && strings.EqualFold(f.cookieHost, origin.Host(a.URL)) {
		lines = append(lines, "Cookie: "+agent.Cookie)
	}
	if jar := f.job.m.opt.Jar; jar != nil && a.Credentials {
		if cookie := jar.Cookie(f.step.Request.Origin, a.URL); cookie != "" {
			lines = append(lines, "Cookie: "+cookie)
		}
	}
	return lines
}

// asking is what the fields that the user agent adds depend on.
func (f *modelFetch) asking(a spec.Action, header spec.Header) browserfields.Asking {
	q := browserfields.Asking{
		Origin: f.step.Request.Origin, Preflight: a.Kind == spec.ActionPreflight, API: f.step.Request.API, Mode: f.mode,
		Have: header.Has,
	}
	for i := range f.out.Exchanges {
		q.Urls = append(q.Urls, f.out.Exchanges[i].URL)
	}
	q.Urls = append(q.Urls, a.URL)
	if q.Preflight || q.Mode == "" {
		q.Mode = string(spec.ModeCORS)
	}
	return q
}

// need is how much of the content is needed: all of what a cache would store,
// and the text that is looked for in it.
func (f *modelFetch) need(a spec.Action) func(*wire.Response) bool {
	text := f.step.Text
	if a.Kind == spec.ActionPreflight || a.Method != "GET" && text == "" {
		return nil
	}
	return func(r *wire.Response) bool {
		if text != "" {
			content, _ := record.Decoded(r.Header, r.Body, true)
			return !strings.Contains(content, text)
		}
		return httpcache.Storable(r.Header)
	}
}

// navigate opens the URL as a link does: no CORS, with credentials.
func (f *modelFetch) navigate(ctx context.Context) agent.Outcome {
	if f.step.Request.WithCookie {
		f.cookieHost = origin.Host(f.step.URL)
	}
	f.body = bodyOf(&f.step.Request)
	f.out.Outcome = spec.Outcome{Result: spec.Allowed, Type: spec.TypeBasic, FailedHop: -1, PreflightCacheSeconds: -1}
	f.mode = "navigate"
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
		next, ok := resolve(a.URL, location)
		if !ok {
			break
		}
		a.URL, f.out.Redirected = next, true
	}
	return f.out
}

const maxNavigationRedirects = 20
