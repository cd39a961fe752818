package origin

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// Split takes an http(s) URL apart without touching a byte of its target.
func Split(url string) (scheme, authority, target string, err error) {
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

// Of is the serialised origin of a URL, "" of an empty or bad one.
func Of(url string) string {
	scheme, authority, _, err := Split(url)
	if err != nil {
		return ""
	}
	host := strings.ToLower(authority)
	if h, port, err := net.SplitHostPort(host); err == nil && port == DefaultPort(scheme) {
		host = h
		if strings.Contains(h, ":") {
			host = "[" + h + "]"
		}
	}
	return scheme + "://" + host
}

// DefaultPort is the port of http or https that an origin does not name.
func DefaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// IsHTTPS tells whether requests for a URL go over TLS.
func IsHTTPS(url string) bool { return strings.HasPrefix(url, "https://") }

// Host is the host of a URL without its port: cookies know no ports.
func Host(rawURL string) string {
	_, authority, _, err := Split(rawURL)
	if err != nil {
		return ""
	}
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return host
	}
	return authority
}

// Site is the site of an origin (https://html.spec.whatwg.org/#sites):
// scheme and registrable domain.
func Site(origin string) string {
	sites.RLock()
	site, ok := sites.of[origin]
	sites.RUnlock()
	if ok {
		return site
	}
	site = siteOf(origin)
	sites.Lock()
	defer sites.Unlock()
	if len(sites.of) >= mostSites {
		clear(sites.of)
	}
	sites.of[origin] = site
	return site
}

// sites are those of origins that were asked for: a run asks for the same few at each request. No more
// than mostSites are kept, since a target that redirects can make up any number.
var sites = struct {
	sync.RWMutex
	of map[string]string
}{of: map[string]string{}}

const mostSites = 1000

func siteOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return origin
	}
	return u.Scheme + "://" + Domain(u.Hostname())
}

// Domain is the registrable domain of a host, in lower case; the host itself where
// it has none (https://html.spec.whatwg.org/#schemelessly-same-site).
func Domain(host string) string {
	host = strings.ToLower(host)
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// Loopback tells whether browsers take a host, with or without brackets, for this
// machine, and plain http to it for trustworthy
// (https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy).
func Loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}
