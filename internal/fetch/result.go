package fetch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Question is what is asked.
type Question struct {
	// Request is what the script does; its Origin is not looked at.
	Request cases.Request
	URL     string
	// Origins are those of the pages that ask, one after another in one browser.
	Origins []string
	Repeat  int // how often each asks; 0: once
	// Secret are the names of request headers whose values are shown nowhere, By hides what
	// else is known to be a secret; nil: what is named like one.
	Secret []string
	By     *secret.Redactor
	Reads  string       // a response header that the script wants to read; empty: none by name
	Stack  *cases.Stack // whose configuration is shown; nil: the one that an answer names
}

// Report is what came of a question.
type Report struct {
	Question Question
	Results  []Result
	// Missing are fetches that were not made, since the server could not be reached.
	Missing int
	// Notes are what holds for all of it.
	Notes []string
}

// Result is one fetch.
type Result struct {
	Line    exchange.Line // what was asked and answered; an answer that did not come is nil
	Outcome spec.Outcome  // as the standard decides
	Engines []Judged      // Chromium, Firefox, WebKit
	// Sent are the messages, in order. What the HTTP cache answered is not among them.
	Sent []Message
	// Hidden is the last answer where the script cannot read it; nil where it can, or where
	// none came.
	Hidden *agent.Exchange
	// Answer is what is wrong, or that nothing is, in the words of corsproof explain.
	Answer *explain.Answer
	// FromCache: the HTTP cache gave the last answer.
	FromCache bool
	// Content is what the script can read, as far as it was kept.
	Content string
	// Trouble is why there is no answer, in the words of the system; empty: there is one.
	Trouble string
	// Unreachable: no connection could be made, or no TLS. Hangs: there was one, and no answer
	// in time.
	Unreachable, Hangs bool
	// Dropped are names of headers that the browser does not let a script set.
	Dropped []string
	// Why is why there is a preflight at the first hop, or none.
	Why string

	// Browser is what a real browser made of it; nil: none was asked.
	Browser *Browsed

	secret []string
	by     *secret.Redactor
}

// Message is one request that went out, with its answer.
type Message struct {
	Hop       int
	Exchange  agent.Exchange
	FromCache bool // nothing went out: the HTTP cache answered; Exchange has method, URL and the answer
	Began     time.Time
}

// Readable tells whether the script can read the answer.
func (r *Result) Readable() bool {
	return r.Outcome.Result == spec.Allowed && r.Outcome.Type != spec.TypeOpaque && r.Outcome.Type != spec.TypeOpaqueRedirect
}

// Late tells whether it was waited in vain: for a connection, or for an answer over it.
func (r *Result) Late() bool {
	return r.Hangs || r.Unreachable && strings.HasSuffix(r.Trouble, "i/o timeout")
}

// ErrImpossible is a request that no script can make: the call throws.
var ErrImpossible = errors.New("no script can make this request")

// Do asks the question. The error is of the question itself (ErrImpossible), or of ctx; what
// the server does is in the report.
func Do(ctx context.Context, q Question, opt Options) (*Report, error) {
	steps := q.steps()
	for i := range steps {
		f := spec.Begin(steps[i].Request.Spec(steps[i].URL), spec.Options{})
		if out := f.Outcome(); out.Result == spec.TypeError || out.Result == spec.Invalid {
			return nil, fmt.Errorf("%w: %s", ErrImpossible, out.Error)
		}
	}
	list, cookies, err := perform(ctx, steps, opt)
	if err != nil {
		return nil, fmt.Errorf("making the request: %w", err)
	}
	rep := &Report{Question: q, Missing: len(steps) - len(list), Results: results(list, &q)}
	rep.note(opt, cookies)
	return rep, nil
}

// Steps makes any requests, one after another in one browser whose caches and cookie jar are
// empty at the start. What was not made, because the server could not be reached, is missing at
// the end. The error is of ctx.
func Steps(ctx context.Context, steps []agent.Step, opt Options) ([]Result, error) {
	list, _, err := perform(ctx, steps, opt)
	return results(list, &Question{}), err
}

