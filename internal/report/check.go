package report

import (
	"fmt"
	"strings"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/spec"
)

const margin = "      "

// check writes a check with all its evidence, or that it is there.
func (p *Printer) check(row Row, full bool) {
	tag := string(row.Level)
	if row.Security != "" {
		tag = "security: " + string(row.Security) + ", " + tag
	}
	p.printf("%s %s  %s\n", p.verdict(row.Verdict), p.paint(row.ID, color.Bold), p.paint("["+tag+"]", color.Faint))
	p.printf("%s%s\n", margin, block.Visible(row.Title))
	if row.Verdict == agent.VerdictError && row.Reason != "" {
		p.printf("%s%s\n", margin, block.Visible(row.Reason))
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
		p.printf("%s%s %s\n", margin, p.paint(fmt.Sprintf("%-10s", name), color.Faint), block.Visible(line))
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
		p.printf("%s  %s %s\n", margin, p.paint(mark, color.Faint), block.Visible(text))
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
