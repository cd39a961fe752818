package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

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
			p.printf(": %s: model %s, %s %s\n", d.What, block.Visible(d.Model), d.Agent, block.Visible(d.Other))
		}
	}
	p.printf("\n")
}

// rest is what is neither a cause nor a note: what passed, and what says nothing
// about the target and why.
func (p *Printer) rest(r *Report) {
	p.endpoints(r)
	if p.Verbose {
		p.groups(r)
	} else {
		p.passed(r)
	}
	p.known(r)
	p.because("Errors:", r, agent.VerdictError)        // what could not be carried out
	p.because("Undecided:", r, agent.VerdictUndecided) // what ran and says nothing about the target
	p.recorded(r)
	p.skips(r)
	p.notLookedAt(r)
}

// passed is a line about what passed, and what is only recorded.
func (p *Printer) passed(r *Report) {
	if r.Counts.Pass == 0 {
		return
	}
	names, counts := r.Groups()
	groups := 0
	for _, n := range names {
		if counts[n].Pass > 0 {
			groups++
		}
	}
	p.named("Passed:", fmt.Sprintf("%s in %s (each group: -v)", block.Count(r.Counts.Pass, "check"), block.Count(groups, "group")))
}

// nameWidth is the column at which the text of what was not decided begins.
const nameWidth = 15

// named writes lines with a name before the first.
func (p *Printer) named(name string, lines ...string) {
	for i, line := range lines {
		if i > 0 {
			name = ""
		}
		p.printf("%s%s\n", p.paint(fmt.Sprintf("%-*s", nameWidth, name), color.Bold), line)
	}
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

// mostReasons is how many reasons of a kind have a line on a page that fits a screen.
const mostReasons = 3

// nonce is what makes the URL of each request of an agent another one.
var nonce = regexp.MustCompile(`[?&]_=[0-9a-z]+`)

// because tells, by reason, which checks have a verdict.
func (p *Printer) because(name string, r *Report, v agent.Verdict) {
	var list reasons
	for _, row := range r.Results {
		if row.Verdict == v && row.Known == "" {
			list.add(nonce.ReplaceAllString(row.Reason, ""), row.ID)
		}
	}
	p.reasons(name, list)
}

// recorded are, under -v, the checks that judge nothing, with what they saw.
func (p *Printer) recorded(r *Report) {
	if !p.Verbose {
		return
	}
	var lines []string
	for _, row := range r.Select(agent.VerdictInfo) {
		lines = append(lines, row.ID)
		var said []string
		for i := range row.Agents {
			if note := row.Agents[i].Note; note != "" && !slices.Contains(said, note) {
				said = append(said, note)
				lines = append(lines, indented(block.Wrap(block.Visible(note), block.Columns-nameWidth-2))...)
			}
		}
	}
	p.named("Noted:", lines...)
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
			reason = "the policy says nothing that they are about"
		case row.Skip == harness.SkipContract && !strings.Contains(row.Reason, "("): // one without a word of the adapter's
			reason = "they need paths that only a server made for them has"
		default:
			reason = string(row.Skip) + ": " + reason
		}
		if p.Verbose {
			reason = string(row.Skip) + ": " + reason
		}
		list.add(reason, row.ID)
	}
	if n := len(list.order); n > 1 && !p.Verbose && len(r.main()) > 1 {
		p.named("Not run:", fmt.Sprintf("%s, for %s: -v", block.Count(r.Counts.Skip, "check"), block.Count(n, "reason"))) // the causes want the room
		return
	}
	p.reasons("Not run:", list)
}

