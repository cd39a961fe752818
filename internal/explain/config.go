package explain

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// People paste the setting of their server instead of what the browser says. What it does no text
// tells; what no browser sends as Origin can be seen in it.

var (
	setting = regexp.MustCompile(`(?i)\bcors\s*\(\s*(?:app\b|\{)|\buse\(\s*cors\(|\.register\(\s*(?:fastify)?cors\b|\bcors["']?\s*:\s*\{|\borigins\s+['"]|\ballow_?origins?["']?\s*[=:(]|\ballowed_?origins?(?:_all|patterns)?["']?\s*[=:(]|\bCORS_(?:ALLOWED_)?ORIGINS?\w*\s*[=:]|\bwithorigins\s*\(|@crossorigin\b|\benablecors\s*\(` +
		`|\badd_header\s+['"]?access-control-|\bheader\s+(?:always\s+)?(?:set|add)\s+['"]?access-control-|\bheader\s+access-control-allow-origin\s+['"]?(?:https?:|\*)|(?:setheader|\.header|\.set|\.add)\s*\(\s*["']access-control-|["']access-control-allow-origin["']\s*[\],]` +
		`|\bheader\s*\(\s*["']access-control-|\bresp\.http\.access-control-|\ballow(?:ed)?_?origins?_?\w*(?:func|validator|regex|patterns?|fn)["']?\s*[=:(]|\b(?:set|add)allowedorigin\w*\s*\(|\borigin_?patterns?\s*=|\bsetisoriginallowed\s*\(|\bCORS_ALLOW_ALL_ORIGINS\s*=|\bCORS_ORIGIN_ALLOW_ALL\s*=|\ballow_any_origin\s*\(|\ballow_?origin::` +
		`|\bmap\s+\$http_origin\b|\$http_origin\s+~|\bsetenvif(?:nocase)?\s+origin\b|\bheader_regexp\s+(?:\w+\s+)?origin\b|\baccesscontrolalloworigin\w*\s*:|\bcors_?origins?_?\w*\s*=>`)
	quotedText   = regexp.MustCompile("\"([^\"\n]*)\"|'([^'\n]*)'|`([^`\n]*)`")
	unquotedText = regexp.MustCompile(`(?i)access-control-allow-origin["']?\s+([^\s;"']+)`)
	hostLike     = regexp.MustCompile(`(?i)^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})(?::\d+)?(?:/\S*)?$`)
	webAddress   = regexp.MustCompile(`(?i)(?:^|[\s,])(?:https?|capacitor|ionic|tauri|app|chrome-extension|moz-extension)://`)
	// sentAlike finds one origin that is sent to every page, by cors of Express or as a header.
	sentAlike = regexp.MustCompile(`(?i)\borigin["']?\s*:\s*["']([^"']+)["']|access-control-allow-origin["']?\s*[,\s]\s*["']?(https?://[^\s;"')]+)`)
)

// configSeen is what a server's configuration shows.
type configSeen struct {
	origins []string // that it lets in, as they are written
	odd     []string // what no browser sends as Origin, or no browser takes
	// misspelt: one is written as no browser writes it.
	misspelt bool
	clean    string // the first as a browser would send it; empty: none is one
	// guessed: clean has a scheme that the text does not have, and no page tells.
	guessed bool
	page    string // the page's origin; empty: not known
	// alike: the one that is misspelt is sent to every page.
	alike  bool
	lets   *letsIn // by what it lets in others; nil: by nothing that is known
	logins bool    // it allows credentials
}

// readConfig reads the origins of a server's configuration.
func readConfig(in string, c *Context) ([]sighting, error) {
	f := &configSeen{page: c.Origin}
	for _, list := range [][][]string{quotedText.FindAllStringSubmatch(in, 200), unquotedText.FindAllStringSubmatch(in, 50)} {
		for _, m := range list {
			f.take(strings.Join(m[1:], ""))
		}
	}
	code := comment.ReplaceAllString(in, "")
	f.logins, f.lets = withLogins.MatchString(code), lettingIn(code)
	if m := sentAlike.FindStringSubmatch(code); m != nil && f.misspelt && len(f.origins) == 1 {
		f.alike = f.origins[0] == m[1]+m[2]
	}
	switch {
	case f.lets != nil && !f.misspelt:
		f.clean = f.lets.example
	case f.lets == nil && f.logins && slices.Contains(f.origins, "*"):
		f.odd = append(f.odd, "* stands beside credentials: browsers refuse * for a request with cookies")
	}
	return []sighting{{url: c.URL, origin: c.Origin, method: c.Method, reason: ReasonUndetermined, config: f}}, nil
}

