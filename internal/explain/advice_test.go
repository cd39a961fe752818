package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestOwnExample: the example in the advice is the line that this page needs, and no other's.
func TestOwnExample(t *testing.T) {
	examples := 0
	const page = "Access to fetch at 'http://127.0.0.1:21023/orders' from origin 'http://localhost:5173' has been blocked by CORS policy: "
	for _, c := range []struct{ text, has, hasNot string }{
		{page + "Request header field x-request-id is not allowed by Access-Control-Allow-Headers in preflight response.", "Access-Control-Allow-Headers: ..., x-request-id", "Content-Type, Authorization"},
		{page + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.", "Access-Control-Allow-Methods: ..., PATCH", "DELETE"},
		{page + "The 'Access-Control-Allow-Origin' header has a value 'http://localhost:3000' that is not equal to the supplied origin.", "http://localhost:5173", "as in http://localhost:3000"},
		{page + "The 'Access-Control-Allow-Origin' header has a value 'http://localhost:5173/' that is not equal to the supplied origin.", "http://localhost:5173", "app.example"},
		{page + "The 'Access-Control-Allow-Origin' header contains the invalid value 'localhost:5173'.", "Access-Control-Allow-Origin: http://localhost:5173", "app.example"},
		{"Refused to get unsafe header \"X-Total-Count\"", "X-Total-Count", "X-Request-Id"},
		{blank + "header ‘x-trace’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).", "Access-Control-Allow-Headers: ..., x-trace", "Authorization"},
		{"[Error] Method PURGE is not allowed by Access-Control-Allow-Methods.\n[Error] Fetch API cannot load https://api.example/v1/cart due to access control checks.", "PURGE", "DELETE"},
	} {
		a := explained(t, c.text, explain.Context{})
		if !strings.Contains(a.Fix.Do+strings.Join(a.Wanted, "\n"), c.has) || strings.Contains(a.Fix.Do, c.hasNot) {
			t.Errorf("%q: %s\n%q", c.text, a.Fix.Do, a.Wanted)
		}
		if at := strings.Index(a.Fix.Do, "as in "); at >= 0 && !strings.Contains(a.Fix.Do[at:], c.has) {
			t.Errorf("%q: the example is another's: %s", c.text, a.Fix.Do)
		}
		examples += strings.Count(a.Fix.Do, "as in ")
	}
	if examples == 0 {
		t.Error("no advice has an example: the test looks at nothing")
	}
}

// TestPlacesAreNamed: every place to fill in of a command is explained beside it, and the command is
// fetch's wherever fetch looks at what decides.
func TestPlacesAreNamed(t *testing.T) {
	places := []string{explain.UnnamedURL, explain.UnnamedPage, explain.UnnamedMethod, explain.UnnamedHeader, explain.UnnamedValue}
	var texts []string
	for _, p := range explain.AllPrinted() {
		for _, text := range []string{p.Chrome, p.Safari, blank + p.Firefox + ")."} {
			texts = append(texts, text, head+text, text+"\nPATCH https://api.example/v1/cart net::ERR_FAILED")
		}
	}
	texts = append(texts, "curl 'https://api.example/x' -X DELETE -H 'X-A: 1'", "fetch('https://api.example/x', {method: 'POST', body: 'a'})", "axios.patch('https://api.example/x', {a: 1}, {headers: {'X-A': 'b'}})",
		"> PUT /x HTTP/1.1\n> Host: api.example\n> User-Agent: curl/8\n>\n< HTTP/1.1 404 Not Found\n", "TypeError: Failed to fetch", "HTTP/1.1 200 OK\nServer: x\n")
	curl := map[string]bool{"WebSocketRefused": true, "FrameRefused": true, "Csp": true, "PreflightMissingAllowPrivateNetwork": true, "PreflightInvalidAllowPrivateNetwork": true}
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		a := explained(t, text, explain.Context{})
		said := strings.Join(a.Notes, " ")
		words := strings.FieldsFunc(a.Check, func(r rune) bool { return strings.ContainsRune(" ':", r) })
		for _, p := range places {
			if slices.Contains(words, p) && !strings.Contains(said, p+" stands for") && !strings.Contains(said, p+" for ") {
				t.Errorf("%q: %s: nobody says what %s is: %q", text, a.Check, p, said)
			}
		}
		if strings.HasPrefix(a.Check, "curl") && (!curl[string(a.Reason)] && a.Reason != spec.ReasonCSP || !strings.Contains(said, "corsproof fetch does not look")) || strings.Contains(a.Check, "...") {
			t.Errorf("%q (%s): %s: %q", text, a.Reason, a.Check, said)
		}
	}
}

