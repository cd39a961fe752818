package spec

import (
	"errors"
	"fmt"
)

// Origin is an origin (https://html.spec.whatwg.org/multipage/browsers.html#concept-origin):
// a tuple origin or, its zero value, an opaque one. The port is empty for null.
type Origin struct{ Scheme, Host, Port string }

// Opaque reports whether o is an opaque origin, which serialises as `null`.
func (o Origin) Opaque() bool { return o.Scheme == "" }

// SameOrigin reports whether o and p are the same tuple origin
// (https://html.spec.whatwg.org/multipage/browsers.html#same-origin). An opaque
// origin differs from every other; two opaque values here are two origins.
func (o Origin) SameOrigin(p Origin) bool { return !o.Opaque() && o == p }

// String serialises o
// (https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin).
func (o Origin) String() string {
	switch {
	case o.Opaque():
		return "null"
	case o.Port == "":
		return o.Scheme + "://" + o.Host
	}
	return o.Scheme + "://" + o.Host + ":" + o.Port
}

// ParseOrigin parses a serialised origin, or `null`. It takes nothing but the
// exact serialisation: no upper case, no default port, no trailing slash, the
// host in its ASCII form. Tuples with schemes other than the URL Standard's
// (capacitor://localhost, chrome-extension://...) are origins too, which browsers send.
func ParseOrigin(s string) (Origin, error) {
	if s == "null" {
		return Origin{}, nil
	}
	if u, i, ok := parseOrdinaryAuthority(s); ok && i == len(s) {
		return Origin{Scheme: u.scheme, Host: u.host, Port: u.port}, nil
	}
	u, err := ParseURL(s)
	if err != nil {
		return Origin{}, fmt.Errorf("%q is not a serialised origin: %w", s, err)
	}
	o := Origin{Scheme: u.scheme, Host: u.host, Port: u.port}
	if o.Host == "" || o.Scheme == "file" {
		return Origin{}, fmt.Errorf("%q is not a serialised origin: it has no host", s)
	}
	if want := o.String(); want != s {
		return Origin{}, fmt.Errorf("%q is not a serialised origin: its serialisation is %q", s, want)
	}
	return o, nil
}

// SerializeOrigin returns the serialised origin of an absolute URL, `null` for
// one with an opaque origin.
func SerializeOrigin(url string) (string, error) {
	u, err := ParseURL(url)
	if err != nil {
		return "", err
	}
	return u.Origin().String(), nil
}

// SameOrigin reports whether two absolute URLs have the same tuple origin. A
// serialised origin is such a URL; `null`, or anything that does not parse, is
// never same origin with anything.
func SameOrigin(urlA, urlB string) bool {
	a, errA := ParseURL(urlA)
	b, errB := ParseURL(urlB)
	return errors.Join(errA, errB) == nil && a.Origin().SameOrigin(b.Origin())
}
