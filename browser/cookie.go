package browser

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/origin"
)

// The cookie of WithCookie.
const (
	cookieName  = "corsproof"
	cookieValue = "1"
)

// cookieSent says whether the last request that went out carried our cookie.
func cookieSent(rec *record) bool {
	if len(rec.sent) == 0 {
		return false
	}
	v := field(rec.sent[len(rec.sent)-1].Headers, "Cookie")
	if v == nil {
		return false
	}
	for pair := range strings.SplitSeq(*v, ";") {
		if strings.TrimSpace(pair) == cookieName+"="+cookieValue {
			return true
		}
	}
	return false
}

// cookieTrouble reports that the browser withheld our cookie for a reason that
// is not the request's: a credentialed case would then pass, or fail, without
// having tested anything.
func cookieTrouble(req *cases.Request, rec *record) error {
	if !req.WithCookie {
		return nil
	}
	for i, s := range rec.sent {
		for _, c := range s.AssociatedCookies {
			if c.Cookie == nil || c.Cookie.Name != cookieName {
				continue
			}
			for _, why := range c.BlockedReasons {
				switch why {
				case network.CookieBlockedReasonUserPreferences, network.CookieBlockedReasonThirdPartyPhaseout, network.CookieBlockedReasonUnknownError:
					return &NetError{URL: rec.hops[min(i, len(rec.hops)-1)].request.URL, Code: "third-party cookie blocked (" + why.String() + ")",
						Text: "this browser's settings block third-party cookies, so the outcome says nothing about the target; allow them in its profile"}
				}
			}
		}
	}
	return nil
}

// setCookie puts the cookie for the URL's host into the tab's browser context,
// with attributes that let it be sent wherever credentials are.
func (t *tab) setCookie(rawURL string) error {
	return t.setCookies(Cookie{URL: rawURL, Name: cookieName, Value: cookieValue})
}

// Cookie is a cookie that the browser has of the host of a URL.
type Cookie struct{ URL, Name, Value string }

// giveCookies puts the cookies of Options.Cookies into the tab's browser context.
func (t *tab) giveCookies() error {
	if len(t.chrome.opt.Cookies) == 0 {
		return nil
	}
	return t.setCookies(t.chrome.opt.Cookies...)
}

func (t *tab) setCookies(list ...Cookie) error {
	params := make([]*network.CookieParam, len(list))
	for i, c := range list {
		var err error
		if params[i], err = cookieFor(c); err != nil {
			return err
		}
	}
	_, err := chromedp.CallBrowser(t.ctx, storage.SetCookies, storage.SetCookiesParams{Cookies: params, BrowserContextID: t.in})
	if err != nil {
		return fmt.Errorf("setting the cookie %s for %s: %w", list[0].Name, origin.Of(list[0].URL), err)
	}
	return nil
}

// clearCookies leaves the tab's browser context the cookies that it had at the beginning.
func (t *tab) clearCookies() error {
	if _, err := chromedp.CallBrowser(t.ctx, storage.ClearCookies, storage.ClearCookiesParams{BrowserContextID: t.in}); err != nil {
		return err
	}
	return t.giveCookies()
}

// cookieFor makes the cookie. SameSite=None, which cross-site requests need,
// must be Secure, which the browser takes over TLS and on loopback; on other
// plain http hosts only pages of the same site can have it sent.
func cookieFor(of Cookie) (*network.CookieParam, error) {
	u, err := url.Parse(of.URL)
	if err != nil {
		return nil, fmt.Errorf("setting a cookie: %w", err)
	}
	c := &network.CookieParam{Name: of.Name, Value: of.Value, URL: u.Scheme + "://" + u.Host + "/", Path: "/"}
	if u.Scheme == "https" || origin.Loopback(u.Hostname()) {
		c.Secure, c.SameSite = true, network.CookieSameSiteNone
	} else {
		c.SameSite = network.CookieSameSiteLax
	}
	return c, nil
}

// sameSite says whether page and target are schemefully same-site
// (https://html.spec.whatwg.org/multipage/browsers.html#same-site).
func sameSite(from string, target *url.URL) bool {
	page, err := url.Parse(from)
	if err != nil || from == nullOrigin || page.Scheme != target.Scheme {
		return false
	}
	return origin.Domain(page.Hostname()) == origin.Domain(target.Hostname())
}
