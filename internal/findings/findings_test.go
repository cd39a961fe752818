package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/matrix"
)

// TestTree is what make test is for: the committed findings agree with the
// committed result.
func TestTree(t *testing.T) {
	tree, err := load("../../results/compare.json", "../../testdata/frameworks")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(tree.problems(), tree.rowProblems("../../README.md")...) {
		t.Error(p)
	}
	for i, d := range tree.docs {
		text, err := os.ReadFile(d.path)
		if err != nil {
			t.Errorf("%s has failures, and no findings: %v", tree.rows[i].name, err)
		} else if d.String() != string(text) {
			t.Errorf("%s does not come out as it was read", d.path)
		}
	}
}

// cell is CASE/POLICY as it came out; the severity may be empty.
func cell(id string, v agent.Verdict, severity cases.Severity) matrix.Cell {
	c, policy, _ := strings.Cut(id, "/")
	return matrix.Cell{ID: id, Case: c, Policy: policy, Verdict: v, Security: severity}
}

// echoRow is a framework that fails, warns, passes and skips.
func echoRow(extra ...matrix.Cell) *row {
	m := &matrix.Matrix{Cases: []matrix.Case{{ID: "vary-kept", Title: "Vary is kept"}}}
	return newRow(m, &matrix.Framework{Name: "echo", State: matrix.Measured, Results: slices.Concat([]matrix.Cell{
		cell("creds-any/any-creds", agent.VerdictFail, cases.Critical),
		cell("creds-null/any-creds", agent.VerdictFail, cases.Critical),
		cell("vary-kept/exact", agent.VerdictFail, ""),
		cell("options-app/any", agent.VerdictWarn, ""),
		cell("options-app/exact", agent.VerdictWarn, ""),
		cell("acrh-one/exact", agent.VerdictPass, ""),
		{ID: "page-regex/regex", Case: "page-regex", Policy: "regex", Verdict: agent.VerdictSkip, Skip: harness.SkipNotExpressible},
	}, extra)})
}

const upstreamWords = "Upstream, searched 2026-11-26 for `echo CORS\ncredentials` and `echo *`: nothing."

const echoText = `# What Echo fails

Prose before the sections.

## Every origin is repeated (2 critical)

Checks: ` + "`creds-any` (any-creds), `creds-null` (any-creds)" + `

    ## no heading, indented

` + upstreamWords + `

## Vary and OPTIONS (1 must, 2 warnings)

Checks: ` + "`options-app` (any, exact), `vary-kept` (exact)" + `

` + "```" + `
## no heading either
Checks: and no checks
` + "```" + `

Upstream: nobody keeps this code.

## Not counted

Prose.
`

