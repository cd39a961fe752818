package casedoc

import (
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Write explains one case as plain text.
func Write(w io.Writer, t *cases.Table, c *cases.Case) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", c.ID, c.Title)
	field := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, text)
		}
	}
	field("group", c.Group)
	field("level", string(c.Level))
	field("why", c.Why)
	field("fix", c.Fix)
	field("policies", strings.Join(c.Policies, ", "))
	field("runs", runs(c))
	field("needs", parts(c))
	several := func(name string, texts []string) {
		for _, text := range texts {
			field(name, text)
			name = ""
		}
	}
	several("standard", t.Anchors.URLs(c.Spec))
	several("seen in", c.SeenIn)
	reasons := t.Unsendable(c)
	for i, s := range c.Steps {
		b.WriteString("\n")
		request, demands := step(s)
		fmt.Fprintf(&b, "%s%s\n", heading(c, i), raw(s, reasons[i]))
		for _, l := range request {
			fmt.Fprintf(&b, "    %s\n", l)
		}
		if len(demands) == 0 {
			b.WriteString("  nothing is asked of this answer by itself\n")
			continue
		}
		b.WriteString("  passes when\n")
		for _, l := range demands {
			fmt.Fprintf(&b, "    %s\n", l)
		}
	}
	b.WriteString("\nAnything else fails. {{allowed}}, {{denied}} and the like stand for values of the policy.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// heading is "step 2, login, 3 times".
func heading(c *cases.Case, i int) string {
	s := c.Steps[i]
	text := "the request"
	if len(c.Steps) > 1 {
		text = fmt.Sprintf("step %d", i+1)
	}
	if s.Name != "" {
		text += ", " + s.Name
	}
	if how := How(s); how != "" {
		text += ", " + how
	}
	return text
}

func step(s cases.Step) (request, demands []string) {
	if s.Request != nil {
		return []string{Request(s.Request)}, s.Expect.Words()
	}
	for i := range s.Answer {
		demands = append(demands, s.Answer[i].Words()...)
	}
	return Wire(s.Wire), append(demands, Grow(s.Grow)...)
}

// raw says of a raw request whether a browser could send it too, or why none can.
func raw(s cases.Step, why string) string {
	switch {
	case s.Wire == nil:
		return ""
	case why == "":
		return " (sent raw; a browser can send it too)"
	}
	return " (sent raw; no browser can send it: " + why + ")"
}

// runs says where the case runs.
func runs(c *cases.Case) string {
	text := "in the model and in browsers"
	for _, s := range c.Steps {
		if s.Wire != nil {
			text = "on the wire"
		}
	}
	switch c.Over {
	case "h1":
		text += ", over HTTP/1.1"
	case "h2":
		text += ", over HTTP/2"
	case "tls":
		text += ", over TLS"
	}
	if c.Via == "shared-cache" {
		text += ", through a shared cache"
	}
	return text
}

func parts(c *cases.Case) string {
	names := make([]string, len(c.Needs))
	for i, p := range c.Needs {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}
