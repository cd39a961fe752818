package explain_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// everySentence calls f with each sentence of the browsers, as one that fails for a page.
func everySentence(f func(text string)) {
	for _, p := range explain.AllPrinted() {
		for _, text := range []string{p.Chrome, p.Safari} {
			if text != "" {
				f(text)
				f(head + text)
			}
		}
		if p.Firefox != "" {
			f(blank + p.Firefox + ").")
		}
	}
}

// TestMethodCase: a method that is known but for its case is the script's to mend; what is checked is
// whether the server allows the one that is meant. Methods that browsers write in capitals, and those
// that nobody knows, are refused for their own sake.
func TestMethodCase(t *testing.T) {
	const url = "https://api.example/v1/cart"
	sentences := map[string]string{
		"chrome": head + "Method %s is not allowed by Access-Control-Allow-Methods in preflight response.",
		"safari": "[Error] Method %s is not allowed by Access-Control-Allow-Methods.\n[Error] Fetch API cannot load " + url + " due to access control checks.",
		"german": "Der Zugriff auf fetch unter „" + url + "“ vom Ursprung „https://shop.example“ wurde durch die CORS-Richtlinie blockiert: Die Methode %s ist laut Access-Control-Allow-Methods in der Preflight-Antwort nicht erlaubt.",
	}
	for method, meant := range map[string]string{"patch": "PATCH", "Patch": "PATCH", "propfind": "PROPFIND", "query": "QUERY", "PATCH": "", "PUT": "", "put": "", "frob": "", "FROB": ""} {
		for name, sentence := range sentences {
			if name == "german" && !strings.EqualFold(method, "patch") {
				continue // it names a method that is known to be one
			}
			a := explained(t, fmt.Sprintf(sentence, method), explain.Context{})
			out := flat(page(t, a))
			if a.Reason != spec.ReasonMethodDisallowedByPreflightResponse || (a.Cause.ID == "method-not-capital") != (meant != "") || (a.Side == cases.SideClient) != (meant != "") {
				t.Errorf("%s of %s: %s, %s, %s", method, name, a.Reason, a.Cause.ID, a.Side)
			}
			if meant == "" {
				continue
			}
			if !strings.Contains(a.Check, " -X "+meant) || !strings.Contains(a.Fix.Do, "in the script") || !strings.Contains(out, "- "+method+" "+url+" + "+meant+" "+url) || strings.Contains(out, "--stack") {
				t.Errorf("%s of %s: %s\n%s", method, name, a.Check, out)
			}
		}
	}
	a := explained(t, strings.ToLower(fmt.Sprintf(sentences["chrome"], "PATCH")), explain.Context{})
	if a.Cause.ID != "method-not-listed" || !strings.Contains(a.Check, "-X PATCH") {
		t.Errorf("a message in small letters shows no method in small letters: %s, %s", a.Cause.ID, a.Check)
	}
	a = explained(t, blank+"Did not find method in CORS header ‘Access-Control-Allow-Methods’).", explain.Context{})
	if alternative(a, "method-not-capital") == nil {
		t.Errorf("Firefox does not name the method: %+v", a.Alternatives)
	}
}

