package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// The rules of the terminal page: a finding begins at the left margin with its
// verdict, everything that belongs to it is indented; the plain exchange comes
// first, then security findings; what did not run is said with its reason; the last line is the sum.

// Printer writes reports for people. The zero value but for W writes without colour.
type Printer struct {
	W       io.Writer
	Color   bool
	Verbose bool // warnings and notes in full too, and every skipped check
}

const margin = "      "

// From so many failures on there is a list of them at the end, of so many lines at most.
const (
	indexFrom = 3
	indexMost = 30
)

func (p *Printer) paint(text string, attrs ...color.Attribute) string {
	if !p.Color {
		return text
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(text)
}

func (p *Printer) printf(format string, args ...any) { fmt.Fprintf(p.W, format, args...) }

// Header writes what is being run against what: the first lines of a page.
func (p *Printer) Header(tool, target, url string, agents []string) {
	p.printf("%s: %s", tool, p.paint(target, color.Bold))
	if url != "" && url != target {
		p.printf(" at %s", url)
	}
	p.printf("\n")
	for _, a := range agents {
		p.printf("%s%s\n", margin, p.paint(a, color.Faint))
	}
	p.printf("\n")
}

// Print writes the whole report.
func (p *Printer) Print(r *Report) {
	for _, row := range r.Select(agent.VerdictError) {
		p.finding(row, true)
	}
	for _, row := range r.Select(agent.VerdictFail) {
		p.finding(row, true)
	}
	if warns := r.Select(agent.VerdictWarn); len(warns) > 0 {
		for _, row := range warns {
			p.finding(row, p.Verbose)
		}
		if !p.Verbose {
			p.printf("%s%s\n\n", margin, p.paint("warnings in full: -v", color.Faint))
		}
	}
	p.disagreements(r)
	p.groups(r)
	p.skips(r)
	p.undecided(r)
	p.notLookedAt(r)
	p.index(r)
	p.asked(r)
	p.share(r)
	for agent, why := range r.AgentErrors {
		p.printf("\n%s %s: %s\n", p.paint("agent broke:", color.FgRed, color.Bold), agent, why)
	}
	if r.Stopped != nil {
		p.printf("\n%s %s\n", p.paint("stopped:", color.FgRed, color.Bold), visible(r.Stopped.Reason))
		p.field("under way", strings.Join(r.Stopped.Running, "\n"))
		p.field("its log", r.Stopped.Log)
	}
	if r.NotGranted != "" {
		p.printf("\n%s the answers of %s are not shared with the allowed origin at all (%s): most of what fails above fails because of that. Is it the right URL, and the right origin?\n", p.paint("note:", color.FgYellow), r.URL, r.NotGranted)
	}
	if r.EndpointStatus >= 300 {
		p.printf("\n%s an ordinary request to %s is answered with %d, and what was checked is the CORS of such answers. Is it the right URL?\n", p.paint("note:", color.FgYellow), r.URL, r.EndpointStatus)
	}
	p.printf("\n%s\n", p.summary(r))
}

func (p *Printer) verdict(v agent.Verdict) string {
	label := fmt.Sprintf("%-5s", strings.ToUpper(string(v)))
	switch v {
	case agent.VerdictPass:
		return p.paint(label, color.FgGreen)
	case agent.VerdictFail:
		return p.paint(label, color.FgRed, color.Bold)
	case agent.VerdictError:
		return p.paint(label, color.FgMagenta, color.Bold)
	case agent.VerdictWarn, agent.VerdictUndecided:
		return p.paint(label, color.FgYellow)
	}
	return p.paint(label, color.Faint)
}

// Line writes one result as one line, for the stream of a run that is not on a terminal.
func (p *Printer) Line(r harness.Result) {
	p.printf("%s %s", p.verdict(r.Verdict), r.ID)
	switch r.Verdict {
	case agent.VerdictSkip:
		p.printf("  (%s: %s)", r.Skip, visible(r.Reason))
	case agent.VerdictUndecided:
		p.printf("  (%s)", visible(r.Reason))
	}
	p.printf("\n")
}

func (p *Printer) finding(row Row, full bool) {
	tag := string(row.Level)
	if row.Security != "" {
		tag = "security: " + string(row.Security) + ", " + tag
	}
	p.printf("%s %s  %s\n", p.verdict(row.Verdict), p.paint(row.ID, color.Bold), p.paint("["+tag+"]", color.Faint))
	p.printf("%s%s\n", margin, row.Title)
	if row.Verdict == agent.VerdictError && row.Reason != "" {
		p.printf("%s%s\n", margin, row.Reason)
	}
	for _, a := range row.Agents {
		p.agent(a, full)
	}
	p.field("note", row.Answered)
	if full {
		p.field("why", row.Why)
		p.field("fix", row.Fix)
		p.field("standard", strings.Join(row.Spec, "\n"))
		p.field("explain", "corsproof cases "+row.Case)
		p.printf("\n")
	}
}

func (p *Printer) agent(a agent.Result, full bool) {
	if a.Verdict == agent.VerdictPass && !full {
		return
	}
	switch {
	case a.Error != "":
		p.field(a.Agent, "error: "+a.Error)
	case len(a.Failures) == 0:
		text := string(a.Verdict)
		if a.Note != "" {
			text += ": " + a.Note
		}
		p.field(a.Agent, text)
	}
	for _, f := range a.Failures {
		where := a.Agent
		if f.Step != "" {
			where += ", " + f.Step
		}
		p.field(where, f.What)
		p.field("  expected", f.Expected)
		p.field("  actual", f.Actual)
		p.field("  reason", f.Reason)
	}
	if !full || len(a.Failures) == 0 {
		return
	}
	for _, x := range a.Exchanges {
		p.exchange(x)
	}
	for _, c := range agent.Commands(a.Exchanges) {
		p.field("try", c)
	}
}

// field writes "name  text", the text's further lines under the first. An
// empty text writes nothing.
func (p *Printer) field(name, text string) {
	if text == "" {
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			name = ""
		}
		p.printf("%s%s %s\n", margin, p.paint(fmt.Sprintf("%-10s", name), color.Faint), visible(line))
	}
}

