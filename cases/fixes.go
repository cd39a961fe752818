package cases

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// ProvedFix is a configuration that was served and found right, where one with a mistake beside
// it was found wrong: a file fixed.* below testdata/frameworks/*/mistakes, word for word.
type ProvedFix struct {
	// Adapter is the directory below testdata/frameworks that serves it.
	Adapter string `yaml:"adapter" json:"adapter"`
	// Mistakes are the directories of the file: ids of causes, with a suffix behind "--"
	// where a cause has several.
	Mistakes []string `yaml:"mistakes" json:"mistakes"`
	Text     string   `yaml:"text" json:"text"`
	// Remains is what was still found with it: what the stack itself gets wrong, by the ids of causes.
	Remains map[string]string `yaml:"remains" json:"remains,omitempty"`
}

// remains says what was still found with the configuration; empty for nothing.
func (f *ProvedFix) remains() string {
	var list []string
	for _, id := range slices.Sorted(maps.Keys(f.Remains)) {
		list = append(list, f.Remains[id])
	}
	return strings.Join(list, "; ")
}

// Remaining is what a stack itself gets wrong, so that it was still found where its configuration was
// measured to be right: of a cause, or of what the configuration that Fix gives against it leaves.
// Empty where nothing is known.
func Remaining(stack *Stack, cause *Cause) (own, left string) {
	for i := range provedFixes() {
		if f := &provedFixes()[i]; f.Adapter == stack.Adapter && stack.Adapter != "" && f.Remains[cause.ID] != "" {
			own = f.Remains[cause.ID]
			break
		}
	}
	if f := provedFix(stack.Adapter, cause.ID); f != nil {
		left = f.remains()
	}
	return own, left
}

// Causes are the ids of the causes that it mends.
func (f *ProvedFix) Causes() []string {
	var list []string
	for _, name := range f.Mistakes {
		id, _, _ := strings.Cut(name, "--")
		if !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// fixes.yaml is written by make fixes; a test compares it with the files.
//
//go:embed fixes.yaml
var fixesYAML []byte

// Fixes are all that are proved.
func Fixes() []ProvedFix { return slices.Clone(provedFixes()) }

var provedFixes = sync.OnceValue(func() []ProvedFix {
	var doc struct {
		Fixes []ProvedFix `yaml:"fixes"`
	}
	if err := yaml.Load(fixesYAML, &doc, yaml.WithKnownFields()); err != nil {
		panic("cases: the embedded fixes are wrong: " + err.Error()) // a test loads them
	}
	return doc.Fixes
})

// Fix is what to write in a stack's configuration against a cause. Where that is proved it is
// the configuration that was measured, whose origin is https://app.example.com; of several
// for a cause, that of the pair without a suffix, or the first. Where it is not, it is the setting's text as
// Fill gives it for the policy, or empty where the cause is no setting's or the stack has
// nothing to say of it.
func Fix(stack *Stack, cause *Cause, policy *Policy, values Values) (text string, proved bool) {
	if f := provedFix(stack.Adapter, cause.ID); f != nil {
		return strings.TrimSuffix(f.Text, "\n"), true
	}
	if cause.Setting == "" {
		return "", false
	}
	return Fill(stack, cause.Setting, policy, values), false
}

func provedFix(adapter, cause string) *ProvedFix {
	var first *ProvedFix
	for i := range provedFixes() {
		f := &provedFixes()[i]
		switch {
		case adapter == "" || f.Adapter != adapter:
		case slices.Contains(f.Mistakes, cause):
			return f
		case first == nil && slices.Contains(f.Causes(), cause):
			first = f
		}
	}
	return first
}