// TestSeveralOrOne: browsers join lines of one name, so that several values in a message are two
// lines or one, and nothing is said for certain of which; Firefox counts the lines, and a comma without
// its blank is no browser's.
func TestSeveralOrOne(t *testing.T) {
	const origins = "The 'Access-Control-Allow-Origin' header contains multiple values '%s', but only one is allowed."
	const credentials = "The value of the 'Access-Control-Allow-Credentials' header in the response is '%s' which must be 'true' when the request's credentials mode is 'include'."
	for _, c := range []struct{ text, twice, once string }{
		{head + fmt.Sprintf(origins, "https://shop.example, https://shop.example"), "allow-origin-twice", "allow-origin-joined"},
		{head + fmt.Sprintf(origins, "*, *"), "allow-origin-twice", "allow-origin-joined"},
		{head + fmt.Sprintf(origins, "*, https://shop.example"), "allow-origin-twice", "allow-origin-joined"},
		{before + fmt.Sprintf(origins, "https://shop.example, https://www.example"), "allow-origin-twice", "allow-origin-list"},
		{"Access-Control-Allow-Origin cannot contain more than one origin.", "allow-origin-twice", "allow-origin-list"},
		{head + fmt.Sprintf(credentials, "true, true"), "credentials-twice", "credentials-misspelt"},
		{before + fmt.Sprintf(credentials, "true, false"), "credentials-twice", "credentials-misspelt"},
		{"Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".", "credentials-twice", "credentials-missing"},
		{blank + "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).", "credentials-twice", "credentials-missing"},
	} {
		a := explained(t, c.text, explain.Context{})
		out := flat(page(t, a))
		if a.Cause.ID != "" || a.Side != cases.SideServer || a.Confidence != explain.Likely || alternative(a, c.twice) == nil || alternative(a, c.once) == nil || strings.Contains(out, "(no Access-Control") {
			t.Errorf("%q: %s, %s, %s: %+v\n%s", c.text, a.Cause.ID, a.Side, a.Confidence, a.Alternatives, out)
		}
		if !strings.Contains(out, c.once) && strings.Contains(out, "access-Control") {
			t.Errorf("%q: the name of a header in a small letter\n%s", c.text, out)
		}
	}
	for text, cause := range map[string]string{
		head + fmt.Sprintf(origins, "https://shop.example,https://www.example"):                                                                "allow-origin-list",
		head + fmt.Sprintf(origins, "https://shop.example https://www.example"):                                                                "allow-origin-list",
		blank + "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).":                                                             "allow-origin-twice",
		head + fmt.Sprintf(credentials, "True"):                                                                                                "credentials-misspelt",
		head + fmt.Sprintf(credentials, "true,true"):                                                                                           "credentials-misspelt",
		head + fmt.Sprintf(credentials, ""):                                                                                                    "credentials-missing",
		"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Origin: *\n":                                                    "allow-origin-twice",
		"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *, *\n":                                                                                 "allow-origin-joined",
		"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: https://shop.example\nAccess-Control-Allow-Credentials: true, true\n":                   "credentials-misspelt",
		"HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: https://shop.example\n" + strings.Repeat("Access-Control-Allow-Credentials: true\n", 2): "credentials-twice",
	} {
		a := explained(t, text, explain.Context{Origin: app, Credentials: map[bool]spec.CredentialsMode{true: spec.CredentialsInclude}[strings.Contains(text, "-Credentials: ")]})
		if a.Cause.ID != cause || a.Confidence != explain.Certain {
			t.Errorf("%q: %s, %s; want %s", text, a.Cause.ID, a.Confidence, cause)
		}
	}
}

// TestStarOnce: who sends * twice may send it once, unless the request has credentials.
func TestStarOnce(t *testing.T) {
	text := head + "The 'Access-Control-Allow-Origin' header contains multiple values '*, *', but only one is allowed."
	for mode, star := range map[spec.CredentialsMode]bool{"": true, spec.CredentialsOmit: true, spec.CredentialsInclude: false} {
		if a := explained(t, text, explain.Context{Credentials: mode}); strings.Contains(a.Fix.Do, "* alone") != star || !slices.Contains(a.Wanted, "Access-Control-Allow-Origin: "+app) {
			t.Errorf("%q: %s %q", mode, a.Fix.Do, a.Wanted)
		}
	}
	two := strings.Replace(text, "*, *", "https://shop.example, https://shop.example", 1)
	if a := explained(t, two, explain.Context{}); strings.Contains(a.Fix.Do, "*") {
		t.Errorf("nobody speaks of *: %s", a.Fix.Do)
	}
}

// TestCredentialsOfASentence: where only a request with credentials can fail in this way, the command
// makes one, and so does --live; where * may be what a list has, it is said that it depends on them.
func TestCredentialsOfASentence(t *testing.T) {
	everySentence(func(text string) {
		a := explained(t, text, explain.Context{Origin: app, URL: "https://api.example/v1/cart", Method: "PUT"})
		with := false
		switch spec.Reason(strings.TrimPrefix(string(a.Reason), "Preflight")) {
		case spec.ReasonWildcardOriginNotAllowed, spec.ReasonInvalidAllowCredentials:
			with = true
		}
		r, err := explain.Request(text, "", explain.Context{Origin: app, URL: "https://api.example/v1/cart", Method: "PUT"})
		if strings.HasSuffix(a.Check, " --credentials") != with || err != nil || (r.Credentials == spec.CredentialsInclude) != with {
			t.Errorf("%q: %s: %s; %s, %v", text, a.Reason, a.Check, r.Credentials, err)
		}
	})
	for text, cause := range map[string]string{
		head + "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.":                         "methods-star-credentials",
		head + "Request header field x-a is not allowed by Access-Control-Allow-Headers in preflight response.":           "headers-star-credentials",
		head + "Request header field authorization is not allowed by Access-Control-Allow-Headers in preflight response.": "headers-star-authorization",
	} {
		if a := explained(t, text, explain.Context{}); alternative(a, cause) == nil {
			t.Errorf("%q: %+v", text, a.Alternatives)
		}
	}
}

// TestNothingOfAnUnseenAnswer: of an answer that was not seen nothing is said but what the browser's
// sentence says.
func TestNothingOfAnUnseenAnswer(t *testing.T) {
	invented := regexp.MustCompile(`since the answer|the answer does not say|The answer to the preflight lists|the answer says`)
	everySentence(func(text string) {
		a := explained(t, text, explain.Context{Origin: app})
		said := []string{a.Cause.Title, a.Cause.Here, a.Fix.Do}
		for _, alt := range a.Alternatives {
			said = append(said, alt.Text)
		}
		if m := invented.FindString(strings.Join(append(said, a.Notes...), "\n")); m != "" {
			t.Errorf("%q: %q\n%q", text, m, said)
		}
	})
	text := head + "The 'Access-Control-Allow-Origin' header has a value 'https://www.example' that is not equal to the supplied origin."
	if a := explained(t, text, explain.Context{}); alternative(a, "vary-missing") == nil || !strings.Contains(alternative(a, "vary-missing").Text, "perhaps a cache") {
		t.Errorf("%+v", a.Alternatives)
	}
}

// TestStoppedAtLogin: whatever the browser says of a redirect to what looks like a login, it is said that
// the request may not have been signed in, as what is likely; no page is told to ask for the login.
func TestStoppedAtLogin(t *testing.T) {
	sentences := []string{noHeader, "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.",
		"Response to preflight request doesn't pass access control check: It does not have HTTP ok status.", "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.",
		"The 'Access-Control-Allow-Origin' header has a value 'https://www.example' that is not equal to the supplied origin.",
		"Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request."}
	for to, login := range map[string]bool{
		"https://api.example/login": true, "https://api.example/users/sign_in?a=1": true, "https://idp.example/": true, "https://accounts.google.com/o/x": true, "https://shop.okta.com/app": true,
		"https://api.example/lessons": false, "https://cdn.example/items": false, "https://api.example/v2/items": false,
	} {
		for _, sentence := range sentences {
			a := explained(t, fmt.Sprintf("Access to fetch at '%s' (redirected from 'https://api.example/items') from origin 'https://shop.example' has been blocked by CORS policy: %s", to, sentence), explain.Context{})
			out := flat(page(t, a))
			if got := strings.Contains(out, "perhaps it was not signed in"); got != login {
				t.Errorf("%s, %q:\n%s", to, sentence, out)
			}
			if login && (a.Confidence != explain.Likely || a.Side != cases.SideServer || !strings.Contains(out, "should get 401") || len(a.Wanted) > 0 || strings.Contains(out, "--stack") || strings.Contains(out, "Let the page ask")) {
				t.Errorf("%s, %q: %s, %s\n%s", to, sentence, a.Confidence, a.Side, out)
			}
		}
	}
	const old = "XMLHttpRequest cannot load https://api.example/items. The request was redirected to '%s', which is disallowed for cross-origin requests that require preflight."
	for to, login := range map[string]bool{"https://api.example/login": true, "https://api.example/items/": false} {
		a := explained(t, fmt.Sprintf(old, to), explain.Context{})
		out := flat(page(t, a))
		if strings.Contains(out, "perhaps it was not signed in") != login || !strings.Contains(out, "redirected to "+to) || strings.Contains(out, "GET ") || strings.Contains(out, "not in the text") {
			t.Errorf("%s:\n%s", to, out)
		}
	}
}

// TestMutedError: "Script error." is open, and is told as what it most likely is; with other messages it
// says nothing of its own.
func TestMutedError(t *testing.T) {
	for _, text := range []string{"Script error.", "Uncaught Script error.", "script error", "[Error] Script error.", "window.onerror: Script error., , 0, 0", "Script error. (:0:0)", "\"Script error.\""} {
		a := explained(t, text, explain.Context{})
		out := flat(page(t, a))
		if a.Confidence != explain.Open || a.Reason != explain.ReasonUndetermined || a.Cause.ID != "script-errors-muted" || a.Check != "corsproof fetch 'URL' --from PAGE_ORIGIN" {
			t.Errorf("%q: %s, %s, %s, %s", text, a.Confidence, a.Reason, a.Cause.ID, a.Check)
		}
		for _, want := range []string{"most likely", "crossorigin", "Access-Control-Allow-Origin", "of another origin", "URL stands for the URL of the script"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q: %s is missing\n%s", text, want, out)
			}
		}
	}
	for _, text := range []string{"Uncaught Error: Script error for \"jquery\"", "Script error.\nTypeError: Failed to fetch", "TypeError: Failed to fetch\nScript error.", head + noHeader + "\nScript error."} {
		if a := explained(t, text, explain.Context{}); a.Cause.ID == "script-errors-muted" || len(a.Others) > 0 {
			t.Errorf("%q: %s, %d others", text, a.Cause.ID, len(a.Others))
		}
	}
}

