package deploy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// action is a composite action.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

type step struct {
	ID, Uses, Run, Shell, If string
	Env, With                map[string]string
}

// runner does what a runner of GitHub does with a composite action: it evaluates expressions, and runs
// the steps in order with the files that they write to. Steps of other actions are kept.
type runner struct {
	t               *testing.T
	workspace, temp string
	inputs, outputs map[string]string
	used            []step
	log, summary    string
	code            int
}

var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

// value is that of an expression; those that occur in action.yml and cors.yml are known.
func (r *runner) value(name string) string {
	switch {
	case strings.HasPrefix(name, "inputs."):
		v, ok := r.inputs[strings.TrimPrefix(name, "inputs.")]
		if !ok {
			r.t.Errorf("there is no %s", name)
		}
		return v
	case strings.HasPrefix(name, "steps.corsproof.outputs."):
		return r.outputs[strings.TrimPrefix(name, "steps.corsproof.outputs.")]
	case name == "github.action_path":
		path, err := filepath.Abs("..")
		if err != nil {
			r.t.Fatal(err)
		}
		return path
	}
	r.t.Errorf("the expression %s is not known", name)
	return ""
}

func (r *runner) text(s string) string {
	return expression.ReplaceAllStringFunc(s, func(found string) string { return r.value(expression.FindStringSubmatch(found)[1]) })
}

// holds evaluates the condition of a step.
func (r *runner) holds(condition string) bool {
	if condition == "" {
		return r.code == 0
	}
	for _, term := range strings.Split(expression.FindStringSubmatch(condition)[1], "&&") {
		term = strings.TrimSpace(term)
		if term == "!cancelled()" {
			continue
		}
		fields := strings.Fields(term)
		if len(fields) != 3 || fields[1] != "==" && fields[1] != "!=" {
			r.t.Fatalf("the condition %s is not known", term)
		}
		if (r.value(fields[0]) == strings.Trim(fields[2], "'")) != (fields[1] == "==") {
			return false
		}
	}
	return true
}

// use uses the action with inputs.
func use(t *testing.T, workspace string, with map[string]string, env ...string) *runner {
	t.Helper()
	var a action
	if err := yaml.Unmarshal([]byte(read(t, "../action.yml")), &a); err != nil || a.Runs.Using != "composite" {
		t.Fatal(err, a.Runs.Using)
	}
	r := &runner{t: t, workspace: workspace, temp: bin, inputs: map[string]string{}, outputs: map[string]string{}}
	for name, input := range a.Inputs {
		r.inputs[name] = input.Default
	}
	for name, value := range with {
		if _, ok := a.Inputs[name]; !ok {
			t.Errorf("the action has no input %s", name)
		}
		r.inputs[name] = value
	}
	for _, s := range a.Runs.Steps {
		if r.holds(s.If) {
			r.step(s, env)
		}
	}
	for name, o := range a.Outputs {
		if r.text(o.Value) != r.outputs[name] {
			t.Errorf("the output %s is %q", name, r.text(o.Value))
		}
	}
	return r
}

// step runs a step as the runner does.
func (r *runner) step(s step, env []string) {
	if s.Uses != "" {
		for name, value := range s.With {
			s.With[name] = r.text(value)
		}
		r.used = append(r.used, s)
		return
	}
	if expression.MatchString(s.Run) {
		r.t.Errorf("a step has an expression in its script, which makes a command of what it stands for: %s", s.Run)
	}
	own := r.t.TempDir()
	file := func(name string) string { return filepath.Join(own, name) }
	for _, name := range []string{"output", "summary"} {
		write(r.t, file(name), "")
	}
	write(r.t, file("script.sh"), s.Run)
	list := append(slices.Clone(env), "GITHUB_OUTPUT="+file("output"), "GITHUB_STEP_SUMMARY="+file("summary"), "RUNNER_TEMP="+r.temp, "GITHUB_ACTIONS=true", "CI=true")
	for name, value := range s.Env {
		list = append(list, name+"="+r.text(value))
	}
	end := start(r.t, r.workspace, list, "bash", "--noprofile", "--norc", "-eo", "pipefail", file("script.sh"))
	r.log += end.out + end.errors
	r.summary += read(r.t, file("summary"))
	for line := range strings.Lines(read(r.t, file("output"))) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		r.outputs[name] = value
	}
	if end.code != 0 {
		r.code = end.code
	}
}

// uploads are the files that go to code scanning.
func (r *runner) uploads() []string {
	var list []string
	for _, s := range r.used {
		if strings.HasPrefix(s.Uses, "github/codeql-action/upload-sarif@") {
			list = append(list, s.With["sarif_file"])
		}
	}
	return list
}

// The action runs the project of the workspace, and shows what it finds in each place that GitHub has.
func TestAction(t *testing.T) {
	url := staging(t, false).URL
	r := use(t, folder(t, url, ""), nil, "STAGING_TOKEN="+token)
	if r.code != 1 || r.outputs["status"] != "1" {
		t.Fatalf("it ends with %d, status %s:\n%s", r.code, r.outputs["status"], r.log)
	}
	for _, text := range []string{"::error ", "file=corsproof.yaml", "A request header that should be allowed is not listed"} {
		if !strings.Contains(r.log, text) {
			t.Errorf("the log does not say %q:\n%s", text, r.log)
		}
	}
	if !strings.Contains(r.summary, "A request header that should be allowed is not listed") {
		t.Errorf("the summary is\n%s", r.summary)
	}
	if len(r.uploads()) != 1 {
		t.Fatalf("uploads: %v", r.uploads())
	}
	var sarif struct {
		Version string
		Runs    []struct{ Results []struct{ RuleID string } }
	}
	if err := json.Unmarshal([]byte(read(t, r.uploads()[0])), &sarif); err != nil || sarif.Version != "2.1.0" || len(sarif.Runs[0].Results) == 0 {
		t.Error(err, sarif)
	}
	if go26 := r.used[0]; !strings.HasPrefix(go26.Uses, "actions/setup-go@") || !strings.Contains(read(t, go26.With["go-version-file"]), "\ngo ") {
		t.Errorf("the first step is %v", go26)
	}
}

