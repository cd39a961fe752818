package report

import (
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// mostMarkdown is how long a page may be, in bytes: what a comment of GitHub holds is
// 65,536 characters, and of GitLab a million.
const mostMarkdown = 60_000

// writeMarkdown writes a page for a step summary or a comment of a pull request, in
// GitHub's Markdown: the verdict, the findings in a table, and each in full, as many as fit.
// What came from a server is code in it, so that it makes no link, no image and no mention.
func (r *Report) writeMarkdown(w io.Writer, _ Options) error {
	text, as := r.Verdict()
	sign := map[agent.Verdict]string{agent.VerdictPass: "✅", agent.VerdictFail: "❌"}[as]
	if sign == "" || as == agent.VerdictPass && len(r.incomplete()) > 0 {
		sign = "⚠️"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "## %s CORS of %s\n\n**%s**\n\n%s\n\n", sign, code(r.Target), escapeMarkdown(text), escapeMarkdown(r.sum()))
	for _, t := range r.incomplete() {
		fmt.Fprintf(&b, "> **%s**\n\n", escapeMarkdown(t.text))
	}
	if len(r.Findings) > 0 {
		where, rule := "", ""
		if r.manyPolicies() {
			where, rule = " Policies |", "---|"
			if len(r.Endpoints) > 0 {
				where = " Endpoints |"
			}
		}
		fmt.Fprintf(&b, "| | What is wrong |%s Level | Change it in | Checks |\n|---|---|%s---|---|--:|\n", where, rule)
	}
	for i := range r.Findings {
		b.WriteString(r.markdownRow(&r.Findings[i]))
	}
	b.WriteString("\n" + r.markdownEndpoints())
	tail := "<sub>" + escapeHTML(r.Tool)
	for _, a := range r.Agents {
		tail += ", " + escapeHTML(a.Short())
	}
	tail += "</sub>\n"
	for i := range r.Findings {
		full := r.markdownFull(&r.Findings[i])
		if b.Len()+len(full)+len(tail) > mostMarkdown {
			fmt.Fprintf(&b, "%d more in full: `corsproof report html`\n\n", len(r.Findings)-i)
			break
		}
		b.WriteString(full)
	}
	b.WriteString(tail)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) markdownRow(f *Finding) string {
	sign := "⚠️"
	switch {
	case f.Breaks():
		sign = "❌"
	case f.Known != "":
		sign = "known"
	}
	tag := string(f.Level)
	if f.Severity != nil {
		tag = "security: " + string(*f.Severity)
	}
	where := ""
	if r.manyPolicies() {
		where = " " + someOf(f.Policies) + " |"
	}
	return fmt.Sprintf("| %s | %s |%s %s | %s | %d |\n", sign, escapeMarkdown(f.Title), where, tag, f.Side, len(f.Explains))
}

// someOf are the first few names of a list.
func someOf(names []string) string {
	const few = 4
	var list []string
	for _, name := range names[:min(len(names), few)] {
		list = append(list, code(name))
	}
	if len(names) > few {
		list = append(list, fmt.Sprintf("%d more", len(names)-few))
	}
	return strings.Join(list, ", ")
}

// markdownEndpoints says of each of several endpoints what came of it.
func (r *Report) markdownEndpoints() string {
	if len(r.Endpoints) < 2 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| Endpoint | |\n|---|---|\n")
	for i := range r.Endpoints {
		text, _ := r.said(&r.Endpoints[i])
		fmt.Fprintf(&b, "| %s | %s |\n", code(r.Endpoints[i].Name), escapeMarkdown(text))
	}
	return b.String() + "\n"
}

// markdownFull is a finding in a part that opens; those that break something are open.
func (r *Report) markdownFull(f *Finding) string {
	open := ""
	if f.Breaks() {
		open = " open"
	}
	return fmt.Sprintf("<details%s><summary>%s</summary>\n\n%s</details>\n\n", open, escapeHTML(f.Title), r.markdownFinding(f))
}

// markdownFinding is a finding below its title.
func (r *Report) markdownFinding(f *Finding) string {
	var b strings.Builder
	if f.Known != "" {
		fmt.Fprintf(&b, "**Known.** %s\n\n", escapeMarkdown(f.Known))
	}
	part := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s %s\n\n", name, text)
		}
	}
	if f.Affects != "" {
		part("**Who.**", code(f.Affects))
	}
	if len(f.Odd) > 0 {
		part("**Odd.**", code(block.Enumerate(f.Odd)))
	}
	if r.manyPolicies() {
		part("**Where.**", someOf(f.Policies))
	}
	if diff := block.Compare(f.Received, f.Wanted).Lines(); len(diff) > 0 {
		b.WriteString(fenced("diff", strings.Join(diff, "\n")))
	}
	if f.Says != "" {
		part("Chrome says:", "\n\n"+fenced("", f.Says))
	}
	part("**Why.**", escapeMarkdown(f.Why))
	part("**Fix.**", escapeMarkdown(f.Fix))
	if f.Setting != "" && r.Stack != nil {
		part(escapeMarkdown(r.Stack.Name)+":", "\n\n"+fenced("", f.Setting))
	}
	if f.Proved != nil && r.Stack != nil {
		part("A configuration of "+escapeMarkdown(r.Stack.Name)+", "+escapeMarkdown(f.Proved.Note)+":", "\n\n"+fenced("", f.Proved.Text))
	}
	var links []string
	for _, u := range r.standards(f) {
		links = append(links, "<"+u+">")
	}
	part("Standard:", strings.Join(links, ", "))
	return b.String()
}

// escapeMarkdown is a text that is read as it is: no character of it is a sign of
// Markdown or HTML, and an at-sign names nobody.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, c := range block.Visible(text) {
		switch {
		case strings.ContainsRune("\\`*_{}[]()#+!|~$", c):
			b.WriteRune('\\')
			b.WriteRune(c)
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case c == '@':
			b.WriteString("@\u2060") // a word joiner: the at-sign stands for itself
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// escapeHTML is a text within an element, where Markdown's backslashes mean nothing.
func escapeHTML(text string) string {
	return strings.ReplaceAll(html.EscapeString(block.Visible(text)), "@", "@\u2060")
}

// code is a text in a line, as it is. A backtick in it needs longer ones around it.
func code(text string) string {
	text = strings.ReplaceAll(block.Visible(text), "|", "¦") // which would end a cell of a table
	marks := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || text == "" {
		text = " " + text + " "
	}
	return marks + text + marks
}

// fenced is a text of several lines, as it is.
func fenced(language, text string) string {
	text = visibleLines(text)
	marks := strings.Repeat("`", max(3, longestRun(text)+1))
	return marks + language + "\n" + text + "\n" + marks + "\n\n"
}

// longestRun is the length of the longest run of backticks.
func longestRun(text string) int {
	longest, n := 0, 0
	for i := range len(text) {
		if text[i] != '`' {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}
