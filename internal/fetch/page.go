package fetch

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// MostLines is how many lines a page has at most that is not verbose. The setting of a stack that was asked
// for is whole, and has ten of them: it makes the page longer by its others.
const MostLines = 30

const (
	margin = 9 // the column at which all text begins, as in explain
	width  = block.Columns - margin
)

// Style says how much is written. The zero value is at most MostLines lines, with the field
// lines that decide.
type Style struct {
	Answers bool // all field lines of answers
	Verbose bool // all field lines, every step, all content that was kept
}

// Write writes the page for people. It depends on nothing but the report and the style.
func Write(w io.Writer, rep *Report, style Style) error {
	lines := Page(rep, style)
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// Page are the lines of the page.
func Page(rep *Report, style Style) []string {
	if len(rep.Results) == 0 {
		return []string{"No request was made."}
	}
	p := &page{style: style}
	shown := rep.shown()
	r := &rep.Results[shown]
	head := p.head(rep, shown)
	hops := p.hops(r)
	parts := p.verdict(r, rep.Notes)
	if !style.Verbose && !style.Answers {
		room := MostLines - len(head) - 1
		hops, parts = fit(hops, parts, room)
	}
	lines := head
	for _, h := range hops {
		lines = append(lines, h.lines...)
	}
	lines = append(lines, "")
	for _, part := range parts {
		lines = append(lines, part.lines...)
	}
	if style.Verbose {
		lines = append(lines, p.more(r)...)
	}
	return lines
}

// shown is the index of the fetch that is told in full: the first that cannot be read, else the last.
func (rep *Report) shown() int {
	for i := range rep.Results {
		if !rep.Results[i].Readable() {
			return i
		}
	}
	return len(rep.Results) - 1
}

// part is a piece of the page. Where room is short, it is said in fewer sentences, or not at all: no
// sentence is broken off. Of low rank is what is left out first.
type part struct {
	lines []string
	// fewer are what can stand in place of lines, the longest last; empty: nothing can.
	fewer [][]string
	rank  int
	short []string // of a message: in place of lines, when room is short
	last  bool     // the last message, which decides
}

// fit cuts the parts until they have room.
func fit(hops, parts []part, room int) (_, _ []part) {
	height := func() (n int) {
		for _, p := range slices.Concat(hops, parts) {
			n += len(p.lines)
		}
		return n
	}
	for i := range hops {
		if height() > room && !hops[i].last {
			hops[i].lines = hops[i].short
		}
	}
	const ends = 2 // hops that stay at each end
	if n := len(hops) - 2*ends; n > 0 && height() > room {
		left := fmt.Sprintf("         ... %s more; -v shows all", block.Count(n, "message"))
		hops = slices.Concat(hops[:ends], []part{{lines: []string{left}}}, hops[len(hops)-ends:])
	}
	for height() > room && shorten(parts) {
	}
	for i := len(hops) - 1; i >= 0 && height() > room; i-- {
		hops[i].lines = hops[i].short
	}
	for height() > room && leaveOut(parts) {
	}
	return hops, parts
}

// shorten says the part of the lowest rank in fewer words, of several the last; false: none can be.
func shorten(parts []part) bool {
	at := -1
	for i := range parts {
		if len(parts[i].fewer) > 0 && (at < 0 || parts[i].rank <= parts[at].rank) {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	p := &parts[at]
	n := len(p.fewer) - 1
	p.lines, p.fewer = p.fewer[n], p.fewer[:n]
	return true
}

// leaveOut takes out the part of the lowest rank, of several the last; false: what is left has to stay.
func leaveOut(parts []part) bool {
	at := -1
	for i := range parts {
		if len(parts[i].lines) > 0 && parts[i].rank < stays && (at < 0 || parts[i].rank <= parts[at].rank) {
			at = i
		}
	}
	if at >= 0 {
		parts[at].lines = nil
	}
	return at >= 0
}

// stays is the rank of what is never left out: the verdict, the lines to send, a configuration.
const stays = 10

// page writes pieces.
type page struct{ style Style }

// row is a named row.
func row(name, text string) string { return fmt.Sprintf("  %-*s %s", margin-3, name, text) }

// field is a named part in rows, of which least sentences stay when room is short.
func field(name, text string, least, rank int) part {
	q := part{lines: fieldRows(name, text), rank: rank}
	ends := sentenceEnd.FindAllStringIndex(text, -1)
	if least == 0 && text != "" {
		q.fewer = append(q.fewer, nil)
	}
	for i := max(least, 1) - 1; i < len(ends); i++ {
		if fewer := fieldRows(name, text[:ends[i][0]+1]); len(fewer) < len(q.lines) {
			q.fewer = append(q.fewer, fewer)
		}
	}
	return q
}

// sentenceEnd is where a sentence ends and another begins.
var sentenceEnd = regexp.MustCompile(`[.!?] +[A-Z]`)

func fieldRows(name, text string) []string {
	var lines []string
	for _, l := range block.Wrap(block.Visible(text), width) {
		lines = append(lines, row(name, l))
		name = ""
	}
	return lines
}

// head says what was asked. Of several fetches each has a line.
func (p *page) head(rep *Report, shown int) []string {
	r := &rep.Results[shown]
	about := fmt.Sprintf("%s %s from a page of %s", r.Line.Request.Method, explain.SafeURL(r.Line.Request.URL), r.Line.Request.Origin)
	if len(rep.Results) == 1 {
		return []string{block.Visible(about), ""}
	}
	const most, few = 8, 3
	lines := []string{block.Visible(fmt.Sprintf("%s %s, %d times in one browser", r.Line.Request.Method, explain.SafeURL(r.Line.Request.URL), len(rep.Results))), ""}
	for i := range rep.Results {
		if !p.style.Verbose && i == most && len(rep.Results) > most+1 {
			lines = append(lines, fmt.Sprintf("  ... %d more; -v shows all", len(rep.Results)-most))
			break
		}
		q := &rep.Results[i]
		said := fmt.Sprintf("  %d  %-8s  %s: ", i+1, q.Word(), q.Line.Request.Origin)
		text := block.Visible(said + q.brief())
		if utf8.RuneCountInString(text) > block.Columns && q.Outcome.Reason != "" && len(rep.Results) > few {
			text = block.Visible(said + string(q.Outcome.Reason))
		}
		lines = append(lines, hanging(text)...)
	}
	return append(lines, "", fmt.Sprintf("Number %d:", shown+1))
}

// hanging breaks a row that is too long; what is left stands farther in.
func hanging(text string) []string {
	if utf8.RuneCountInString(text) <= block.Columns {
		return []string{text}
	}
	const in = "                 "
	rows := block.Wrap(text[len("  1  "):], block.Columns-len(in))
	for i := range rows[1:] {
		rows[i+1] = in + rows[i+1]
	}
	rows[0] = text[:len("  1  ")] + rows[0]
	return rows
}

// brief is a fetch in half a line.
func (r *Result) brief() string {
	var parts []string
	for i := range r.Sent {
		m := &r.Sent[i]
		text := m.Exchange.Method + " " + answered(&m.Exchange)
		if m.FromCache {
			text += " from the HTTP cache"
		}
		parts = append(parts, text)
	}
	if r.Outcome.Reason != "" {
		parts = append(parts, string(r.Outcome.Reason))
	}
	if len(parts) > 4 {
		parts = append(append(parts[:2:2], "..."), parts[len(parts)-2:]...)
	}
	return strings.Join(parts, ", ")
}

func answered(ex *agent.Exchange) string {
	if !ex.Answered() {
		return "without answer"
	}
	return strconv.Itoa(ex.Status)
}

// Word is the verdict in one word.
func (r *Result) Word() string {
	switch {
	case r.Readable():
		return "READABLE"
	case r.Outcome.Result == spec.Allowed:
		return "OPAQUE"
	case r.Unreachable, r.Hangs:
		return "NO REPLY"
	case r.goesOn():
		return "GOES ON"
	}
	return "BLOCKED"
}

// goesOn tells whether the standard blocks what all engines let pass, as far as that is known.
func (r *Result) goesOn() bool {
	if r.Outcome.Result != spec.Blocked || len(r.Engines) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.Engines, func(j Judged) bool {
		sends := j.Unknown != "" && !strings.HasPrefix(j.Unknown, "OPTIONS ")
		return !sends && (j.Unknown != "" || j.Outcome.Result != spec.Allowed)
	})
}

// statusText is a status with its phrase.
func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}
