package agent

import (
	"fmt"
	"strings"
)

// Grown is the part of a request's head that a step let grow: Begin, then Unit
// so many Times, then End, in one field line; or so many Lines, each a Unit.
type Grown struct {
	Begin string `json:"begin,omitempty"`
	Unit  string `json:"unit"`
	Times int    `json:"times"`
	End   string `json:"end,omitempty"`
	Lines bool   `json:"lines,omitempty"`
}

// FieldLines are the field lines.
func (g *Grown) FieldLines() []string {
	if !g.Lines {
		return []string{g.Begin + strings.Repeat(g.Unit, g.Times) + g.End}
	}
	lines := make([]string, g.Times)
	for i := range lines {
		lines[i] = g.Unit
	}
	return lines
}

// grownOrigin is the Origin that a step let grow, cut; empty where it let another field grow.
func (e *Exchange) grownOrigin() string {
	if e.Grown == nil {
		return ""
	}
	const few = 8
	g := *e.Grown
	g.Times = min(few, g.Times)
	lines := g.FieldLines()
	if len(lines) == 0 {
		return ""
	}
	name, value, _ := strings.Cut(lines[0], ":")
	if !strings.EqualFold(name, "Origin") {
		return ""
	}
	if value = strings.Trim(value, " \t"); e.Grown.Times > few && !g.Lines {
		value += "..."
	}
	return value
}

func (g *Grown) String() string {
	if g.Lines {
		return fmt.Sprintf("%d lines %q", g.Times, g.Unit)
	}
	return fmt.Sprintf("%d times %q", g.Times, g.Unit)
}