const (
	longestLine = 400 // bytes of a field line shown
	mostLines   = 60  // field lines shown of one message
)

func (p *Printer) exchange(x agent.Exchange) {
	line := func(mark, text string) {
		if len(text) > longestLine {
			text = fmt.Sprintf("%s... (%d bytes)", text[:longestLine], len(text))
		}
		p.printf("%s  %s %s\n", margin, p.paint(mark, color.Faint), visible(text))
	}
	head := func(mark string, lines []string) {
		for i, text := range lines {
			if i == mostLines {
				line(mark, fmt.Sprintf("... %d more lines", len(lines)-i))
				return
			}
			line(mark, text)
		}
	}
	if x.Connection != "" {
		line("+", map[string]string{"same": "over the same connection", "pipelined": "over the same connection, without waiting for the answer"}[x.Connection])
	}
	line(">", x.First())
	head(">", x.RequestLines())
	if grown := x.GrownLine(); grown != "" {
		line(">", grown)
	}
	if x.Sent != "" {
		line(">", "")
		line(">", x.Sent)
	}
	if x.Error != "" {
		line("!", x.Error)
		return
	}
	line("<", fmt.Sprintf("%s %d", x.Proto, x.Status))
	head("<", fieldLines(x.Response))
}

func fieldLines(h spec.Header) []string {
	lines := make([]string, len(h))
	for i, f := range h {
		lines[i] = f.Name + ": " + f.Value
	}
	return lines
}

