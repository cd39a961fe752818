package fetch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/casedoc"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// verdict is what comes of it, and what to do.
func (p *page) verdict(r *Result, notes []string) []part {
	a := r.Answer
	parts := []part{{lines: p.title(r), rank: stays}}
	add := func(q part) {
		if len(q.lines) > 0 {
			parts = append(parts, q)
		}
	}
	if !r.Readable() || a.Reason != explain.ReasonAllowed {
		add(field("here", a.Cause.Here, 0, 5))
		add(part{lines: signed(a), rank: stays})
		add(field("why", a.Cause.Why, 0, 1))
		for _, q := range p.fix(&a.Fix) {
			add(q)
		}
		for i, alt := range a.Alternatives {
			name := ""
			if i == 0 {
				name = "or"
			}
			add(field(name, alt.Text+".", 0, 3))
		}
	}
	for _, q := range append(r.reads(), r.hides()...) {
		add(q)
	}
	for _, q := range r.engines(p.style.Verbose) {
		add(q)
	}
	add(r.browsed())
	for i, n := range slices.Concat(notes, a.Notes) {
		name := ""
		if i == 0 {
			name = "note"
		}
		least := 1
		if i >= len(notes) { // what would show more
			least = 0
		}
		add(field(name, n, least, 2))
	}
	return parts
}

// signed are the lines that were received and are wanted: the latter whole, to be copied.
func signed(a *explain.Answer) []string {
	list := explain.Signed(a)
	for i, l := range list {
		if !strings.HasPrefix(strings.TrimSpace(l), "+ ") {
			list[i] = block.Cut(l, block.Columns)
		}
	}
	return list
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
	if r.goesOn() {
		text = r.titleGoesOn() + text
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

// titleGoesOn says what browsers do, where the standard has another word.
func (r *Result) titleGoesOn() string {
	for i := range r.Engines {
		if next := r.Engines[i].Unknown; next != "" {
			method, _, _ := strings.Cut(next, " ")
			return "Chrome, Firefox and Safari go on: they send " + method + ", whose answer then decides. The Fetch Standard blocks it: "
		}
	}
	return "Chrome, Firefox and Safari let the page read it. The Fetch Standard blocks it: "
}

// fix is what to change. A configuration is there to be copied, and stands whole.
func (p *page) fix(f *explain.Fix) []part {
	if f.Text == "" {
		return []part{field("fix", f.Do, 1, 6)}
	}
	head := f.Stack
	if f.By != "" {
		head += " (the answer says " + f.By + ")"
	}
	code := part{lines: fieldRows("fix", head+":"), rank: stays}
	for _, l := range f.Code() {
		code.lines = append(code.lines, strings.TrimRight("           "+l, " "))
	}
	return []part{code, field("", f.Do, 0, 2)}
}

// content is a piece of the content of an answer, in one row.
func (r *Result) content(name, text string) part {
	return part{lines: []string{row(name, block.Cut(block.Visible(r.by.Text(text)), width))}, rank: 6}
}

// reads is what a script can read.
func (r *Result) reads() []part {
	if !r.Readable() {
		return nil
	}
	text := statusText(r.Outcome.Status)
	for _, name := range sortedNames(r.Outcome.Readable) {
		text += ", " + name
	}
	list := []part{field("reads", text, 1, 4)}
	if r.Content != "" {
		list = append(list, r.content("", r.Content))
	}
	if n := len(r.Sent); n > 0 {
		switch ex := r.Sent[n-1].Exchange; {
		case ex.Cut():
			list = append(list, field("", "The content breaks off there: fetch() succeeds, and text() or json() fails.", 0, 4))
		case ex.BodyError != "":
			list = append(list, field("", casedoc.Capital(ex.BodyError)+". Then fetch() succeeds, and text() or json() may fail.", 0, 4))
		}
	}
	return list
}

// hides is what a script cannot read of what came.
func (r *Result) hides() []part {
	if r.Hidden != nil {
		return r.hiddenAnswer()
	}
	if r.Outcome.Type != spec.TypeCORS || len(r.Sent) == 0 {
		return nil
	}
	var names []string
	for _, f := range r.Sent[len(r.Sent)-1].Exchange.Response {
		name := strings.ToLower(f.Name)
		if _, ok := r.Outcome.Readable[name]; !ok && !slices.Contains(names, name) && !spec.IsForbiddenResponseHeaderName(name) && !connectionField(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []part{field("hidden", strings.Join(names, ", ")+" (what Access-Control-Expose-Headers lists can be read)", 0, 3)}
}

// connectionField tells of fields in which no script has an interest.
func connectionField(name string) bool {
	switch name {
	case "connection", "date", "server", "vary", "keep-alive", "transfer-encoding":
		return true
	}
	return strings.HasPrefix(name, "access-control-")
}

// hiddenAnswer is the real answer, which CORS hides, and what the page sees in its place.
func (r *Result) hiddenAnswer() []part {
	ex := r.Hidden
	text := "the real answer is " + statusText(ex.Status)
	if ct, ok := ex.Response.Get("Content-Type"); ok {
		text += ", " + ct
	}
	seen := "TypeError: Failed to fetch"
	switch {
	case r.Outcome.Result == spec.Allowed:
		seen = "an opaque response: status 0, no header, no content"
	case r.Line.Request.API == spec.APIXHR:
		seen = "an error event, and status 0"
	}
	switch {
	case ex.Body != "":
		return []part{field("hidden", text+":", 1, 6), r.content("", ex.Body), field("", "The page sees: "+seen, 0, 4)}
	case r.FromCache: // what it has is not looked at
	case ex.BodySize == 0:
		text += ", without content"
	}
	return []part{field("hidden", text+". The page sees: "+seen, 1, 6)}
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
		text := r.engine(j, all)
		if r.goesOn() { // the title says what they do
			text = "depart from the standard here"
		}
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
		if r.goesOn() {
			line = strings.Join(names, ", ") + " " + text
		}
		for i, d := range who[text][0].Departures {
			switch {
			case r.goesOn() && i == 0:
				line += ": " + d.Text
			default:
				line += ". Known: " + d.Text
			}
		}
		parts = append(parts, field(name, line, 1, 5))
		name = ""
	}
	return parts
}

func engineName(e spec.Engine) string {
	return map[spec.Engine]string{spec.EngineChromium: "Chrome", spec.EngineFirefox: "Firefox", spec.EngineWebKit: "Safari"}[e]
}

// mostOtherwise is how many things are named that an engine sends in another form.
const mostOtherwise = 3

// engine is what one engine does otherwise. all: however much that is.
func (r *Result) engine(j *Judged, all bool) string {
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
	for i, text := range j.Otherwise {
		if i == mostOtherwise && len(j.Otherwise) > i+1 && !all {
			said = append(said, fmt.Sprintf("and %d more such; -v shows all", len(j.Otherwise)-i))
			break
		}
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