// take takes over a value if it is, or was meant to be, an origin.
func (f *configSeen) take(v string) {
	if v != "*" && v != "null" && !webAddress.MatchString(v) && !hostLike.MatchString(strings.TrimSpace(v)) || slices.Contains(f.origins, v) {
		return
	}
	f.origins = append(f.origins, v)
	what, clean := f.oddOrigin(v)
	if what != "" {
		f.odd, f.misspelt = append(f.odd, fmt.Sprintf("%q %s", safeURL(v), what)), f.misspelt || v != "null"
	}
	if f.clean == "" {
		f.clean, f.guessed = clean, f.page == "" && !strings.Contains(v, "://")
	}
}

// oddOrigin says what is odd in the spelling of an origin, and what a browser would send in its place;
// both are empty where there is nothing to say.
func (f *configSeen) oddOrigin(v string) (what, clean string) {
	trimmed := strings.TrimSpace(v)
	switch {
	case v == "*":
		return "", ""
	case v == "null":
		return "is the origin of every file and sandboxed frame: who lets it in lets in anybody", ""
	case strings.Count(v, "://") > 1 || strings.Contains(trimmed, ",") || strings.Contains(trimmed, " "):
		return "holds several origins in one value, and no page's origin is equal to that", ""
	case strings.ContainsAny(v, `*^$\(|{`):
		return "", "" // a pattern is read by each library in its way
	case !strings.Contains(v, "://"):
		_, clean = f.oddOrigin(f.schemeFor(trimmed) + trimmed)
		return "has no scheme: an Origin begins with http:// or https://", clean
	}
	u, err := url.Parse(trimmed)
	if err != nil || u.Host == "" {
		return "is no origin", ""
	}
	clean = originOf(trimmed)
	switch {
	case u.Path == "/" && u.RawQuery == "":
		return "ends in a slash, which no browser sends in Origin", clean
	case u.Path != "" || u.RawQuery != "":
		return "has a path, which no browser sends in Origin", clean
	case v != trimmed:
		return "has a blank at its end", clean
	case !strings.EqualFold(v, clean):
		return "names the scheme's own port, which browsers leave out", clean
	case v != clean:
		return "has capitals, and browsers send small letters", clean
	}
	return "", clean
}

// schemeFor is the scheme that the page has, or else the one that a page of a host has most likely.
func (f *configSeen) schemeFor(host string) string {
	if scheme, _, ok := strings.Cut(f.page, "://"); ok {
		return scheme + "://"
	}
	name, _, _ := strings.Cut(host, "/")
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	if name == "localhost" || net.ParseIP(name) != nil {
		return "http://"
	}
	return "https://"
}

// cause is the cause that a configuration shows: an id of cases.Causes, empty where it shows none. To let
// in others without credentials can be meant.
func (f *configSeen) cause() string {
	if f.lets == nil || !f.logins {
		return ""
	}
	return f.lets.cause
}

// title, here and do of a configuration.
func (f *configSeen) title() string {
	switch {
	case f.lets != nil:
		return f.lets.title(f.logins)
	case len(f.origins) == 0:
		return "This is a server's configuration and no message, and it names no origin"
	case len(f.odd) == 0:
		return "This is a server's configuration and no message; nothing is odd in the spelling of its origins"
	}
	return "This is a server's configuration, and in it " + f.odd[0]
}

// askStranger is how to see whether a page of others is let in; page is whose the command is for, empty
// for none that is given.
func (f *configSeen) askStranger(page string) string {
	if page == "" && f.clean == f.lets.example {
		return "Then ask the server with the command below: it must not let in that page."
	}
	return "Then ask the server with the command below, and once more with --from " + f.lets.example + ", which it must not let in."
}

func (f *configSeen) here() string {
	text := "What the server sends, only a request shows."
	odd := f.odd
	switch {
	case f.lets != nil:
		text, odd = f.lets.here(f.logins), append([]string{""}, odd...)
	case f.alike:
		text = "It is sent to every page as it stands, or compared with the Origin, and a browser's Origin is never equal to it byte for byte. Where the answer has this value, every page is blocked. " + text
	case f.misspelt:
		text = "Most libraries compare an origin letter by letter, and let nobody in by one that no browser sends. " + text
	}
	if len(odd) > 1 {
		text = "Besides, " + strings.Join(odd[1:], "; ") + ". " + text
	}
	return text
}

func (f *configSeen) do() string {
	if f.lets != nil && !f.logins {
		return "If everybody may read, send * in place of it, which lets in nobody's credentials. If not, compare the whole Origin with a list, and send Vary: Origin. Then ask the server with the command below, and read what it prints."
	}
	if !f.misspelt || f.clean == "" {
		return "Ask the server with the command below, and read what it prints."
	}
	as := f.clean
	switch {
	case strings.Contains(f.page, "://"):
		as = f.page
	case f.guessed:
		as += " (whether it is http or https, the address of the page tells)"
	}
	return "Write each origin as browsers do: scheme, host, and the port unless it is the scheme's own, with nothing behind it, as in " + as + ". Then ask the server with the command below."
}