// notLookedAt tells, by reason, which parts of the declared policy no check looked at.
func (p *Printer) notLookedAt(r *Report) {
	parts := map[string][]string{}
	var order, lines []string
	for _, n := range r.NotLookedAt {
		reason := n.Reason
		if n.Endpoint != "" && reason != "" {
			reason = n.Endpoint + ": " + reason
		}
		if reason == "" {
			reason = "no check that was run is about it"
		}
		if parts[reason] == nil {
			order = append(order, reason)
		}
		parts[reason] = append(parts[reason], block.Visible(n.Part.String()))
	}
	for _, u := range r.Unshared {
		name := "answers to " + block.Visible(u.Method)
		if u.Endpoint != "" {
			name = u.Endpoint + ": " + name
		}
		text := fmt.Sprintf("%s: %d, and no Access-Control-Allow-Origin that lets an allowed origin read it: a page that sends %s sees a CORS error in place of the %d. Methods that are named by --serves are held to the policy",
			name, u.Status, block.Visible(u.Method), u.Status)
		lines = append(lines, block.Wrap(text, block.Columns-nameWidth)...)
	}
	for _, reason := range order {
		lines = append(lines, block.Wrap(strings.Join(parts[reason], ", ")+": "+block.Visible(reason), block.Columns-nameWidth)...)
	}
	p.named("Not looked at:", lines...)
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

// reasons writes a line for each reason, the most frequent first; under -v with the
// checks of each.
func (p *Printer) reasons(name string, l reasons) {
	slices.SortStableFunc(l.order, func(a, b string) int { return len(l.ids[b]) - len(l.ids[a]) })
	var lines []string
	for i, reason := range l.order {
		line := fmt.Sprintf("%d x %s", len(l.ids[reason]), block.Visible(reason))
		switch {
		case p.Verbose:
			lines = append(append(lines, line), indented(l.ids[reason])...)
			continue
		case i == mostReasons-1 && len(l.order) > mostReasons:
			rest := 0
			for _, reason := range l.order[i:] {
				rest += len(l.ids[reason])
			}
			lines = append(lines, fmt.Sprintf("%d x for %d other reasons: -v", rest, len(l.order)-i))
			p.named(name, lines...)
			return
		}
		lines = append(lines, block.Cut(line, block.Columns-nameWidth))
	}
	p.named(name, lines...)
}

func indented(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, "  "+s)
	}
	return out
}

// stopped says why a run was cut short.
func (p *Printer) stopped(r *Report) {
	if r.Stopped == nil {
		return
	}
	lines := block.Wrap("stopped: "+block.Visible(r.Stopped.Reason), block.Columns)
	lines[0] = p.paint("stopped:", color.FgRed, color.Bold) + strings.TrimPrefix(lines[0], "stopped:")
	p.printf("%s\n", strings.Join(lines, "\n"))
	p.field("under way", strings.Join(r.Stopped.Running, "\n"))
	p.field("its log", r.Stopped.Log)
	p.printf("\n")
}

// notes are remarks about the whole run.
func (p *Printer) notes(r *Report) {
	p.asked(r)
	p.share(r)
	for agent, why := range r.AgentErrors {
		p.printf("\n%s %s: %s\n", p.paint("agent broke:", color.FgRed, color.Bold), agent, block.Visible(why))
	}
	if r.NotGranted != "" && !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Plain && f.Breaks() }) {
		p.note("the answers of %s are not shared with the allowed origin at all (%s). Is it the right URL, and the right origin?", r.URL, r.NotGranted)
	}
	if ids := r.byHand(); len(ids) > 0 {
		p.note("all that fails here was shown by requests that no browser sends. What is not yours to mend, since a server or a framework does it, need not fail your runs: leave it out (%s), or list it (--baseline FILE --update-baseline)", left(ids))
	}
	if r.ContentCut != "" {
		p.note("the content of %s does not come whole, whatever its headers allow (%s). The answers were judged by their headers", r.URL, block.Visible(r.ContentCut))
	}
	if r.EndpointStatus >= 300 {
		p.note("an ordinary request to %s is answered with %d, and what was checked is the CORS of such answers. %s", r.URL, r.EndpointStatus, wayIn(r.EndpointStatus))
	}
	for _, text := range p.Notes {
		p.note("%s", text)
	}
}

// Unusual says what an ordinary request was answered with, where that is no success, and what to do about it;
// empty: it is one.
func (r *Report) Unusual() string {
	if r.EndpointStatus < 300 {
		return ""
	}
	return fmt.Sprintf("an ordinary request is answered with %d. %s", r.EndpointStatus, wayIn(r.EndpointStatus))
}

