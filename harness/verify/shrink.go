package verify

import (
	"context"
	"strconv"
	"strings"
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

// smaller are the sessions that have one thing less, the largest steps first.
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
		x := xs[i]
		if n := len(x.Hops); n > 1 {
			change(func(x *Exchange) {
				x.Hops = x.Hops[:n-1]
				last := &x.Hops[n-2].Response
				last.Status, last.Header = 200, without(last.Header, "Location")
			})
			for j := range n - 1 {
				change(func(x *Exchange) { x.dropHop(j) })
			}
		}
		if x.Request.Body != nil {
			change(func(x *Exchange) { x.Request.Body = nil })
		}
		for j := range x.Request.Header {
			change(func(x *Exchange) { x.Request.Header = append(x.Request.Header[:j:j], x.Request.Header[j+1:]...) })
		}
		if x.Request.UploadListener {
			change(func(x *Exchange) { x.Request.UploadListener = false })
		}
		for j, h := range x.Hops {
			for k := range h.Response.Header {
				change(func(x *Exchange) { h := &x.Hops[j].Response.Header; *h = append((*h)[:k:k], (*h)[k+1:]...) })
			}
			for k := range h.Preflight.Header {
				change(func(x *Exchange) { h := &x.Hops[j].Preflight.Header; *h = append((*h)[:k:k], (*h)[k+1:]...) })
			}
			if h.Preflight.Status != 204 {
				change(func(x *Exchange) { x.Hops[j].Preflight.Status = 204 })
			}
		}
	}
	return out
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
		h := x.Hops[i].Response.Header
		for k := range h {
			if h[k].Name == "Location" {
				h[k].Value = moved(h[k].Value)
			}
		}
	}
	target, ok := next.Get("Location")
	if !ok || !strings.HasPrefix(target, "http") {
		return
	}
	if n == 0 {
		x.Request.URL = moved(target)
		return
	}
	h := x.Hops[n-1].Response.Header
	for k := range h {
		if h[k].Name == "Location" {
			h[k].Value = moved(target)
		}
	}
}
