package spec

import (
	"errors"
	"fmt"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// URL is a URL record (https://url.spec.whatwg.org/#concept-url) as far as
// fetching needs it.
type URL struct {
	href     string // serialised, with the fragment
	noFrag   int    // length of href without it
	scheme   string
	host     string
	port     string // empty for null, the default port included
	userinfo bool
}

// ParseURL parses an absolute URL as the URL Standard does
// (https://url.spec.whatwg.org/#concept-url-parser, without a base).
func ParseURL(s string) (URL, error) {
	if u, ok := parseOrdinary(s); ok {
		return u, nil
	}
	return parseAny(s, "")
}

// MaxOddURL is the length in bytes, with what it is relative to, up to which a
// URL is parsed that differs from its serialisation: the time of the parser
// that is used grows with the square of the length. The URL Standard has no
// limit; that of servers for a whole request line is mostly 8 or 16 KiB.
const MaxOddURL = 16 << 10

var errTooLong = fmt.Errorf("longer than %d bytes, and different from its serialisation, which is out of scope", MaxOddURL)

var errRelative = errors.New("it is relative; an absolute URL is needed")

// urlParser also percent-encodes what was added to the path percent-encode set in
// November 2024.
var urlParser = whatwg.NewParser(whatwg.WithPathPercentEncodeSet(whatwg.PathPercentEncodeSet.Set('^')))

func parseAny(s, base string) (URL, error) {
	if len(s)+len(base) > MaxOddURL {
		return URL{}, errTooLong
	}
	var u *whatwg.Url
	var err error
	if base == "" {
		u, err = urlParser.Parse(s)
		if err != nil && !hasScheme(s) {
			err = errRelative
		}
	} else {
		u, err = urlParser.ParseRef(base, s)
	}
	if err != nil {
		return URL{}, fmt.Errorf("not a valid URL: %w", err)
	}
	return URL{
		href:     u.Href(false),
		noFrag:   len(u.Href(true)),
		scheme:   u.Scheme(),
		host:     u.Hostname(),
		port:     u.Port(),
		userinfo: u.Username() != "" || u.Password() != "",
	}, nil
}

// hasScheme reports whether s begins with a scheme and a colon, as the URL
// parser's scheme start and scheme states read it.
func hasScheme(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return r <= ' ' })
	for i := 0; i < len(s); i++ {
		switch b := lowerByte(s[i]); {
		case b == '\t', b == '\n', b == '\r':
		case 'a' <= b && b <= 'z':
		case i > 0 && ('0' <= b && b <= '9' || b == '+' || b == '-' || b == '.'):
		default:
			return b == ':' && i > 0
		}
	}
	return false
}

// parseOrdinary recognises the URLs that the parser would return unchanged,
// save for the slash of an empty path, without running it: http or https, a
// plain ASCII host, nothing to encode or to resolve. In doubt it returns false.
func parseOrdinary(s string) (URL, bool) {
	u, i, ok := parseOrdinaryAuthority(s)
	if !ok {
		return URL{}, false
	}
	if i == len(s) {
		u.href = s + "/"
		u.noFrag = len(u.href)
		return u, true
	}
	if s[i] != '/' {
		return URL{}, false
	}
	end, ok := ordinaryTail(s, i)
	if !ok {
		return URL{}, false
	}
	u.href, u.noFrag = s, end
	return u, true
}

// isOrdinary is parseOrdinary without the result.
func isOrdinary(s string) bool {
	_, i, ok := parseOrdinaryAuthority(s)
	if !ok || i == len(s) {
		return ok
	}
	_, ok = ordinaryTail(s, i)
	return ok && s[i] == '/'
}

// parseOrdinaryAuthority is the part of parseOrdinary up to the path, which
// begins at i.
func parseOrdinaryAuthority(s string) (u URL, i int, ok bool) {
	switch {
	case strings.HasPrefix(s, "https://"):
		u.scheme, i = s[:5], 8
	case strings.HasPrefix(s, "http://"):
		u.scheme, i = s[:4], 7
	default:
		return URL{}, 0, false
	}
	start := i
	for i < len(s) && is(s[i], classHost) {
		i++
	}
	u.host = s[start:i]
	if !ordinaryHost(u.host) {
		return URL{}, 0, false
	}
	if i < len(s) && s[i] == ':' {
		i++
		start = i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		u.port = s[start:i]
		if !ordinaryPort(u.scheme, u.port) {
			return URL{}, 0, false
		}
	}
	return u, i, true
}

// ordinaryTail checks path, query and fragment, which begin at i, and returns
// where the fragment begins.
func ordinaryTail(s string, i int) (noFrag int, ok bool) {
	for ; i < len(s) && is(s[i], classPath); i++ {
		switch s[i] {
		case '/':
			if i+1 < len(s) && s[i+1] == '.' { // perhaps a dot segment
				return 0, false
			}
		case '%': // perhaps %2e, a dot
			if i+1 < len(s) && s[i+1] == '2' {
				return 0, false
			}
		}
	}
	if i < len(s) && s[i] == '?' {
		for i++; i < len(s) && is(s[i], classQuery); i++ {
		}
	}
	noFrag = i
	if i < len(s) && s[i] == '#' {
		for i++; i < len(s) && is(s[i], classFragment); i++ {
		}
	}
	return noFrag, i == len(s)
}