// TestWhoseOrigin: an origin in what is printed is the page's own, or one that the input has, and never
// that of an example; where the page is not known, an example is one whole, and a setting says what
// it stands for.
func TestWhoseOrigin(t *testing.T) {
	origins := regexp.MustCompile(`(?:https?://)?[\w.:-]*app\.example[\w.:-]*|\.example\b`)
	express := cases.FindStack("express")
	for _, own := range []string{"http://localhost:5173", "http://www.shop.test", "https://shop.test:8443", "http://127.0.0.1:3000"} {
		for _, value := range []string{own + "/", strings.TrimPrefix(own, "http://"), strings.ToUpper(own), "'" + own + "'", own + "/x", "https://old.test", strings.Replace(own, "www.", "", 1) + "1", "null", "true", "", own + ", http://b.test", own + ",http://b.test", "*, *"} {
			for _, sentence := range []string{"has a value '%s' that is not equal to the supplied origin.", "contains the invalid value '%s'.", "contains multiple values '%s', but only one is allowed."} {
				text := "Access to fetch at 'http://api.test/x' from origin '" + own + "' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header " + fmt.Sprintf(sentence, value)
				for _, stack := range []*cases.Stack{nil, express} {
					a := explained(t, text, explain.Context{Stack: stack})
					out := flat(page(t, a))
					if m := origins.FindString(out); m != "" || !strings.Contains(out, own) {
						t.Errorf("%q: %q\n%s", text, m, out)
					}
				}
			}
		}
	}
	for _, sentence := range []string{noHeader, "The 'Access-Control-Allow-Origin' header contains the invalid value 'shop.test'.", "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."} {
		a := explained(t, sentence, explain.Context{Stack: express})
		out := flat(page(t, a))
		for _, m := range origins.FindAllString(strings.ReplaceAll(out, "app.example is not", ""), -1) {
			if m != "https://app.example" && m != "https://app.example." {
				t.Errorf("%q: %q\n%s", sentence, m, out)
			}
		}
		if strings.Contains(a.Fix.Text, "https://app.example") && !strings.Contains(out, "https://app.example stands for the page's origin") {
			t.Errorf("%q: %s", sentence, out)
		}
	}
	for _, c := range []struct{ page, text, want, not string }{
		{"http://shop.test", "app.use(cors({origin: 'shop.test'}))", "as in http://shop.test.", "https://shop.test"},
		{"https://shop.test:8443", "app.use(cors({origin: 'shop.test'}))", "as in https://shop.test:8443.", "http://shop"},
		{"http://shop.test", "app.use(cors({origin: 'https://shop.test/'}))", "as in http://shop.test.", "in https://shop.test"},
		{"", "app.use(cors({origin: 'shop.test'}))", "as in https://shop.test (whether it is http or https, the address of the page tells).", "in http://"},
		{"", "app.use(cors({origin: 'https://shop.test/'}))", "as in https://shop.test.", "in http://"},
	} {
		if a := explained(t, c.text, explain.Context{Origin: c.page}); !strings.Contains(a.Fix.Do, c.want) || strings.Contains(a.Fix.Do, c.not) {
			t.Errorf("%q of %q: %s", c.text, c.page, a.Fix.Do)
		}
	}
}

