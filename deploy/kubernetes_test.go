package deploy_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v4"
)

// object is as much of a Kubernetes object as an Indexed Job is started from.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		CompletionMode string `yaml:"completionMode"`
		Completions    int
		Template       struct {
			Spec struct{ Containers []container }
		}
	}
}

type container struct {
	Command, Args []string
	Env           []struct {
		Name, Value string
		ValueFrom   struct {
			SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
		} `yaml:"valueFrom"`
	}
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

func objects(t *testing.T, path string) map[string]object {
	t.Helper()
	list := map[string]object{}
	dec := yaml.NewDecoder(strings.NewReader(read(t, path)))
	for {
		var o object
		err := dec.Decode(&o)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list[o.Kind+"/"+o.Metadata.Name] = o
	}
}

// env are a container's variables, with volumes mounted at other places than it says.
func (c *container) env(t *testing.T, mounts map[string]string) []string {
	t.Helper()
	var list []string
	for _, v := range c.Env {
		value := v.Value
		if v.ValueFrom.SecretKeyRef.Key != "" {
			value = token
		}
		for _, m := range c.VolumeMounts {
			if rest, ok := strings.CutPrefix(value, m.MountPath); ok && mounts[m.Name] != "" {
				value = mounts[m.Name] + rest
			}
		}
		list = append(list, v.Name+"="+value)
	}
	return list
}

// The pods of the Indexed Job, each with the index that Kubernetes gives it, and the merge beside
// them, say what one run says.
func TestKubernetes(t *testing.T) {
	all := objects(t, "kubernetes/corsproof.yaml")
	config, job, merge := all["ConfigMap/corsproof"], all["Job/corsproof"], all["Job/corsproof-merge"]
	if job.Spec.CompletionMode != "Indexed" || job.Spec.Completions < 2 {
		t.Fatal("the job is not one of several with an index")
	}
	url := staging(t, false).URL
	for _, known := range []string{"", knownFault} {
		dir := folder(t, url, known)
		for name := range config.Data {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error("the project of the ConfigMap has other files than this test's")
			}
		}
		want, code := whole(t, dir)
		mounts := map[string]string{"project": dir, "reports": t.TempDir()}
		var pods sync.WaitGroup
		for i := range job.Spec.Completions {
			pods.Go(func() {
				c := &job.Spec.Template.Spec.Containers[0]
				start(t, "/", append(c.env(t, mounts), fmt.Sprintf("JOB_COMPLETION_INDEX=%d", i)), slices.Concat(c.Command, c.Args)...).expect(t, 0, fmt.Sprintf("shard %d of %d", i+1, job.Spec.Completions))
			})
		}
		c := &merge.Spec.Template.Spec.Containers[0]
		end := start(t, "/", append(c.env(t, mounts), "BROWSER=no"), slices.Concat(c.Command, c.Args)...)
		pods.Wait()
		end.expect(t, code, "header-not-listed")
		path := filepath.Join(t.TempDir(), "merged.json")
		reports, _ := filepath.Glob(filepath.Join(mounts["reports"], "[0-9]*.json"))
		start(t, dir, nil, slices.Concat([]string{"corsproof", "report", "merge", "--project", "corsproof.yaml", "--json", path}, reports)...).expect(t, code)
		if got := verdicts(t, path); got != want {
			t.Errorf("the shards say\n%s\nand one run\n%s", got, want)
		}
		for _, name := range []string{"report.html", "cors.xml"} {
			if len(read(t, filepath.Join(mounts["reports"], name))) < 1000 {
				t.Errorf("%s is empty", name)
			}
		}
	}
}

// The project of the ConfigMap is one, and nothing else than what a run reads.
func TestKubernetesProject(t *testing.T) {
	dir := t.TempDir()
	for name, text := range objects(t, "kubernetes/corsproof.yaml")["ConfigMap/corsproof"].Data {
		write(t, filepath.Join(dir, name), text)
	}
	start(t, dir, []string{"STAGING_TOKEN=x"}, "corsproof", "run", "--dry-run").expect(t, 0, "GET https://staging.example.com/items", "with request fields of the page: Authorization")
}
