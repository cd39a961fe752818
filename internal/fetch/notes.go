package fetch

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/spec"
)

// unreadableMaxAge says for how long a permission is kept whose time no browser can read; empty: none is so.
func (rep *Report) unreadableMaxAge() string {
	for i := range rep.Results {
		r := &rep.Results[i]
		for k := range r.Sent {
			m := &r.Sent[k]
			if !m.Exchange.Preflight || m.Hop >= len(r.Outcome.Hops) || !r.Outcome.Hops[m.Hop].Sent { // not granted
				continue
			}
			const name = "Access-Control-Max-Age"
			values := m.Exchange.Response.Values(name)
			if _, ok := spec.ParseMaxAge(m.Exchange.Response); ok || len(values) == 0 {
				continue
			}
			what := fmt.Sprintf("%s: %s is no whole number of seconds", name, values[0])
			if len(values) > 1 {
				what = name + " is sent in several lines, which are no number together"
			}
			return what + ": by the Fetch Standard the permission then holds for 5 seconds, as without the header."
		}
	}
	return ""
}

// letIn says what it means that pages are let in by name and with credentials, which one page alone does not
// tell of others; empty: it is not so.
func (rep *Report) letIn() string {
	var pages []string
	for i := range rep.Results {
		r := &rep.Results[i]
		page := r.Line.Request.Origin
		if !r.Readable() || r.Outcome.Type != spec.TypeCORS || r.Line.Request.Credentials != spec.CredentialsInclude || len(r.Outcome.Hops) != 1 {
			return ""
		}
		if !slices.Contains(pages, page) {
			pages = append(pages, page)
		}
	}
	switch len(pages) {
	case 0:
		return ""
	case 1:
		return "This page is let in with credentials. Whether every page is, this does not show: a second --from does, such as --from https://nobody.example."
	}
	return "Each of these pages is let in with credentials: it can read what the server has for whoever is signed in."
}
