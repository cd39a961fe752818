package errordoc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/causedoc"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// Pages are the files of docs/errors, by name. The error is of the embedded table.
func Pages() (map[string]string, error) {
	table, err := cases.Load()
	if err != nil {
		return nil, err
	}
	w := &writer{anchors: table.Anchors, reasons: map[string][]spec.Reason{}}
	printed := explain.AllPrinted()
	for i := range printed {
		for _, id := range explain.CausesOf(printed[i].Reason) {
			w.reasons[id] = append(w.reasons[id], printed[i].Reason)
		}
	}
	pages := map[string]string{"README.md": w.index(printed)}
	for i := range printed {
		pages[string(printed[i].Reason)+".md"] = w.reason(&printed[i])
	}
	for _, c := range cases.Causes() {
		pages[c.ID+".md"] = w.cause(&c)
	}
	return pages, nil
}

type writer struct {
	anchors cases.Anchors
	reasons map[string][]spec.Reason // of each cause
}

// notice stands at the end of each page.
const notice = "\n<!-- Written by corsproof causes --docs; do not edit. -->\n"

// index lists the reasons by what stopped the request, then the causes.
func (w *writer) index(printed []explain.Printed) string {
	var b strings.Builder
	b.WriteString("# What browsers print, and what it comes of\n\nPaste a message into `corsproof explain`, or look for its sentence here.\n\n| sentence | reason | layer |\n|---|---|---|\n")
	for i := range printed {
		p := &printed[i]
		fmt.Fprintf(&b, "| %s | [%s](%s.md) | %s |\n", cell(p.Title()), p.Reason, p.Reason, explain.LayerOf(p.Reason))
	}
	b.WriteString("\n## Causes\n")
	for _, section := range cases.CauseSections() {
		fmt.Fprintf(&b, "\n%s:\n\n", section)
		for _, c := range cases.Causes() {
			if c.Section == section {
				fmt.Fprintf(&b, "* [%s](%s.md)\n", plain(c.Title), c.ID)
			}
		}
	}
	return b.String() + notice
}

// reason is the page of a reason.
func (w *writer) reason(p *explain.Printed) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", plain(p.Title()))
	causes := explain.CausesOf(p.Reason)
	b.WriteString(meaning(p.Reason, causes))
	b.WriteString("\n\n| browser | its sentence |\n|---|---|\n")
	for _, row := range [][2]string{{"Chrome", p.Chrome}, {"Firefox", p.Firefox}, {"Safari", p.Safari}} {
		if row[1] != "" {
			fmt.Fprintf(&b, "| %s | %s |\n", row[0], cell(row[1]))
		}
	}
	switch len(causes) {
	case 0:
		b.WriteString("\nThe message alone does not say more. Paste all that the console has into `corsproof explain`.\n")
	case 1:
		c := cases.FindCause(causes[0])
		fmt.Fprintf(&b, "\n**What to do.** %s (Cause: [%s](%s.md), side: %s.)\n", plain(c.Do), plain(c.Title), c.ID, c.Side)
	default:
		b.WriteString("\n**It comes of one of these.** `corsproof explain` reads the message, a HAR or what `curl -v` printed, and names the one.\n\n")
		for _, id := range causes {
			c := cases.FindCause(id)
			fmt.Fprintf(&b, "* [%s](%s.md) (%s)\n", plain(c.Title), c.ID, c.Side)
		}
	}
	if cmd := command(p.Reason); cmd != "" {
		fmt.Fprintf(&b, "\nWhat the server does, shown and explained:\n\n    %s\n", cmd)
	}
	return b.String() + notice
}

