package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/casedoc"
)

const (
	margin = 9 // the column at which all text begins
	width  = block.Columns - margin
)

// Write writes an answer for people.
func Write(w io.Writer, a *Answer) error {
	p := &printer{noted: map[string]bool{}, mended: map[string]string{}}
	p.whole(a)
	p.others(a.Others)
	_, err := io.WriteString(w, p.b.String())
	return err
}

type printer struct {
	b     strings.Builder
	noted map[string]bool
	// mended are the URLs of requests, by how they are mended.
	mended map[string]string
}

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(&p.b, format+"\n", args...)
}

// firstSentence is the beginning of a text, where the rest says what follows from it.
func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// mostShort is how many of the other requests are named.
const mostShort = 8

// others names the other requests that fail, in short.
func (p *printer) others(list []Answer) {
	for i := range list {
		if i == mostShort {
			p.line("\n%d more: --json", len(list)-i)
			return
		}
		o := &list[i]
		p.line("\n%s", orSome(about(o), "Another request"))
		p.verdict(o)
		p.field("here", firstSentence(o.Cause.Here))
		if first, ok := p.mended[mended(o)]; ok {
			p.field("fix", "As above, "+first+".")
		} else {
			p.mended[mended(o)] = forURL(o)
			p.lines(o)
			p.fix(&o.Fix)
			p.alternatives(o)
		}
		p.command(o.Check)
		p.notes(o)
	}
}

// verdict writes what is wrong, with the reason and where to change something.
func (p *printer) verdict(a *Answer) {
	word := verdictWord(a)
	for _, row := range block.Wrap(block.Visible(a.Cause.Title)+" ["+tag(a)+"]", width) {
		p.line("%-*s%s", margin, word, row)
		word = ""
	}
}

// field writes a named part, in rows.
func (p *printer) field(name, text string) {
	if text == "" {
		return
	}
	for _, row := range block.Wrap(block.Visible(text), width) {
		p.line("  %-*s %s", margin-3, name, row)
		name = ""
	}
}

func (p *printer) whole(a *Answer) {
	if about := about(a); about != "" {
		p.line("%s", about)
		p.line("")
	}
	p.verdict(a)
	p.field("here", a.Cause.Here)
	p.mended[mended(a)] = forURL(a)
	p.lines(a)
	p.field("why", a.Cause.Why)
	p.fix(&a.Fix)
	p.alternatives(a)
	p.command(a.Check)
	p.notes(a)
	p.field("more", a.Docs)
}

// forURL names a request for which something was said.
func forURL(a *Answer) string { return "for " + orSome(a.URL, "the other request") }

// mended is all that is written of how to mend it.
func mended(a *Answer) string {
	return fmt.Sprintf("%v %v %v %v", a.Received, a.Wanted, a.Fix, a.Alternatives)
}

// alternatives writes what else it can be.
func (p *printer) alternatives(a *Answer) {
	name := "or"
	for _, alt := range a.Alternatives {
		p.field(name, casedoc.Capital(alt.Text)+".")
		name = ""
	}
}

// notes writes those that were not written before.
func (p *printer) notes(a *Answer) {
	name := "note"
	for _, n := range a.Notes {
		if !p.noted[n] {
			p.noted[n] = true
			p.field(name, n)
			name = ""
		}
	}
}

// about says what the input is about.
func about(a *Answer) string {
	var parts []string
	if a.URL != "" {
		parts = append(parts, strings.TrimSpace(a.Method+" "+a.URL))
	}
	if a.From != "" {
		parts = append(parts, "(redirected from "+a.From+")")
	}
	if a.Origin != "" {
		parts = append(parts, "from a page of "+a.Origin)
	}
	return block.Visible(strings.Join(parts, " "))
}

func verdictWord(a *Answer) string {
	switch {
	case a.Granted:
		return "GRANTED"
	case a.Reason == ReasonAllowed:
		return "ALLOWED"
	case a.Reason == ReasonHTTPError, a.Reason == ReasonCookieNotSent && a.Kind != KindConsole: // the page can read it
		return "ERROR"
	case a.Reason == ReasonCookieNotSent: // of a cookie alone; what the request came to it does not say
		return "WARNING"
	case a.Reason == ReasonPreload, a.Reason == ReasonForbiddenHeader, a.Kind == KindConfig && a.Cause.ID != "": // the request goes on
		return "WARNING"
	case a.Confidence == Open:
		return "OPEN"
	}
	return "BLOCKED"
}

// tag says the reason, where the change is to be made, and that it is no matter of CORS
// where it is none.
func tag(a *Answer) string {
	if a.Confidence == Open {
		return string(ReasonUndetermined)
	}
	parts := []string{string(a.Reason)}
	if a.Mask != nil {
		parts = append(parts, "not CORS: "+string(*a.Mask))
	}
	if a.Reason != ReasonAllowed && a.Confidence != Open && a.Side != "not-cors" {
		parts = append(parts, "side: "+string(a.Side))
	}
	if a.Confidence == Likely {
		parts = append(parts, "likely")
	}
	return strings.Join(parts, ", ")
}

// lines writes what was received and what would do. What both have stands without a sign.
func (p *printer) lines(a *Answer) {
	for _, l := range Signed(a) {
		p.line("%s", l)
	}
}

// Signed are the lines that an answer received and wanted, with the signs of a diff.
func Signed(a *Answer) []string {
	var list []string
	left := slices.Clone(a.Wanted) // each stands for one line that was received
	for _, l := range a.Received {
		sign := "-"
		if i := slices.Index(left, l); i >= 0 {
			sign, left = " ", slices.Delete(left, i, i+1)
		}
		list = append(list, "       "+sign+" "+block.Visible(l))
	}
	for _, l := range a.Wanted {
		if !slices.Contains(a.Received, l) {
			list = append(list, "       + "+block.Visible(l))
		}
	}
	return list
}

func (p *printer) fix(f *Fix) {
	if f.Text == "" {
		p.field("fix", f.Do)
		return
	}
	head := f.Stack
	if f.By != "" {
		head += " (the answer says " + f.By + ")"
	}
	p.field("fix", head+":")
	for _, line := range f.Code() {
		p.line("%s", strings.TrimRight("           "+line, " "))
	}
	p.field("", f.Do)
}

// Code are the lines of Text as they can be pasted: with blanks for tabs, and other control
// characters made visible.
func (f *Fix) Code() []string {
	lines := strings.Split(strings.ReplaceAll(f.Text, "\t", "    "), "\n")
	for i := range lines {
		lines[i] = block.Visible(lines[i])
	}
	return lines
}

// command writes a command whole, in one line: it is there to be copied.
func (p *printer) command(cmd string) {
	if cmd != "" {
		p.line("  %-*s %s", margin-3, "check", block.Visible(cmd))
	}
}
