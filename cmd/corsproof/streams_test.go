//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// printing are command lines that print something: each command's, of a folder that made fills.
var printing = []string{
	"run URL --policy policy.yaml --browser none -q --focus actual-get-*",
	"run URL --browser none", "run URL URL --policy policy.yaml --browser none -q --focus actual-get-*",
	"run --targets list --policy policy.yaml --browser none -q --focus actual-get-*",
	"run --targets list --policy policy.yaml --browser none -q --focus actual-get-* --results -",
	"run --project corsproof.yaml --browser none -q --focus actual-get-*", "run --project corsproof.yaml --dry-run",
	"run URL --policy policy.yaml --browser none -q --focus actual-get-* --json -",
	"init URL -o init.yaml", "cases", "cases vary-allowed", "cases --json", "cases --html", "cases --markdown", "cases --schema", "cases --policy-schema",
	"causes", "causes vary-missing", "causes vary-missing --stack express", "causes vary-missing --json", "causes --json", "causes --schema",
	"policies", "policies --json", "version", "serve --listen 127.0.0.1:0", "eval exchanges", "eval --schema",
	"explain message", "explain message --json", "explain curl --live", "explain curl --live --json",
	"fetch URL --from https://app.example.com", "fetch URL --from https://app.example.com --json", "fetch URL --from https://app.example.com --har -",
	"selfcheck --focus actual-get-no-origin", "compare --schema",
	"report --schema", "report merge shard.json", "report merge shard.json --json -", "diff report.json report.json -v", "diff report.json report.json --json",
	"adapter check good", "compare good --browser none --focus actual-get-* --out matrix", "completion bash", "completion zsh", "completion fish", "completion powershell",
}

// unprinted are the commands of which a test has nothing to start.
var unprinted = map[string]string{"corsproof verify-model": "a browser", "corsproof adapter mistakes": "a framework", "corsproof adapter releases": "a framework", "corsproof help": ""}

// made fills a folder with what command lines name, and gives the URL of a server.
func made(t *testing.T) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if r.Header.Get("Origin") == "https://app.example.com" {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		}
	}))
	t.Cleanup(s.Close)
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"policy.yaml": "name: items\norigins: [https://app.example.com]\n", "other.yaml": "name: items\norigins: [https://other.example.com]\n", "list": s.URL + "/a\n" + s.URL + "/b\n",
		"corsproof.yaml":    "version: 1\ntargets: {api: {url: " + s.URL + "}}\npolicies: {api: {origins: [https://app.example.com]}}\nendpoints: [{path: /items}]\n",
		"exchanges":         `{"request":{"api":"fetch","origin":"https://app.example.com","url":"https://api.example.org/"},"hops":[{"response":{"status":200,"headers":[]}}]}` + "\n",
		"message":           "Access to fetch at 'https://api.example.com/' from origin 'https://app.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\n",
		"curl":              "curl " + s.URL + " -H 'Origin: https://other.example.com'\n",
		"good/adapter.yaml": "name: good\ndisplay: The good one\nlanguage: Go\npackage: none\nversion: echo 1.0.0\nstart: exec faithful\n",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, more := range []string{"--json report.json", "--shard 1/1 --json shard.json"} {
		err := started(t, &bytes.Buffer{}, nil, s.URL, "run URL --policy other.yaml --browser none -q --focus actual-get-* "+more)
		if code := say(io.Discard, err); code > exitFailures { // a finding, so that each form has something to say
			t.Fatal(err)
		}
	}
	return s.URL
}

// started runs a command line as main does, with this for standard output (nil: none is looked at).
func started(t *testing.T, errs *bytes.Buffer, out *os.File, url, line string) error {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	root, std := newRoot(), &stdout{file: out}
	root.SetOut(std)
	if out == nil {
		root.SetOut(&bytes.Buffer{})
	}
	root.SetErr(errs)
	root.SetArgs(strings.Fields(strings.ReplaceAll(line, "URL", url)))
	err := std.lost(root.ExecuteContext(ctx))
	if ctx.Err() != nil {
		return fmt.Errorf("no end within a minute: %w", err)
	}
	return err
}

