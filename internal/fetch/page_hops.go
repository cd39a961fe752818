package fetch

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// hops are the messages, in order.
func (p *page) hops(r *Result) []part {
	var list []part
	if len(r.Dropped) > 0 {
		list = append(list, always(field("drops", strings.Join(r.Dropped, ", ")+": browsers let no script set this", 1, 9)))
	}
	if r.Why != "" && !r.asked() && len(r.Sent) > 0 {
		list = append(list, always(field("asks", r.Why, 1, 9)))
	}
	for i := range r.Sent {
		m := p.message(r, &r.Sent[i])
		m.last = i == len(r.Sent)-1
		list = append(list, m)
	}
	n := len(r.Outcome.Hops)
	if n == 0 {
		return list
	}
	switch h := &r.Outcome.Hops[n-1]; {
	case h.Preflight && !h.Sent:
		list = append(list, always(field("sends", "nothing: permission was not given, so "+h.Method+" was not sent", 1, 9)))
	case len(r.Sent) == 0 || r.Sent[len(r.Sent)-1].Hop < n-1:
		list = append(list, always(field("sends", "nothing to "+explain.SafeURL(h.URL)+": a browser stops before", 1, 9)))
	}
	return list
}

func always(p part) part {
	p.short = p.lines
	return p
}

// asked tells whether the first hop has a preflight.
func (r *Result) asked() bool { return len(r.Outcome.Hops) > 0 && r.Outcome.Hops[0].Preflight }

// message is a request and its answer.
func (p *page) message(r *Result, m *Message) part {
	ex := m.Exchange.RedactedBy(r.by)
	name := "sends"
	switch {
	case m.FromCache:
		name = "cached"
	case ex.Preflight:
		name = "asks"
	}
	request := p.requestLines(r, m, &ex)
	lines := []string{}
	if ex.Preflight && m.Hop == 0 && r.Why != "" {
		lines = append(lines, r.Why)
	}
	lines = append(lines, request...)
	lines = append(lines, p.answerLines(r, &ex)...)
	short := []string{fmt.Sprintf("> %s %s  < %s", ex.Method, explain.SafeURL(ex.URL), answered(&ex))}
	return part{lines: p.rows(name, lines), short: p.rows(name, short), rank: 9}
}

// rows puts lines into rows of the page, each cut to its width unless all is wanted.
func (p *page) rows(name string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if l = block.Visible(l); !p.style.Verbose && !p.style.Answers {
			l = block.Cut(l, width)
		}
		out[i] = row(name, l)
		name = ""
	}
	return out
}

// requestLines are those of a request that decide.
func (p *page) requestLines(r *Result, m *Message, ex *agent.Exchange) []string {
	lines := []string{"> " + ex.Method + " " + explain.SafeURL(ex.URL)}
	if p.style.Verbose {
		for _, l := range ex.RequestLines() {
			lines = append(lines, "> "+l)
		}
		return lines
	}
	names := []string{"Access-Control-Request-Method", "Access-Control-Request-Headers"}
	switch o, ok := ex.Request.Get("Origin"); {
	case ok && o != r.Line.Request.Origin:
		names = append(names, "Origin")
	case !ok && !m.FromCache:
		lines[0] += "   without Origin"
	}
	if !ex.Preflight && !m.FromCache {
		said := carried(ex, m.Hop < len(r.Outcome.Hops) && r.Outcome.Hops[m.Hop].Credentials)
		if with := lines[0] + said; utf8.RuneCountInString(with) <= width {
			lines[0] = with
		} else if said != "" {
			lines = append(lines, said)
		}
	}
	for _, name := range names {
		for _, v := range ex.Request.Values(name) {
			lines = append(lines, "> "+name+": "+v)
		}
	}
	return lines
}

// carried says what of credentials went along.
func carried(ex *agent.Exchange, credentials bool) string {
	switch {
	case ex.Request.Has("Cookie"):
		return "   with cookies"
	case credentials:
		return "   with credentials, but no cookie is there"
	}
	return ""
}

// answerLines are those of an answer that decide.
func (p *page) answerLines(r *Result, ex *agent.Exchange) []string {
	if !ex.Answered() {
		text := ex.Error
		if i := strings.LastIndex(text, ": "); i >= 0 && !p.style.Verbose {
			text = text[i+2:] // what is before it says of which address
		}
		return []string{"< no answer: " + text}
	}
	line := "< " + statusText(ex.Status)
	if ct, ok := ex.Response.Get("Content-Type"); ok && !ex.Preflight {
		line += "   " + ct
	}
	lines := []string{line}
	if p.style.Verbose || p.style.Answers {
		for _, f := range ex.Response {
			lines = append(lines, "< "+f.Name+": "+f.Value)
		}
		return lines
	}
	for _, name := range p.deciding(r, ex) {
		values := ex.Response.Values(name)
		for _, v := range values {
			if name == "Location" {
				v = explain.SafeURL(v)
			}
			lines = append(lines, "< "+name+": "+v)
		}
		if len(values) == 0 && name == "Access-Control-Allow-Origin" && r.crossed(ex) {
			lines = append(lines, "< (no Access-Control-Allow-Origin)")
		}
	}
	return lines
}

// crossed tells whether the answer is one for which CORS is asked.
func (r *Result) crossed(ex *agent.Exchange) bool {
	mode := r.Line.Request.Mode
	return (mode == "" || mode == spec.ModeCORS) && ex.Request.Has("Origin")
}

// deciding are the names of the fields of an answer that decide.
func (p *page) deciding(r *Result, ex *agent.Exchange) []string {
	names := []string{"Access-Control-Allow-Origin"}
	if star, _ := ex.Response.Get("Access-Control-Allow-Origin"); star == "*" || r.Line.Request.Credentials == spec.CredentialsInclude {
		names = append(names, "Access-Control-Allow-Credentials")
	}
	if ex.Preflight {
		names = append(names, "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age")
	}
	if spec.RedirectStatus(ex.Status) {
		names = append(names, "Location")
	}
	if !ex.Preflight && !spec.RedirectStatus(ex.Status) {
		names = append(names, "Access-Control-Expose-Headers")
	}
	if h := r.Answer.Header; h != nil && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, *h) }) {
		names = append(names, *h)
	}
	return names
}
