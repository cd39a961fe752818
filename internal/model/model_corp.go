package model

import (
	"net/url"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// reasonCORP: Cross-Origin-Resource-Policy kept the answer from a request without CORS.
const reasonCORP spec.Reason = "BlockedByCORP"

// withheld is the cross-origin resource policy check
// (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header) of a page without embedder
// policy: true where the answer to a request without CORS is kept from it.
func (f *modelFetch) withheld(a spec.Action, resp spec.Response) bool {
	return a.Kind == spec.ActionRequest && f.mode == string(spec.ModeNoCORS) && f.opaque(a.URL) &&
		keptToItself(f.step.Request.Origin, a.URL, resp.Header)
}

// opaque tells whether the response is opaque: some URL so far is of another origin.
func (f *modelFetch) opaque(last string) bool {
	from := f.step.Request.Origin
	for i := range f.out.Exchanges {
		if origin.Of(f.out.Exchanges[i].URL) != from {
			return true
		}
	}
	return origin.Of(last) != from
}

// keptToItself is the check of one answer to a page of the origin.
func keptToItself(from, rawURL string, h spec.Header) bool {
	value, _ := h.Get("Cross-Origin-Resource-Policy")
	switch value {
	case "same-origin":
		return origin.Of(rawURL) != from
	case "same-site":
		return bareSite(from) == "" || bareSite(from) != bareSite(rawURL) || origin.IsHTTPS(rawURL) && !origin.IsHTTPS(from)
	}
	return false
}

// bareSite is the registrable domain of a URL or an origin, or its host where it has none; empty for
// what has no host (https://html.spec.whatwg.org/#schemelessly-same-site).
func bareSite(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return origin.Domain(u.Hostname())
}