// What is known is no annotation, and the step does not fail.
func TestActionKnown(t *testing.T) {
	r := use(t, folder(t, staging(t, false).URL, knownFault), map[string]string{"upload-sarif": "false"}, "STAGING_TOKEN="+token)
	if r.code != 0 || strings.Contains(r.log, "::error") || len(r.uploads()) > 0 || !strings.Contains(r.summary, "ticket 7") {
		t.Errorf("it ends with %d:\n%s\n%s", r.code, r.log, r.summary)
	}
}

// An endpoint instead of a project, with arguments that would be commands to a shell.
func TestActionURL(t *testing.T) {
	dir := t.TempDir()
	r := use(t, dir, map[string]string{
		"url":  staging(t, true).URL + "/items",
		"args": "--origin=https://app.example.com\n--request-headers=Authorization\n--bearer-env\nTOKEN\n--focus=stated-*\n--skip=$(touch made)",
		"at":   "src/cors.js:12",
	}, "TOKEN="+token)
	if r.code != 2 || !strings.Contains(r.log, "$(touch made)") || len(r.uploads()) > 0 {
		t.Errorf("it ends with %d:\n%s", r.code, r.log)
	}
	if _, err := os.Stat(filepath.Join(dir, "made")); err == nil {
		t.Error("an input was run as a command")
	}
	r = use(t, dir, map[string]string{
		"url":  staging(t, false).URL + "/items",
		"args": "--origin=https://app.example.com\n--request-headers=Authorization\n--bearer-env\nTOKEN\n--focus=stated-*",
		"at":   "src/cors.js:12", "summary": "false",
	}, "TOKEN="+token)
	if r.code != 1 || !strings.Contains(r.log, "file=src/cors.js,line=12") || r.summary != "" {
		t.Errorf("it ends with %d:\n%s\n%s", r.code, r.log, r.summary)
	}
}

// A server that is not there fails the step with the status of corsproof, and nothing is said to be right.
func TestActionUnreachable(t *testing.T) {
	r := use(t, folder(t, "http://127.0.0.1:1", ""), nil, "STAGING_TOKEN="+token)
	if r.code != 3 || r.outputs["status"] != "3" || r.summary != "" || len(r.uploads()) > 0 {
		t.Errorf("it ends with %d:\n%s\n%s", r.code, r.log, r.summary)
	}
}

// workflow is one whose first job is a matrix of shards.
type workflow struct {
	Jobs map[string]struct {
		Needs, If string
		Strategy  struct {
			Matrix struct{ Shard []int }
		}
		Steps []step
	}
}

// The jobs of the workflow, each with its shard, and the merge of the files that they leave, say what
// one run says.
func TestWorkflow(t *testing.T) {
	var w workflow
	if err := yaml.Unmarshal([]byte(read(t, "github/cors.yml")), &w); err != nil {
		t.Fatal(err)
	}
	shards, merge := w.Jobs["shard"], w.Jobs["merge"]
	if len(shards.Strategy.Matrix.Shard) < 2 || merge.Needs != "shard" || merge.If != "${{ !cancelled() }}" {
		t.Fatalf("%+v", w)
	}
	dir := folder(t, staging(t, false).URL, "")
	want, code := whole(t, dir)
	names := map[string]bool{}
	for _, n := range shards.Strategy.Matrix.Shard {
		values := strings.NewReplacer("${{ matrix.shard }}", fmt.Sprint(n), "${{ strategy.job-total }}", fmt.Sprint(len(shards.Strategy.Matrix.Shard)))
		var r *runner
		for _, s := range shards.Steps {
			switch {
			case strings.HasPrefix(s.Uses, "corsproof/corsproof@"):
				r = use(t, dir, map[string]string{"shard": values.Replace(s.With["shard"])}, "STAGING_TOKEN="+token)
			case strings.HasPrefix(s.Uses, "actions/upload-artifact@"):
				names[values.Replace(s.With["name"])] = true
				path := r.text(strings.ReplaceAll(s.With["path"], "steps.cors.", "steps.corsproof."))
				write(t, filepath.Join(dir, "cors", filepath.Base(path)), read(t, path))
			}
		}
		if r.code != 0 || r.summary != "" || len(r.uploads()) > 0 {
			t.Errorf("shard %d ends with %d:\n%s", n, r.code, r.log)
		}
	}
	if len(names) != len(shards.Strategy.Matrix.Shard) {
		t.Errorf("the artifacts are called %v", names)
	}
	last := merge.Steps[len(merge.Steps)-1]
	r := use(t, dir, last.With) // without the secret: nothing is sent
	if r.code != code || !strings.Contains(r.summary, "is not listed") || len(r.uploads()) != 1 {
		t.Errorf("the merge ends with %d:\n%s\n%s", r.code, r.log, r.summary)
	}
	if got := verdicts(t, r.outputs["json"]); got != want {
		t.Errorf("the shards say\n%s\nand one run\n%s", got, want)
	}
}
