package spec

import (
	"slices"
	"strings"
)

const cspStandard = "https://w3c.github.io/webappsec-csp/"

var (
	ruleCSP       = rule{"csp/should-block-request", cspStandard + "#should-block-request"}
	ruleCSPReport = rule{"csp/report-for-request", cspStandard + "#report-for-request"}
)

// directive is one of a policy: its name in lower case, and its source list.
type directive struct {
	name    string
	sources []string
}

// policies are parsed policies (https://w3c.github.io/webappsec-csp/#csp-list).
type policies [][]directive

// parsePolicies is https://w3c.github.io/webappsec-csp/#parse-response-csp: a value may hold several
// policies, with commas between them, and of a directive that is repeated the first counts.
func parsePolicies(values []string) policies {
	var list policies
	for _, v := range values {
		for text := range strings.SplitSeq(v, ",") {
			if p := parsePolicy(text); len(p) > 0 {
				list = append(list, p)
			}
		}
	}
	return list
}

// parsePolicy is https://w3c.github.io/webappsec-csp/#parse-serialized-policy.
func parsePolicy(text string) []directive {
	var p []directive
	for token := range strings.SplitSeq(text, ";") {
		words := strings.FieldsFunc(token, isASCIIWhitespace)
		if len(words) == 0 {
			continue
		}
		d := directive{lower(words[0]), words[1:]}
		if find(p, d.name) == nil {
			p = append(p, d)
		}
	}
	return p
}

// isASCIIWhitespace is https://infra.spec.whatwg.org/#ascii-whitespace.
func isASCIIWhitespace(r rune) bool {
	return r == '\t' || r == '\n' || r == '\f' || r == '\r' || r == ' '
}

func find(p []directive, name string) *directive {
	for i := range p {
		if p[i].name == name {
			return &p[i]
		}
	}
	return nil
}

// upgrades tells whether a policy has upgrade-insecure-requests.
func (l policies) upgrades() bool {
	return slices.ContainsFunc(l, func(p []directive) bool { return find(p, "upgrade-insecure-requests") != nil })
}

// effective is https://w3c.github.io/webappsec-csp/#effective-directive-for-a-request, with those it
// falls back to (https://w3c.github.io/webappsec-csp/#directive-fallback-list); nil for none.
func effective(destination string) []string {
	switch destination {
	case "", "json", "text", "webidentity":
		return []string{"connect-src", "default-src"}
	case "audio", "track", "video":
		return []string{"media-src", "default-src"}
	case "image":
		return []string{"img-src", "default-src"}
	case "font", "manifest":
		return []string{destination + "-src", "default-src"}
	case "object", "embed":
		return []string{"object-src", "default-src"}
	case "frame", "iframe":
		return []string{"frame-src", "child-src", "default-src"}
	case "style":
		return []string{"style-src-elem", "style-src", "default-src"}
	case "script", "xslt", "audioworklet", "paintworklet":
		return []string{"script-src-elem", "script-src", "default-src"}
	case "serviceworker", "sharedworker", "worker":
		return []string{"worker-src", "child-src", "script-src", "default-src"}
	}
	return nil
}

// violates is https://w3c.github.io/webappsec-csp/#does-request-violate-policy for the current URL: the
// directive that is violated, nil for none. open is true where what the exchange does not have
// decides, such as a nonce.
func (f *Fetch) violates(p []directive) (d *directive, open bool) {
	destination := f.req.Context.Destination
	for _, name := range effective(destination) {
		d := find(p, name)
		switch {
		case d == nil:
			continue
		case scriptLike(destination) && slices.ContainsFunc(d.sources, beyondURL), destination == "style" && slices.ContainsFunc(d.sources, isNonce):
			return nil, true
		case f.matchesList(d.sources):
			return nil, false
		case f.origin.Opaque() && slices.ContainsFunc(d.sources, f.mayMatch):
			return nil, true
		}
		return d, false
	}
	return nil, false
}

// beyondURL tells whether a source expression may allow a script whatever its URL, or refuse one
// whatever its URL.
func beyondURL(source string) bool {
	s := lower(source)
	return isNonce(s) || s == "'strict-dynamic'" || strings.HasPrefix(s, "'sha256-") || strings.HasPrefix(s, "'sha384-") || strings.HasPrefix(s, "'sha512-")
}

// mayMatch tells whether a source expression matches the current URL for some page of the origin
// `null`, which says nothing of the page's own URL.
func (f *Fetch) mayMatch(source string) bool {
	if equalFold(source, "'self'") {
		return true
	}
	s, ok := parseSource(source)
	if !ok || s.scheme != "" {
		return false
	}
	page := *f
	for _, page.origin.Scheme = range []string{"http", "https"} {
		if page.matchesSource(source) {
			return true
		}
	}
	return false
}

func isNonce(source string) bool { return strings.HasPrefix(lower(source), "'nonce-") }

// blockedByCSP is https://w3c.github.io/webappsec-csp/#should-block-request for the current URL.
func (f *Fetch) blockedByCSP() bool {
	for _, p := range f.csp {
		d, open := f.violates(p)
		if f.cspOpen = f.cspOpen || open; d == nil {
			continue
		}
		if f.t != nil {
			f.t.add(ruleCSP, "the page's Content-Security-Policy forbids the URL ("+d.String()+"): network error")
		}
		f.cspOpen = false // whatever came of what is not known, the policy stops it
		f.block(ReasonCSP, "")
		return true
	}
	return false
}

// reportCSP is https://w3c.github.io/webappsec-csp/#report-for-request, which stops nothing: only the
// trace has it.
func (f *Fetch) reportCSP() {
	if f.t == nil || len(f.req.Context.CSPReportOnly) == 0 {
		return
	}
	for _, p := range parsePolicies(f.req.Context.CSPReportOnly) {
		if d, _ := f.violates(p); d != nil {
			f.t.add(ruleCSPReport, "Content-Security-Policy-Report-Only would forbid the URL ("+d.String()+"): that is reported, and stops nothing")
		}
	}
}

// String is the directive as a policy has it.
func (d *directive) String() string { return strings.Join(append([]string{d.name}, d.sources...), " ") }