// ordinaryHost: labels of a-z, 0-9 and "-", none empty, none punycode, the last
// one beginning with a letter, or an IPv4 address in its usual spelling.
func ordinaryHost(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	last := 0
	for i := 0; ; i++ {
		if i == len(host) || host[i] == '.' {
			label := host[last:i]
			if label == "" || label[0] == '-' || label[len(label)-1] == '-' || len(label) > 63 ||
				len(label) > 3 && label[2] == '-' && label[3] == '-' {
				return false
			}
			if i == len(host) {
				break
			}
			last = i + 1
		}
	}
	if b := host[last]; '0' <= b && b <= '9' {
		return ordinaryIPv4(host)
	}
	return true
}

func ordinaryIPv4(host string) bool {
	parts := 0
	for i := 0; i < len(host); i++ {
		start, n := i, 0
		for i < len(host) && host[i] != '.' {
			if host[i] < '0' || host[i] > '9' || i-start == 3 {
				return false
			}
			n = n*10 + int(host[i]-'0')
			i++
		}
		if n > 255 || i-start > 1 && host[start] == '0' {
			return false
		}
		parts++
	}
	return parts == 4
}

func ordinaryPort(scheme, port string) bool {
	if port == "" || len(port) > 5 || port[0] == '0' && len(port) > 1 {
		return false
	}
	n := 0
	for i := 0; i < len(port); i++ {
		n = n*10 + int(port[i]-'0')
	}
	return n <= 65535 && !(scheme == "https" && n == 443 || scheme == "http" && n == 80)
}

// Resolve parses a Location value against u as a base
// (https://fetch.spec.whatwg.org/#concept-response-location-url, step 3). Bytes
// beyond ASCII are percent-encoded as they are, which for UTF-8 is what the
// URL parser does with the decoded text.
func (u URL) Resolve(location string) (URL, error) {
	if next, ok := parseOrdinary(location); ok {
		return next, nil
	}
	if len(location) > 1 && location[0] == '/' && location[1] != '/' && u.IsHTTP() {
		if end, ok := ordinaryTail(location, 0); ok {
			origin := u.href[:u.authorityEnd()]
			next := u
			next.href = origin + location
			next.noFrag = len(origin) + end
			return next, nil
		}
	}
	return parseAny(percentEncodeHigh(location), u.href)
}

// authorityEnd is the position in href of the path of an HTTP(S) URL.
func (u URL) authorityEnd() int {
	start := len(u.scheme) + len("://")
	return start + strings.IndexByte(u.href[start:], '/')
}

func percentEncodeHigh(s string) string {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		if s[i] < 0x80 {
			continue
		}
		buf := append(make([]byte, 0, len(s)+8), s[:i]...)
		for ; i < len(s); i++ {
			if b := s[i]; b < 0x80 {
				buf = append(buf, b)
			} else {
				buf = append(buf, '%', hex[b>>4], hex[b&15])
			}
		}
		return string(buf)
	}
	return s
}

// withScheme returns u with another scheme; with one that makes no URL of it, u.
func (u URL) withScheme(scheme string) URL {
	if with, err := ParseURL(scheme + u.href[len(u.scheme):]); err == nil {
		return with
	}
	return u
}

// withFragment returns u with a fragment, given with its "#", if it has none.
func (u URL) withFragment(fragment string) URL {
	if fragment == "" || u.noFrag < len(u.href) {
		return u
	}
	u.href += fragment
	return u
}

// String serialises u with its fragment.
func (u URL) String() string { return u.href }

// WithoutFragment serialises u as it goes to the server.
func (u URL) WithoutFragment() string { return u.href[:u.noFrag] }

// fragment returns the fragment with its "#", empty for null.
func (u URL) fragment() string { return u.href[u.noFrag:] }

// Scheme returns the scheme, without the colon.
func (u URL) Scheme() string { return u.scheme }

// path returns the path of an HTTP(S) URL, empty for another.
func (u URL) path() string {
	if !u.IsHTTP() {
		return ""
	}
	path := u.href[u.authorityEnd():u.noFrag]
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	return path
}

// IsHTTP reports whether the scheme is an HTTP(S) scheme
// (https://fetch.spec.whatwg.org/#http-scheme).
func (u URL) IsHTTP() bool { return u.scheme == "https" || u.scheme == "http" }

// HasCredentials reports whether u includes credentials, a user name or a
// password (https://url.spec.whatwg.org/#include-credentials).
func (u URL) HasCredentials() bool { return u.userinfo }

// Origin returns the origin of u (https://url.spec.whatwg.org/#concept-url-origin).
func (u URL) Origin() Origin {
	switch u.scheme {
	case "http", "https", "ws", "wss", "ftp":
		return Origin{Scheme: u.scheme, Host: u.host, Port: u.port}
	case "blob":
		inner, err := ParseURL(u.href[len("blob:"):u.noFrag])
		if err == nil && inner.IsHTTP() {
			return inner.Origin()
		}
	}
	return Origin{}
}
