package selfcheck

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

// WriteJSON writes the matrix as JSON.
func (m *Matrix) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(m)
}

// Print writes the kill matrix for people: a line for each mutant, then the
// problems, then the sum. With all it lists every killer.
func (m *Matrix) Print(w io.Writer, all bool) {
	width := 0
	for _, r := range m.Rows {
		width = max(width, len(r.Name))
	}
	class := ""
	rows := slices.Clone(m.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(string(a.Class), string(b.Class)) })
	for _, r := range rows {
		if string(r.Class) != class {
			class = string(r.Class)
			fmt.Fprintf(w, "%s\n", class)
		}
		killers := r.Killers
		more := ""
		if !all && len(killers) > 3 {
			killers, more = killers[:3], fmt.Sprintf(" and %d more", len(r.Killers)-3)
		}
		browser := ""
		if len(r.BrowserKillers) > 0 {
			browser = fmt.Sprintf("  [browser: %d]", len(r.BrowserKillers))
		}
		found := strings.Join(killers, ", ") + more
		if len(killers) == 0 {
			found = "SURVIVED"
		}
		fmt.Fprintf(w, "  %-*s  %s%s\n", width, r.Name, found, browser)
	}
	if len(m.Problems) > 0 {
		fmt.Fprintf(w, "\nProblems\n")
		for _, p := range m.Problems {
			fmt.Fprintf(w, "  %s  %s: %s\n", p.Kind, p.Subject, p.Text)
		}
	}
	fmt.Fprintf(w, "\n%d cases (%d more only record), %d mutants, %d lawful variants, %d checks in %s\n",
		len(m.Cases), len(m.Recorded), len(m.Rows), len(m.Variants), m.Checks, m.Elapsed.Round(10*time.Millisecond))
	fmt.Fprintf(w, "mutants that come out as one cause, the right one: %d of %d\n", m.Diagnosed, len(m.Rows))
	fmt.Fprintf(w, "cases that find a mutant: median %d, outside of its targets: median %d; problems: %d\n", m.Median, m.MedianUnrelated, len(m.Problems))
}

// WriteHTML writes the kill matrix as one page that needs nothing else.
func (m *Matrix) WriteHTML(w io.Writer) error {
	rows := slices.Clone(m.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(string(a.Class), string(b.Class)) })
	if err := killPage.Execute(w, map[string]any{"M": m, "Rows": rows}); err != nil {
		return fmt.Errorf("writing the kill matrix: %w", err)
	}
	return nil
}

var killPage = template.Must(template.New("kills").Funcs(template.FuncMap{
	"join":      func(s []string) string { return strings.Join(s, ", ") },
	"isURL":     func(s string) bool { return strings.HasPrefix(s, "https://") },
	"unrelated": func(r Row, id string) bool { return slices.Contains(r.Unrelated, id) },
	"inBrowser": func(r Row, id string) bool { return slices.Contains(r.BrowserKillers, id) },
}).Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>corsproof: the kill matrix</title>
<style>
:root{--bg:#fff;--fg:#1b1f24;--dim:#667079;--line:#dfe3e8;--chip:#e6f4ea;--chipf:#11622f;--un:#fff1c6;--unf:#6f5200;--bad:#a3130a;--link:#0b5bc4}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e8ec;--dim:#98a2ac;--line:#30363c;--chip:#143822;--chipf:#8fe0aa;--un:#443808;--unf:#f3d676;--bad:#ff8a7d;--link:#7db2ff}}
body{margin:0 auto;max-width:1200px;padding:20px;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:6px 10px 6px 0;vertical-align:top;text-align:left;overflow-wrap:anywhere}
.c{display:inline-block;background:var(--chip);color:var(--chipf);border-radius:4px;padding:0 6px;margin:1px;font:12.5px ui-monospace,monospace}
.c.u{background:var(--un);color:var(--unf)}.bad{color:var(--bad);font-weight:600}small{color:var(--dim)}a{color:var(--link)}
@media(max-width:700px){table,tbody,tr,td{display:block}thead{display:none}}
</style></head><body>
<h1>The kill matrix</h1>
<p>{{len .M.Cases}} cases against {{len .Rows}} servers with one defect each. Every case is one that makes some
of them fail; every server fails some case. Median: {{.M.Median}} cases for a defect, {{.M.MedianUnrelated}} of them outside of
what is meant to find it.{{with .M.Browser}} In the browser: {{.}} (marked *).{{end}}</p>
{{with .M.Problems}}<h2 class="bad">Problems</h2><ul>{{range .}}<li>{{.Kind}}: <b>{{.Subject}}</b>: {{.Text}}</li>{{end}}</ul>{{end}}
<table><thead><tr><th>defect</th><th>found by</th></tr></thead><tbody>
{{range $r := .Rows}}<tr><td><b>{{.Name}}</b><br>{{.Doc}}<br><small>{{.Class}}{{range .Sources}}<br>{{if isURL .}}<a href="{{.}}">{{.}}</a>{{else}}{{.}}{{end}}{{end}}</small></td>
<td>{{range .Killers}}<span class="c{{if unrelated $r .}} u{{end}}">{{.}}{{if inBrowser $r .}}*{{end}}</span> {{else}}<span class="bad">survived</span>{{end}}</td></tr>
{{end}}</tbody></table>
<p><small>Yellow: outside of the defect's targets. Lawful variants that pass: {{join .M.Variants}}.</small></p>
</body></html>
`))
