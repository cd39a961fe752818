package cases

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// defaultPorts are the ports that a serialised origin leaves out.
var defaultPorts = map[string]int{"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}

// origin is a parsed tuple origin.
type origin struct {
	scheme string
	host   string // with brackets for IPv6
	port   int    // 0 for none, of a scheme without default port
	listed bool   // the port stands in the text
}

// parseOrigin takes scheme://host[:port] apart. It does not judge the host.
func parseOrigin(s string) (origin, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme == "" || rest == "" {
		return origin{}, fmt.Errorf("%q is not scheme://host[:port]", s)
	}
	o := origin{scheme: scheme, host: rest, port: defaultPorts[scheme]}
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		n, err := strconv.Atoi(rest[i+1:])
		if err != nil || n < 0 || n > 65535 || strconv.Itoa(n) != rest[i+1:] {
			return origin{}, fmt.Errorf("%q has the port %q, which is not a number from 0 to 65535 without leading zeros", s, rest[i+1:])
		}
		o.host, o.port, o.listed = rest[:i], n, true
	}
	return o, nil
}

// String is the serialised origin: the default port left out.
func (o origin) String() string {
	s := o.scheme + "://" + o.host
	if o.port != 0 && o.port != defaultPorts[o.scheme] {
		s += ":" + strconv.Itoa(o.port)
	}
	return s
}

// hostport is host:port with the default port spelled out.
func (o origin) hostport() string { return o.host + ":" + strconv.Itoa(o.port) }

// checkOrigin says why s is not a serialised tuple origin exactly as a browser
// sends it (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin): nil
// if it is.
func checkOrigin(s string) error {
	o, err := parseOrigin(s)
	if err != nil {
		return err
	}
	for i, c := range []byte(o.scheme) {
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || strings.IndexByte("+-.", c) >= 0)) {
			return fmt.Errorf("%q has the scheme %q, browsers send it in lower case", s, o.scheme)
		}
	}
	if o.listed && o.port == defaultPorts[o.scheme] {
		return fmt.Errorf("%q names the default port of %s, browsers leave it out: %s", s, o.scheme, o)
	}
	if v6, ok := strings.CutPrefix(o.host, "["); ok {
		addr, err := netip.ParseAddr(strings.TrimSuffix(v6, "]"))
		if err != nil || !addr.Is6() || addr.Zone() != "" || !strings.HasSuffix(v6, "]") {
			return fmt.Errorf("%q has the host %q, which is not an IPv6 address in brackets", s, o.host)
		}
		if want := "[" + addr.String() + "]"; want != o.host && !addr.Is4In6() {
			return fmt.Errorf("%q has the host %q, browsers send %s", s, o.host, want)
		}
		return nil
	}
	for _, c := range []byte(o.host) {
		switch {
		case 'A' <= c && c <= 'Z':
			return fmt.Errorf("%q has upper-case letters in its host, browsers send %s", s, strings.ToLower(s))
		case c == '/' || c == '?' || c == '#' || c == '@':
			return fmt.Errorf("%q has more than scheme, host and port", s)
		case c >= 0x80:
			return fmt.Errorf("%q has a host that is not ASCII, browsers send its punycode form (xn--...)", s)
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~!$&'()+,;=", c) >= 0:
		default:
			return fmt.Errorf("%q has the character %q in its host", s, c)
		}
	}
	if o.host == "" {
		return fmt.Errorf("%q has no host", s)
	}
	return nil
}
