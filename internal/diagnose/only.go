package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// In what do the exchanges that are wrong differ from those that are right? Only
// for one method, only for errors, only when compressed: a dimension tells them apart
// when nothing that is right has the value of the wrong one, and something that is
// right has another.

// dimensions of an exchange, by the names that causes use.
var dimensions = []struct {
	name string
	of   func(x *exchange) string
}{
	{"method", func(x *exchange) string { return x.Method }},
	{"status", func(x *exchange) string { return strconv.Itoa(x.Status) }},
	{"coding", func(x *exchange) string { return orIdentity(x.Coding) }},
	{"accepts", func(x *exchange) string { return x.Accepts }},
	{"accept", func(x *exchange) string { return x.Accept }},
	{"sends", func(x *exchange) string { return x.Sends }},
	{"language", func(x *exchange) string { return x.Language }},
	{"conditional", func(x *exchange) string { return strconv.FormatBool(x.Conditional) }},
	{"origin", func(x *exchange) string { return x.Origin }},
	{"credentialed", func(x *exchange) string { return strconv.FormatBool(x.Credentials) }},
	{"cookie", func(x *exchange) string { return strconv.FormatBool(x.Cookie) }},
	{"token", func(x *exchange) string { return strconv.FormatBool(x.Token) }},
	{"fields", func(x *exchange) string { return x.Fields }},
	{"transport", func(x *exchange) string { return x.Transport }},
	{"content", func(x *exchange) string { return x.Content }},
	{"range", func(x *exchange) string { return strconv.FormatBool(x.Range) }},
	{"names", func(x *exchange) string { return x.Names }},
	{"policy", func(x *exchange) string { return x.policy.Name }},
	{"path", func(x *exchange) string { return x.path() }},
	{"query", func(x *exchange) string { return strconv.FormatBool(x.Query) }},
}

// mute tells whether a dimension says nothing of an exchange: its protocol is not known, or it has no query, which
// costs no answer its headers.
func (x *exchange) mute(dimension string, wrong bool) bool {
	switch dimension {
	case "transport":
		return x.Transport == ""
	case "query":
		return wrong && !x.Query
	}
	return false
}

// crowd is a kind of exchanges that are compared with one another.
type crowd struct {
	policy  *cases.Policy
	class   int    // of the status; 0: any
	method  string // empty: any
	at      string
	foreign bool
	right   string // what it means to be right
}

// right says in what way an exchange with a symptom is wrong.
func right(s *agent.Symptom) string {
	switch {
	case s.Effect == agent.EffectLetIn:
		return "denied"
	case s.Effect == agent.EffectCacheUnsafe, fieldOf(s) == "vary":
		return "varies"
	case fieldOf(s) == exposeHeaders:
		return "exposes"
	}
	return "shared"
}

func (x *exchange) is(right string) bool {
	switch right {
	case "denied":
		return !x.sharedAtAll()
	case "varies":
		return x.header.VariesBy("Origin")
	case "exposes":
		return x.Expose.N > 0
	}
	switch {
	case x.Preflight:
		return x.granted()
	case x.NoOrigin: // a cache may give it to anybody
		return x.AllowOrigin.Text == "*"
	}
	return x.shared()
}

func (x *exchange) crowd(right string) crowd {
	return crowd{policy: x.policy, at: x.at()[0], foreign: !slices.Contains(x.facts["asker"], "stated"), right: right}
}

// spread are the values that right exchanges of a crowd have, by dimension.
type spread []map[string]bool

// only are the dimensions in which a wrong exchange differs from all right ones.
func (d *diagnosis) only(x *exchange, right string) []string {
	if x.Status == 0 || x.via != "" {
		return nil
	}
	c := x.crowd(right)
	var names []string
	alike := c // among answers of the same class, on the whole target
	alike.policy, alike.class = nil, x.Status/100
	everywhere := c
	everywhere.policy = nil
	method := c // among answers to the same method: only GET, and of those only the compressed ones
	method.method = x.Method
	for _, c := range []crowd{c, everywhere, alike, method} {
		s := d.spreadOf(c)
		for i, dim := range dimensions {
			if dim.name == "status" && (c.class > 0 || x.Preflight) {
				continue
			}
			if len(s[i]) > 0 && !x.mute(dim.name, true) && !s[i][dim.of(x)] && !slices.Contains(names, dim.name) {
				names = append(names, dim.name)
			}
		}
	}
	return names
}

func (d *diagnosis) spreadOf(c crowd) spread {
	if s, ok := d.spreads[c]; ok {
		return s
	}
	s := make(spread, len(dimensions))
	for i := range s {
		s[i] = map[string]bool{}
	}
	for _, x := range d.exchanges {
		mine := x.crowd(c.right)
		if c.policy == nil {
			mine.policy = nil
		}
		if c.class > 0 {
			mine.class = x.Status / 100
		}
		if c.method != "" {
			mine.method = x.Method
		}
		if x.Status == 0 || x.via != "" || mine != c || !x.is(c.right) {
			continue
		}
		for i, dim := range dimensions {
			if !x.mute(dim.name, false) {
				s[i][dim.of(x)] = true
			}
		}
	}
	d.spreads[c] = s
	return s
}

// path is that of the URL below the policy's, on a target with several.
func (x *exchange) path() string {
	if _, rest, ok := strings.Cut(x.URL, "/"+x.policy.Mount()+"/"); ok {
		return rest
	}
	return x.URL
}
