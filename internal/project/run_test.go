package project_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/reference"
)

type checks = cases.Check

var table = sync.OnceValue(func() *cases.Table {
	t, err := cases.Load()
	if err != nil {
		panic(err)
	}
	return t
})

// shop serves the same policy at every path, but for /leak, which is open to all, and /gone,
// which is not there.
func shop(t *testing.T) *httptest.Server {
	m, err := reference.New(reference.Policy{Origins: []string{"https://app.example.com"}, Methods: []string{"PUT"}})
	if err != nil {
		t.Fatal(err)
	}
	right := m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusNotFound)
		}
		if r.URL.Path == "/secret" && r.Header.Get("Authorization") != "Bearer s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = w.Write([]byte("[]"))
	}))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/leak") {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			return
		}
		right.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func file(url, endpoints string) string {
	return fmt.Sprintf(`version: 1
name: shop
targets: {api: {url: %s}}
policies: {api: {origins: [https://app.example.com], methods: [PUT]}}
endpoints: %s
focus: ["actual-get-*", "preflight-*", vary-allowed]
`, url, endpoints)
}

func run(t *testing.T, text string, known *baseline.File) *report.Report {
	t.Helper()
	p := plan(t, text, project.Values{})
	r := &project.Runner{Tool: "corsproof test", Table: table(), Baseline: known}
	lists, err := r.Checks(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := r.Run(t.Context(), p, lists)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func page(r *report.Report) string {
	var b bytes.Buffer
	(&report.Printer{W: &b}).Print(r)
	return b.String()
}

// Two endpoints show the same cause: it is one finding, with the names of both.
func TestRunCombines(t *testing.T) {
	rep := run(t, file(shop(t).URL, "[{path: /items}, {path: /leak}, {path: /leak2}]"), nil)
	f := rep.Finding("shared-with-all")
	if f == nil || strings.Join(f.Policies, " ") != "leak leak2" {
		t.Fatalf("%+v\n%s", f, page(rep))
	}
	for _, text := range []string{"items  all right", "leak   ", "thing"} {
		if !strings.Contains(page(rep), text) {
			t.Errorf("the page does not say %q:\n%s", text, page(rep))
		}
	}
	n := 0
	for _, e := range rep.Endpoints {
		n += e.Counts.Checks
	}
	if n != rep.Counts.Checks || n != len(rep.Results) {
		t.Errorf("%d checks of endpoints, %d in all, %d results", n, rep.Counts.Checks, len(rep.Results))
	}
}

// A status that is known is judged as it is; another one is an error, never a pass.
func TestRunKnowsStatuses(t *testing.T) {
	s := shop(t)
	rep := run(t, file(s.URL, "[{path: /gone, status: 404}, {path: /secret, status: 401}]"), nil)
	if list := rep.Troubled(); len(list) > 0 || rep.Counts.Pass < 10 || rep.Counts.Fail > 0 {
		t.Errorf("%v\n%s", list, page(rep))
	}
	rep = run(t, file(s.URL, "[{path: /items, status: 404}, {path: /secret, headers: {Authorization: \"${TOKEN}\"}, status: 401}]"), nil)
	if list := rep.Troubled(); len(list) != 2 || !strings.Contains(list[0], "items: an ordinary request is answered with 200, and the project's file expects 404") {
		t.Errorf("%v", list)
	}
	if _, as := rep.Verdict(); as != agent.VerdictError {
		t.Errorf("the verdict is %s", as)
	}
}

// An endpoint that is not there does not keep the others from being looked at.
func TestRunUnreachable(t *testing.T) {
	text := strings.Replace(file(shop(t).URL, "[{path: /items, target: api}, {path: /x, target: down}]"), "targets: {", "targets: {down: {url: http://127.0.0.1:1}, ", 1)
	rep := run(t, text, nil)
	if list := rep.Troubled(); len(list) != 1 || !strings.HasPrefix(list[0], "x: ") {
		t.Errorf("%v", list)
	}
	if rep.Counts.Pass == 0 {
		t.Error("nothing passed")
	}
}

// A baseline that names what fails at one endpoint is not about the same at another.
func TestRunBaseline(t *testing.T) {
	s := shop(t)
	known, err := baseline.Parse("known.yaml", []byte("known: [{id: shared-with-all/leak, reason: open on purpose}]"))
	if err != nil {
		t.Fatal(err)
	}
	rep := run(t, file(s.URL, "[{path: /leak}]"), nil)
	if !strings.Contains(strings.Join(ids(rep.Breaking()), " "), "shared-with-all") {
		t.Fatalf("%v", ids(rep.Breaking()))
	}
	rep = run(t, file(s.URL, "[{path: /leak}, {path: /leak2}]"), known)
	for _, f := range rep.Breaking() {
		if f.ID == "shared-with-all" && strings.Join(f.Policies, " ") != "leak2" {
			t.Errorf("%v", f.Policies)
		}
	}
	if rep.Counts.Known == 0 {
		t.Error("nothing is known")
	}
	if text := page(run(t, file(s.URL, "[{path: /leak}, {path: /items}]"), everything(t))); !strings.Contains(text, "leak   nothing new") || !strings.Contains(text, "items  all right") {
		t.Errorf("what is known is told as all right:\n%s", text)
	}
}

// everything is a list of all that is wrong with /leak.
func everything(t *testing.T) *baseline.File {
	t.Helper()
	f, err := baseline.Parse("known.yaml", []byte("known: [{id: '*/leak', reason: open on purpose}]"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ids(list []report.Finding) []string {
	var out []string
	for _, f := range list {
		out = append(out, f.ID)
	}
	return out
}
