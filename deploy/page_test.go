package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// blocks are the blocks of a page in a language, in order.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	var list []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(read(t, "../docs/ci.md"), -1) {
		list = append(list, m[1])
	}
	return list
}

// Every command of docs/ci.md, in order, in an empty folder, against a server that answers as the page's: the
// file that init writes, the page's own in its place, the baseline, reports, shards.
func TestPage(t *testing.T) {
	dir, url := t.TempDir(), staging(t, false).URL
	here := strings.NewReplacer("https://staging.example.com", url, "export STAGING_TOKEN=...", "export STAGING_TOKEN="+token)
	var project string
	for _, text := range blocks(t, "yaml") {
		if strings.HasPrefix(text, "# corsproof.yaml") {
			project = here.Replace(text)
		}
	}
	commands := blocks(t, "sh")
	if project == "" || len(commands) < 5 {
		t.Fatal("the page has no project, or hardly a command")
	}
	run := func(text string) ended {
		return start(t, dir, []string{"STAGING_TOKEN=" + token}, "bash", "-ec", here.Replace(text))
	}
	for _, text := range commands {
		end := run(text)
		switch {
		case strings.Contains(text, "corsproof init"):
			end.expect(t, 0)
			if written := read(t, filepath.Join(dir, "corsproof.yaml")); !strings.Contains(written, "${STAGING_TOKEN}") || strings.Contains(written, token) {
				t.Errorf("init writes\n%s", written)
			}
			run("corsproof run --dry-run").expect(t, 0)
			write(t, filepath.Join(dir, "corsproof.yaml"), project) // the questions are answered
			write(t, filepath.Join(dir, "corsproof-baseline.yaml"), "")
			run("corsproof run -q").expect(t, 1, "is not listed")
			if err := os.Remove(filepath.Join(dir, "corsproof-baseline.yaml")); err != nil {
				t.Fatal(err)
			}
		case strings.Contains(text, "--update-baseline"):
			end.expect(t, 0, "1 added")
		default:
			end.expect(t, 0)
		}
	}
	for _, name := range []string{"cors.xml", "cors.md", "cors.sarif", "cors.json", "corsproof-baseline.yaml"} {
		if text := read(t, filepath.Join(dir, name)); text == "" || strings.Contains(text, token) {
			t.Errorf("%s is empty, or shows the secret", name)
		}
	}
}

// The inputs that the page's workflow gives are inputs of the action, and its GitLab job is one.
func TestPageDefinitions(t *testing.T) {
	dir := folder(t, staging(t, false).URL, knownFault)
	for _, text := range blocks(t, "yaml") {
		switch {
		case strings.HasPrefix(text, "# .github/workflows"):
			if !strings.Contains(text, "STAGING_TOKEN: ${{ secrets.STAGING_TOKEN }}") {
				t.Error("the workflow does not hand the token on")
			}
		case strings.HasPrefix(text, "cors:"):
			line := regexp.MustCompile(`- (corsproof run .*)`).FindStringSubmatch(text)[1]
			script(t, dir, []string{"STAGING_TOKEN=" + token}, []string{line}).expect(t, 0, "header-not-listed")
			read(t, filepath.Join(dir, "gl-code-quality-report.json"))
			read(t, filepath.Join(dir, "cors.xml"))
		}
	}
}
