package learn

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// mechanical are response fields that no script asks for: those of the connection, of caches and
// proxies, and what the browser itself goes by, as a Location, which no script reads of a redirect.
var mechanical = []string{
	"age", "allow", "alt-svc", "location", "connection", "content-disposition", "content-encoding", "content-security-policy", "content-security-policy-report-only",
	"cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy", "date", "keep-alive", "nel", "origin-agent-cluster", "p3p", "permissions-policy",
	"pragma", "referrer-policy", "report-to", "reporting-endpoints", "server", "strict-transport-security", "timing-allow-origin", "trailer", "transfer-encoding", "upgrade", "vary", "via",
	"accept-ranges", "x-content-type-options", "x-dns-prefetch-control", "x-download-options", "x-frame-options", "x-permitted-cross-domain-policies", "x-powered-by", "x-xss-protection",
}

// unread are the fields of an answer that scripts cannot read, and may want to.
func unread(h spec.Header, exposed []string) []string {
	var list []string
	for _, f := range h {
		lower := strings.ToLower(f.Name)
		if strings.HasPrefix(lower, "access-control-") || slices.Contains(mechanical, lower) || spec.IsSafelistedResponseHeaderName(f.Name) ||
			lower == "set-cookie" || lower == "set-cookie2" || !spec.IsToken(f.Name) { // of which no script can read any
			continue
		}
		has := func(name string) bool { return strings.EqualFold(name, f.Name) }
		if !slices.ContainsFunc(exposed, has) && !slices.ContainsFunc(list, has) {
			list = append(list, http.CanonicalHeaderKey(f.Name))
		}
	}
	return list
}

// Anonymous is what an endpoint answers to somebody who is not logged in.
type Anonymous struct {
	Status int
	Shared bool // a page of the origin can read it
}

// WithoutLogin asks, for a page of the origin, without what the page adds to its requests: its fields, and cookies.
// The error is that of the request.
func WithoutLogin(ctx context.Context, opt Options, from string) (*Anonymous, error) {
	if opt.Requests != nil {
		bare := *opt.Requests
		bare.Page, bare.Cookies = nil, nil
		opt.Requests = &bare
	}
	p := newProbe(opt)
	defer p.sender.Close()
	resp, err := p.ask(ctx, "GET", "Origin: "+from)
	if err != nil {
		return nil, err
	}
	return &Anonymous{Status: resp.Status, Shared: spec.CheckCORS(from, spec.CredentialsOmit, resp.Header) == ""}, nil
}