// steps are the fetches of a question.
func (q *Question) steps() []agent.Step {
	var steps []agent.Step
	for _, page := range q.Origins {
		for range max(q.Repeat, 1) {
			s := agent.Step{Request: q.Request, URL: q.URL}
			s.Request.Origin = page
			steps = append(steps, s)
		}
	}
	return steps
}

// results are what is to be said of the fetches of one browser.
func results(list []taken, q *Question) []Result {
	standard := judge(list, spec.EngineFetch)
	out := make([]Result, len(list))
	for i := range list {
		out[i] = newResult(&list[i], &standard[i], q)
		out[i].Line = out[i].Line.InSession("fetch", list[i].at)
		out[i].Line.ID = strconv.Itoa(i + 1)
		if len(list) == 1 {
			out[i].Line.Session, out[i].Line.At = "", nil
		}
	}
	for _, e := range spec.Engines()[1:] {
		for i, j := range judge(list, e) {
			out[i].Engines = append(out[i].Engines, j)
		}
	}
	return out
}

// newResult is that of one fetch, but for the engines.
func newResult(t *taken, standard *Judged, q *Question) Result {
	request := t.step.Request.Spec(t.step.URL)
	r := Result{Outcome: standard.Outcome, secret: q.Secret, by: q.By, Dropped: dropped(&request), Why: why(&standard.Outcome, &request)}
	request.Context = &spec.PageContext{} // mixed content and CORP count, as in a browser
	r.Line = exchange.NewLine("", request, make([]exchange.Hop, len(standard.Outcome.Hops))...)
	for i := range t.legs {
		r.take(&t.legs[i])
	}
	if len(t.legs) > 0 {
		r.ending(&t.legs[len(t.legs)-1], t.done)
	}
	r.Answer = explain.Observe(r.observed(), explain.Context{Reads: q.Reads, Stack: q.Stack})
	return r
}

// take takes over a message.
func (r *Result) take(l *leg) {
	hop := &r.Line.Hops[l.action.Hop]
	if l.action.Kind == spec.ActionPreflight {
		hop.Preflight = l.response
	} else {
		hop.Response = l.response
	}
	m := Message{Hop: l.action.Hop, Began: l.began}
	switch {
	case l.exchange != nil:
		m.Exchange = *l.exchange
		m.Exchange.Given = append(slices.Clone(m.Exchange.Given), r.secret...)
	case l.response != nil:
		m.FromCache = true
		m.Exchange = agent.Exchange{Method: l.action.Method, URL: l.action.URL, Request: l.action.Header, Given: r.secret, Status: l.response.Status, Response: l.response.Header}
	default:
		return
	}
	r.Sent = append(r.Sent, m)
}

// ending takes over how it came to an end.
func (r *Result) ending(l *leg, done *agent.Outcome) {
	r.FromCache = l.exchange == nil && l.response != nil
	if l.response == nil && l.exchange != nil {
		r.Trouble = l.exchange.Error
		kind := wire.ErrorKind(l.exchange.ErrorKind)
		r.Unreachable, r.Hangs = wire.Unusable(kind), kind == wire.Timeout
	}
	if r.Readable() && done != nil {
		r.Content = done.Body
	}
	if l.action.Kind == spec.ActionRequest && l.response != nil && !r.Readable() && len(r.Sent) > 0 {
		ex := r.Sent[len(r.Sent)-1].Exchange
		r.Hidden = &ex
	}
}

// observed is the fetch as package explain takes it.
func (r *Result) observed() *explain.Observed {
	o := &explain.Observed{Request: r.Line.Request, FromCache: r.FromCache, Reason: r.stoppedBy()}
	for i, h := range r.Line.Hops {
		o.Hops = append(o.Hops, explain.ObservedHop{URL: r.Outcome.Hops[i].URL, Preflight: h.Preflight, Response: h.Response})
	}
	o.PlainHTTP = explain.PlainHTTP(r.Trouble)
	o.Broken = o.Reason == spec.ReasonNetworkError && !r.Unreachable
	o.Late = r.Late()
	return o
}