// turnsText tells of characters that change the direction of what follows, or
// break the line (Unicode's Bidi_Control, line and paragraph separator): with them
// a value would look like another.
func turnsText(r rune) bool {
	return r == 0x61c || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// visible replaces what would disturb a terminal, or not be seen: control bytes
// and bytes that are not UTF-8 are written as \xNN, the usual ones as in C,
// what turns text around as \uNNNN, and blanks at the end as \x20.
func visible(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '\t', r == '\r', r == '\n':
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		case (r == utf8.RuneError && size == 1) || r < 0x20 || (r >= 0x7f && r < 0xa0):
			for i := range size {
				fmt.Fprintf(&b, `\x%02x`, s[i])
			}
		case turnsText(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == ' ' && strings.Trim(s, " ") == "" && b.Len() > 0:
			b.WriteString(`\x20`)
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}

// once tells of disagreements that did not come again.
func (p *Printer) once(r *Report) {
	var ids []string
	for _, row := range r.Results {
		if len(row.Once) > 0 {
			ids = append(ids, row.ID)
		}
	}
	if len(ids) > 0 {
		p.printf("%s the model and a browser disagreed once about %s, and not again (a busy machine, or answers that vary)\n\n", p.paint("note:", color.FgYellow), strings.Join(ids, ", "))
	}
}

func (p *Printer) disagreements(r *Report) {
	p.once(r)
	if r.Counts.Disagreements == 0 {
		return
	}
	p.printf("%s\n", p.paint("The model and a browser disagree", color.FgMagenta, color.Bold))
	p.printf("%sOne of them is wrong about the same exchange; please report it.\n", margin)
	for _, row := range r.Results {
		for _, d := range row.Disagreement {
			p.printf("%s%s", margin, row.ID)
			if d.Step != "" {
				p.printf(", %s", d.Step)
			}
			p.printf(": %s: model %s, %s %s\n", d.What, visible(d.Model), d.Agent, visible(d.Other))
		}
	}
	p.printf("\n")
}

func (p *Printer) groups(r *Report) {
	names, counts := r.Groups()
	width := 0
	for _, n := range names {
		width = max(width, len(n))
	}
	for _, n := range names {
		c := counts[n]
		if c.Ran() == 0 && !p.Verbose {
			continue // the reasons are under: Not run
		}
		bad := ""
		if c.Fail > 0 {
			bad += p.paint(fmt.Sprintf("  %d failed", c.Fail), color.FgRed)
		}
		if c.Error > 0 {
			bad += p.paint(fmt.Sprintf("  %d errors", c.Error), color.FgMagenta)
		}
		if c.Warn > 0 {
			bad += p.paint(fmt.Sprintf("  %d warnings", c.Warn), color.FgYellow)
		}
		if c.Undecided > 0 {
			bad += p.paint(fmt.Sprintf("  %d undecided", c.Undecided), color.FgYellow)
		}
		if c.Info > 0 {
			bad += p.paint(fmt.Sprintf("  %d noted", c.Info), color.Faint)
		}
		if c.Skip > 0 {
			bad += p.paint(fmt.Sprintf("  %d not run", c.Skip), color.Faint)
		}
		p.printf("%-*s %4d passed%s\n", width+1, n, c.Pass, bad)
	}
}

// skips tells, by kind and reason, what did not run.
func (p *Printer) skips(r *Report) {
	var list reasons
	for _, row := range r.Results {
		if row.Verdict != agent.VerdictSkip {
			continue
		}
		reason := row.Reason
		switch {
		case p.Verbose:
		case row.Skip == harness.SkipNotApplicable:
			reason = "the policy says nothing that they are about (each with its reason: -v)"
		case row.Skip == harness.SkipContract && !strings.Contains(row.Reason, "("): // one without a word of the adapter's
			reason = "they need paths of the contract, such as /respond, which an ordinary endpoint does not have (each: -v)"
		}
		list.add(string(row.Skip)+": "+reason, row.ID)
	}
	p.reasons("Not run:", list)
}

// undecided tells, by reason, what ran and says nothing about the target.
func (p *Printer) undecided(r *Report) {
	var list reasons
	for _, row := range r.Results {
		if row.Verdict == agent.VerdictUndecided {
			list.add(row.Reason, row.ID)
		}
	}
	p.reasons("Undecided:", list)
}

// notLookedAt tells, by reason, which parts of the declared policy no check looked at.
func (p *Printer) notLookedAt(r *Report) {
	if len(r.NotLookedAt) == 0 {
		return
	}
	parts := map[string][]string{}
	var order []string
	for _, n := range r.NotLookedAt {
		reason := n.Reason
		if reason == "" {
			reason = "no check that was run is about it"
		}
		if parts[reason] == nil {
			order = append(order, reason)
		}
		parts[reason] = append(parts[reason], visible(n.Part.String()))
	}
	p.printf("\n%s\n", p.paint("Not looked at:", color.Bold))
	for _, reason := range order {
		p.printf("%s%s: %s\n", margin, strings.Join(parts[reason], ", "), visible(reason))
	}
}

// reasons are ids of checks by what they have in common, in the order in which
// the reasons came up.
type reasons struct {
	order []string
	ids   map[string][]string
}

func (l *reasons) add(reason, id string) {
	if l.ids == nil {
		l.ids = map[string][]string{}
	}
	if l.ids[reason] == nil {
		l.order = append(l.order, reason)
	}
	l.ids[reason] = append(l.ids[reason], id)
}

func (p *Printer) reasons(heading string, l reasons) {
	if len(l.order) == 0 {
		return
	}
	p.printf("\n%s\n", heading)
	for _, reason := range l.order {
		p.printf("%s%d x %s\n", margin, len(l.ids[reason]), visible(reason))
		if p.Verbose {
			for _, id := range l.ids[reason] {
				p.printf("%s  %s\n", margin, id)
			}
		}
	}
}

// index lists what failed once more, a line each, where the findings
// themselves do not fit on a screen: the end of the page is what is seen.
func (p *Printer) index(r *Report) {
	bad := append(r.Select(agent.VerdictError), r.Select(agent.VerdictFail)...)
	if len(bad) < indexFrom {
		return
	}
	p.printf("\nFailed (in full above; an origin, method or header that is not granted at all fails many of them):\n")
	for i, row := range bad {
		if i == indexMost {
			p.printf("%s... and %d more\n", margin, len(bad)-i)
			break
		}
		p.printf("%s%s  %s\n", margin, p.paint(row.ID, color.Bold), row.Title)
	}
}

// asked tells how many of the failures do not get past the words of whoever
// configured the target.
func (p *Printer) asked(r *Report) {
	var list reasons
	for _, row := range r.Select(agent.VerdictFail) {
		switch words := r.Forbids[row.Policy]; {
		case words != "":
			list.add(row.Policy+", which the documentation forbids ("+words+")", row.ID)
		case slices.Contains(r.Unsafe, row.Policy):
			list.add(row.Policy+", a configuration that asks for them in so many words", row.ID)
		}
	}
	for _, reason := range list.order {
		p.printf("\n%s %d of the %d failures are under %s\n", p.paint("note:", color.FgYellow), len(list.ids[reason]), r.Counts.Fail, visible(reason))
	}
}

// share tells that less than half of the table could be asked of a target that has no
// way to say the rest.
func (p *Printer) share(r *Report) {
	unsaid := 0
	for _, row := range r.Results {
		if row.Skip == harness.SkipNotExpressible {
			unsaid++
		}
	}
	if 2*unsaid > r.Counts.Checks {
		p.printf("\n%s only %d of %d checks were run: there is no way to say what the others are about\n", p.paint("note:", color.FgYellow), r.Counts.Ran(), r.Counts.Checks)
	}
}

func (p *Printer) summary(r *Report) string {
	c := r.Counts
	parts := []string{p.paint(fmt.Sprintf("%d passed", c.Pass), color.FgGreen)}
	add := func(n int, what string, attrs ...color.Attribute) {
		text := fmt.Sprintf("%d %s", n, what)
		if n > 0 {
			text = p.paint(text, attrs...)
		}
		parts = append(parts, text)
	}
	add(c.Fail, "failed", color.FgRed, color.Bold)
	add(c.Warn, "warnings", color.FgYellow)
	if c.Error > 0 {
		add(c.Error, "errors", color.FgMagenta, color.Bold)
	}
	if c.Undecided > 0 {
		add(c.Undecided, "undecided", color.FgYellow)
	}
	if c.Info > 0 {
		add(c.Info, "noted", color.Faint)
	}
	if c.Skip > 0 {
		add(c.Skip, "not run", color.Faint)
	}
	add(c.Disagreements, "disagreements", color.FgMagenta, color.Bold)
	return fmt.Sprintf("%d checks: %s  (%s)", c.Checks, strings.Join(parts, ", "), r.Elapsed.Round(10*time.Millisecond))
}