// TestNothingButFailed: of an error that a script sees the commonest causes are named in their order, a
// refused preflight and a hidden error among them, and what is needed to tell.
func TestNothingButFailed(t *testing.T) {
	for _, text := range []string{"TypeError: Failed to fetch", "Uncaught (in promise) TypeError: NetworkError when attempting to fetch resource.", "TypeError: Load failed", "AxiosError: Network Error", "net::ERR_FAILED"} {
		a := explained(t, text, explain.Context{})
		var got []string
		for _, alt := range a.Alternatives {
			got = append(got, alt.Cause)
		}
		if want := "preflight-refused error-no-cors no-cors connection-refused extension-blocked"; a.Confidence != explain.Open || strings.Join(got, " ") != want {
			t.Errorf("%q: %s: %q, want %s", text, a.Confidence, got, want)
		}
		for _, want := range []string{"URL, method and headers", "Copy as cURL"} {
			if !strings.Contains(a.Fix.Do, want) {
				t.Errorf("%q: %s", text, a.Fix.Do)
			}
		}
		page(t, a)
	}
	a := explained(t, blank+"CORS request did not succeed). Status code: (null).", explain.Context{})
	if len(a.Alternatives) != 6 {
		t.Errorf("Firefox says it of six failures: %+v", a.Alternatives)
	}
}

// TestMissingBesideOthers: an answer to the page's own Origin, without Access-Control-Allow-Origin, shows no list of
// origins, whatever else it has: the other headers may be the same whoever asks, and Vary: Origin may be no more than
// a line. Both are named, the likelier first.
func TestMissingBesideOthers(t *testing.T) {
	const get, preflight = "> GET /x HTTP/1.1\n> Host: api.example\n%> \n", "> OPTIONS /x HTTP/1.1\n> Host: api.example\n> Access-Control-Request-Method: PUT\n%> \n"
	const vary = "< Vary: Accept, origin\n"
	others := []string{"< Access-Control-Allow-Credentials: true\n", "< access-control-allow-methods: GET, PUT\n", "< Access-Control-Expose-Headers: X-A\n", "< Access-Control-Max-Age: 9\n"}
	want := map[string][2]string{"": {"", ""}, "< Vary: Accept\n": {"", ""}, "< Access-Control-Request-Method: PUT\n": {"", ""}, vary: {"origin-not-listed", "no-cors"}}
	for _, o := range others {
		want[o], want[vary+o] = [2]string{"allow-origin-missing", "origin-not-listed"}, [2]string{"origin-not-listed", "allow-origin-missing"}
	}
	for _, sent := range []string{get, preflight} {
		for lines, causes := range want {
			for origin, named := range map[string]bool{"> Origin: https://shop.example\n": true, "": false} {
				text := strings.Replace(sent, "%", origin, 1) + "< HTTP/1.1 200 OK\n< Content-Type: text/plain\n" + lines
				a := explained(t, text, explain.Context{})
				said := a.Cause.Title + a.Cause.Here + a.Cause.Why + a.Fix.Do
				switch {
				case !named || causes[0] == "":
					if a.Cause.ID == "origin-not-listed" || a.Cause.ID == "allow-origin-missing" {
						t.Errorf("%q: %s", text, a.Cause.ID)
					}
				case a.Cause.ID != causes[0] || len(a.Alternatives) != 1 || a.Alternatives[0].Cause != causes[1] || a.Confidence != explain.Likely:
					t.Errorf("%q: %s, %s, %+v", text, a.Cause.ID, a.Confidence, a.Alternatives)
				case !strings.Contains(a.Fix.Do, app) || strings.Contains(said, "decides by the origin") || strings.Contains(said, "looks at the origin"):
					t.Errorf("%q: %s", text, said)
				}
			}
		}
	}
}

// TestNeitherList: a preflight's answer that has neither list can be that of a layer that sends both only for the
// methods of its own.
func TestNeitherList(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		for lines, neither := range map[string]bool{"": true, "< Access-Control-Allow-Methods: PUT\n": false, "< Access-Control-Allow-Headers: x-b\n": false} {
			text := "> OPTIONS /x HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n> Access-Control-Request-Method: " + method +
				"\n> Access-Control-Request-Headers: authorization\n>\n< HTTP/1.1 200 OK\n< Access-Control-Allow-Origin: https://shop.example\n" + lines
			a := explained(t, text, explain.Context{})
			alt := alternative(a, "headers-not-always")
			if a.Cause.ID != "header-not-listed" || (alt != nil) != neither || neither && !strings.Contains(alt.Text, "add "+method+" to") {
				t.Errorf("%q: %s, %+v", text, a.Cause.ID, alt)
			}
		}
	}
}

