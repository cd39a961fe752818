package verify

import (
	"context"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// mostAttempts bounds the sessions performed to shrink one disagreement.
const mostAttempts = 2000

// shrink takes away from a session whatever the disagreement of its last
// exchange does not need. All candidates of a round go to the browser at once.
func (r *runner) shrink(ctx context.Context, xs []Exchange, diffs []Difference) Disagreement {
	best := Disagreement{Exchanges: xs, Differences: diffs}
	for best.Attempts < mostAttempts && ctx.Err() == nil {
		candidates := smaller(best.Exchanges)
		best.Attempts += len(candidates)
		found := false
		for i, d := range r.differences(ctx, candidates) {
			if len(d) > 0 {
				best.Exchanges, best.Differences, found = candidates[i], d, true
				break
			}
		}
		if !found {
			break
		}
	}
	return best
}

// smaller are the sessions that have one thing less, or one thing more
// ordinary, the largest steps first.
func smaller(xs []Exchange) [][]Exchange {
	var out [][]Exchange
	for i := range len(xs) - 1 {
		out = append(out, append(cloneAll(xs[:i]), cloneAll(xs[i+1:])...))
	}
	for i := range xs {
		change := func(f func(x *Exchange)) {
			c := cloneAll(xs)
			f(&c[i])
			out = append(out, c)
		}
		fewerHops(xs[i], change)
		plainerRequest(xs[i].Request, change)
		plainerAnswers(xs[i], change)
	}
	return out
}

func fewerHops(x Exchange, change func(func(x *Exchange))) {
	n := len(x.Hops)
	if n < 2 {
		return
	}
	change(func(x *Exchange) {
		x.Hops = x.Hops[:n-1]
		last := &x.Hops[n-2].Response
		last.Status, last.Header = 200, without(last.Header, "Location")
	})
	for j := range n - 1 {
		change(func(x *Exchange) { x.dropHop(j) })
	}
}

func plainerRequest(q spec.Request, change func(func(x *Exchange))) {
	set := func(needed bool, f func(q *spec.Request)) {
		if needed {
			change(func(x *Exchange) { f(&x.Request) })
		}
	}
	set(q.Body != nil, func(q *spec.Request) { q.Body = nil })
	set(q.UploadListener, func(q *spec.Request) { q.UploadListener = false })
	set(len(q.Header) > 8, func(q *spec.Request) { q.Header = q.Header[:len(q.Header)/2] })
	set(len(q.Header) > 8, func(q *spec.Request) { q.Header = q.Header[len(q.Header)/2:] })
	for j := range q.Header {
		set(true, func(q *spec.Request) { q.Header = append(q.Header[:j:j], q.Header[j+1:]...) })
	}
	set(q.Cache != "", func(q *spec.Request) { q.Cache = "" })
	set(q.API == spec.APIXHR && !q.UploadListener, func(q *spec.Request) { q.API = spec.APIFetch })
	set(q.Redirect != spec.RedirectFollow, func(q *spec.Request) { q.Redirect = spec.RedirectFollow })
	set(q.Credentials != spec.CredentialsSameOrigin, func(q *spec.Request) { q.Credentials = spec.CredentialsSameOrigin })
	set(q.Body != nil && q.Body.ContentType != "", func(q *spec.Request) { q.Body.ContentType = "" })
}

func plainerAnswers(x Exchange, change func(func(x *Exchange))) {
	if x.After > 0 {
		change(func(x *Exchange) { x.After = 0 })
	}
	for j, h := range x.Hops {
		fewerFields(h.Response.Header, func(f func(spec.Header) spec.Header) {
			change(func(x *Exchange) { h := &x.Hops[j].Response.Header; *h = f(*h) })
		})
		fewerFields(h.Preflight.Header, func(f func(spec.Header) spec.Header) {
			change(func(x *Exchange) { h := &x.Hops[j].Preflight.Header; *h = f(*h) })
		})
		if h.Preflight.Status != 204 {
			change(func(x *Exchange) { x.Hops[j].Preflight.Status = 204 })
		}
		if h.Response.Status != 200 && !spec.RedirectStatus(h.Response.Status) {
			change(func(x *Exchange) { x.Hops[j].Response.Status = 200 })
		}
	}
}

func fewerFields(h spec.Header, change func(func(spec.Header) spec.Header)) {
	if n := len(h); n > 8 {
		change(func(h spec.Header) spec.Header { return h[:n/2] })
		change(func(h spec.Header) spec.Header { return h[n/2:] })
	}
	for k := range h {
		change(func(h spec.Header) spec.Header { return append(h[:k:k], h[k+1:]...) })
	}
}

// dropHop takes a redirect out of the chain: the later ones move up, and what
// led to the one taken out leads to its successor.
func (x *Exchange) dropHop(n int) {
	moved := func(url string) string {
		i := strings.LastIndexByte(url, '/')
		if hop, err := strconv.Atoi(url[i+1:]); err == nil && hop > n {
			return url[:i+1] + strconv.Itoa(hop-1)
		}
		return url
	}
	next := x.Hops[n].Response.Header
	x.Hops = append(x.Hops[:n:n], x.Hops[n+1:]...)
	for i := range x.Hops {
		eachLocation(x.Hops[i].Response.Header, moved)
	}
	target, ok := next.Get("Location")
	if !ok || !strings.HasPrefix(target, "http") {
		return
	}
	if n == 0 {
		x.Request.URL = moved(target)
		return
	}
	eachLocation(x.Hops[n-1].Response.Header, func(string) string { return moved(target) })
}

func eachLocation(h spec.Header, f func(string) string) {
	for k := range h {
		if strings.EqualFold(h[k].Name, "Location") {
			h[k].Value = f(h[k].Value)
		}
	}
}
