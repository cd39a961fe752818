package browser

import (
	"sort"
	"strings"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// hopsAndExchanges makes hops and exchanges from the raw requests and answers.
func hopsAndExchanges(req *cases.Request, rec *record) ([]spec.Hop, []agent.Exchange) {
	var hops []spec.Hop
	var exchanges []agent.Exchange
	sent, got := rec.sent, rec.got
	preflights := rec.preflights
	for i, h := range rec.hops {
		hop := spec.Hop{URL: h.request.URL, Method: h.request.Method}
		last := i == len(rec.hops)-1
		if len(preflights) > 0 && len(preflights[0].hops) > 0 && preflights[0].hops[0].request.URL == h.request.URL {
			p := preflights[0]
			preflights = preflights[1:]
			raw := p.hops[0].request.Headers
			if len(p.sent) > 0 {
				raw = p.sent[0].Headers
			}
			hop.Preflight = true
			hop.ACRM = field(raw, "Access-Control-Request-Method")
			hop.ACRH = field(raw, "Access-Control-Request-Headers")
			hop.PreflightOrigin = field(raw, "Origin")
			exchanges = append(exchanges, newExchange(p.hops[0], p.sent, p.got, p.failed, true))
		}
		// Raw headers come in the order of the hops that went out. A hop
		// answered from the cache has none; one of a failed request has them
		// if any are left.
		if h.hasExtraInfo || h.response == nil && last && len(sent) > 0 {
			x := newExchange(h, sent, got, nil, false)
			if last && rec.failed != nil && len(got) == 0 {
				x.Error = rec.failed.ErrorText
			}
			exchanges = append(exchanges, x)
			if len(sent) > 0 {
				raw := sent[0].Headers
				hop.Sent = true
				hop.Origin = field(raw, "Origin")
				hop.Header = authorFields(req, raw)
				hop.Credentials = field(raw, "Cookie") != nil || field(raw, "Sec-Fetch-Storage-Access") != nil
				sent = sent[1:]
			}
			if len(got) > 0 {
				got = got[1:]
			}
		}
		hops = append(hops, hop)
	}
	if n := len(hops); n > 1 && rec.failed != nil && !hops[n-1].Preflight && !hops[n-1].Sent && !isHTTP(hops[n-1].URL) {
		hops = hops[:n-1] // a redirect that was not followed
	}
	return hops, exchanges
}

// isHTTP says whether the URL's scheme is an HTTP(S) scheme.
func isHTTP(u string) bool { return strings.HasPrefix(u, "http:") || strings.HasPrefix(u, "https:") }

// newExchange makes one exchange from the first raw request and answer.
func newExchange(h *hop, sent []*network.EventRequestWillBeSentExtraInfo, got []*network.EventResponseReceivedExtraInfo, failed *network.EventLoadingFailed, preflight bool) agent.Exchange {
	x := agent.Exchange{Preflight: preflight, Method: h.request.Method, URL: h.request.URL}
	if len(sent) > 0 {
		x.Request = headerOf(sent[0].Headers)
	} else {
		x.Request = headerOf(h.request.Headers)
	}
	if h.response != nil {
		x.Proto = h.response.Protocol
	}
	if len(got) > 0 {
		x.Status = int(got[0].StatusCode)
		x.HeadBytes = len(got[0].HeadersText)
		if x.Response = rawHeader(got[0].HeadersText); x.Response == nil {
			x.Response = headerOf(got[0].Headers)
		}
	}
	if failed != nil && len(got) == 0 {
		x.Error = failed.ErrorText
	}
	return x
}

// authorFields are the headers of a raw request that the script, or the body,
// put there, in the script's order.
func authorFields(req *cases.Request, raw network.Headers) spec.Header {
	var h spec.Header
	seen := map[string]bool{}
	add := func(name string) {
		lower := strings.ToLower(name)
		if seen[lower] {
			return
		}
		seen[lower] = true
		if v := field(raw, name); v != nil {
			h = append(h, spec.Field{Name: name, Value: *v})
		}
	}
	for _, line := range req.Headers {
		name, _, _ := strings.Cut(line, ":")
		if lower := strings.ToLower(name); lower != "origin" && lower != "cookie" && lower != "host" {
			add(name)
		}
	}
	add("Content-Type")
	return h
}

// field gives the value of a field in the browser's header map.
func field(h network.Headers, name string) *string {
	for k, v := range h {
		if strings.EqualFold(k, name) {
			if s, ok := v.(string); ok {
				s = bytesOf(s)
				return &s
			}
		}
	}
	return nil
}

// headerOf makes a header list of the browser's map, which has no order: it is
// sorted by name.
func headerOf(m network.Headers) spec.Header {
	h := make(spec.Header, 0, len(m))
	for name, v := range m {
		s, _ := v.(string)
		for line := range strings.SplitSeq(s, "\n") { // repeated fields
			h = append(h, spec.Field{Name: name, Value: bytesOf(line)})
		}
	}
	sort.SliceStable(h, func(i, j int) bool { return strings.ToLower(h[i].Name) < strings.ToLower(h[j].Name) })
	return h
}

// rawHeader reads the verbatim head of an HTTP/1 answer; nil if there is none.
func rawHeader(text string) spec.Header {
	_, text, ok := strings.Cut(text, "\r\n")
	if !ok {
		return nil
	}
	h := spec.Header{}
	for line := range strings.SplitSeq(text, "\r\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h = append(h, spec.Field{Name: name, Value: bytesOf(strings.Trim(value, " \t"))})
		}
	}
	return h
}
