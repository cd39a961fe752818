package verify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/spec"
)

// Difference is a point on which the model and the browser disagree.
type Difference struct {
	What    string `json:"what"`
	Model   string `json:"model"`
	Browser string `json:"browser"`
}

// comparison holds the browser's outcome, and what the server saw of it,
// against the model's.
type comparison struct {
	x       Exchange
	model   spec.Outcome
	browser agent.Outcome
	seen    []Seen

	diffs    []Difference
	excepted []string // ids of the departures that it made use of
}

func compare(x Exchange, model spec.Outcome, browser agent.Outcome, seen []Seen) comparison {
	if refusedByElement(x.Request, model.Reason) && browser.Result == spec.Allowed && browser.Error != "" {
		browser.Outcome = model
	}
	c := comparison{x: x, model: model, browser: browser, seen: seen}
	c.differ("outcome", string(model.Result), string(browser.Result))
	if model.Result == spec.Allowed && browser.Result == spec.Allowed {
		c.differ("type", string(model.Type), string(browser.Type))
	}
	if model.Result == spec.Allowed && browser.Result == spec.Allowed && x.Request.API != spec.APIElement {
		c.differ("status", strconv.Itoa(model.Status), strconv.Itoa(browser.Status))
		c.differ("readable", readable(model.Readable), readable(browser.Readable))
		if model.Type == spec.TypeBasic || model.Type == spec.TypeCORS {
			c.differ("redirected", strconv.FormatBool(len(model.Hops) > 1), strconv.FormatBool(browser.Redirected))
		}
	}
	if model.Result == spec.Blocked && browser.Result == spec.Blocked {
		c.reasons()
	}
	names := fieldNames(x.Request)
	c.differ("requests", wanted(model, x.Request.Cache, names, c.tellsCredentials), saw(seen, names, c.sawCredentials))
	return c
}

// refusedByElement tells whether a browser says of a reason no more than that the element failed: its
// type, or its content, was not what it wants.
func refusedByElement(q spec.Request, r spec.Reason) bool {
	return q.API == spec.APIElement && (r == spec.ReasonNosniff || r == spec.ReasonMimeType || r == spec.ReasonIntegrity)
}

func (c *comparison) differ(what, model, browser string) {
	if model != browser {
		c.diffs = append(c.diffs, Difference{what, model, browser})
	}
}

// reasons compares why a request was blocked.
func (c *comparison) reasons() {
	x := disagree.BlockedRequest{Origin: c.x.Request.Origin, Mode: c.x.Request.Mode, Refused: c.refused(), LocalNetwork: c.x.Request.Context != nil && c.x.Request.Context.LocalNetwork}
	what, m, b, departure := disagree.Reasons(x, &c.model, &c.browser.Outcome)
	if what != "" {
		c.differ(what, m, b)
	}
	if departure != "" {
		c.excepted = append(c.excepted, departure)
	}
}

// refused are the headers that the answer to the model's last preflight does not allow.
func (c *comparison) refused() []string {
	if c.model.FailedHop < 0 || c.model.FailedHop >= len(c.model.Hops) {
		return nil
	}
	hop := c.model.Hops[c.model.FailedHop]
	i, ok := hopOf(hop.URL, len(c.x.Hops))
	if !ok || hop.ACRH == nil {
		return nil
	}
	return spec.RefusedHeaders(c.x.Request.Credentials, strings.Split(*hop.ACRH, ","), c.x.Hops[i].Preflight.Header)
}

