package deploy_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// pipeline is the jobs of a .gitlab-ci.yml.
type pipeline map[string]struct {
	Parallel  int
	Script    []string
	Needs     []string
	Artifacts struct {
		When    string
		Paths   []string
		Reports map[string]string
	}
}

// The parallel jobs, each with the index that GitLab gives it, and the merge of their artifacts, say what
// one run says.
func TestGitLab(t *testing.T) {
	var p pipeline
	if err := yaml.Unmarshal([]byte(read(t, "gitlab/corsproof.gitlab-ci.yml")), &p); err != nil {
		t.Fatal(err)
	}
	job, merge := p["corsproof"], p["corsproof-merge"]
	if job.Parallel < 2 || len(merge.Needs) != 1 || merge.Needs[0] != "corsproof" || merge.Artifacts.When != "always" {
		t.Fatalf("%+v", p)
	}
	dir := folder(t, staging(t, false).URL, knownFault)
	want, code := whole(t, dir)
	for i := range job.Parallel {
		env := []string{"STAGING_TOKEN=" + token, "GITLAB_CI=true", "CI=true", fmt.Sprintf("CI_NODE_INDEX=%d", i+1), fmt.Sprintf("CI_NODE_TOTAL=%d", job.Parallel)}
		script(t, dir, env, job.Script).expect(t, 0, fmt.Sprintf("shard %d of %d", i+1, job.Parallel))
	}
	files, err := filepath.Glob(filepath.Join(dir, job.Artifacts.Paths[0]))
	if err != nil || len(files) != job.Parallel {
		t.Errorf("the artifacts are %v", files)
	}
	script(t, dir, []string{"GITLAB_CI=true"}, merge.Script).expect(t, code, "ticket 7")
	for kind, text := range map[string]string{"codequality": "[", "junit": "ticket 7"} {
		if got := read(t, filepath.Join(dir, merge.Artifacts.Reports[kind])); !strings.Contains(got, text) {
			t.Errorf("%s: %s", kind, got)
		}
	}
	read(t, filepath.Join(dir, merge.Artifacts.Paths[0]))
	path := filepath.Join(t.TempDir(), "merged.json")
	start(t, dir, nil, append([]string{"corsproof", "report", "merge", "--json", path}, files...)...).expect(t, code)
	if got := verdicts(t, path); got != want {
		t.Errorf("the shards say\n%s\nand one run\n%s", got, want)
	}
}

// script runs the lines of a job as GitLab's shell does: a line that fails ends it.
func script(t *testing.T, dir string, env, lines []string) ended {
	t.Helper()
	return start(t, dir, env, "bash", "-c", "set -eo pipefail\n"+strings.Join(lines, "\n"))
}
