package verify

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// mostAttempts and mostTime bound the shrinking of one disagreement: the
// sessions performed, and how long.
const (
	mostAttempts = 2000
	mostTime     = 20 * time.Second
)

// shrink takes away from a session whatever the disagreement of its last
// exchange does not need. All candidates of a round go to the browser at once.
func (r *runner) shrink(ctx context.Context, xs []Exchange, diffs []Difference) Disagreement {
	best := Disagreement{Exchanges: xs, Differences: diffs}
	for start := time.Now(); best.Attempts < mostAttempts && time.Since(start) < mostTime && ctx.Err() == nil; {
		if !r.improve(ctx, &best, coarser(best.Exchanges)) && !r.improve(ctx, &best, smaller(best.Exchanges)) {
			break
		}
	}
	return best
}

// improve performs candidates and takes the first that still disagrees.
func (r *runner) improve(ctx context.Context, best *Disagreement, candidates [][]Exchange) bool {
	if len(candidates) == 0 {
		return false
	}
	best.Attempts += len(candidates)
	for i, d := range r.differences(ctx, candidates) {
		if len(d) > 0 {
			best.Exchanges, best.Differences = candidates[i], d
			return true
		}
	}
	return false
}

// coarser are the sessions that have a good part less.
func coarser(xs []Exchange) [][]Exchange {
	var out [][]Exchange
	each(xs, &out, func(x Exchange, change func(func(x *Exchange))) {
		if n := len(x.Hops); n > 4 {
			change(func(x *Exchange) { x.cutHops(n / 2) })
		}
		chunks(x.Request.Header, func(f func(spec.Header) spec.Header) {
			change(func(x *Exchange) { x.Request.Header = f(x.Request.Header) })
		})
		for j, h := range x.Hops {
			chunks(h.Response.Header, func(f func(spec.Header) spec.Header) {
				change(func(x *Exchange) { h := &x.Hops[j].Response.Header; *h = f(*h) })
			})
			chunks(h.Preflight.Header, func(f func(spec.Header) spec.Header) {
				change(func(x *Exchange) { h := &x.Hops[j].Preflight.Header; *h = f(*h) })
			})
		}
	})
	return out
}

// chunks takes halves and quarters out of a long header list.
func chunks(h spec.Header, change func(func(spec.Header) spec.Header)) {
	if len(h) <= 6 {
		return
	}
	for _, size := range []int{len(h) / 2, len(h) / 4} {
		for from := 0; from < len(h); from += size {
			to := min(from+size, len(h))
			change(func(h spec.Header) spec.Header { return append(h[:from:from], h[to:]...) })
		}
	}
}

// each calls f for every exchange of a session, with a way to make a changed
// copy of the session.
func each(xs []Exchange, out *[][]Exchange, f func(x Exchange, change func(func(x *Exchange)))) {
	for i := range xs {
		f(xs[i], func(g func(x *Exchange)) {
			c := cloneAll(xs)
			g(&c[i])
			*out = append(*out, c)
		})
	}
}

// smaller are the sessions that have one thing less, or one thing more
// ordinary, the largest steps first.
func smaller(xs []Exchange) [][]Exchange {
	var out [][]Exchange
	for i := range len(xs) - 1 {
		out = append(out, append(cloneAll(xs[:i]), cloneAll(xs[i+1:])...))
	}
	each(xs, &out, func(x Exchange, change func(func(x *Exchange))) {
		fewerHops(x, change)
		plainerRequest(x.Request, change)
		plainerContext(x.Request.Context, change)
		plainerAnswers(x, change)
	})
	return out
}

// cutHops keeps the first n hops; the last of them is no longer a redirect.
func (x *Exchange) cutHops(n int) {
	x.Hops = x.Hops[:n]
	last := &x.Hops[n-1].Response
	last.Status, last.Header = 200, without(last.Header, "Location")
}

func fewerHops(x Exchange, change func(func(x *Exchange))) {
	n := len(x.Hops)
	if first, _ := hopOf(x.Request.URL, n); n < 2 || first > 0 {
		return
	}
	change(func(x *Exchange) { x.cutHops(n - 1) })
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
	for j := range q.Header {
		set(true, func(q *spec.Request) { q.Header = append(q.Header[:j:j], q.Header[j+1:]...) })
	}
	set(q.Cache != "", func(q *spec.Request) { q.Cache = "" })
	set(q.API == spec.APIXHR && !q.UploadListener, func(q *spec.Request) { q.API = spec.APIFetch })
	set(q.Redirect != spec.RedirectFollow, func(q *spec.Request) { q.Redirect = spec.RedirectFollow })
	set(q.API != spec.APIElement && q.Credentials != spec.CredentialsSameOrigin, func(q *spec.Request) { q.Credentials = spec.CredentialsSameOrigin })
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