// meaning says what a reason is, and whether it is CORS.
func meaning(r spec.Reason, causes []string) string {
	text := "`" + string(r) + "`"
	if layer := explain.LayerOf(r); layer != spec.LayerCORS {
		text += fmt.Sprintf(": this is not CORS (layer: %s), and no CORS header changes it.", layer)
		if len(causes) > 0 {
			text += " " + plain(cases.FindCause(causes[0]).Why)
		}
		return text
	}
	if said := r.Explain(); said != "" {
		return fmt.Sprintf("%s: %s ([Fetch Standard](%s)).", text, said, r.Spec())
	}
	switch r {
	case explain.ReasonUndetermined:
		return "This is all that a script can see of any failure: CORS, or no answer at all. The reason is in the browser's console, on another line."
	case explain.ReasonHeaderNotExposed:
		return text + ": the page can read the answer, and not this header of it."
	case explain.ReasonForbiddenHeader:
		return text + ": the request is sent, without this header."
	}
	return text + "."
}

// command is what shows the server's part of a reason; empty where the server has none.
func command(r spec.Reason) string {
	const origin = "-H 'Origin: https://app.example.com'"
	switch {
	case r.IsPreflight():
		return "curl -sv -X OPTIONS https://api.example.com/items " + origin + " -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: content-type' 2>&1 | corsproof explain"
	case explain.LayerOf(r) == spec.LayerCORS && r != explain.ReasonForbiddenHeader && r != spec.ReasonDisallowedByMode && r != spec.ReasonCorsDisabledScheme,
		explain.LayerOf(r) == spec.LayerNetwork, explain.LayerOf(r) == spec.LayerTLS:
		return "corsproof fetch https://api.example.com/items --from https://app.example.com"
	}
	return ""
}

// cause is the page of a cause.
func (w *writer) cause(c *cases.Cause) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n`%s`, side: %s (%s).", plain(c.Title), c.ID, c.Side, causedoc.Side(c.Side))
	if list := w.reasons[c.ID]; len(list) > 0 {
		var links []string
		for _, r := range list {
			links = append(links, fmt.Sprintf("[%s](%s.md)", r, r))
		}
		fmt.Fprintf(&b, " A browser's reason: %s.", strings.Join(links, ", "))
	}
	if c.Why != "" {
		fmt.Fprintf(&b, "\n\n%s", plain(c.Why))
	}
	if c.Do != "" {
		fmt.Fprintf(&b, "\n\n**What to do.** %s", plain(c.Do))
	}
	b.WriteString(w.fixes(c))
	if links := w.standards(c); links != "" {
		fmt.Fprintf(&b, "\n\nStandards: %s.", links)
	}
	return b.String() + "\n" + notice
}

// fixes are the configurations that were served and found right.
func (w *writer) fixes(c *cases.Cause) string {
	if c.Setting == "" {
		return ""
	}
	var b strings.Builder
	seen := map[string]bool{}
	for _, s := range cases.Stacks() {
		text, proved := cases.Fix(&s, c, &cases.Policy{Name: "page"}, cases.Values{})
		if !proved || seen[s.Adapter] {
			continue
		}
		seen[s.Adapter] = true
		_, left := cases.Remaining(&s, c)
		if left != "" {
			left = "\nStill found, since the stack itself gets it wrong: " + left + ".\n"
		}
		fmt.Fprintf(&b, "\n\n<details><summary>%s, measured</summary>\n%s\n```\n%s\n```\n</details>", s.Name, left, text)
	}
	fmt.Fprintf(&b, "\n\nFor a framework, server or service: `corsproof causes %s --stack ID`.", c.ID)
	return b.String()
}

// standards are links to the sections.
func (w *writer) standards(c *cases.Cause) string {
	var links []string
	for _, key := range c.Spec {
		if a, ok := w.anchors.Lookup(key); ok {
			name := a.Title
			if a.Spec != "" {
				name = a.Spec + ", " + a.Title
			}
			links = append(links, fmt.Sprintf("[%s](%s)", plain(name), a.URL))
		}
	}
	return strings.Join(slices.Compact(links), "; ")
}

// plain keeps Markdown from reading marks in a sentence: a * in it is the wildcard.
func plain(s string) string {
	return strings.NewReplacer("*", `\*`, "<", "&lt;", "_", `\_`, "[", `\[`).Replace(s)
}

// cell is a sentence in a table.
func cell(s string) string { return strings.ReplaceAll(plain(s), "|", `\|`) }