// TestFirefoxSaysTheValue: Firefox has the same words for whatever is wrong with a value, and the value
// itself tells what that is; (null) stands for none.
func TestFirefoxSaysTheValue(t *testing.T) {
	for value, want := range map[string]struct {
		reason spec.Reason
		cause  string
	}{
		"https://a.test, https://b.test": {spec.ReasonMultipleAllowOriginValues, "allow-origin-list"},
		"*, *":                           {spec.ReasonMultipleAllowOriginValues, "allow-origin-joined"},
		"shop.test":                      {spec.ReasonInvalidAllowOriginValue, "allow-origin-scheme-missing"},
		"https://old.test":               {spec.ReasonAllowOriginMismatch, "allow-origin-other"},
		"(null)":                         {spec.ReasonAllowOriginMismatch, "allow-origin-other"},
	} {
		text := blank + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘" + value + "’)."
		a := explained(t, text, explain.Context{})
		out := flat(page(t, a))
		if a.Reason != want.reason || a.Cause.ID != want.cause || (len(a.Alternatives) > 0) != (value == "(null)") || strings.Contains(out, "(null)") {
			t.Errorf("%q: %s, %s, %+v\n%s", value, a.Reason, a.Cause.ID, a.Alternatives, out)
		}
	}
	a := explained(t, blank+"invalid token ‘PUT;’ in CORS header ‘Access-Control-Allow-Methods’).", explain.Context{})
	if len(a.Received) != 1 || a.Received[0] != "Access-Control-Allow-Methods: ... PUT; ..." {
		t.Errorf("what it quotes is a part of the list: %q", a.Received)
	}
	for _, reason := range []string{"CORS disabled", "CORS header ‘Origin’ cannot be added"} {
		a := explained(t, blank+reason+").", explain.Context{})
		out := flat(page(t, a))
		if a.Confidence != explain.Open || strings.Contains(out, "All that a script can see") || strings.Contains(out, "every failure below CORS") || strings.Contains(out, "content.cors.disable") != (reason == "CORS disabled") {
			t.Errorf("%s:\n%s", reason, out)
		}
	}
}

