package main

import (
	"fmt"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

// TestNarrowed: what a target of a list is asked is what it would be asked alone.
func TestNarrowed(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	policy := &cases.Policy{Name: "declared", Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}}
	target := func(url string) *harness.Target { return &harness.Target{Name: url, Endpoint: url, Declared: policy} }
	for _, f := range []selectionFlags{
		{level: "info"}, {level: "must"}, {level: "info", focus: []string{"stated-*", "vary-allowed/declared"}}, {level: "should", skip: []string{"preflight/*", "stated-*"}},
	} {
		first, err := f.checks(table, target(anywhere))
		if err != nil {
			t.Fatal(err)
		}
		want, err := f.checks(table, target("http://127.0.0.1:8080/a"))
		if err != nil {
			t.Fatal(err)
		}
		got := target("http://127.0.0.1:8080/a").Expand(narrowed(table, first))
		if a, b := words(got), words(want); a != b || len(want) == 0 {
			t.Errorf("%v: %d checks, not %d", f, len(got), len(want))
		}
	}
}

func words(checks []cases.Check) (text string) {
	for i := range checks {
		text += fmt.Sprintln(checks[i].ID, checks[i].NotApplicable, checks[i].Needs)
	}
	return text
}
