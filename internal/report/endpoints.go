package report

import (
	"fmt"
	"strings"

	"github.com/fatih/color"

	"github.com/corsproof/corsproof/internal/block"
)

// endpoints writes a line for each of several endpoints: what came of it.
func (p *Printer) endpoints(r *Report) {
	if len(r.Endpoints) < 2 && len(r.Troubled()) == 0 {
		return
	}
	width := 0
	for i := range r.Endpoints {
		width = max(width, len(r.Endpoints[i].Name))
	}
	var lines []string
	for i := range r.Endpoints {
		e := &r.Endpoints[i]
		text, bad := r.said(e)
		list := block.Wrap(block.Visible(text), max(20, block.Columns-nameWidth-width-2))
		for n, line := range list {
			name := ""
			if n == 0 {
				name = e.Name
			}
			if bad {
				line = p.paint(line, color.FgRed)
			}
			lines = append(lines, fmt.Sprintf("%-*s  %s", width, name, line))
		}
	}
	p.named("Endpoints:", lines...)
}

// said is what came of an endpoint in a line; bad tells that it breaks something, or that not
// all can be said of it.
func (r *Report) said(e *Endpoint) (text string, bad bool) {
	if e.Trouble != "" {
		return e.Trouble, true
	}
	var breaks, known int
	for i := range r.Findings {
		if f := &r.Findings[i]; f.at(e.Name) {
			switch {
			case f.Breaks():
				breaks++
			case f.Known != "":
				known++
			}
		}
	}
	var parts []string
	switch {
	case breaks > 0:
		parts = append(parts, fmt.Sprintf("%s wrong", block.Count(breaks, "thing")))
	case known > 0:
		parts = append(parts, "nothing new")
	default:
		parts = append(parts, "all right")
	}
	if known > 0 {
		parts = append(parts, fmt.Sprintf("%d known", known))
	}
	if e.Counts.Warn > 0 {
		parts = append(parts, block.Count(e.Counts.Warn, "warning"))
	}
	if e.Expected == 0 && e.Status >= 300 {
		parts = append(parts, fmt.Sprintf("an ordinary request is answered with %d (if it is meant to be: status: %d)", e.Status, e.Status))
	}
	if r.Shard != nil && e.Part == nil {
		return "other shards look at it", false
	}
	if e.Counts.Decided()+e.Counts.Known == 0 {
		return "not one check was decided", true
	}
	return strings.Join(parts, ", "), breaks > 0
}

// at tells whether a finding was seen at an endpoint.
func (f *Finding) at(name string) bool {
	for _, id := range f.Explains {
		if _, policy, _ := strings.Cut(id, "/"); policy == name {
			return true
		}
	}
	return false
}
