package fetch

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"

	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// jar keeps cookies as a browser does that allows third-party cookies: between a page and a
// server of different sites go those with SameSite=None and Secure alone
// (https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-retrieval-model).
// A cookie without SameSite counts as Lax, as in Chromium and in the draft.
type jar struct {
	near, any *cookiejar.Jar // all cookies; those that go across sites
	// refused are the names of cookies that an answer set and that are not kept, for want of
	// SameSite=None; Secure.
	refused []string
}

func newJar() *jar {
	j := &jar{}
	opt := &cookiejar.Options{PublicSuffixList: publicsuffix.List}
	j.near, _ = cookiejar.New(opt) // it gives no error
	j.any, _ = cookiejar.New(opt)
	return j
}

// sameSite tells whether a request of a page stays within its site.
func sameSite(page, rawURL string) bool {
	return page != "null" && origin.Site(page) == origin.Site(origin.Of(rawURL))
}

// Cookie is for model.Jar.
func (j *jar) Cookie(page, rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	from := j.any
	if sameSite(page, rawURL) {
		from = j.near
	}
	text := ""
	for _, c := range from.Cookies(trustworthy(u)) {
		if text != "" {
			text += "; "
		}
		text += c.Name + "=" + c.Value
	}
	return text
}

// Keep is for model.Jar.
func (j *jar) Keep(page, rawURL string, answer spec.Header) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return
	}
	u = trustworthy(u)
	for _, line := range answer.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil || c.Secure && u.Scheme != "https" {
			continue
		}
		crosses := c.SameSite == http.SameSiteNoneMode && c.Secure
		if !crosses && !sameSite(page, rawURL) {
			j.refused = append(j.refused, c.Name)
			continue
		}
		j.near.SetCookies(u, []*http.Cookie{c})
		if crosses {
			j.any.SetCookies(u, []*http.Cookie{c})
		}
	}
}

// trustworthy is a URL as the jar sees it: this machine may have Secure cookies over plain HTTP
// (https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy).
func trustworthy(u *url.URL) *url.URL {
	if u.Scheme != "http" || !origin.Loopback(u.Hostname()) {
		return u
	}
	v := *u
	v.Scheme = "https"
	return &v
}
