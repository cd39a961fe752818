package diagnose

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// asker says who asks: "stated", "none", "null", or "foreign" and in which way its
// origin differs from one that the policy allows. host is that of the target.
func asker(from string, p *cases.Policy, host string) []string {
	allowed, certain := p.AllowsOrigin(from)
	switch {
	case from == "":
		return []string{"none", "empty"}
	case allowed && !p.AnyOrigin() && p.OriginFunc == nil && !slices.Contains(p.Origins, from):
		return []string{"stated", "matched"}
	case allowed && !p.AnyOrigin():
		return []string{"stated"}
	case allowed && certain:
		return []string{"stated", "any"}
	case from == "null":
		return []string{"null"}
	case p.ZeroConfig:
		return []string{"foreign", "unrelated"}
	case slices.Contains(p.Origins, "null") && strings.HasSuffix(from, ".null"):
		return []string{"foreign", "ending"}
	}
	return append([]string{"foreign"}, foreign(from, known(p), host)...)
}

// known are origins that a policy allows, or whose hosts its patterns name.
func known(p *cases.Policy) []string {
	list := p.AllowedOrigins()
	for _, pattern := range p.OriginPatterns {
		list = append(list, strings.NewReplacer("*.", "", ":*", "").Replace(pattern))
	}
	for _, expr := range p.OriginRegexes {
		if _, domain, ok := strings.Cut(expr, `\.`); ok { // behind the first label
			scheme, _, _ := strings.Cut(expr, "://")
			list = append(list, scheme+"://"+strings.ReplaceAll(domain, `\`, ""))
		}
	}
	return slices.DeleteFunc(list, func(o string) bool { return o == "*" || o == "null" })
}

// foreign are the ways in which a foreign origin resembles one that is known.
func foreign(from string, known []string, host string) []string {
	if kinds := foreignText(from); len(kinds) > 0 {
		return kinds
	}
	var kinds []string
	for _, o := range known {
		if k := resembles(from, o); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	if kinds = closest(kinds); len(kinds) > 0 {
		return kinds
	}
	if origin.Host(withHTTP(from)) == host && host != "" {
		return []string{"own-host"}
	}
	if kind := local(from); kind != "" {
		return []string{kind}
	}
	return []string{"unrelated"}
}

// foreignText are origins of which the text alone says what they are.
func foreignText(from string) []string {
	scheme, rest, ok := strings.Cut(from, "://")
	lower := strings.ToLower(scheme)
	switch {
	case strings.EqualFold(from, "null"):
		return []string{"spelling", "case"}
	case from == "*":
		return []string{"star"}
	case strings.Contains(from, "\n") && !strings.Contains(from, "\n "), strings.ContainsAny(from, ", ") && strings.Count(from, "://") > 1:
		return []string{"several"}
	case ok && lower == "file":
		return []string{"file"}
	case strings.HasSuffix(lower, "-extension"):
		return []string{"extension"}
	case strings.ContainsFunc(from, func(r rune) bool { return r < 0x21 || r > 0x7e }):
		return []string{"control"}
	case strings.Contains(from, "%"):
		return []string{"encoded"}
	case strings.Contains(rest, "@"):
		return []string{"userinfo"}
	case strings.Contains(rest, `\`):
		return []string{"backslash"}
	case strings.HasSuffix(rest, "/") && strings.Count(rest, "/") == 1:
		return []string{"slash"}
	case strings.ContainsAny(rest, "/?#"):
		return []string{"path"}
	case strings.ContainsAny(from, `"'<>{}!_;|^*()`):
		return []string{"junk"}
	}
	return nil
}

// local tells apart origins of this machine and of private networks.
func local(from string) string {
	scheme, _, _ := strings.Cut(from, "://")
	host := strings.Trim(origin.Host(withHTTP(from)), "[]")
	if scheme != "http" && scheme != "https" {
		return "app"
	}
	if origin.Loopback(host) {
		return "localhost"
	}
	if addr, err := netip.ParseAddr(host); err == nil && (addr.IsPrivate() || addr.IsLinkLocalUnicast()) {
		return "private"
	}
	return ""
}

// withHTTP lets an origin of any scheme be taken apart.
func withHTTP(from string) string {
	if _, rest, ok := strings.Cut(from, "://"); ok {
		return "http://" + rest
	}
	return "http://" + from
}

// nearer orders the ways from near to far: what holds of an origin in several ways is
// what is nearest.
var nearer = []string{"case", "slash", "default-port", "trailing-dot", "scheme", "no-scheme", "port-junk", "port", "www", "spelling", "concatenated", "subdomain", "parent", "dot", "ending", "beginning", "contains", "shortened", "same-scheme"}

func closest(kinds []string) []string {
	for _, k := range nearer {
		if slices.Contains(kinds, k) {
			return []string{k}
		}
	}
	return nil
}

// parts of an origin's text.
type parts struct{ scheme, host, port string }

func split(text string) parts {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		scheme, rest = "", text
	}
	host, port := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		host, port = rest[:i], rest[i+1:]
	}
	return parts{scheme, host, port}
}

// resembles says how a foreign origin is like an allowed one; "" for not at all.
func resembles(from, allowed string) string {
	f, a := split(from), split(allowed)
	switch {
	case from == allowed: // and not allowed itself: the domain of a pattern
		return "parent"
	case strings.EqualFold(from, allowed):
		return "case"
	case f.scheme == "" && f.host == a.host:
		return "no-scheme"
	case f.host == a.host && f.port == a.port:
		return "scheme"
	case f.host == a.host:
		return samePort(f, a)
	case f.host == a.host+".":
		return "trailing-dot"
	case f.scheme == a.scheme && f.host == "www."+a.host, a.host == "www."+f.host:
		return "www"
	case sameAddress(f.host, a.host):
		return "spelling"
	case strings.HasSuffix(f.host, "."+a.host):
		return "subdomain"
	case strings.HasSuffix(a.host, "."+f.host):
		return "parent"
	case unescaped(f.host, a.host):
		return "dot"
	case strings.HasSuffix(f.host, a.host):
		return "ending"
	case strings.HasPrefix(f.host, a.host):
		return "beginning"
	case strings.Contains(f.host, a.host) && a.host != "":
		return "contains"
	case strings.HasPrefix(allowed, from) && f.host != "":
		return "shortened"
	}
	return ""
}

func samePort(f, a parts) string {
	number := f.port != "" && !strings.ContainsFunc(f.port, func(r rune) bool { return r < '0' || r > '9' })
	switch {
	case f.port != "" && !number:
		return "port-junk"
	case f.scheme == a.scheme && strings.TrimLeft(f.port, "0") == a.port && f.port != "":
		return "spelling"
	case f.scheme == a.scheme && a.port == "" && f.port == origin.DefaultPort(f.scheme):
		return "default-port"
	}
	return "port"
}

// sameAddress: two spellings of one host, as the URL Standard has it.
func sameAddress(f, a string) bool {
	u, err := spec.ParseURL("http://" + f)
	w, err2 := spec.ParseURL("http://" + a)
	return err == nil && err2 == nil && f != a && u.Origin() == w.Origin()
}

// unescaped: the host differs where the allowed one has dots.
func unescaped(f, a string) bool {
	if len(f) != len(a) || !strings.Contains(a, ".") {
		return false
	}
	differs := false
	for i := range len(a) {
		if f[i] != a[i] {
			if a[i] != '.' {
				return false
			}
			differs = true
		}
	}
	return differs
}
