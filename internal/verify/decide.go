package verify

import (
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// decide lets the model perform the exchanges of a session, in order, against
// their canned answers, as the server would have given them. without are ids of
// departures that are left out of the engine's profile.
func decide(xs []Exchange, engine spec.Engine, without ...string) []spec.Outcome {
	cache := new(spec.PreflightCache)
	out := make([]spec.Outcome, len(xs))
	var now time.Duration
	for i, x := range xs {
		now += x.After
		f := spec.Begin(x.Request, spec.Options{Engine: engine, Without: without, Cache: cache, Now: now})
		for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
			f.Deliver(x.answer(a))
		}
		out[i] = f.Outcome()
	}
	return out
}

// answer is what the server gives to an action.
func (x Exchange) answer(a spec.Action) spec.Response {
	hop, ok := hopOf(a.URL, len(x.Hops))
	r := spec.Response{Status: 404}
	switch {
	case !ok:
	case a.Kind == spec.ActionPreflight:
		r = x.Hops[hop].Preflight
	default:
		r = x.Hops[hop].Response
		r.Content = []byte(content)
	}
	return withLength(r)
}

// withLength is the response with the Content-Length that the server adds.
func withLength(r spec.Response) spec.Response {
	if r.Header.Has("Content-Length") || !hasContent(r.Status) {
		return r
	}
	r.Header = append(r.Header[:len(r.Header):len(r.Header)], spec.Field{Name: "Content-Length", Value: strconv.Itoa(len(content))})
	return r
}

// hopOf is the hop that a URL, or a request target, of the replaying server
// stands for.
func hopOf(url string, hops int) (int, bool) {
	url, _, _ = strings.Cut(url, "#")
	url, _, _ = strings.Cut(url, "?")
	n, err := strconv.Atoi(url[strings.LastIndexByte(url, '/')+1:])
	if err != nil || n < 0 || n >= hops {
		return 0, false
	}
	return n, true
}