// stoppedBy is what stopped it where that is no answer; empty where an answer did, or nothing.
func (r *Result) stoppedBy() spec.Reason {
	switch {
	case explain.LayerOf(r.Outcome.Reason) != spec.LayerCORS && r.Outcome.Reason != spec.ReasonNetworkError:
		return r.Outcome.Reason // the browser does not make it
	case r.Trouble == "":
		return ""
	}
	return explain.Trouble(r.Trouble)
}

// dropped are the names of headers that the script sets and the browser drops.
func dropped(request *spec.Request) []string {
	var list []string
	for _, f := range request.Header {
		if spec.IsForbiddenRequestHeader(f.Name, f.Value) && !slices.Contains(list, f.Name) {
			list = append(list, f.Name)
		}
	}
	return list
}

// why says why the first hop has a preflight, or none.
func why(o *spec.Outcome, request *spec.Request) string {
	if len(o.Hops) == 0 {
		return ""
	}
	h := &o.Hops[0]
	if h.Preflight {
		return "permission is asked for " + enumerated(needs(h, request))
	}
	for _, step := range o.Trace {
		switch step.Step {
		case "main-fetch/12/same-origin":
			return "no preflight: page and server are of one origin, CORS is not asked"
		case "main-fetch/12/mode-no-cors":
			return "no preflight: the mode is no-cors"
		case "main-fetch/12/otherwise":
			return "no preflight: method and headers need no permission"
		case "http-fetch/4.1/cached":
			return "no preflight: the permission is in the preflight cache"
		}
	}
	return ""
}

// enumerated names the first of a list whose names do not all fit a row.
func enumerated(list []string) string {
	text := strings.Join(list, ", ")
	for n := len(list) - 1; n > 0 && len(text) > 45; n-- {
		text = fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
	}
	return text
}

// needs are what a preflight is made for.
func needs(h *spec.Hop, request *spec.Request) []string {
	var list []string
	if h.ACRM != nil && !spec.IsSafelistedMethod(*h.ACRM) {
		list = append(list, *h.ACRM)
	}
	if h.ACRH != nil {
		list = append(list, strings.Split(*h.ACRH, ",")...)
	}
	if len(list) == 0 && request.UploadListener {
		list = append(list, "a listener on upload")
	}
	if len(list) == 0 {
		list = append(list, "the content, a stream")
	}
	return list
}

// note adds what holds for all fetches.
func (rep *Report) note(opt Options, cookies *jar) {
	add := func(format string, args ...any) { rep.Notes = append(rep.Notes, fmt.Sprintf(format, args...)) }
	if rep.Missing > 0 {
		add("%d more requests were not made: the server could not be reached.", rep.Missing)
	}
	if slices.ContainsFunc(rep.Results, func(r Result) bool { return r.Late() }) {
		add("The time limit was %s, for the request with its preflight and redirects: corsproof fetch --timeout %s waits longer.", opt.limit(), strings.Replace((6*opt.limit()).String(), "m0s", "m", 1))
	}
	if opt.Asked != nil && opt.Asked.Insecure && strings.HasPrefix(rep.Question.URL, "https:") {
		add("With --insecure the certificate was not looked at. A browser stops at one that it does not trust, unless somebody made an exception.")
	}
	if opt.Asked != nil && len(opt.Asked.Gate) > 0 {
		add("What --gate-header gives was sent with preflights too, which no browser does.")
	}
	if len(cookies.refused) > 0 {
		add("Cookies that were not kept: %s. Across sites a cookie needs SameSite=None and Secure.", strings.Join(slices.Compact(slices.Sorted(slices.Values(cookies.refused))), ", "))
	}
	for _, page := range rep.Question.Origins {
		if explain.AsksForLocalNetwork(page, rep.Question.URL) {
			if strings.HasPrefix(page, "https:") {
				add("Chrome first asks the user: the page is public, the server is not.")
			} else {
				add("Chrome refuses this to a public page without https: the server is not public.")
			}
			break
		}
	}
	if rep.starForAll() {
		add("With credentials: 'include' it would be blocked: * does not count then, whatever Access-Control-Allow-Credentials says.")
	}
	if names, to := rep.carriedOn(); names != "" {
		add("%s went on to %s: a browser carries what a script sets along on a redirect, but for Authorization.", names, to)
	}
	if page := rep.mayVary(); page != "" {
		add("A cache may keep this answer, which names the page's origin and does not say Vary: Origin. If the server lets in other origins too, one page gets what is for another: --from %s with a second --from shows it.", page)
	}
	for _, text := range []string{rep.unreadableMaxAge(), rep.letIn()} {
		if text != "" {
			add("%s", text)
		}
	}
	if rep.varies() {
		add("The answer depends on Origin, and it does not say Vary: Origin: a cache may give one page what is for another.")
	}
}

