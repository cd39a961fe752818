package fetch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// verdict is what comes of it, and what to do.
func (p *page) verdict(r *Result, notes []string) []part {
	a := r.Answer
	parts := []part{{lines: p.title(r), least: 2, rank: 8}}
	add := func(q part) {
		if len(q.lines) > 0 {
			parts = append(parts, q)
		}
	}
	if !r.Readable() || a.Reason != explain.ReasonAllowed {
		add(field("here", a.Cause.Here, 2, 5))
		var signed []string
		for _, l := range explain.Signed(a) {
			signed = append(signed, block.Cut(l, block.Columns))
		}
		add(part{lines: signed, least: 2, rank: 7})
		add(field("why", a.Cause.Why, 0, 1))
		add(p.fix(&a.Fix))
		for i, alt := range a.Alternatives {
			name := ""
			if i == 0 {
				name = "or"
			}
			add(field(name, alt.Text+".", 0, 3))
		}
	}
	add(r.reads())
	add(r.hides())
	for _, q := range r.engines(p.style.Verbose) {
		add(q)
	}
	add(r.browsed())
	for i, n := range slices.Concat(notes, a.Notes) {
		name := ""
		if i == 0 {
			name = "note"
		}
		add(field(name, n, 1, 2))
	}
	return parts
}

// title is the verdict with its reason and the side that it is on.
func (p *page) title(r *Result) []string {
	word, text := r.Word(), r.Answer.Cause.Title
	var tags []string
	if r.Outcome.Reason != "" || r.Answer.Reason != explain.ReasonAllowed {
		tags = append(tags, string(r.Answer.Reason))
	}
	if r.Answer.Mask != nil {
		tags = append(tags, "not CORS: "+string(*r.Answer.Mask))
	}
	if r.Answer.Reason != explain.ReasonAllowed && r.Answer.Side != "not-cors" {
		tags = append(tags, "side: "+string(r.Answer.Side))
	}
	if r.Answer.Confidence == explain.Likely {
		tags = append(tags, "likely")
	}
	if len(tags) > 0 {
		text += " [" + strings.Join(tags, ", ") + "]"
	}
	if len(word) >= margin {
		word += " "
	}
	var lines []string
	for _, l := range block.Wrap(block.Visible(text), width) {
		lines = append(lines, fmt.Sprintf("%-*s%s", margin, word, l))
		word = ""
	}
	return lines
}

// fix is what to change.
func (p *page) fix(f *explain.Fix) part {
	if f.Text == "" {
		return field("fix", f.Do, 2, 6)
	}
	head := f.Stack
	if f.By != "" {
		head += " (the answer says " + f.By + ")"
	}
	q := field("fix", head+":", 1, 6)
	for _, l := range f.Code() {
		q.lines = append(q.lines, "           "+l)
	}
	q.least = len(q.lines)
	return q
}

// reads is what a script can read.
func (r *Result) reads() part {
	if !r.Readable() {
		return part{}
	}
	text := statusText(r.Outcome.Status)
	for _, name := range sortedNames(r.Outcome.Readable) {
		text += ", " + name
	}
	if r.Content != "" {
		text += "; content: " + agent.Quoted(block.Cut(r.by.Text(r.Content), 120))
	}
	return field("reads", text, 2, 4)
}

