package report

import (
	"fmt"
	"html"
	"io"
	"unicode/utf8"

	"github.com/corsproof/corsproof/harness/agent"
)

// badgeColours are those of the verdicts: in the SVG, and by name for shields.io.
var badgeColours = map[agent.Verdict][2]string{
	agent.VerdictPass: {"#2a7d3f", "brightgreen"}, agent.VerdictFail: {"#b3261e", "red"}, agent.VerdictError: {"#6b7177", "lightgrey"},
}

const badgeLabel = "CORS"

// writeBadge writes a small SVG that needs no font and no network: label and state.
func (r *Report) writeBadge(w io.Writer, _ Options) error {
	text, as := r.state()
	left, right := badgeWidth(badgeLabel), badgeWidth(text)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="%[2]s: %[3]s">
<title>%[2]s: %[3]s</title>
<clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><path fill="#43484d" d="M0 0h%[4]dv20H0z"/><path fill="%[6]s" d="M%[4]d 0h%[5]dv20H%[4]dz"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle">
<text x="%[7]d" y="14" textLength="%[9]d">%[2]s</text>
<text x="%[8]d" y="14" textLength="%[10]d">%[3]s</text>
</g>
</svg>
`, left+right, badgeLabel, html.EscapeString(text), left, right, badgeColours[as][0], left/2, left+right/2, left-badgeMargin, right-badgeMargin)
	return err
}

const (
	badgeMargin = 12 // px, both sides together
	badgeLetter = 7  // px, about what a letter of Verdana takes at that size; textLength makes it exact
)

func badgeWidth(text string) int { return utf8.RuneCountInString(text)*badgeLetter + badgeMargin }

// writeShields writes what the endpoint badge of shields.io reads
// (shields.io/badges/endpoint-badge).
func (r *Report) writeShields(w io.Writer, _ Options) error {
	text, as := r.state()
	return indentedJSON(w, struct {
		Version int    `json:"schemaVersion"`
		Label   string `json:"label"`
		Message string `json:"message"`
		Color   string `json:"color"`
		IsError bool   `json:"isError,omitempty"` // nobody can give it another colour
	}{1, badgeLabel, text, badgeColours[as][1], as != agent.VerdictPass})
}
