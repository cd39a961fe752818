package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/matrix"
)

// causedRow is a framework with three causes: one that is grave, one that only
// warns, and one that nobody explained.
func causedRow() *row {
	by := func(c matrix.Cell, ids ...string) matrix.Cell {
		c.Causes = ids
		return c
	}
	m := &matrix.Matrix{Causes: []matrix.Cause{{ID: "reflects", Title: "Every origin is repeated"}, {ID: "vary-missing", Title: "Vary is missing"}, {ID: "no-cors", Title: "No CORS at all"}}}
	return newRow(m, &matrix.Framework{Name: "echo", State: matrix.Measured,
		Findings: []matrix.Finding{
			{ID: "vary-missing", Level: cases.Practice, Checks: 2}, {ID: "no-cors", Level: cases.Must, Checks: 1}, {ID: "reflects", Level: cases.Must, Severity: cases.High, Checks: 3},
		},
		Results: []matrix.Cell{
			by(cell("a/exact", agent.VerdictFail, cases.High), "reflects"), by(cell("b/exact", agent.VerdictFail, cases.High), "reflects"),
			by(cell("c/exact", agent.VerdictFail, ""), "reflects", "vary-missing"), by(cell("d/exact", agent.VerdictWarn, ""), "vary-missing"),
			by(cell("e/exact", agent.VerdictFail, ""), "no-cors"), cell("f/exact", agent.VerdictFail, ""),
		}})
}

const byCase = `# Echo

Prose before.

## Vary (1 must, 1 warning)

Checks: ` + "`c` (exact), `d` (exact)" + `

What somebody wrote about Vary.

` + upstreamWords + `

## Alone (1 must)

Checks: ` + "`f` (exact)" + `

` + upstreamWords + `

## All of them (2 high)

Checks: ` + "`a` (exact), `b` (exact)" + `

` + "```" + `
### no heading
` + "```" + `

` + upstreamWords + `

## Not counted

Prose.
`

const byCause = `# Echo

Prose before.

## Every origin is repeated (` + "`reflects`" + `: 2 high, 1 must)

Also: ` + "`c` (exact)" + `

### All of them (2 high)

Checks: ` + "`a` (exact), `b` (exact)" + `

` + "```" + `
### no heading
` + "```" + `

` + upstreamWords + `

## No CORS at all (` + "`no-cors`" + `: 1 must)

Also: ` + "`e` (exact)" + `

## Vary is missing (` + "`vary-missing`" + `: 1 must, 1 warning)

### Vary (1 must, 1 warning)

Checks: ` + "`c` (exact), `d` (exact)" + `

What somebody wrote about Vary.

` + upstreamWords + `

## Alone (1 must)

Checks: ` + "`f` (exact)" + `

` + upstreamWords + `

## Not counted

Prose.
`

// TestArrange: sections go below the cause that explains most of their checks, and keep their words.
func TestArrange(t *testing.T) {
	d, r := document0(t, byCase), causedRow()
	only(t, d.holds(r, nil), "echo/FINDINGS.md: the headings of causes are not those of the result\necho/FINDINGS.md: unexplained: e/exact (must) ")
	d.correct(r, false)
	if d.String() != byCause {
		t.Errorf("arranged:\n%s", d)
	}
	again := document0(t, d.String())
	only(t, again.holds(r, nil), "echo/FINDINGS.md: unexplained: e/exact (must) ")
	if again.correct(r, false); again.String() != byCause {
		t.Errorf("arranged once more:\n%s", again)
	}
	if words(byCase) != words(byCause) {
		t.Error("what somebody wrote is not all there")
	}
}

// words are the lines that somebody wrote, in alphabetical order.
func words(text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(l string) bool {
		return l == "" || strings.HasPrefix(l, alsoMark) || causeHeading.MatchString(l)
	})
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "#")
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestArrangeOlder: a result that knows no causes moves nothing.
func TestArrangeOlder(t *testing.T) {
	d, r := document0(t, byCause), causedRow()
	r.causes = nil
	if d.correct(r, false); d.String() != byCause {
		t.Errorf("arranged:\n%s", d)
	}
}

// TestCauseGone: the heading of a cause that is not found any more goes, its sections stay.
func TestCauseGone(t *testing.T) {
	d, r := document0(t, byCause), causedRow()
	r.causes = r.causes[1:]
	d.correct(r, false)
	if s := d.String(); strings.Contains(s, "`reflects`") || !strings.Contains(s, "\n## All of them (2 high)\n") {
		t.Errorf("left:\n%s", s)
	}
}

func TestCauseSyntax(t *testing.T) {
	for old, tc := range map[string]struct{ new, want string }{
		"Also: `c` (exact)": {"What somebody wrote.", "echo/FINDINGS.md:5: text below the heading of a cause; expected sections, which begin with ### TITLE"},
		"Also: `e` (exact)": {"### Another (`x`: 1 must)", "echo/FINDINGS.md:22: the heading of a cause below that of another; expected ## before it"},
	} {
		_, err := parse("echo/FINDINGS.md", strings.Replace(byCause, old, tc.new, 1))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q in place of %q: error %v, want %s", tc.new, old, err, tc.want)
		}
	}
}
