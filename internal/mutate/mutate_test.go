package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// mutants of a body, as "operator: old => new".
func mutantsOf(t *testing.T, source string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := find(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range found {
		_, text, _ := strings.Cut(m.String(), ": ")
		list = append(list, text)
		if _, err := parser.ParseFile(token.NewFileSet(), "", m.apply([]byte(source)), 0); err != nil {
			t.Errorf("%s is not Go: %v", text, err)
		}
	}
	return list
}

func TestFind(t *testing.T) {
	for body, want := range map[string][]string{
		"func f(a, b int) bool { return a < b }": {"result: a < b => false", "operator: < => <=", "operator: < => >="},
		"func f(a, b bool) (bool, error) { if a && b { return false, nil }; return true, nil }": {
			"negate: a && b => !(a && b)", "operator: && => ||", "right alone: a && b => b", "left alone: a && b => a", "result: false => true", "result: true => false",
		},
		"func f() { defer g(); x = 1; y := x; g(y); return }": {
			"statement dropped: defer g() => (nothing)", "statement dropped: x = 1 => (nothing)", "statement dropped: g(y) => (nothing)", "statement dropped: return => (nothing)", "number: 1 => 2",
		},
		"func f(s string) string { switch s { case \"a\", \"b\": return s }; return \"\" }": {
			`case dropped: \"a\",  => (nothing)`, `case dropped: , \"b\" => (nothing)`, `result: s => \"\"`,
		},
		"func f() func() int { return func() int { for false { continue }; return 7 } }": {
			"result: func() int { for false { continue }; return 7 } => nil", "never: false => false && (false)",
			"statement dropped: continue => (nothing)", "result: 7 => 0", "number: 7 => 8",
		},
		"func f() (a, b string) { return g() }": nil,
	} {
		if got := mutantsOf(t, "package p\n"+body+"\n"); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
}

// TestTargets: every target's code is there, and has mutants.
func TestTargets(t *testing.T) {
	t.Chdir("../..")
	for i := range targets {
		o := options{only: targets[i].dir}
		if all, err := o.candidates(targets); err != nil || len(all) < 5 {
			t.Errorf("%s: %d mutants, %v", targets[i].dir, len(all), err)
		}
	}
	if _, err := (&options{only: "nothing"}).candidates(targets); err == nil {
		t.Error("a directory that is not a target is accepted")
	}
}

// TestRun: what a test notices is killed, what none notices survives, what does
// not build is not counted, what does not end is killed by time; and the working
// tree stays as it is.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	source := "package p\n\nfunc abs(n int) int {\n\tif n < 0 {\n\t\treturn -n\n\t}\n\treturn n\n}\n\nfunc unseen() bool { return true }\n"
	for name, text := range map[string]string{
		"go.mod": "module p\n\ngo 1.26\n", "p.go": source,
		"p_test.go": "package p\n\nimport \"testing\"\n\nfunc TestAbs(t *testing.T) {\n\tif abs(-2) != 2 || abs(3) != 3 {\n\t\tt.Fail()\n\t}\n}\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := tester{dir: dir, work: t.TempDir(), limit: 10 * time.Minute}
	for change, want := range map[[2]string]outcome{
		{"n < 0", "!(n < 0)"}:              killed,
		{"n < 0", "n <= 0"}:                survived, // -0 is 0: the same
		{"return true", "return false"}:    survived,
		{"return -n", "return \"\""}:       invalid,
		{"if n < 0 {", "for n != 99 || {"}: invalid,
	} {
		at := strings.Index(source, change[0])
		m := mutant{File: "p.go", Old: change[0], New: change[1], start: at, end: at + len(change[0])}
		if got, err := tests.try(t.Context(), &m, []string{"."}); err != nil || got != want {
			t.Errorf("%s => %s: %s, %v; want %s", change[0], change[1], got, err, want)
		}
	}
	at := strings.Index(source, "return n\n")
	m := mutant{File: "p.go", Old: "return n", New: "for {}", start: at, end: at + len("return n")}
	tests.limit = 20 * time.Second
	if got, err := tests.try(t.Context(), &m, []string{"."}); err != nil || got != late {
		t.Errorf("an endless loop: %s, %v", got, err)
	}
	if now, err := os.ReadFile("p.go"); err != nil || string(now) != source {
		t.Errorf("the working tree was changed: %v", err)
	}
}

// TestResume: what is known of a mutant is known as long as its file is the same.
func TestResume(t *testing.T) {
	o := options{state: filepath.Join(t.TempDir(), "deep", "state.jsonl")}
	m := mutant{File: "a.go", New: "x", end: 3}
	for i, source := range []string{"old", "new"} {
		known, err := o.known()
		if err != nil || len(known) != i {
			t.Fatal(known, err)
		}
		if got, ok := known[m.key([]byte(source))]; ok {
			t.Errorf("%s: %s is known of another file", source, got)
		}
		if err := o.remember(&candidate{mutant: m, key: m.key([]byte(source))}, survived); err != nil {
			t.Fatal(err)
		}
	}
	if known, err := o.known(); err != nil || known[m.key([]byte("old"))] != survived {
		t.Error(known, err)
	}
	o.fresh = true
	if known, err := o.known(); err != nil || len(known) != 0 {
		t.Error(known, err)
	}
}

// TestScore: what does not build counts neither way.
func TestScore(t *testing.T) {
	var b strings.Builder
	s := score{w: &b, of: 9}
	c := &candidate{mutant: mutant{File: "a.go", Line: 3, Operator: "number", Old: "1", New: "2"}, target: &targets[0]}
	for _, o := range []outcome{killed, late, killed, survived, invalid} {
		s.add(c, o)
	}
	s.print()
	for _, text := range []string{"75%", "of 9 mutants; 1 others did not build", "survived  a.go:3: number: 1 => 2"} {
		if !strings.Contains(b.String(), text) {
			t.Errorf("%q is missing in\n%s", text, b.String())
		}
	}
}