func document0(t *testing.T, text string) *document {
	t.Helper()
	d, err := parse("echo/FINDINGS.md", text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAgrees(t *testing.T) {
	d := document0(t, echoText)
	if got := d.holds(echoRow(), nil); len(got) != 0 {
		t.Errorf("findings that agree have problems: %v", got)
	}
	if d.String() != echoText {
		t.Errorf("written otherwise than read:\n%s", d)
	}
	if notes := d.correct(echoRow(), true); len(notes) != 0 || d.String() != echoText {
		t.Errorf("corrected, though right: %q\n%s", notes, d)
	}
}

// TestDiffers: each way to disagree is told, alone, with its line, and what
// follows from the result alone is corrected.
func TestDiffers(t *testing.T) {
	for name, tc := range map[string]struct {
		old, new string // in echoText
		extra    []matrix.Cell
		want     string // the only problem
		note     string // of correct
		after    string // the only problem after correct; empty for none
	}{
		"a heading with another severity": {
			old: "(2 critical)", new: "(2 high)",
			want: `echo/FINDINGS.md:5: the heading of "Every origin is repeated" says (2 high), the result (2 critical)`,
		},
		"a heading without a count": {
			old: " (2 critical)", new: "",
			want: `echo/FINDINGS.md:5: the heading of "Every origin is repeated" says (), the result (2 critical)`,
		},
		"a failure that nothing explains": {
			extra: []matrix.Cell{cell("acrm-list/exact", agent.VerdictFail, cases.Low)},
			want:  `echo/FINDINGS.md: unexplained: acrm-list/exact (low) ; compare hono`,
			after: `echo/FINDINGS.md: unexplained: acrm-list/exact (low) ; compare hono`,
		},
		"a case that one section explains under another policy": {
			extra: []matrix.Cell{cell("vary-kept/one", agent.VerdictFail, "")},
			want:  `echo/FINDINGS.md: unexplained: vary-kept/one (must) Vary is kept`,
			note:  `into "Vary and OPTIONS", which explains the case under other policies: vary-kept/one`,
		},
		"a case that two sections explain": {
			old: "## Not counted\n", new: "## Vary alone (1 must)\n\nChecks: `vary-kept` (one)\n\n" + upstreamWords + "\n",
			extra: []matrix.Cell{cell("vary-kept/one", agent.VerdictFail, ""), cell("vary-kept/null", agent.VerdictFail, "")},
			want:  `echo/FINDINGS.md: unexplained: vary-kept/null (must) Vary is kept`,
			after: `echo/FINDINGS.md: unexplained: vary-kept/null (must) Vary is kept`,
		},
		"a check that passes": {
			old: "`options-app` (any, exact)", new: "`acrh-one` (exact), `options-app` (any, exact)",
			want: `echo/FINDINGS.md:14: "Vary and OPTIONS" explains what does not fail: acrh-one/exact passes`,
			note: `out of "Vary and OPTIONS": acrh-one/exact passes`,
		},
		"a check that is skipped": {
			old: "`options-app` (any, exact)", new: "`options-app` (any, exact), `page-regex` (regex)",
			want: `echo/FINDINGS.md:14: "Vary and OPTIONS" explains what does not fail: page-regex/regex is skipped (` + string(harness.SkipNotExpressible) + `)`,
			note: `out of "Vary and OPTIONS": page-regex/regex is skipped (` + string(harness.SkipNotExpressible) + `)`,
		},
		"a check that is not in the table any more": {
			old: "`options-app` (any, exact)", new: "`gone` (any), `options-app` (any, exact)",
			want: `echo/FINDINGS.md:14: "Vary and OPTIONS" explains what does not fail: gone/any is not a check of the result`,
			note: `out of "Vary and OPTIONS": gone/any is not a check of the result`,
		},
		"a section of which nothing is left": {
			old: "## Not counted\n", new: "## Old (1 low)\n\nChecks: `acrh-one` (exact)\n",
			want:  `echo/FINDINGS.md:25: nothing of "Old" fails any more (acrh-one/exact passes): delete the section`,
			after: `echo/FINDINGS.md:25: nothing of "Old" fails any more (acrh-one/exact passes): delete the section`,
		},
		"a section without a word about upstream": {
			old: "Upstream: nobody keeps this code.", new: "No upstream issue is known.",
			want:  `echo/FINDINGS.md:14: "Vary and OPTIONS" does not say with which words upstream was searched, and when; expected a paragraph ` + upstreamShape,
			after: `echo/FINDINGS.md:14: "Vary and OPTIONS" does not say with which words upstream was searched, and when; expected a paragraph ` + upstreamShape,
		},
		"a search without its words": {
			old: " for `echo CORS\ncredentials` and `echo *`", new: "",
			want:  `echo/FINDINGS.md:5: "Every origin is repeated" does not say with which words upstream was searched, and when; expected a paragraph ` + upstreamShape,
			after: `echo/FINDINGS.md:5: "Every origin is repeated" does not say with which words upstream was searched, and when; expected a paragraph ` + upstreamShape,
		},
		"a check in two sections": {
			old: "## Not counted\n", new: "## Again (1 must)\n\nChecks: `vary-kept` (exact)\n\n" + upstreamWords + "\n",
			want:  `echo/FINDINGS.md:25: vary-kept/exact is explained by "Vary and OPTIONS" already`,
			after: `echo/FINDINGS.md:25: vary-kept/exact is explained by "Vary and OPTIONS" already`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := document0(t, strings.Replace(echoText, tc.old, tc.new, 1))
			r := echoRow(tc.extra...)
			elsewhere := map[string]string{"acrm-list": "hono"}
			only(t, d.holds(r, elsewhere), tc.want)
			notes := d.correct(r, false)
			if tc.note != strings.Join(notes, "\n") {
				t.Errorf("correcting told %q, want %q", notes, tc.note)
			}
			only(t, document0(t, d.String()).holds(r, elsewhere), tc.after)
		})
	}
}

func only(t *testing.T, got []problem, want string) {
	t.Helper()
	var texts []string
	for _, p := range got {
		texts = append(texts, p.String())
	}
	if strings.Join(texts, "\n") != want {
		t.Errorf("problems\n%s\nwant\n%s", strings.Join(texts, "\n"), want)
	}
}

// TestDelete: the section goes, and nothing else.
func TestDelete(t *testing.T) {
	old := "## Old (1 low)\n\nChecks: `acrh-one` (exact)\n\nWhat was so.\n\n"
	d := document0(t, strings.Replace(echoText, "## Not counted", old+"## Not counted", 1))
	notes := d.correct(echoRow(), true)
	if want := []string{`deleted "Old": acrh-one/exact passes`}; !slices.Equal(notes, want) {
		t.Errorf("told %q, want %q", notes, want)
	}
	if d.String() != echoText {
		t.Errorf("left:\n%s", d)
	}
}

func TestUnmeasured(t *testing.T) {
	r := newRow(&matrix.Matrix{}, &matrix.Framework{Name: "echo", State: matrix.NotInstalled, Message: "no cargo"})
	d := document0(t, echoText)
	only(t, d.holds(r, nil), "echo/FINDINGS.md: not measured in the committed result (not-installed no cargo): nothing can be checked against it")
	if d.correct(r, true); d.String() != echoText {
		t.Error("a framework that was not measured lost its findings")
	}
}

func TestSyntax(t *testing.T) {
	for old, tc := range map[string]struct{ new, want string }{
		"`creds-any` (any-creds), ":  {"`creds-any/any-creds`, ", "echo/FINDINGS.md:7: in the checks, at \"`creds-any/any-creds`"},
		"`creds-null` (any-creds)":   {"`creds-null`", "echo/FINDINGS.md:7: in the checks, at \"`creds-null`\""},
		"Prose before the sections.": {"Checks: `a` (b)", "echo/FINDINGS.md:3: checks before the first section"},
		"Prose.\n":                   {"Checks:\n", "echo/FINDINGS.md:27: no checks; expected `case` (policy, policy)"},
		"    ## no heading":          {"Checks: `a` (b)\n", "echo/FINDINGS.md:9: a second list of checks"},
	} {
		_, err := parse("echo/FINDINGS.md", strings.Replace(echoText, old, tc.new, 1))
		var syntax *syntaxError
		if !errors.As(err, &syntax) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s in place of %q: error %v, want %s", tc.new, old, err, tc.want)
		}
	}
}