func readable(h map[string]string) string {
	lines := make([]string, 0, len(h))
	for name, value := range h {
		lines = append(lines, fmt.Sprintf("%s: %q", name, value))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// tellsCredentials says whether the server at a URL can tell if a request carries, or may carry,
// cookies. With a context the browser has the LayerCookies, which go to secure URLs. Else browsers announce
// it to secure URLs of other sites (https://privacycg.github.io/storage-access-headers/).
func (c *comparison) tellsCredentials(url string) bool {
	if c.x.Request.Context != nil {
		return strings.HasPrefix(url, "https:") || strings.HasPrefix(url, "http://127.0.0.1:") || strings.HasPrefix(url, "http://localhost:")
	}
	return !strings.Contains(c.x.Request.Origin, "127.0.0.1") && !strings.Contains(c.x.Request.Origin, "localhost")
}

// sawCredentials says whether a request that the server saw carries, or may carry, cookies.
func (c *comparison) sawCredentials(h spec.Header) bool {
	if c.x.Request.Context != nil {
		return h.Has("Cookie")
	}
	return c.tellsCredentials("") && h.Has("Sec-Fetch-Storage-Access")
}

// fieldNames are the request headers to compare, in lower case: the script's
// and the body's, less what a browser adds by itself.
func fieldNames(q spec.Request) []string {
	names := []string{"content-type"}
	for _, f := range q.Header {
		name := strings.ToLower(f.Name)
		if !slices.Contains(names, name) && !browsersOwn(name, q) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// browsersOwn says whether a browser has a field of its own of that name, so
// that the server cannot see what became of the script's. Chromium goes past its HTTP cache, and says
// so, with what a page of Cross-Origin-Embedder-Policy: credentialless asks for by mode no-cors.
func browsersOwn(name string, q spec.Request) bool {
	switch name {
	case "host", "origin", "content-length", "cookie", "keep-alive", "user-agent", "access-control-request-method":
		return true
	case "accept", "accept-language": // the guard of no-cors may drop the script's
		return q.Mode == spec.ModeNoCORS
	case "cache-control", "pragma":
		return q.Mode == spec.ModeNoCORS && q.Context != nil && q.Context.Embedder == spec.EmbedderCredentialless
	}
	return strings.HasPrefix(name, "sec-ch-")
}

// wanted is the model's account of the requests that reach the server, with
// what fetch's cache mode adds to the script's headers.
func wanted(o spec.Outcome, cacheMode string, names []string, credentials func(url string) bool) string {
	var lines []string
	for _, h := range o.Hops {
		if !strings.HasPrefix(h.URL, "http") {
			continue
		}
		secure := strings.HasPrefix(h.URL, "https:")
		if h.Preflight {
			lines = append(lines, describe("OPTIONS", secure, h.PreflightOrigin, h.ACRM, h.ACRH))
		}
		if h.Sent {
			lines = append(lines, describe(h.Method, secure, h.Origin, nil, nil)+describeFields(withCacheFields(h.Header, cacheMode), names)+describeCredentials(credentials(h.URL) && h.Credentials))
		}
	}
	return strings.Join(lines, "; ")
}

// withCacheFields is the header list with what
// https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, steps 8.18
// and 8.19, appends because of the cache mode where the list has no such field:
// a script's own may be dropped by the guard of mode no-cors, and then the
// browser's is seen.
func withCacheFields(h spec.Header, cacheMode string) spec.Header {
	var own spec.Header
	switch cacheMode {
	case "no-cache":
		own = spec.Header{{Name: "Cache-Control", Value: "max-age=0"}}
	case "no-store", "reload":
		own = spec.Header{{Name: "Pragma", Value: "no-cache"}, {Name: "Cache-Control", Value: "no-cache"}}
	}
	h = h[:len(h):len(h)]
	for _, f := range own {
		if !h.Has(f.Name) {
			h = append(h, f)
		}
	}
	return h
}

// saw is the server's.
func saw(seen []Seen, names []string, credentials func(h spec.Header) bool) string {
	lines := make([]string, len(seen))
	for i, s := range seen {
		lines[i] = describe(s.Method, s.TLS, optional(s.Header, "Origin"), optional(s.Header, "Access-Control-Request-Method"), optional(s.Header, "Access-Control-Request-Headers"))
		if !s.Preflight {
			lines[i] += describeFields(s.Header, names)
		}
		lines[i] += describeCredentials(credentials(s.Header))
	}
	return strings.Join(lines, "; ")
}

func optional(h spec.Header, name string) *string {
	if v, ok := h.Get(name); ok {
		return &v
	}
	return nil
}

func describe(method string, secure bool, origin, acrm, acrh *string) string {
	text := method
	if secure {
		text += " over TLS"
	}
	for _, f := range []struct {
		name  string
		value *string
	}{{"origin", origin}, {"acrm", acrm}, {"acrh", acrh}} {
		if f.value != nil {
			text += fmt.Sprintf(" %s=%q", f.name, *f.value)
		}
	}
	return text
}

func describeFields(h spec.Header, names []string) string {
	text := ""
	for _, name := range names {
		if v, ok := h.Get(name); ok {
			if name == "range" {
				v = "" // Chromium's HTTP cache writes it anew (net/http/partial_data.cc)
			}
			text += fmt.Sprintf(" %s:%q", name, v)
		}
	}
	return text
}

func describeCredentials(with bool) string {
	if with {
		return " with credentials"
	}
	return ""
}
