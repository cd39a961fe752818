package fetch_test

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/fetch"
)

// at answers each path with a handler of its own.
func at(t *testing.T, answers map[string]http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if r.Method == http.MethodOptions {
			path = "OPTIONS " + path
		}
		if answer := answers[path]; answer != nil {
			answer(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// linesOf are the lines of a page that begin with a sign.
func linesOf(rep *fetch.Report, sign string) []string {
	var list []string
	for _, l := range fetch.Page(rep, fetch.Style{}) {
		if text, ok := strings.CutPrefix(l, "       "+sign+" "); ok {
			list = append(list, text)
		}
	}
	return list
}

// A refused preflight is mended by all that the request needs.
func TestMendOfAPreflightIsWhole(t *testing.T) {
	url := serve(t, says(401), says(200)) + "/x"
	q := fetch.Question{URL: url, Request: cases.Request{Method: "PATCH", Headers: []string{"Authorization: x", "X-Trace: 1"}, Credentials: "include"}}
	want := []string{"204 No Content", "Access-Control-Allow-Origin: " + page, "Access-Control-Allow-Credentials: true",
		"Access-Control-Allow-Methods: PATCH", "Access-Control-Allow-Headers: authorization, x-trace", "Vary: Origin"}
	if got := linesOf(do(t, q), "+"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Only what differs is among the lines.
func TestMendHasOnlyWhatDiffers(t *testing.T) {
	url := serve(t, nil, says(200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true", "Vary: Origin")) + "/x"
	rep := do(t, fetch.Question{URL: url, Request: cases.Request{Credentials: "include"}})
	if got := append(linesOf(rep, "-"), linesOf(rep, "+")...); !slices.Equal(got, []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Origin: " + page}) {
		t.Errorf("%q", got)
	}
	contains(t, pageOf(do(t, fetch.Question{URL: url})), "READABLE", "< Access-Control-Allow-Credentials: true", "With credentials: 'include' it would be blocked")
}

// A script that can ask for the URL behind a redirect is told so; the page of the other way knows
// that the redirect is an answer too.
func TestMendOfARedirect(t *testing.T) {
	url := at(t, map[string]http.HandlerFunc{"OPTIONS /x": says(308, "Location: /x/")})
	rep := do(t, fetch.Question{URL: url + "/x", Request: cases.Request{Method: "PUT"}})
	if got := linesOf(rep, "+"); !slices.Equal(got, []string{"PUT " + url + "/x/"}) {
		t.Errorf("%q", got)
	}
	contains(t, pageOf(rep), "fix Let the script ask for the final URL", "give the redirect itself Access-Control-Allow-Origin too")

	other := serve(t, nil, says(200, "Access-Control-Allow-Origin: "+page)) + "/y"
	url = at(t, map[string]http.HandlerFunc{"/x": says(302, "Access-Control-Allow-Origin: "+page, "Location: "+other)})
	rep = do(t, fetch.Question{URL: url + "/x"})
	if got := linesOf(rep, "+"); !slices.Equal(got, []string{"GET " + other}) {
		t.Errorf("%q", got)
	}
	contains(t, pageOf(rep), "After the redirect from "+url+" to "+strings.TrimSuffix(other, "/y")+" the browser sends Origin: null", "!names another origin", "side: client")
	if rep = do(t, fetch.Question{URL: other}); !rep.Results[0].Readable() {
		t.Errorf("what is printed does not help:\n%s", pageOf(rep))
	}
}

// What is to be copied is whole, and has what was blocked.
func TestCodeIsWhole(t *testing.T) {
	for _, stack := range cases.Stacks() {
		for _, request := range []cases.Request{
			{Method: "PATCH", Headers: []string{"X-Trace-Id: 1"}, Credentials: "include"}, {Headers: []string{"Authorization: x"}}, {},
		} {
			for name, preflight := range map[string]http.HandlerFunc{"refused": says(401), "without lists": says(204, "Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: true")} {
				q := fetch.Question{URL: serve(t, preflight, says(500)) + "/x", Request: request, Stack: &stack}
				rep := do(t, q)
				text := fetch.Page(rep, fetch.Style{})
				code := rep.Results[0].Answer.Fix.Code()
				for _, l := range code {
					if !slices.Contains(text, strings.TrimRight("           "+l, " ")) {
						t.Errorf("%s, %s: %q is not there whole:\n%s", stack.ID, name, l, strings.Join(text, "\n"))
					}
				}
				if len(text) > fetch.MostLines+max(0, len(code)-10) || strings.Contains(strings.Join(text, "\n"), `\t`) {
					t.Errorf("%s, %s: %d lines\n%s", stack.ID, name, len(text), strings.Join(text, "\n"))
				}
			}
		}
	}
}

// Of a stack that nobody asked for a setting is shown that leaves the page as long as it is without one.
func TestUnaskedSettings(t *testing.T) {
	shown := 0
	for _, stack := range cases.Stacks() {
		for _, m := range stack.Shows {
			line := m.Header + ": " + cmp.Or(m.Example, strings.ReplaceAll(m.Value, "*", "1"))
			q := fetch.Question{URL: serve(t, says(401, line), says(500)) + "/x", Request: cases.Request{Method: "PATCH", Headers: []string{"X-Trace-Id: 1"}, Credentials: "include"}}
			rep := do(t, q)
			text := fetch.Page(rep, fetch.Style{})
			if len(text) > fetch.MostLines {
				t.Errorf("%s: %d lines\n%s", line, len(text), strings.Join(text, "\n"))
			}
			switch fix := rep.Results[0].Answer.Fix; {
			case fix.Text != "" && fix.By == "":
				t.Errorf("%s: a setting of %s", line, fix.Stack)
			case fix.Text != "":
				shown++
			}
		}
	}
	if shown == 0 {
		t.Error("no stack is recognised")
	}
}

// A request without a preflight is mended without a word about one.
func TestSimpleRequest(t *testing.T) {
	rep := do(t, fetch.Question{URL: serve(t, nil, says(200)) + "/x"})
	contains(t, pageOf(rep), "fix Send Access-Control-Allow-Origin: "+page, "!OPTIONS")
}

// Content is shown as it is.
func TestContentIsRaw(t *testing.T) {
	rep := do(t, fetch.Question{URL: serve(t, nil, says(200)) + "/x"})
	if !slices.Contains(fetch.Page(rep, fetch.Style{}), `         {"the":"answer"}`) {
		t.Error(pageOf(rep))
	}
}

// The local network is spoken of once, and only where Chrome asks.
func TestLocalNetwork(t *testing.T) {
	url := serve(t, nil, says(200)) + "/x"
	contains(t, pageOf(do(t, fetch.Question{URL: url})), "Chrome first asks the user")
	contains(t, pageOf(do(t, fetch.Question{URL: url, Origins: []string{"http://localhost:5173"}})), "!Chrome first asks")
}
