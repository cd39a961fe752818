package verify

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// decide lets the model perform the exchange of a session against its canned
// answers, as the server would have given them.
func decide(x Exchange, engine spec.Engine, cache *spec.PreflightCache) spec.Outcome {
	f := spec.Begin(x.Request, spec.Options{Engine: engine, Cache: cache})
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		hop, ok := hopOf(a.URL, len(x.Hops))
		switch {
		case !ok:
			f.Deliver(spec.Response{Status: 404, Header: withLength(spec.Response{Status: 404})})
		case a.Kind == spec.ActionPreflight:
			f.Deliver(x.Hops[hop].Preflight)
		default:
			r := x.Hops[hop].Response
			f.Deliver(spec.Response{Status: r.Status, Header: withLength(r)})
		}
	}
	return f.Outcome()
}

// withLength is the header list with the Content-Length that the server adds.
func withLength(r spec.Response) spec.Header {
	if _, ok := r.Header.Get("Content-Length"); ok || !hasContent(r.Status) {
		return r.Header
	}
	return append(r.Header[:len(r.Header):len(r.Header)], spec.Field{Name: "Content-Length", Value: strconv.Itoa(len(content))})
}

// hopOf is the hop that a URL of the replaying server stands for.
func hopOf(url string, hops int) (int, bool) {
	url, _, _ = strings.Cut(url, "#")
	url, _, _ = strings.Cut(url, "?")
	n, err := strconv.Atoi(url[strings.LastIndexByte(url, '/')+1:])
	return n, err == nil && n >= 0 && n < hops
}
