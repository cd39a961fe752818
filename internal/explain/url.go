package explain

import (
	"net"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// originOf is the origin of a page's URL, as browsers write it; empty where it has none.
func originOf(page string) string {
	if page == "null" || page == "about:blank" || strings.HasPrefix(page, "file:") || strings.HasPrefix(page, "data:") {
		return "null"
	}
	if o := origin.Of(page); o != "" {
		return o
	}
	if scheme, rest, ok := strings.Cut(page, "://"); ok && scheme != "" { // capacitor://localhost
		host, _, _ := strings.Cut(rest, "/")
		return strings.ToLower(scheme + "://" + host)
	}
	return ""
}

// space is how near an address is to this machine.
type space int

const (
	public  space = iota
	local         // a private network
	machine       // this machine
)

// spaceOf is the space of a URL's host, as far as the name tells
// (https://wicg.github.io/local-network-access/#ip-address-space-section).
func spaceOf(url string) space {
	host := strings.Trim(origin.Host(url), "[]")
	if origin.Loopback(host) {
		return machine
	}
	if ip := net.ParseIP(host); ip != nil && (ip.IsPrivate() || ip.IsLinkLocalUnicast()) {
		return local
	}
	if strings.HasSuffix(strings.ToLower(host), ".local") {
		return local
	}
	return public
}

// sameOrigin tells whether a page may read a URL without CORS.
func sameOrigin(page, url string) bool {
	return page != "" && page != "null" && originOf(url) == page
}

// beforeCORS is what stops a request before CORS is looked at, as far as origin and URL
// tell; empty for nothing. sure: browsers agree about it.
//
// Mixed content: https://w3c.github.io/webappsec-mixed-content/#should-block-fetch. This machine
// is exempt (Safari blocks it all the same), and Chrome leaves private addresses to the check
// of local network access.
func beforeCORS(page, url string) (reason spec.Reason, sure bool) {
	scheme, _, _ := strings.Cut(strings.ToLower(url), ":")
	switch {
	case page == "" || url == "":
		return "", false
	case scheme == "http" || scheme == "ws":
		if strings.HasPrefix(page, "https://") && spaceOf("http"+strings.TrimPrefix(url, scheme)) == public {
			return spec.ReasonMixedContent, true
		}
	case scheme == "https" || scheme == "wss":
	default:
		return spec.ReasonCorsDisabledScheme, true
	}
	if page != "null" && spaceOf(page) == public && spaceOf(url) != public {
		if strings.HasPrefix(page, "http://") {
			return spec.ReasonInsecureLocalNetwork, false
		}
		return spec.ReasonLocalPermission, false
	}
	return "", false
}

// resolve is the URL that a redirect leads to; empty where it cannot be read.
func resolve(from, location string) string {
	u, err := spec.ParseURL(from)
	if err != nil || location == "" {
		return ""
	}
	to, err := u.Resolve(location)
	if err != nil {
		return ""
	}
	return to.String()
}

// OriginOf is the origin of what somebody gives as a page's origin: an origin, or the page's
// URL. Empty where it is neither.
func OriginOf(s string) string { return originOf(s) }

// Refused is why browsers make no request for a URL from a page, as far as both tell and
// browsers agree; empty: nothing tells so.
func Refused(page, url string) spec.Reason {
	if r, sure := beforeCORS(page, url); sure {
		return r
	}
	return ""
}

// AsksForLocalNetwork tells whether Chrome asks the user before a page reaches a URL: the page
// is public, and the URL is of this machine or a private network.
func AsksForLocalNetwork(page, url string) bool {
	r, _ := beforeCORS(page, url)
	return LayerOf(r) == spec.LayerLocalNetwork
}

// PlainHTTP tells whether a connection failed because TLS was asked for where HTTP is spoken
// without it, in the words of the system.
func PlainHTTP(message string) bool { return noTLS.MatchString(message) }

// noTLS is what crypto/tls, curl with OpenSSL, and Firefox say of an answer to a TLS handshake that
// is no TLS.
var noTLS = regexp.MustCompile(`(?i)first record does not look like a TLS handshake|server gave HTTP response to HTTPS client|wrong version number|packet length too long|SSL_ERROR_RX_RECORD_TOO_LONG`)

// Trouble is the reason that fits why a connection failed, in the words of the system.
func Trouble(message string) spec.Reason {
	if strings.Contains(message, ": lookup ") {
		return ReasonNotResolved // what package net says of every failure of the name
	}
	if f := failed(message); f != nil {
		return f.reason
	}
	if strings.Contains(message, "x509") || strings.Contains(message, "certificate") || strings.Contains(message, "tls: ") {
		return ReasonTLS
	}
	return spec.ReasonNetworkError
}
