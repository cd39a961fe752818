package harness

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// splitURL takes an http(s) URL apart without touching a byte of its target.
func splitURL(url string) (scheme, authority, target string, err error) {
	url, _, _ = strings.Cut(url, "#")
	scheme, rest, ok := strings.Cut(url, "://")
	scheme = strings.ToLower(scheme)
	if !ok || (scheme != "http" && scheme != "https") {
		return "", "", "", fmt.Errorf("%q is not an http or https URL", url)
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, target = rest[:end], rest[end:]
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	if authority == "" {
		return "", "", "", fmt.Errorf("%q has no host", url)
	}
	return scheme, authority, target, nil
}

// originOf is the serialised origin of a URL, "" of an empty or bad one.
func originOf(url string) string {
	scheme, authority, _, err := splitURL(url)
	if err != nil {
		return ""
	}
	host := strings.ToLower(authority)
	if h, port, err := net.SplitHostPort(host); err == nil && port == defaultPort(scheme) {
		host = h
		if strings.Contains(h, ":") {
			host = "[" + h + "]"
		}
	}
	return scheme + "://" + host
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

func isHTTPS(url string) bool { return strings.HasPrefix(url, "https://") }

// hostOf is the host of a URL without its port: cookies know no ports.
func hostOf(rawURL string) string {
	_, authority, _, err := splitURL(rawURL)
	if err != nil {
		return ""
	}
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return host
	}
	return authority
}

// siteOf is the site of an origin (https://html.spec.whatwg.org/#sites):
// scheme and registrable domain.
func siteOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return origin
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if err != nil {
		domain = u.Hostname()
	}
	return u.Scheme + "://" + domain
}
