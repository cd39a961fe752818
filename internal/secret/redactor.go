package secret

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Hidden stands for a secret in what is shown.
const Hidden = "[redacted]"

// OwnCookie, OwnParameter and OwnSite are what checks themselves put into requests: no secrets.
const (
	OwnCookie    = "corsproof=1"
	OwnParameter = "_"
	OwnSite      = "evil.test"
)

// Redactor hides secrets. The nil and the zero value know no values, and go by names.
type Redactor struct {
	// Endpoint: the URLs and the content are those of an ordinary endpoint, of which nothing
	// is known: all values in a query are secrets, and so is what it answers. Otherwise
	// they are those of the contract, which the table of cases itself states.
	Endpoint bool
	values   []string // the longest first
	params   []string // of the query of the target's URL, as they stand
	replacer *strings.Replacer
}

// shortest is how long a value is at least that is hidden wherever it stands, in bytes: a
// shorter one would hide parts of ordinary words.
const shortest = 6

// Add makes values known: they are hidden wherever they stand, as they are, as a URL has
// them and as JSON has them.
func (r *Redactor) Add(values ...string) {
	for _, v := range values {
		for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(strings.ReplaceAll(v, `\`, `\\`), `"`, `\"`)} {
			if len(v) >= shortest && !slices.Contains(r.values, form) {
				r.values = append(r.values, form)
			}
		}
	}
	slices.SortStableFunc(r.values, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	pairs := make([]string, 0, 2*len(r.values))
	for _, v := range r.values {
		pairs = append(pairs, v, Hidden)
	}
	r.replacer = strings.NewReplacer(pairs...)
}

// AddURL makes the secrets of the target's URL known: its user info, and what its query
// and its fragment hold, where that looks like nothing else. The query and the fragment as a
// whole are hidden in any case where a URL is shown.
func (r *Redactor) AddURL(rawURL string) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return
	}
	if u.User != nil {
		password, _ := u.User.Password()
		r.Add(password)
	}
	r.params = append(r.params, strings.Split(u.RawQuery, "&")...)
	for text := range strings.SplitSeq(u.RawQuery+"&"+u.EscapedFragment(), "&") {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			value = name
		}
		if plain, err := url.QueryUnescape(value); err == nil && (Named(name) || tokenLike(plain)) {
			r.Add(plain)
		}
	}
}

// tokenLike tells whether a value is one that nobody writes by hand: long, of letters and
// digits mixed. A word, a number, a URL or a media type is not.
func tokenLike(v string) bool {
	const long = 12
	if len(v) < long || strings.ContainsAny(v, "/: ") {
		return false
	}
	letters, digits := 0, 0
	for _, c := range v {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters++
		}
	}
	return letters > 0 && digits > 0
}

// AddContent makes content that was sent known, and the secrets in it.
func (r *Redactor) AddContent(text string) {
	r.Add(text)
	for _, m := range pairs.FindAllStringSubmatch(text, -1) {
		if Named(m[1]) {
			r.Add(m[3])
		}
	}
}

// known hides values that are known.
func (r *Redactor) known(s string) string {
	if r == nil || r.replacer == nil || len(s) < shortest {
		return s
	}
	return r.replacer.Replace(s)
}

// theirs tells whether a parameter is one of the target's URL, with or without a path
// that was added behind it.
func (r *Redactor) theirs(param string) bool {
	return r != nil && slices.ContainsFunc(r.params, func(p string) bool {
		return p != "" && (param == p || strings.HasPrefix(param, p+"/"))
	})
}

// endpoint tells whether nothing is known of the URLs and the content.
func (r *Redactor) endpoint() bool { return r != nil && r.Endpoint }

// Text hides secrets in a text: known values, those of URLs, and parameters that are
// named like a secret.
func (r *Redactor) Text(s string) string {
	if s = r.known(s); !strings.ContainsAny(s, "=:") {
		return s
	}
	if strings.Contains(s, "://") {
		s = urls.ReplaceAllStringFunc(s, r.URL)
	}
	if strings.Contains(s, "?") {
		s = relative.ReplaceAllStringFunc(s, r.URL)
	}
	if !strings.ContainsAny(s, `="`) { // most texts: each form of pairs has one of them
		return s
	}
	return pairs.ReplaceAllStringFunc(s, func(pair string) string {
		m := pairs.FindStringSubmatch(pair)
		if !Named(m[1]) || strings.HasPrefix(m[3], Hidden) || plain.MatchString(m[3]) {
			return pair
		}
		return m[1] + m[2] + Hidden
	})
}

var (
	// urls are those within a text.
	urls = regexp.MustCompile(`(?i)\b(?:https?|wss?|ftp)://[^\s"'<>\\` + "`" + `]+`)
	// relative are the queries of URLs without a scheme, by their first parameter.
	relative = regexp.MustCompile(`\?[\w.~%-]+=[^\s"'<>\\` + "`" + `]*`)
	// pairs are parameters, of a form, of a field or of JSON.
	pairs = regexp.MustCompile(`([\w.-]+)(=|=\\?"|\\?" ?: ?\\?")([^\s&;,"'<>\\]+)`)
	// plain are values that are no secrets, whatever their name: those of settings.
	plain = regexp.MustCompile(`(?i)^(true|false|none|null|include|omit|same-origin|\d{1,4})\W*$`)
)