// byHand are the cases by which an endpoint fails, if a browser can send none of their requests and nobody
// gets at anything by them; none otherwise.
func (r *Report) byHand() []string {
	var ids []string
	for _, f := range r.Breaking() {
		if r.Declared == nil || f.Sendable || len(f.Browser) > 0 || f.Severity != nil {
			return nil
		}
		for _, row := range r.Results {
			if row.Verdict == agent.VerdictFail && slices.Contains(f.Explains, row.ID) && !slices.Contains(ids, row.Case) {
				ids = append(ids, row.Case)
			}
		}
	}
	return ids
}

// left are the flags that leave cases out.
func left(ids []string) string {
	const most = 3
	if len(ids) > most {
		return "--skip CASE for each"
	}
	return "--skip " + strings.Join(ids, " --skip ")
}

// wayIn says what to do about an endpoint whose ordinary answer is no success.
func wayIn(status int) string {
	const login = "give its token with -H, -u or --bearer-env, its cookie with -b"
	switch {
	case status == 401 || status == 403 || status == 407:
		return "If it wants a login, " + login + "."
	case status == 304:
		return "That answers a condition, and none was sent: no page gets content there. Is it the right URL?"
	case status < 400:
		return "Give the URL that it redirects to; if that is a login, " + login + "."
	}
	return "Is it the right URL?"
}

// note writes a remark, wrapped.
func (p *Printer) note(format string, args ...any) {
	lines := block.Wrap("note: "+block.Visible(fmt.Sprintf(format, args...)), block.Columns)
	lines[0] = p.paint("note:", color.FgYellow) + strings.TrimPrefix(lines[0], "note:")
	p.printf("\n%s\n", strings.Join(lines, "\n"))
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
		p.note("%d of the %d failures are under %s", len(list.ids[reason]), r.Counts.Fail, block.Visible(reason))
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
		p.note("only %d of %d checks were run: there is no way to say what the others are about", r.Counts.Ran(), r.Counts.Checks)
	}
}

// last is the last line of a page: the first cause again, and the sum.
func (p *Printer) last(r *Report) string {
	breaking := r.Breaking()
	if len(breaking) == 0 {
		return p.summary(r)
	}
	title := block.Visible(breaking[0].Title)
	if n := len(breaking) - 1; n > 0 {
		title += fmt.Sprintf(", and %d more", n)
	}
	return fmt.Sprintf("%s     %s; %s", p.paint("FAIL", color.FgRed, color.Bold), title, p.summary(r))
}

// summary is the sum of all results; of what is rare only what there is.
func (p *Printer) summary(r *Report) string {
	c := r.Counts
	text := fmt.Sprintf("%s: %s, %s", block.Count(c.Checks, "check"), p.paint(fmt.Sprintf("%d passed", c.Pass), color.FgGreen), p.some(c.Fail, "failed", color.FgRed, color.Bold))
	for _, part := range []string{
		p.some(c.Warn, plural("warning", c.Warn), color.FgYellow), p.some(c.Error, plural("error", c.Error), color.FgMagenta, color.Bold), p.some(c.Undecided, "undecided", color.FgYellow),
		p.some(c.Known, "known", color.Faint), p.some(c.Info, "noted", color.Faint), p.some(c.Skip, "not run", color.Faint), p.some(c.Disagreements, plural("disagreement", c.Disagreements), color.FgMagenta, color.Bold),
	} {
		if !strings.HasPrefix(part, "0 ") {
			text += ", " + part
		}
	}
	took := r.Elapsed
	if !p.Began.IsZero() {
		took = time.Since(p.Began)
	}
	return text + fmt.Sprintf(" (%s)", took.Round(10*time.Millisecond))
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// some is a number of results, painted where there are any.
func (p *Printer) some(n int, what string, attrs ...color.Attribute) string {
	text := fmt.Sprintf("%d %s", n, what)
	if n == 0 {
		return text
	}
	return p.paint(text, attrs...)
}
