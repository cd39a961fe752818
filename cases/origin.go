package cases

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// defaultPorts are the ports that a serialised origin leaves out.
var defaultPorts = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}

// parseOrigin takes a serialised tuple origin apart, exactly as a browser sends it
// (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin). `null` is none. A wildcard
// is an error too: the URL Standard allows "*" in a host, but here it is a pattern in the wrong list.
func parseOrigin(s string) (spec.Origin, error) {
	o, err := spec.ParseOrigin(s)
	switch {
	case err != nil:
		return spec.Origin{}, err
	case o.Opaque():
		return o, fmt.Errorf("%q is not scheme://host[:port]", s)
	case strings.Contains(o.Host, "*"):
		return spec.Origin{}, fmt.Errorf("%q has a wildcard in its host, browsers send none", s)
	}
	return o, nil
}

// checkOrigin says why s is not a serialised tuple origin: nil if it is.
func checkOrigin(s string) error {
	_, err := parseOrigin(s)
	return err
}

// portOf is the port of an origin, the scheme's default port where it names none; "0"
// where there is neither.
func portOf(o spec.Origin) string { return cmp.Or(o.Port, defaultPorts[o.Scheme], "0") }

// portNumber is portOf as a number: spec has checked that it is one.
func portNumber(o spec.Origin) int {
	n, _ := strconv.Atoi(portOf(o))
	return n
}

// withPort is the origin with another port, which is left out where it is the default.
func withPort(o spec.Origin, port string) spec.Origin {
	if o.Port = port; port == defaultPorts[o.Scheme] {
		o.Port = ""
	}
	return o
}
