package integrations_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What the page shows is the file that make integrations runs.
func TestSnippets(t *testing.T) {
	snippets := regexp.MustCompile("(?s)<!-- (integrations/\\S+) -->\n```\\w+\n(.*?)```\n").FindAllStringSubmatch(read(t, "docs/integrations.md"), -1)
	if len(snippets) != 3 {
		t.Errorf("%d snippets, not one for each helper", len(snippets))
	}
	for _, s := range snippets {
		if file := read(t, s[1]); file != s[2] {
			t.Errorf("docs/integrations.md shows another %s:\n%s", s[1], s[2])
		}
	}
}

// The helpers' types have the fields of a policy, but for those that are about the servers of the contract.
func TestPolicyFields(t *testing.T) {
	contract := []string{"path", "origin_func", "unsafe", "zero_config", "opt_in", "framework_wildcards"}
	var want []string
	for i := range reflect.TypeFor[cases.Policy]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[cases.Policy]().Field(i).Tag.Get("json"), ",")
		if name != "-" && !slices.Contains(contract, name) {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	for file, is := range map[string]struct{ from, to, field string }{
		"integrations/pytest/src/pytest_corsproof/run.py":                        {"class Policy(", "\n\n\n", `(?m)^    (\w+): `},
		"integrations/playwright/src/run.ts":                                     {"interface Policy {", "\n}", `(?m)^  (\w+)\?: `},
		"integrations/junit/src/main/java/io/github/corsproof/junit/Policy.java": {"class Policy {", "private Policy with", `"(\w+)", (?:name|text|true|seconds|List)`},
	} {
		_, text, _ := strings.Cut(read(t, file), is.from)
		text, _, _ = strings.Cut(text, is.to)
		var got []string
		for _, m := range regexp.MustCompile(is.field).FindAllStringSubmatch(text, -1) {
			got = append(got, m[1])
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the fields are %q, and a policy has %q", file, got, want)
		}
	}
}

// Where packages come from is the user's matter: lock files name no place.
func TestLockFiles(t *testing.T) {
	if lock := read(t, "integrations/playwright/package-lock.json"); strings.Contains(lock, `"resolved"`) {
		t.Error("package-lock.json names where packages are fetched: npm install with omit-lockfile-registry-resolved=true")
	}
}

// Go's tools stop at a module of its own.
func TestNoGo(t *testing.T) {
	if text := read(t, "integrations/go.mod"); strings.Contains(text, "require") {
		t.Error("integrations/go.mod is there to keep Go's tools out of the folder, and requires something")
	}
}
