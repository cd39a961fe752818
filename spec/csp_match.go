package spec

import (
	"net/url"
	"strings"
)

// matchesList is https://w3c.github.io/webappsec-csp/#match-url-to-source-list for the current URL.
func (f *Fetch) matchesList(sources []string) bool {
	if len(sources) == 1 && equalFold(sources[0], "'none'") {
		return false
	}
	for _, s := range sources {
		if f.matchesSource(s) {
			return true
		}
	}
	return false
}

// matchesSource is https://w3c.github.io/webappsec-csp/#match-url-to-source-expression for the current
// URL.
func (f *Fetch) matchesSource(source string) bool {
	switch {
	case source == "*": // of ws and wss only the redirects of CSPBeforeScheme are asked here
		scheme := f.url.Scheme()
		return f.url.IsHTTP() || scheme == "ws" || scheme == "wss" || scheme == f.origin.Scheme
	case equalFold(source, "'self'"):
		return f.matchesSelf()
	}
	s, ok := parseSource(source)
	switch {
	case !ok, s.scheme != "" && !f.matchesScheme(s.scheme):
		return false
	case s.host == "":
		return true
	case f.url.host == "", s.scheme == "" && !f.matchesScheme(f.origin.Scheme):
		return false
	case !f.matchesHost(s.host), !f.matchesPort(&s):
		return false
	}
	return f.redirects > 0 || matchesPath(s.path, f.url.path())
}

// matchesSelf is step 4: an upgrade to https on the same port, or from one default port to the
// other, is still the page itself.
func (f *Fetch) matchesSelf() bool {
	o, u := f.origin, f.url.Origin()
	if o.SameOrigin(u) {
		return true
	}
	secure := u.Scheme == "https" || u.Scheme == "wss"
	return !o.Opaque() && o.Host == u.Host && o.Port == u.Port && (secure || o.Scheme == "http" && (u.Scheme == "http" || u.Scheme == "ws"))
}

// source is a scheme-source (without a host) or a host-source, in parts
// (https://w3c.github.io/webappsec-csp/#grammardef-host-source).
type source struct{ scheme, host, port, path string }

// parseSource takes a source expression apart; ok is false for one that is neither.
func parseSource(text string) (s source, ok bool) {
	rest := text
	if scheme, after, found := strings.Cut(text, "://"); found {
		if s.scheme, rest = scheme, after; !isScheme(scheme) {
			return s, false
		}
	} else if scheme, found := strings.CutSuffix(text, ":"); found {
		s.scheme = scheme
		return s, isScheme(scheme)
	}
	authority, path, found := strings.Cut(rest, "/")
	if found {
		s.path = "/" + path
	}
	if strings.ContainsAny(s.path, "?#") {
		return s, false
	}
	s.host, s.port, found = strings.Cut(authority, ":")
	if found && s.port != "*" && !isDigits(s.port) {
		return s, false
	}
	return s, isHostPart(s.host)
}

// isScheme is https://www.rfc-editor.org/rfc/rfc3986#section-3.1.
func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		b := lowerByte(s[i])
		if !('a' <= b && b <= 'z' || i > 0 && ('0' <= b && b <= '9' || b == '+' || b == '-' || b == '.')) {
			return false
		}
	}
	return s != ""
}

// isHostPart is the grammar's host-part.
func isHostPart(s string) bool {
	if s == "*" {
		return true
	}
	s = strings.TrimPrefix(s, "*.")
	for label := range strings.SplitSeq(s, ".") {
		for i := 0; i < len(label); i++ {
			if b := lowerByte(label[i]); !('a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '-' || b == '_') {
				return false
			}
		}
		if label == "" {
			return false
		}
	}
	return true
}

// matchesScheme is https://w3c.github.io/webappsec-csp/#match-schemes for the current URL.
func (f *Fetch) matchesScheme(a string) bool {
	b := f.url.Scheme()
	switch a = lower(a); a {
	case b:
		return true
	case "http":
		return b == "https"
	case "ws":
		return b == "wss" || !f.p.SourceUpgrades && (b == "http" || b == "https")
	case "wss":
		return !f.p.SourceUpgrades && b == "https"
	}
	return false
}

// matchesHost is https://w3c.github.io/webappsec-csp/#match-hosts: an address never matches, but in
// engines that take one.
func (f *Fetch) matchesHost(pattern string) bool {
	if _, ip := literal(f.url.host); ip && !f.p.SourceAddresses {
		return false
	}
	if pattern == "*" {
		return true
	}
	if end, ok := strings.CutPrefix(pattern, "*"); ok {
		return strings.HasSuffix(f.url.host, lower(end))
	}
	return equalFold(pattern, f.url.host)
}

// matchesPort is https://w3c.github.io/webappsec-csp/#match-ports for the current URL. In engines with
// SourceUpgrades a port that is named is upgraded where the scheme is, and not otherwise.
func (f *Fetch) matchesPort(s *source) bool {
	port := f.url.port
	if port == "" {
		port = defaultPort(f.url.Scheme())
	}
	scheme := s.scheme
	if scheme == "" {
		scheme = f.origin.Scheme
	}
	named := strings.TrimLeft(s.port, "0")
	switch {
	case s.port == "*":
		return true
	case s.port == "":
		return port == defaultPort(f.url.Scheme())
	case f.p.SourceUpgrades && lower(scheme) != f.url.Scheme():
		return named == "80" && port == "443"
	}
	return named == port
}

func defaultPort(scheme string) string {
	switch scheme {
	case "http", "ws":
		return "80"
	case "https", "wss":
		return "443"
	case "ftp":
		return "21"
	}
	return ""
}

// matchesPath is https://w3c.github.io/webappsec-csp/#match-paths.
func matchesPath(a, b string) bool {
	if a == "" || a == "/" && b == "" {
		return true
	}
	listA, listB := strings.Split(a, "/"), strings.Split(b, "/")
	exact := !strings.HasSuffix(a, "/")
	if len(listA) > len(listB) || exact && len(listA) != len(listB) {
		return false
	}
	if !exact {
		listA = listA[:len(listA)-1]
	}
	for i := range listA {
		if percentDecode(listA[i]) != percentDecode(listB[i]) {
			return false
		}
	}
	return true
}

// percentDecode is https://url.spec.whatwg.org/#string-percent-decode; what is no escape stays.
func percentDecode(s string) string {
	if d, err := url.PathUnescape(s); err == nil {
		return d
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if d, err := url.PathUnescape(s[i : i+3]); err == nil {
				b.WriteString(d)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
