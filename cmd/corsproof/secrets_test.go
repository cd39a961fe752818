package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/report"
)

// leaky answers without CORS, so that all of it is evidence, and with a secret wherever one
// can be; it echoes what it was sent.
func leaky(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, value := range map[string]string{
		"X-Session-Id": "PLANT-session", "X-Access-Token": "PLANT-access", "X-Csrf-Token": "PLANT-csrf", "Authentication-Info": "PLANT-info",
		"Link": "</n?q=PLANT-link>; rel=next", "Content-Location": "https://u:PLANT-user@h.example/x?y=PLANT-content-location", "Set-Cookie": "sid=PLANT-set-cookie; Path=/",
		"Www-Authenticate": `Bearer realm="x", token="PLANT-challenge"`, "X-Echo": r.Header.Get("Authorization") + r.Header.Get("X-Api") + r.Header.Get("X-Gate") + r.Header.Get("Cookie"),
		"Location": "https://idp.example/cb?state=PLANT-location#access_token=PLANT-fragment", "X-Url": r.URL.String(),
		"Access-Control-Allow-Origin": "https://evil.example/?token=PLANT-origin",
	} {
		h.Set(name, value)
	}
	body, _ := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = fmt.Fprintf(w, `{"token":"PLANT-body","echo":%q}`, body)
}

// plants are what must not be shown, and how it is given.
const (
	plantQuery = "/x?access_token=PLANT-query-token&page=PLANTPAGE7&PLANTBARE#PLANT-url-fragment"
	plantData  = `{"password":"PLANT-data","q":1}`
)

// run runs a command and gives all that it writes, the error with its hints too.
func runAll(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	if err != nil {
		fmt.Fprintln(&out, err)
		if s, ok := err.(*status); ok { //nolint:errorlint // what commands return
			fmt.Fprintln(&out, s.hints)
		}
	}
	return out.String()
}

// shown fails for each plant in a text.
func shown(t *testing.T, where, text string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`.{0,60}PLANT.{0,30}`).FindAllString(text, 5) {
		t.Errorf("%s shows a secret: %s", where, m)
	}
}

// A secret that was given, or that is part of an answer, is in no output: not on the page, in
// no form of the report, in no error.
func TestSecretsAreNowhere(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(leaky))
	defer srv.Close()
	dir := t.TempDir()
	t.Setenv("PLANTED", "PLANT-variable")
	fields := filepath.Join(dir, "fields")
	if err := os.WriteFile(fields, []byte("X-Gate: PLANT-gate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"run", srv.URL + plantQuery, "--origin", "https://app.example.com", "--credentials", "--browser", "none", "-q",
		"--focus", "*-allowed*", "--focus", "page-*", "--focus", "simple-*",
		"-u", "user:PLANT-basic", "--header-env", "X-Api=PLANTED", "--gate-header", "@" + fields, "-b", "sid=PLANT-cookie; other=PLANT-other",
		"--data", plantData, "--at", "app.py",
	}
	for _, f := range report.Formats() {
		args = append(args, "--report", f.Name+"="+filepath.Join(dir, "report."+f.Name))
	}
	page := runAll(t, append(args, "-v")...)
	shown(t, "the page", page)
	if !strings.Contains(page, "$CORSPROOF_AUTHORIZATION") || !strings.Contains(page, "# set CORSPROOF_") {
		t.Errorf("no command takes a secret from a variable, and says so:\n%.3000s", page)
	}
	for _, f := range report.Formats() {
		text, err := os.ReadFile(filepath.Join(dir, "report."+f.Name))
		if err != nil {
			t.Error(err)
		}
		shown(t, f.Name, string(text))
		if f.Name == "json" && !strings.Contains(string(text), "[redacted]") {
			t.Error("the report has no sign of what was hidden: was anything asked?")
		}
	}
}

func TestSecretsAreInNoError(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	junk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _, _ := http.NewResponseController(w).Hijack()
		_, _ = io.WriteString(c, "PLANT-junk "+r.RequestURI)
		_ = c.Close()
	}))
	defer junk.Close()
	host, _ := url.Parse(closed.URL)
	t.Setenv("PLANTED", "")
	for _, args := range [][]string{
		{closed.URL + plantQuery, "--origin", "https://app.example.com"},
		{closed.URL + plantQuery},
		{closed.URL + plantQuery, "--origin", "https://app.example.com", "--wait", "300ms", "-H", "X-Api: PLANT-header"},
		{closed.URL + plantQuery, "--origin", "https://app.example.com", "-x", "http://u:PLANT-proxy@" + host.Host},
		{"ftp://user:PLANT-password@h/x?y=PLANT-query", "--origin", "https://app.example.com"},
		{"http://user:PLANT-password@h/x", "--origin", "https://app.example.com"},
		{"http://user:PLANT-password@h/%zz", "--origin", "https://app.example.com"},
		{closed.URL, "--origin", "https://app.example.com", "-H", "PLANT-no-colon"},
		{closed.URL, "--origin", "https://app.example.com", "-H", "X: PLANT\x01value"},
		{closed.URL, "--origin", "https://app.example.com", "-b", "PLANT-no-name"},
		{closed.URL, "--origin", "https://app.example.com", "-u", "PLANT-no-password"},
		{closed.URL, "--origin", "https://app.example.com", "-x", "ftp://u:PLANT-proxy@h"},
		{closed.URL, "--origin", "https://app.example.com", "-H", "X-A: PLANT-1", "-H", "x-a: PLANT-2"},
		{closed.URL, "-H", "X-A: PLANT-1", "--request-method", "PLANT POST"},
		{"-H", "X-A: PLANT-1"},
	} {
		text := runAll(t, append([]string{"run", "--browser", "none", "-q"}, args...)...)
		if args[len(args)-1] == "PLANT POST" {
			text = strings.ReplaceAll(text, `"PLANT POST"`, "") // a method is no secret
		}
		shown(t, strings.Join(args[:1], " "), text)
		if !strings.Contains(text, " ") {
			t.Errorf("%q: no error", args)
		}
	}
}