// TestSafariDoesNotSayMissing: Safari has the same words for a header that is missing and for one of another
// value, so that no line of the answer is shown.
func TestSafariDoesNotSayMissing(t *testing.T) {
	for _, status := range []int{200, 302, 404, 502} {
		a := explained(t, fmt.Sprintf("Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: %d\nFetch API cannot load https://api.example/x due to access control checks.", status), explain.Context{})
		out := flat(page(t, a))
		if strings.Contains(out, "(no Access-Control") || !slices.Contains(a.Wanted, "Access-Control-Allow-Origin: "+app) || strings.Contains(out, "is missing besides") {
			t.Errorf("%d:\n%s", status, out)
		}
	}
}

// TestRedirectToWhere: where a redirect leads that CORS stops, the console does not say: perhaps to a login, which
// no script should ask for. An answer shows it.
func TestRedirectToWhere(t *testing.T) {
	for text, cause := range map[string]string{
		head + noHeader + "\nGET https://api.example/v1/cart net::ERR_FAILED 302 (Found)": "redirected-login",
		before + "Redirect is not allowed for a preflight request.":                       "preflight-redirected-login",
		blank + "CORS request external redirect not allowed).":                            "preflight-redirected-login",
	} {
		if a := explained(t, text, explain.Context{}); alternative(a, cause) == nil || a.Confidence == explain.Certain {
			t.Errorf("%q: %s, %+v", text, a.Confidence, a.Alternatives)
		}
	}
	for location, login := range map[string]bool{"/login?next=x": true, "https://idp.example/": true, "/v2/cart": false} {
		a := explained(t, "> GET /v1/cart HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n>\n< HTTP/1.1 302 Found\n< Location: "+location+"\n", explain.Context{})
		if got := a.Cause.ID == "redirected-login" && strings.Contains(a.Cause.Title, "perhaps it was not signed in") && !strings.Contains(a.Fix.Do, "final URL") && len(a.Wanted) == 0; got != login {
			t.Errorf("%s: %s: %s %q", location, a.Cause.ID, a.Fix.Do, a.Wanted)
		}
	}
}