// TestLostOutput: no command ends well, or with findings that nobody could read, when what it prints is lost.
func TestLostOutput(t *testing.T) {
	url := made(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer func() { _ = full.Close() }()
	lines := printing
	all(newRoot(), func(c *cobra.Command) {
		lines = append(lines, strings.TrimPrefix(c.CommandPath()+" --help", "corsproof "))
	})
	tried := map[string]bool{}
	for _, line := range lines {
		t.Run(line, func(t *testing.T) {
			var errs, words bytes.Buffer
			code := say(&words, started(t, &errs, full, url, line))
			if code < exitUsage || !strings.Contains(words.String(), "no space left on device") {
				t.Errorf("exit status %d, %q", code, words.String())
			}
		})
		if c, _, err := newRoot().Find(strings.Fields(line)); err == nil && !strings.HasSuffix(line, "--help") {
			tried[c.CommandPath()] = true
		}
	}
	all(newRoot(), func(c *cobra.Command) {
		if _, apart := unprinted[c.CommandPath()]; !apart && !tried[c.CommandPath()] && !c.HasSubCommands() {
			t.Errorf("%s is not tried here", c.CommandPath())
		}
	})
}

// all goes through the commands.
func all(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, below := range c.Commands() {
		all(below, visit)
	}
}

func init() {
	all(newRoot(), func(c *cobra.Command) { // what has one form for each name
		path := strings.TrimPrefix(c.CommandPath(), "corsproof ")
		switch above, _, _ := strings.Cut(path, " "); {
		case c.HasSubCommands() || c.Name() == "merge":
		case above == "report":
			printing = append(printing, path+" report.json --at a:1")
		case above == "schema":
			printing = append(printing, path)
		}
	})
}

// filing are command lines that write a file, or several.
var filing = []string{
	"run URL --policy policy.yaml --browser none -q --focus actual-get-* --json FILE", "run URL URL --policy policy.yaml --browser none -q --focus actual-get-* --json FILE",
	"run URL --policy policy.yaml --browser none -q --focus actual-get-* --report html=FILE", "run --targets list --policy policy.yaml --browser none -q --focus actual-get-* --results FILE",
	"run URL --policy policy.yaml --browser none -q --focus actual-get-* --baseline FILE --update-baseline",
	"init URL -o FILE", "causes --docs FILE", "fetch URL --from https://app.example.com --har FILE", "selfcheck --focus actual-get-no-origin --json FILE --html FILE.html",
	"report html report.json -o FILE", "report merge shard.json --json FILE",
}

// TestFullDisk: a file that cannot be written is an error, and nothing is left of it.
func TestFullDisk(t *testing.T) {
	url := made(t)
	corsproof, err := exec.LookPath("corsproof") // testscript puts it there
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range filing {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			place := fmt.Sprintf("place%d", i)
			if err := os.Mkdir(place, 0o700); err != nil {
				t.Fatal(err)
			}
			// The limit is on the size of files, and not on what goes into a pipe.
			args := strings.Fields(strings.NewReplacer("URL", url, "FILE", place+"/file").Replace(line))
			c := exec.Command("sh", append([]string{"-c", `ulimit -f 0; exec "$0" "$@"`, corsproof}, args...)...)
			said, _ := c.CombinedOutput()
			if code := c.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(string(said), "file too large") {
				t.Errorf("exit status %d, %q", code, said)
			}
			_ = filepath.WalkDir(place, func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					t.Errorf("%s is left", path)
				}
				return err
			})
		})
	}
}

// TestFewFiles: whatever number of files may be open, a run says what is wrong or does what it is
// for; Go's runtime crashes where it gets none for itself, and nothing is left beside the report.
func TestFewFiles(t *testing.T) {
	url := made(t)
	corsproof, err := exec.LookPath("corsproof")
	if err != nil {
		t.Fatal(err)
	}
	for n := 4; n <= 16; n++ { // with three a shell cannot start anything
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			place := fmt.Sprintf("few%d", n)
			if err := os.Mkdir(place, 0o700); err != nil {
				t.Fatal(err)
			}
			line := "run " + url + " --policy policy.yaml --browser none -q --focus actual-get-* --timeout 2s --json " + place + "/r.json"
			c := exec.Command("sh", append([]string{"-c", `ulimit -n "$0"; exec "$@"`, fmt.Sprint(n), corsproof}, strings.Fields(line)...)...)
			said, _ := c.CombinedOutput()
			code := c.ProcessState.ExitCode()
			few := strings.Contains(string(said), "may open too few files") || strings.Contains(string(said), "may not open another connection")
			left, _ := filepath.Glob(place + "/*")
			hidden, _ := filepath.Glob(place + "/.*")
			if (code != exitConformant || len(left) != 1) && !few || strings.Contains(string(said), "goroutine ") || len(hidden) > 0 {
				t.Errorf("exit status %d, %q; files %v %v", code, said, left, hidden)
			}
		})
	}
}