// TestRun is the command on files: what it says, its error, and what it writes.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "echo", fileName)
	results := filepath.Join(dir, "compare.json")
	m := &matrix.Matrix{Version: matrix.FormatVersion, Frameworks: []matrix.Framework{{
		Name: "echo", State: matrix.Measured, Results: []matrix.Cell{cell("vary-kept/exact", agent.VerdictFail, cases.Low), cell("vary-kept/one", agent.VerdictFail, "")},
	}}}
	var text strings.Builder
	if err := m.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	put(t, results, text.String())
	put(t, file, "# Echo\n\n## Vary is lost\n\nChecks: `vary-kept` (exact)\n\n"+upstreamWords+"\n")

	var out strings.Builder
	if err := (options{results: results, dir: dir}).run(&out); !errors.Is(err, errDiffers) || !strings.Contains(out.String(), "unexplained: vary-kept/one") {
		t.Errorf("error %v, printed:\n%s", err, out.String())
	}
	out.Reset()
	if err := (options{results: results, dir: dir, write: true}).run(&out); err != nil || !strings.Contains(out.String(), "1 files agree") || strings.Contains(out.String(), "not in the comparison") {
		t.Errorf("error %v, printed:\n%s", err, out.String())
	}
	got, err := os.ReadFile(file)
	if want := "# Echo\n\n## Vary is lost (1 low, 1 must)\n\nChecks: `vary-kept` (exact, one)\n\n" + upstreamWords + "\n"; err != nil || string(got) != want {
		t.Errorf("wrote %q (%v), want %q", got, err, want)
	}
}