// starForAll tells whether a request without credentials was let in by *, in an answer that speaks of
// credentials as if they were allowed.
func (rep *Report) starForAll() bool {
	return slices.ContainsFunc(rep.Results, func(r Result) bool {
		if !r.Readable() || r.Outcome.Type != spec.TypeCORS || r.Line.Request.Credentials == spec.CredentialsInclude || len(r.Line.Hops) == 0 || r.Line.Hops[len(r.Line.Hops)-1].Response == nil {
			return false
		}
		h := r.Line.Hops[len(r.Line.Hops)-1].Response.Header
		grant, _ := h.Get("Access-Control-Allow-Origin")
		credentials, _ := h.Get("Access-Control-Allow-Credentials")
		return grant == "*" && credentials == "true"
	})
}

// carriedOn are the secret headers that a redirect took to another origin, and that origin.
func (rep *Report) carriedOn() (names, to string) {
	own := origin.Of(rep.Question.URL)
	for i := range rep.Results {
		for k := range rep.Results[i].Sent {
			ex := &rep.Results[i].Sent[k].Exchange
			if ex.Preflight || origin.Of(ex.URL) == own {
				continue
			}
			var list []string
			for _, name := range rep.Question.Secret {
				if ex.Request.Has(name) {
					list = append(list, name)
				}
			}
			if len(list) > 0 {
				return strings.Join(list, ", "), origin.Of(ex.URL)
			}
		}
	}
	return "", ""
}

// varies tells whether two pages got different grants, and the answers do not say so to caches.
func (rep *Report) varies() bool {
	grants := map[string]bool{}
	said := true
	for i := range rep.Results {
		r := &rep.Results[i]
		if len(r.Line.Hops) == 0 || r.Line.Hops[0].Response == nil || r.FromCache {
			continue
		}
		h := r.Line.Hops[0].Response.Header
		grants[strings.Join(h.Values("Access-Control-Allow-Origin"), "\n")] = true
		said = said && (h.VariesBy("Origin") || noStore(h))
	}
	return len(grants) > 1 && !said
}

// mayVary is the page that was asked for alone, and that was let in by name in an answer that a
// cache may keep and give to other pages; empty where it is not so.
func (rep *Report) mayVary() string {
	if len(rep.Results) != 1 {
		return ""
	}
	r := &rep.Results[0]
	if len(r.Line.Hops) == 0 || r.Line.Hops[0].Response == nil {
		return ""
	}
	h, page := r.Line.Hops[0].Response.Header, r.Line.Request.Origin
	grant, _ := h.Get("Access-Control-Allow-Origin")
	if grant != page || !kept(h) || h.VariesBy("Origin") {
		return ""
	}
	return page
}

// kept tells whether an answer says for how long a cache may give it without asking
// (RFC 9111, section 4.2.1).
func kept(h spec.Header) bool {
	if noStore(h) || slices.ContainsFunc(h.Elements("Cache-Control"), func(v string) bool { return strings.EqualFold(v, "no-cache") }) {
		return false
	}
	return slices.ContainsFunc(h.Elements("Cache-Control"), func(v string) bool {
		name, seconds, _ := strings.Cut(strings.ToLower(v), "=")
		n, err := strconv.Atoi(strings.Trim(seconds, `"`))
		return (name == "max-age" || name == "s-maxage") && err == nil && n > 0
	})
}

func noStore(h spec.Header) bool {
	return slices.ContainsFunc(h.Elements("Cache-Control"), func(v string) bool { return strings.EqualFold(v, "no-store") })
}