// TestSchemeBehindARedirect: a URL that begins with http is not said not to.
func TestSchemeBehindARedirect(t *testing.T) {
	for _, text := range []string{
		"[Error] Not allowed to follow a cross-origin CORS redirection with non CORS scheme\n[Error] Fetch API cannot load https://api.example/x due to access control checks.",
		blank + "CORS request not HTTP).",
	} {
		if a := explained(t, text, explain.Context{}); a.Reason != spec.ReasonCorsDisabledScheme || !strings.Contains(a.Cause.Title, "may redirect") || a.Confidence != explain.Likely {
			t.Errorf("%q: %s, %s, %s", text, a.Reason, a.Confidence, a.Cause.Title)
		}
	}
	if a := explained(t, "Access to script at 'file:///C:/a.js' from origin 'null' has been blocked by CORS policy: Cross origin requests are only supported for protocol schemes: data, http, https.", explain.Context{}); a.Cause.Title != cases.FindCause("url-scheme").Title {
		t.Errorf("%s", a.Cause.Title)
	}
}

// TestOriginNull: a page with the origin null is not told to have its origin listed.
func TestOriginNull(t *testing.T) {
	a := explained(t, strings.ReplaceAll(head, app, "null")+noHeader, explain.Context{})
	if a.Cause.ID != "page-without-origin" || a.Side != cases.SideClient || len(a.Wanted) > 0 || alternative(a, "origin-not-listed") != nil || !strings.Contains(a.Fix.Do, "web server") {
		t.Errorf("%+v", a)
	}
	a = explained(t, strings.ReplaceAll(head, app, "null")+"Response to preflight request doesn't pass access control check: "+noHeader, explain.Context{})
	if a.Cause.ID != "page-without-origin" || len(a.Wanted) > 0 || alternative(a, "origin-not-listed") != nil {
		t.Errorf("%+v", a)
	}
	a = explained(t, "HTTP/1.1 200 OK\nServer: x\n", explain.Context{Origin: "null", URL: "https://api.example/x", ResponseOf: "response"})
	if a.Reason == spec.ReasonMissingAllowOriginHeader && a.Cause.ID != "page-without-origin" {
		t.Errorf("%+v", a)
	}
}