// TestLinesAfterWriting: what --write has moved is told with its new line.
func TestLinesAfterWriting(t *testing.T) {
	dir := t.TempDir()
	d := document0(t, "# Echo\n\n## Vary\n\nChecks: `acrh-one` (exact),\n`vary-kept` (exact)\n\n"+upstreamWords+"\n\n## Old (1 low)\n\nChecks: `acrh-one` (exact)\n")
	d.path = filepath.Join(dir, "echo", fileName)
	put(t, d.path, d.String())
	tree := &tree{rows: []*row{newRow(&matrix.Matrix{}, &matrix.Framework{Name: "echo", State: matrix.Measured, Results: []matrix.Cell{cell("vary-kept/exact", agent.VerdictFail, "")}})}, docs: []*document{d}}
	if err := tree.write(&strings.Builder{}, false); err != nil {
		t.Fatal(err)
	}
	only(t, tree.problems(), d.path+`:10: nothing of "Old" fails any more (acrh-one/exact is not a check of the result): delete the section`)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAhead: findings of an adapter that the comparison does not have are
// named, and read.
func TestAhead(t *testing.T) {
	dir := t.TempDir()
	var text, out strings.Builder
	if err := (&matrix.Matrix{Version: matrix.FormatVersion}).WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	o := options{results: filepath.Join(dir, "compare.json"), dir: dir}
	put(t, o.results, text.String())
	put(t, filepath.Join(dir, "new", fileName), "# New\n\n## A (1 must)\n\nChecks: `a` (b)\n")
	if err := o.run(&out); err != nil || !strings.Contains(out.String(), "not in the comparison yet: new\n") {
		t.Errorf("error %v, printed:\n%s", err, out.String())
	}
	put(t, filepath.Join(dir, "new", fileName), "# New\n\n## A\n\nChecks: a\n")
	var syntax *syntaxError
	if err := o.run(&out); !errors.As(err, &syntax) {
		t.Errorf("checks that cannot be read: error %v", err)
	}
}

// TestTake: the new result is where the old one was, without what is withheld,
// and the findings are checked against it.
func TestTake(t *testing.T) {
	dir := t.TempDir()
	m := &matrix.Matrix{Version: matrix.FormatVersion, Frameworks: []matrix.Framework{{
		Name: "echo", Display: "echo", State: matrix.Measured, Results: []matrix.Cell{cell("vary-kept/exact", agent.VerdictFail, ""), cell("secret/exact", agent.VerdictFail, cases.High)},
	}}}
	var text strings.Builder
	if err := m.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "report", "compare.json"), text.String())
	put(t, filepath.Join(dir, "echo", fileName), "# Echo\n\n## Vary (1 must)\n\nChecks: `vary-kept` (exact)\n\n"+upstreamWords+"\n")

	var out strings.Builder
	o := options{results: filepath.Join(dir, "compare.json"), dir: dir, take: filepath.Join(dir, "report"), withhold: globs{"echo=secret/*"}}
	if err := o.run(&out); err != nil {
		t.Fatalf("error %v, printed:\n%s", err, out.String())
	}
	for name, tell := range map[string]string{"compare.json": "vary-kept/exact", "compare.md": "| echo |", "compare.html": "data-part=\"f/echo\""} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || strings.Contains(string(got), "secret") || !strings.Contains(string(got), tell) {
			t.Errorf("%s (error %v):\n%s", name, err, got)
		}
	}
	o.withhold = globs{"echo=gone/*"}
	if err := o.run(&out); err == nil || !strings.Contains(err.Error(), "no check of the comparison matches") {
		t.Errorf("withholding what is not there: error %v", err)
	}
	if err := (options{withhold: globs{"echo=x"}}).run(&out); err == nil || !strings.Contains(err.Error(), "needs --take") {
		t.Errorf("withholding without taking: error %v", err)
	}
}

// TestDraft: a section for each case that nothing explains, which the tool can
// read again, with what was sent and what came.
func TestDraft(t *testing.T) {
	failed := cell("acrm-list/exact", agent.VerdictFail, cases.Low)
	failed.Curl = []string{"curl -i http://127.0.0.1:1/exact/ok"}
	failed.Agents = []agent.Result{{Agent: "wire", Failures: []agent.Symptom{{What: "the list", Expected: "GET", Actual: "none"}}}}
	d, r := document0(t, echoText), echoRow(failed, cell("acrm-list/one", agent.VerdictFail, ""))
	r.titles["acrm-list"] = "The list is sent"
	var out strings.Builder
	draft(&out, d, r)
	want := "## The list is sent (1 low, 1 must)\n\nChecks: `acrm-list` (exact, one)\n\n    $ curl -i http://127.0.0.1:1/exact/ok\n\nthe list: expected GET, got none\n"
	if out.String() != want {
		t.Errorf("drafted\n%s\nwant\n%s", out.String(), want)
	}
	drafted := document0(t, echoText+"\n"+out.String())
	if got := drafted.unexplained(r); len(got) != 0 {
		t.Errorf("with the draft, unexplained: %v", got)
	}
}