// TestRedirectToAnotherOrigin: where a redirect leads to another origin the browser goes on with Origin: null, so that
// no header on the redirect is all that is needed: the script is to ask there itself.
func TestRedirectToAnotherOrigin(t *testing.T) {
	for location, away := range map[string]string{
		"/x/": "", "https://api.example/y": "", "//api.example/x/": "", "https://api.example:443/x/": "",
		"https://www.api.example/x": "https://www.api.example/x", "http://api.example/x": "http://api.example/x",
		"https://api.example:8443/x": "https://api.example:8443/x", "//v2.example/x": "https://v2.example/x", app + "/x": app + "/x",
	} {
		for _, lines := range []string{"", "< Access-Control-Allow-Origin: https://other.example\n", "< Vary: Origin\n"} {
			text := "> GET /x HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/1.1 301 Moved Permanently\n< Location: " + location + "\n" + lines
			a := explained(t, text, explain.Context{URL: "https://api.example/x"})
			if got := a.Cause.ID == "redirected-other-origin"; got != (away != "") {
				t.Errorf("%s %q: %s", location, lines, a.Cause.ID)
			} else if got && (!slices.Equal(a.Wanted, []string{"GET " + away}) || !strings.Contains(a.Fix.Do, away) || !strings.Contains(a.Cause.Here, "Origin: null")) {
				t.Errorf("%s %q: %q: %s", location, lines, a.Wanted, a.Fix.Do)
			}
		}
	}
}

// TestRefusedOrigin: a status with which CORS layers refuse an origin may be that, whatever it is called.
func TestRefusedOrigin(t *testing.T) {
	for _, sent := range []string{"> GET /x HTTP/1.1\n", "> OPTIONS /x HTTP/1.1\n> Access-Control-Request-Method: PUT\n"} {
		for status, may := range map[string]bool{"400": true, "403": true, "500": true, "401": false, "404": false, "429": false, "502": false} {
			for origin, named := range map[string]bool{"> Origin: https://shop.example\n": true, "": false} {
				a := explained(t, sent+"> Host: api.example\n"+origin+"> \n< HTTP/1.1 "+status+" X\n< Content-Type: text/plain\n", explain.Context{})
				if got := alternative(a, "origin-not-listed"); (got != nil && strings.Contains(got.Text, "itself refuses")) != (may && named) {
					t.Errorf("%q %s %q: %+v", sent, status, origin, a.Alternatives)
				}
			}
		}
	}
}

// TestTwoWriters: two lines show no proxy; where the second comes from is to be found out.
func TestTwoWriters(t *testing.T) {
	for _, text := range []string{
		head + "The 'Access-Control-Allow-Origin' header contains multiple values '*, https://shop.example', but only one is allowed.",
		"> GET /x HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/1.1 200 OK\n< Access-Control-Allow-Origin: *\n< Access-Control-Allow-Origin: https://shop.example\n",
	} {
		a := explained(t, text, explain.Context{})
		if a.Side != cases.SideServer || !strings.Contains(a.Fix.Do, "application's own port") || !strings.Contains(strings.Join(a.Notes, " "), "--stack") {
			t.Errorf("%q: %s: %s %q", text, a.Side, a.Fix.Do, a.Notes)
		}
	}
}

// TestOthersHaveTheirCheck: of several messages the first is told whole, and each other with its cause and
// its command.
func TestOthersHaveTheirCheck(t *testing.T) {
	text := strings.Join([]string{
		head + noHeader,
		strings.ReplaceAll(head, "cart", "items") + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
		"GET https://cdn.example/a.js net::ERR_CONNECTION_REFUSED",
	}, "\n")
	out := page(t, explained(t, text, explain.Context{}))
	for _, want := range []string{"corsproof fetch 'https://api.example/v1/items' --from https://shop.example -X PATCH", "asks with PATCH", "corsproof fetch 'https://cdn.example/a.js'"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing:\n%s", want, out)
		}
	}
}

// TestOthersAreMended: of several messages each has its lines and its fix, and none is told twice.
func TestOthersAreMended(t *testing.T) {
	second := strings.ReplaceAll(head, "cart", "orders") + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'."
	third := strings.ReplaceAll(head, "cart", "items") + noHeader
	a := explained(t, head+noHeader+"\n"+second+"\n"+third, explain.Context{})
	out := page(t, a)
	_, rest, _ := strings.Cut(out, "\nhttps://api.example/v1/orders")
	orders, items, ok := strings.Cut(rest, "\nhttps://api.example/v1/items")
	if !ok || !strings.Contains(orders, "+ Access-Control-Allow-Credentials: true") || !strings.Contains(flat(orders), "fix Send Access-Control-Allow-Credentials: true") {
		t.Errorf("the second has no fix:\n%s", out)
	}
	if !strings.Contains(items, "  fix    As above, for https://api.example/v1/cart.") || strings.Count(out, "On every answer send") != 1 {
		t.Errorf("the third has the fix of the first:\n%s", out)
	}
}
