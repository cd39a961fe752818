package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// The rules of the terminal page: what is run against what, and an empty line; the
// verdict in a sentence; the causes, the first to mend first; a line for each of the
// rest: what passed, what is undecided, what did not run and why. The last line is the
// first cause again, with the sum. The page of an ordinary endpoint fits a screen:
// what else there is to say is said under -v, or of one cause under --cause.

// Printer writes reports for people. The zero value but for W writes without colour.
type Printer struct {
	W       io.Writer
	Color   bool
	Verbose bool   // all of it: causes in full, then every check that did not pass
	Cause   string // the id of a finding: it alone, with the checks that it explains
	// Began is when the command did, with the start of a browser and of a target; zero: the time is
	// that of the run itself.
	Began time.Time
	// Notes are further remarks about the whole run, of who knows how it was made.
	Notes []string
}

func (p *Printer) paint(text string, attrs ...color.Attribute) string {
	if !p.Color || text == "" {
		return text
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(text)
}

func (p *Printer) printf(format string, args ...any) { fmt.Fprintf(p.W, format, args...) }

// Header writes what is being run against what: the first lines of a page, which
// end with an empty one. about are lines about the target.
func (p *Printer) Header(tool, target, url string, agents []string, about ...string) {
	p.printf("%s: %s", block.Visible(tool), p.paint(block.Visible(target), color.Bold))
	if url != "" && url != target {
		p.printf(" at %s", block.Visible(url))
	}
	p.printf("\n")
	for _, a := range agents {
		p.printf("%s%s\n", margin, p.paint(block.Visible(a), color.Faint))
	}
	for _, line := range about {
		p.printf("%s%s\n", margin, block.Visible(line))
	}
	p.printf("\n")
}

// Print writes the whole report.
func (p *Printer) Print(r *Report) {
	if p.Cause != "" {
		p.cause(r)
		return
	}
	above := p.apart(func(p *Printer) {
		p.printf("%s\n\n", p.verdictOf(r))
		p.stopped(r)
	})
	below := p.apart(func(p *Printer) { p.below(r) })
	p.printf("%s", above)
	p.causes(r, screen-header-strings.Count(above+below, "\n"))
	p.printf("%s", below)
}

// The page of an ordinary endpoint has so many lines at most, so many of them header.
const (
	screen = 40
	header = 6 // the tool, two agents, what is sent, what it is held to, and an empty line
)

// apart gives what is written in between as a text.
func (p *Printer) apart(write func(*Printer)) string {
	var b strings.Builder
	q := *p
	q.W = &b
	write(&q)
	return b.String()
}

// below is what follows the causes.
func (p *Printer) below(r *Report) {
	p.also(r)
	p.stack(r)
	if p.Verbose {
		p.checks(r.Select(agent.VerdictError, agent.VerdictFail, agent.VerdictWarn))
	}
	rest := p.apart(func(p *Printer) {
		p.disagreements(r)
		p.rest(r)
		p.notes(r)
	})
	if rest != "" {
		rest += "\n"
	}
	p.printf("%s%s\n", rest, p.last(r))
}

// cause writes one finding with all its evidence.
func (p *Printer) cause(r *Report) {
	f := r.Finding(p.Cause)
	if f == nil {
		p.printf("No finding has the id %s: ", p.Cause)
		if len(r.Findings) == 0 {
			p.printf("there is none.\n")
		} else {
			var ids []string
			for i := range r.Findings {
				ids = append(ids, r.Findings[i].ID)
			}
			p.printf("there is %s.\n", strings.Join(ids, ", "))
		}
	} else {
		p.lines(p.style(r, 0).Lines(&f.Finding, r.setting(f)))
		p.checks(r.rows(f.Explains))
	}
	p.printf("\nof all that was found: %s\n", p.summary(r))
}

func (p *Printer) lines(list []string) {
	for _, line := range list {
		p.printf("%s\n", line)
	}
	p.printf("\n")
}

// checks writes checks with all their evidence.
func (p *Printer) checks(rows []Row) {
	for _, row := range rows {
		p.check(row, true)
	}
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
