// Package deploy_test starts what the definitions of this folder, action.yml and docs/ci.md say, as
// the engines that read them do, against a server on loopback.
package deploy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// bin is the folder that has the binary.
var bin string

func TestMain(m *testing.M) {
	if os.Getenv("CORSPROOF_DEPLOY") == "" {
		fmt.Println("make deploy-check runs these")
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "corsproof-deploy-")
	if err != nil {
		panic(err)
	}
	bin = dir
	out, err := exec.Command("go", "build", "-trimpath", "-o", dir, "../cmd/corsproof").CombinedOutput()
	if err != nil {
		panic(string(out))
	}
	_ = os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// token is what the server of these tests wants.
const token = "staging-s3cret"

// project is a project about it, in the place of those that the definitions have. Some
// checks are as good as all.
const project = `version: 1
name: shop
targets: {api: {url: "%s", headers: {Authorization: "Bearer ${STAGING_TOKEN}"}}}
policies: {api: {origins: [https://app.example.com], request_headers: [Authorization]}}
endpoints:
  - {path: /items}
  - {path: /items, name: same}
focus: ["stated-*"]
baseline: known.yaml
`

// staging is a server that wants the token. Its fault is that no page may send it, unless it is right.
func staging(t *testing.T, right bool) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		if r.Header.Get("Origin") == "https://app.example.com" {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				if right {
					w.Header().Set("Access-Control-Allow-Headers", "Authorization")
				}
				w.WriteHeader(http.StatusNoContent)
				return
			}
		}
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	}))
	t.Cleanup(s.Close)
	return s
}

// folder is one with the project of a server, and what is known of it.
func folder(t *testing.T, url, known string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "corsproof.yaml"), fmt.Sprintf(project, url))
	write(t, filepath.Join(dir, "known.yaml"), "known: ["+known+"]\n")
	return dir
}

const knownFault = "{id: header-not-listed, reason: ticket 7}"

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// ended is how a command ended.
type ended struct {
	code        int
	out, errors string
}

// start runs a command in a folder with nothing but these variables, and what every engine has.
func start(t *testing.T, dir string, env []string, command ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &out, &errs, time.Second
	chrome := os.Getenv("CORSPROOF_CHROME")
	if !slices.ContainsFunc(env, func(v string) bool { return v == "BROWSER=yes" }) {
		chrome = "/nonexistent" // the shards of one run have the same agents, and most tests need none
	}
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "CORSPROOF_CHROME=" + chrome}, env...)
	for _, name := range []string{"GOFLAGS", "GOPROXY", "GOCACHE", "GOPATH", "GOMODCACHE"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", strings.Join(command, " "), err)
	}
	if strings.Contains(out.String()+errs.String(), token) {
		t.Errorf("%s shows the secret", strings.Join(command, " "))
	}
	return ended{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// expect fails the test if the end is another.
func (e ended) expect(t *testing.T, code int, texts ...string) {
	t.Helper()
	if e.code != code {
		t.Fatalf("exit status %d, want %d\n%s\n%s", e.code, code, e.out, e.errors)
	}
	for _, text := range texts {
		if !strings.Contains(e.out+e.errors, text) {
			t.Errorf("it does not say %q:\n%s\n%s", text, e.out, e.errors)
		}
	}
}

// verdicts are what a JSON report says, by check, and of its findings.
func verdicts(t *testing.T, path string) string {
	t.Helper()
	var r struct {
		Results  []struct{ ID, Verdict, Known string }
		Findings []struct {
			ID, Known string
			Explains  []string
		}
		Counts map[string]int
	}
	if err := json.Unmarshal([]byte(read(t, path)), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Results) == 0 {
		t.Fatalf("%s has no results", path)
	}
	return fmt.Sprintf("%v\n%v\n%v", r.Results, r.Findings, r.Counts)
}

// whole is what one run of the project in a folder says, and its exit status.
func whole(t *testing.T, dir string) (string, int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "whole.json")
	end := start(t, dir, []string{"STAGING_TOKEN=" + token}, "corsproof", "run", "-q", "--json", path)
	return verdicts(t, path), end.code
}