// TestNothingBeyondTheSentence: what a cause has of answers and policies is left out where there is a sentence alone.
func TestNothingBeyondTheSentence(t *testing.T) {
	for _, c := range []struct{ text, has, hasNot string }{
		{"GET https://api.example/a.png net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin 200 (OK)", "keeps this page out", "CORS lets in"},
		{"Cookie “sid” has been rejected because it is in a cross-site context and its “SameSite” is “Lax” or “Strict”.", "cookie sid", "the server refuses it"},
		{"WebSocket connection to 'wss://api.example/ws' failed: Error during WebSocket handshake: Unexpected response code: 403", "403 Forbidden", "that you mean to let in"},
		{"WebSocket connection to 'wss://api.example/ws' failed: Error during WebSocket handshake: Unexpected response code: 404", "at this path", "list of origins"},
		{"Refused to get unsafe header \"X-Total\"", "If the command shows no Access-Control-Expose-Headers", "(no Access-Control"},
		{"Refused to get unsafe header \"Set-Cookie\"", "No script may read Set-Cookie", "+ Access-Control-Expose-Headers"},
		{"Refused to set unsafe header \"Origin\"", "WARNING", "BLOCKED"},
	} {
		if out := flat(page(t, explained(t, c.text, explain.Context{}))); !strings.Contains(out, c.has) || strings.Contains(out, c.hasNot) {
			t.Errorf("%q:\n%s", c.text, out)
		}
	}
}

// TestMethodOfACall: a call of a script is asked about with the method that it has, in its case.
func TestMethodOfACall(t *testing.T) {
	for text, method := range map[string]string{
		"fetch('https://api.example/x', {method: 'patch'})":                                  "patch",
		"fetch('https://api.example/x', {method: 'put'})":                                    "PUT",
		"const x = new XMLHttpRequest(); x.open('patch', 'https://api.example/x'); x.send()": "patch",
		"axios({url: 'https://api.example/x', method: 'patch'})":                             "PATCH",
	} {
		a := explained(t, text, explain.Context{Origin: app})
		if !strings.HasSuffix(a.Check, " -X "+method) || (alternative(a, "method-not-capital") != nil) != (method == "patch") {
			t.Errorf("%q: %s, %+v", text, a.Check, a.Alternatives)
		}
	}
	everySentence(func(text string) {
		if a := explained(t, text, explain.Context{}); strings.Contains(a.Check, "-X ''") {
			t.Errorf("%q: %s", text, a.Check)
		}
	})
	if a := explained(t, head+"Method get is not allowed by Access-Control-Allow-Methods in preflight response.", explain.Context{}); !strings.Contains(a.Check, " -X GET ") {
		t.Errorf("%s", a.Check)
	}
}

// TestListsAreKept: a setting has what this request needs, and the list that is there already is not shown.
func TestListsAreKept(t *testing.T) {
	for _, what := range []string{
		"Method DELETE is not allowed by Access-Control-Allow-Methods in preflight response.",
		"Request header field x-a is not allowed by Access-Control-Allow-Headers in preflight response.",
		noHeader,
	} {
		if a := explained(t, head+what, explain.Context{Stack: cases.FindStack("express")}); !strings.Contains(a.Fix.Text, "// Keep ") {
			t.Errorf("%q: %s", what, a.Fix.Text)
		}
	}
}
