package browserfields

import (
	"net/url"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
)

// What a browser adds to a request of its own accord. Servers answer by it:
// compression layers by Accept-Encoding, translations by Accept-Language,
// isolation policies by Sec-Fetch-*. A request without these fields may get an
// answer that no browser ever sees. Order and values are those that Chromium
// 156 sends, without what only Chromium has (client hints) or what a
// page can turn off (Referer).

// UserAgent is a browser's, since some servers refuse what looks like none,
// and says whose request it is.
const UserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 corsproof"

// The codings that a browser understands: Brotli and Zstandard only where
// nobody on the way can tamper with what he does not know.
const (
	codingsSecure = "gzip, deflate, br, zstd"
	CodingsPlain  = "gzip, deflate"
)

// Asking is what the fields that a browser adds depend on.
type Asking struct {
	Urls      []string // of the request and of the hops before it, the last one now
	Origin    string   // of the page; empty: the target's own
	Preflight bool
	API       string // as cases.Request has it
	Mode      string // "cors", "no-cors", "same-origin", "navigate"
	Have      func(name string) bool
}

// BrowserFields are the lines that a browser adds, before and after those that
// the request itself is made of. What it has already is not added.
func BrowserFields(a Asking) (before, after []string) {
	secure := trustworthy(a.Urls[len(a.Urls)-1])
	agent, accept := []string{"User-Agent: " + UserAgent}, []string{"Accept: " + AcceptOf(a.API)}
	site, mode := "Sec-Fetch-Site: "+fetchSite(a.Origin, a.Urls), "Sec-Fetch-Mode: "+a.Mode
	coding := CodingsPlain
	if secure {
		coding = codingsSecure
	}
	var media []string
	if a.API == "video" || a.API == "audio" {
		media = []string{"Range: bytes=0-"} // where it begins to play, and seeks from
	}
	if media != nil || a.Have("Range") {
		coding = "identity" // the bytes of a part are counted before they are packed
	}
	if a.Preflight {
		before, after = accept, agent
		site, mode = mode, site
	} else {
		before = append(agent, accept...)
	}
	if secure {
		after = append(after, site, mode, "Sec-Fetch-Dest: "+destination(a.API))
	}
	after = append(after, media...)
	after = append(after, "Accept-Encoding: "+coding, "Accept-Language: en-US,en;q=0.9")
	return missing(before, a.Have), missing(after, a.Have)
}

// missing drops the lines whose field is there.
func missing(lines []string, have func(string) bool) []string {
	kept := lines[:0]
	for _, line := range lines {
		if name, _, _ := strings.Cut(line, ":"); !have(name) {
			kept = append(kept, line)
		}
	}
	return kept
}

// trustworthy tells whether a URL is potentially trustworthy
// (https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy): to
// others no Sec-Fetch-* field goes (https://w3c.github.io/webappsec-fetch-metadata/).
func trustworthy(rawURL string) bool {
	return origin.IsHTTPS(rawURL) || origin.Loopback(origin.Host(rawURL))
}

// fetchSite is the value of Sec-Fetch-Site: how near the page is to the
// farthest of the URLs (https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header).
func fetchSite(from string, urls []string) string {
	value := "same-origin"
	for _, u := range urls {
		target := origin.Of(u)
		switch {
		case from == "" || from == target:
		case origin.Site(from) != origin.Site(target):
			return "cross-site"
		default:
			value = "same-site"
		}
	}
	return value
}

// AcceptOf is the value of Accept where the author sets none.
func AcceptOf(api string) string {
	switch api {
	case "img", "canvas", "mask", "shape":
		return "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
	case "stylesheet":
		return "text/css,*/*;q=0.1"
	case "eventsource":
		return "text/event-stream"
	case "navigate":
		return "text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,*/*;q=0.8"
	}
	return "*/*"
}

// destination is the value of Sec-Fetch-Dest
// (https://fetch.spec.whatwg.org/#concept-request-destination).
func destination(api string) string {
	switch api {
	case "img", "canvas", "mask", "shape":
		return "image"
	case "video", "audio", "track":
		return api
	case "script", "module":
		return "script"
	case "stylesheet":
		return "style"
	case "font":
		return "font"
	case "navigate":
		return "document"
	}
	return "empty"
}

// RawAsking is a raw request as a browser would take it: made by a script of
// the origin that it names, or of the target's own.
func RawAsking(url, method string, lines []string) Asking {
	a := Asking{Urls: []string{url}, Mode: "cors", Have: func(name string) bool { return Stated(lines, name) != nil }}
	if line := Stated(lines, "Origin"); line != nil {
		if a.Origin = *line; !isOrigin(a.Origin) {
			a.Origin = "null"
		}
	}
	a.Preflight = method == "OPTIONS" && a.Have("Access-Control-Request-Method")
	return a
}

// isOrigin tells whether a value of Origin can be compared with others.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Host != "" && u.Path == ""
}

// Stated is the value of the first of the lines with that name; nil for none.
func Stated(lines []string, name string) *string {
	for _, line := range lines {
		n, value, ok := strings.Cut(line, ":")
		if ok && strings.EqualFold(strings.Trim(n, " \t"), name) {
			value = strings.Trim(value, " \t")
			return &value
		}
	}
	return nil
}