// hides is what a script cannot read of what came.
func (r *Result) hides() part {
	if r.Hidden != nil {
		return field("hidden", r.hiddenAnswer(), 2, 6)
	}
	if r.Outcome.Type != spec.TypeCORS || len(r.Sent) == 0 {
		return part{}
	}
	var names []string
	for _, f := range r.Sent[len(r.Sent)-1].Exchange.Response {
		name := strings.ToLower(f.Name)
		if _, ok := r.Outcome.Readable[name]; !ok && !slices.Contains(names, name) && !spec.IsForbiddenResponseHeaderName(name) && !connectionField(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return part{}
	}
	return field("hidden", strings.Join(names, ", ")+" (what Access-Control-Expose-Headers lists can be read)", 1, 3)
}

// connectionField tells of fields in which no script has an interest.
func connectionField(name string) bool {
	switch name {
	case "connection", "date", "server", "vary", "keep-alive", "transfer-encoding":
		return true
	}
	return strings.HasPrefix(name, "access-control-")
}

// hiddenAnswer is the real answer, which CORS hides.
func (r *Result) hiddenAnswer() string {
	ex := r.Hidden
	text := "the real answer is " + statusText(ex.Status)
	if ct, ok := ex.Response.Get("Content-Type"); ok {
		text += ", " + ct
	}
	switch {
	case ex.Body != "":
		text += ": " + agent.Quoted(block.Cut(r.by.Text(ex.Body), 120))
	case r.FromCache: // what it has is not looked at
	case ex.BodySize == 0:
		text += ", without content"
	}
	seen := "TypeError: Failed to fetch"
	switch {
	case r.Outcome.Result == spec.Allowed:
		seen = "an opaque response: status 0, no header, no content"
	case r.Line.Request.API == spec.APIXHR:
		seen = "an error event, and status 0"
	}
	return text + ". The page sees: " + seen
}

// engines are what the engines make of it, where that is another. all: also where they block it
// too, and only name another reason.
func (r *Result) engines(all bool) []part {
	var said []string             // what they do, each once
	who := map[string][]*Judged{} // by what they do
	for i := range r.Engines {
		j := &r.Engines[i]
		if !j.Differs() || !all && j.Unknown == "" && len(j.Otherwise) == 0 && j.Outcome.Result == spec.Blocked && r.Outcome.Result == spec.Blocked {
			continue
		}
		text := r.engine(j)
		if who[text] == nil {
			said = append(said, text)
		}
		who[text] = append(who[text], j)
	}
	var parts []part
	name := "but"
	for _, text := range said {
		var names []string
		for _, j := range who[text] {
			names = append(names, engineName(j.Engine))
		}
		line := strings.Join(names, ", ") + ": " + text
		for _, d := range who[text][0].Departures {
			line += ". Known: " + d.Text
		}
		parts = append(parts, field(name, line, 2, 5))
		name = ""
	}
	return parts
}

func engineName(e spec.Engine) string {
	return map[spec.Engine]string{spec.EngineChromium: "Chrome", spec.EngineFirefox: "Firefox", spec.EngineWebKit: "Safari"}[e]
}

// engine is what one engine does otherwise.
func (r *Result) engine(j *Judged) string {
	var said []string
	o := &j.Outcome
	switch {
	case j.Unknown != "":
		said = append(said, "would send "+safeWords(j.Unknown, o)+" next, which the standard does not; what that gets is not known")
	case o.Result != r.Outcome.Result || o.Type != r.Outcome.Type:
		said = append(said, string(o.Result)+reasonOf(o))
	case o.Reason != r.Outcome.Reason || o.FailedParameter != r.Outcome.FailedParameter:
		said = append(said, "blocked too, by the name of another reason"+reasonOf(o))
	}
	for _, text := range j.Otherwise {
		said = append(said, safeWords(text, o))
	}
	if len(said) == 0 {
		said = append(said, "another outcome in what can be read")
	}
	return strings.Join(said, "; ")
}

func reasonOf(o *spec.Outcome) string {
	switch {
	case o.Reason == "":
		return ""
	case o.FailedParameter != "":
		return fmt.Sprintf(" (%s: %s)", o.Reason, o.FailedParameter)
	}
	return fmt.Sprintf(" (%s)", o.Reason)
}

func sortedNames(m map[string]string) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// more is what only -v shows: the steps, and the content.
func (p *page) more(r *Result) []string {
	lines := []string{"", "Steps of the Fetch Standard:"}
	for _, s := range safeTrace(&r.Outcome) {
		lines = append(lines, block.Visible("  "+s.Step+": "+s.Text), "    "+s.Spec)
	}
	content := r.Content
	if r.Hidden != nil {
		content = r.Hidden.Body
	}
	if content = r.by.Text(content); content != "" {
		lines = append(lines, "", "Content of the answer:")
		for l := range strings.SplitSeq(strings.TrimRight(content, "\n"), "\n") {
			lines = append(lines, block.Visible(strings.TrimSuffix(l, "\r")))
		}
	}
	return lines
}
