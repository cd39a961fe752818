package explain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// asked is a request that a text shows with an answer that lets the page in.
type asked struct {
	method, header string // header: lines, each with its end
}

// forms are the ways in which people show a request and its answer. browser: it shows that a browser sent it.
var forms = []struct {
	name    string
	browser bool
	text    func(r asked, status string) string
	context func(r asked) explain.Context
}{
	{"curl -v", false, func(r asked, status string) string {
		return transcript("curl/8.9.1", r, status)
	}, nil},
	{"curl -v without its name", false, func(r asked, status string) string { return transcript("", r, status) }, nil},
	{"curl -v, copied from a browser", false, func(r asked, status string) string {
		return transcript("Mozilla/5.0 Chrome/156.0.0.0\n> Sec-Fetch-Mode: cors", r, status)
	}, nil},
	{"curl -i with its command", false, func(r asked, status string) string {
		return "$ curl -i -X " + r.method + " https://api.example/v1/cart -H 'Origin: https://shop.example'" + options(r) + "\nHTTP/1.1 " + status + "\nAccess-Control-Allow-Origin: https://shop.example\n"
	}, nil},
	{"httpie", false, func(r asked, status string) string { return heads("HTTPie/3.2.2", r, status) }, nil},
	{"wget -d", false, func(r asked, status string) string { return heads("Wget/1.24.5", r, status) }, nil},
	{"PowerShell", false, func(r asked, status string) string {
		return heads("Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1", r, status)
	}, nil},
	{"node", false, func(r asked, status string) string { return heads("node\nSec-Fetch-Mode: cors", r, status) }, nil},
	{"heads of nobody", false, func(r asked, status string) string { return heads("", r, status) }, nil},
	{"wget -S", false, func(r asked, status string) string {
		return "$ wget -S --method=" + r.method + strings.ReplaceAll(options(r), "-H", "--header") + " --header='Origin: https://shop.example' https://api.example/v1/cart\n--2026-11-27 10:00:00--  https://api.example/v1/cart\nHTTP request sent, awaiting response...\n  HTTP/1.1 " + status + "\n  Access-Control-Allow-Origin: https://shop.example\n  Content-Length: 2\nLength: 2 [application/json]\n"
	}, nil},
	{"httpie without -v", false, func(r asked, status string) string {
		return "$ https " + r.method + " api.example/v1/cart Origin:https://shop.example \\\n " + strings.NewReplacer("-H ", "", ": ", ":").Replace(options(r)) + "\nHTTP/1.1 " + status + "\nAccess-Control-Allow-Origin: https://shop.example\n\n{}\n"
	}, nil},
	{"what PowerShell prints", false, func(r asked, status string) string {
		list := "'Origin'='https://shop.example'"
		for line := range strings.Lines(r.header) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			list += fmt.Sprintf("; '%s'='%s'", name, value)
		}
		return "PS C:\\> Invoke-WebRequest -Uri https://api.example/v1/cart -Method " + r.method + " -Headers @{" + list + "}\n\nStatusCode        : 200\nContent           : {}\nRawContent        : HTTP/1.1 " + status + "\n                    Access-Control-Allow-Origin: https://shop.example\n                    \n                    {}\nHeaders           : {[Vary, Origin]}\n"
	}, nil},
	{"an answer alone", false, func(_ asked, status string) string {
		return "HTTP/1.1 " + status + "\nAccess-Control-Allow-Origin: https://shop.example\nContent-Type: application/json\n"
	}, known},
	{"lines of an answer", false, func(asked, string) string {
		return "Access-Control-Allow-Origin: https://shop.example\nVary: Origin\nContent-Type: application/json\n"
	}, known},
	{"a HAR of no browser", false, func(r asked, status string) string { return oneEntry("Postman", "", r, status) }, nil},
	{"heads of a browser", true, func(r asked, status string) string {
		return heads("Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0", r, status)
	}, nil},
	{"heads with Sec-Fetch", true, func(r asked, status string) string {
		return strings.Replace(heads("", r, status), "Origin:", "Sec-Fetch-Mode: cors\nOrigin:", 1)
	}, nil},
	{"DevTools' Headers", true, func(r asked, status string) string {
		return "Request URL\nhttps://api.example/v1/cart\nRequest Method\n" + r.method + "\nStatus Code\n" + status + "\naccess-control-allow-origin\nhttps://shop.example\nserver\nnginx\norigin\nhttps://shop.example\n" + strings.NewReplacer(": ", "\n").Replace(r.header)
	}, nil},
	{"a HAR of Chrome", true, func(r asked, status string) string { return oneEntry("WebInspector", "", r, status) }, nil},
	{"a HAR of Firefox", true, func(r asked, status string) string { return oneEntry("Firefox", "", r, status) }, nil},
	{"a HAR of who knows, with Chrome's keys", true, func(r asked, status string) string { return oneEntry("x", `"_resourceType":"fetch",`, r, status) }, nil},
}

func transcript(agent string, r asked, status string) string {
	text := "> " + r.method + " /v1/cart HTTP/1.1\n> Host: api.example\n> Origin: https://shop.example\n"
	if agent != "" {
		text += "> User-Agent: " + agent + "\n"
	}
	for line := range strings.Lines(r.header) {
		text += "> " + line
	}
	return text + ">\n* Request completely sent off\n< HTTP/1.1 " + status + "\n< Access-Control-Allow-Origin: https://shop.example\n<\n* Connection #0 to host api.example left intact\n"
}

func heads(agent string, r asked, status string) string {
	if agent != "" {
		agent = "User-Agent: " + agent + "\n"
	}
	return r.method + " /v1/cart HTTP/1.1\nHost: api.example\nOrigin: https://shop.example\n" + agent + r.header + "\nHTTP/1.1 " + status + "\nAccess-Control-Allow-Origin: https://shop.example\n"
}

func options(r asked) string {
	text := ""
	for line := range strings.Lines(r.header) {
		text += " -H '" + strings.TrimSpace(line) + "'"
	}
	return text
}

func oneEntry(creator, keys string, r asked, status string) string {
	header := `{"name":"Origin","value":"https://shop.example"}`
	for line := range strings.Lines(r.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		header += fmt.Sprintf(`,{"name":%q,"value":%q}`, name, value)
	}
	return fmt.Sprintf(`{"log":{"creator":{"name":%q},"entries":[{%s"request":{"method":%q,"url":"https://api.example/v1/cart","headers":[%s]},"response":{"status":%s,"headers":[{"name":"Access-Control-Allow-Origin","value":"https://shop.example"}]}}]}}`,
		creator, keys, r.method, header, status[:3])
}

// known is what somebody knows of a request beside the answer.
func known(r asked) explain.Context {
	c := explain.Context{Origin: app, URL: "https://api.example/v1/cart", Method: r.method, ResponseOf: "response"}
	for line := range strings.Lines(r.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		c.Header.Add(name, value)
	}
	return c
}

// TestUnasked: an answer to a request that a browser sends only with permission is all right for the page only
// where a browser is seen to have had that; of others it is said why the browser would ask, and the command
// that decides asks in the same way. Requests that need no permission are read in every form alike.
func TestUnasked(t *testing.T) {
	for _, r := range []struct {
		asked
		why   []string // what needs permission; none: nothing
		check string
	}{
		{asked{"GET", ""}, nil, ""},
		{asked{"HEAD", ""}, nil, ""},
		{asked{"POST", ""}, nil, ""},
		{asked{"POST", "Content-Type: text/plain;charset=UTF-8\n"}, nil, ""},
		{asked{"POST", "Content-Type: application/x-www-form-urlencoded\nContent-Length: 7\n"}, nil, ""},
		{asked{"POST", "Content-Type: multipart/form-data; boundary=x\n"}, nil, ""},
		{asked{"GET", "Accept-Language: de\nRange: bytes=0-99\n"}, nil, ""},
		{asked{"PUT", ""}, []string{"its method (PUT)"}, " -X PUT"},
		{asked{"PATCH", "Content-Type: text/plain\n"}, []string{"its method (PATCH)"}, " -X PATCH"},
		{asked{"DELETE", "Authorization: Bearer x\n"}, []string{"its method (DELETE)", "its header authorization"}, " -X DELETE -H 'authorization: VALUE'"},
		{asked{"POST", "Content-Type: application/json\n"}, []string{"its content (content-type: application/json)"}, " -X POST -H 'content-type: application/json'"},
		{asked{"GET", "X-Tenant: 7\nX-Trace: 1\n"}, []string{"its header x-tenant and its header x-trace"}, " -H 'x-tenant: VALUE' -H 'x-trace: VALUE'"},
	} {
		for _, form := range forms {
			if r.method == "HEAD" && strings.HasPrefix(form.name, "curl -i") {
				continue
			}
			for _, status := range []string{"200 OK", "422 Unprocessable Entity"} {
				c := explain.Context{}
				if form.context != nil {
					c = form.context(r.asked)
				}
				text := form.text(r.asked, status)
				a := explained(t, text, c)
				out := flat(page(t, a))
				want := explain.ReasonAllowed
				if status[0] == '4' && form.name != "lines of an answer" {
					want = explain.ReasonHTTPError
				}
				if len(r.why) > 0 && !form.browser {
					want = explain.ReasonUndetermined
				}
				if a.Reason != want || len(a.Others) > 0 {
					t.Errorf("%s, %s %s: %s, want %s\n%s", form.name, r.method, r.header, a.Reason, want, out)
					continue
				}
				if want != explain.ReasonUndetermined {
					if (len(r.why) > 0) != strings.Contains(out, "The preflight (OPTIONS) is not in the text") {
						t.Errorf("%s, %s %s: what is not seen\n%s", form.name, r.method, r.header, out)
					}
					continue
				}
				for _, why := range r.why {
					if !strings.Contains(a.Cause.Here, why) {
						t.Errorf("%s, %s %s: %q is not said\n%s", form.name, r.method, r.header, why, out)
					}
				}
				if a.Check != "corsproof fetch 'https://api.example/v1/cart' --from https://shop.example"+r.check || a.Confidence != explain.Open || strings.Contains(out, "in order") || strings.Contains(out, "Nothing") {
					t.Errorf("%s, %s %s: %s, %s\n%s", form.name, r.method, r.header, a.Confidence, a.Check, out)
				}
				if strings.HasPrefix(status, "422") && want == explain.ReasonUndetermined && form.name != "lines of an answer" && !strings.Contains(a.Cause.Title, "422") {
					t.Errorf("%s: the status is lost: %s", form.name, a.Cause.Title)
				}
			}
		}
	}
}

// TestUnaskedSameOrigin: a page asks its own server without any permission.
func TestUnaskedSameOrigin(t *testing.T) {
	text := strings.ReplaceAll(transcript("curl/8", asked{"PUT", "X-A: 1\n"}, "200 OK"), "https://shop.example", "https://api.example")
	if a := explained(t, text, explain.Context{}); a.Reason != explain.ReasonAllowed || strings.Contains(a.Cause.Here, "preflight") {
		t.Errorf("%s: %+v", a.Reason, a.Cause)
	}
}

// TestUnaskedLine: a line of what eval reads has all that was sent.
func TestUnaskedLine(t *testing.T) {
	a := explained(t, `{"id":"a","request":{"origin":"https://shop.example","url":"https://api.example/v1/cart","method":"PUT"},"hops":[{"response":{"status":200,"headers":[["Access-Control-Allow-Origin","https://shop.example"]]}}]}`, explain.Context{})
	if a.Reason != explain.ReasonAllowed || strings.Contains(a.Cause.Here, "preflight") {
		t.Errorf("%s: %+v", a.Reason, a.Cause)
	}
}

// TestUnaskedUnknown: where an answer alone is all there is, its being all right depends on what was asked.
func TestUnaskedUnknown(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nContent-Type: text/plain\n"
	for method, said := range map[string]bool{"": true, "GET": false, "POST": false} {
		a := explained(t, answer, explain.Context{Origin: app, URL: "https://api.example/v1/cart", Method: method})
		if a.Reason != explain.ReasonAllowed || strings.Contains(a.Cause.Here, "What was asked is not in the text") != said {
			t.Errorf("%q: %s: %s", method, a.Reason, a.Cause.Here)
		}
	}
}

// TestUnaskedOptions: an OPTIONS that does not ask for a method is no preflight, and none is claimed to be granted.
func TestUnaskedOptions(t *testing.T) {
	a := explained(t, transcript("curl/8.9.1", asked{"OPTIONS", ""}, "204 No Content"), explain.Context{})
	if a.Reason != explain.ReasonUndetermined || !strings.Contains(a.Cause.Here, "is no preflight") || a.Check != "corsproof fetch 'https://api.example/v1/cart' -X METHOD --from https://shop.example -H 'NAME: VALUE'" {
		t.Errorf("%s, %s: %s", a.Reason, a.Check, a.Cause.Here)
	}
}

// TestUnaskedBlocked: an answer that keeps the page out does so whatever is asked first.
func TestUnaskedBlocked(t *testing.T) {
	for _, form := range forms {
		r := asked{"PUT", "X-A: 1\n"}
		c := explain.Context{}
		if form.context != nil {
			c = form.context(r)
		}
		c.Reads = "X-Total"
		if a := explained(t, form.text(r, "200 OK"), c); a.Reason != explain.ReasonHeaderNotExposed && form.name != "a HAR of Chrome" && !strings.Contains(form.name, "Chrome's") {
			t.Errorf("%s: %s", form.name, a.Reason)
		}
		text := strings.ReplaceAll(form.text(r, "200 OK"), "llow-Origin: https://shop.example", "llow-Origin: https://other.example")
		if strings.Contains(text, "other.example") {
			c.Reads = ""
			if a := explained(t, text, c); a.Reason != spec.ReasonAllowOriginMismatch {
				t.Errorf("%s: %s", form.name, a.Reason)
			}
		}
	}
}

// TestInterim: what comes before an answer is none, however often and in whatever form.
func TestInterim(t *testing.T) {
	r := asked{"POST", "Content-Type: text/plain\nExpect: 100-continue\n"}
	for _, interim := range []string{"100 Continue", "103 Early Hints", "102 Processing", "103"} {
		for _, form := range forms[:8] {
			text := form.text(r, "201 Created")
			for _, mark := range []string{"", "< "} {
				if !strings.Contains(text, "\n"+mark+"HTTP/1.1 201") {
					continue
				}
				for times := range 3 {
					before := strings.Repeat(mark+"HTTP/1.1 "+interim+"\n"+mark+"Link: </a.css>; rel=preload\n"+strings.TrimSpace(mark)+"\n", times)
					a := explained(t, strings.Replace(text, mark+"HTTP/1.1 201", before+mark+"HTTP/1.1 201", 1), explain.Context{})
					if a.Reason != explain.ReasonAllowed || len(a.Others) > 0 || a.Method != "POST" || strings.Contains(strings.ToLower(a.Check), "expect") {
						t.Errorf("%s, %d of %s: %s, %d others, %s", form.name, times, interim, a.Reason, len(a.Others), a.Check)
					}
				}
			}
		}
	}
	a := explained(t, strings.Replace(transcript("curl/8", r, "100 Continue"), "< Access-Control-Allow-Origin: https://shop.example\n", "", 1), explain.Context{})
	if a.Confidence != explain.Open || !strings.Contains(a.Cause.Here, "no answer") {
		t.Errorf("nothing but 100: %s: %s", a.Confidence, a.Cause.Here)
	}
}

// TestGranted: a preflight that somebody gives as one, with what it is to grant, is told alike in every form; where
// the standard does not take it for granted, that is said.
func TestGranted(t *testing.T) {
	answer := "HTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: *\nAccess-Control-Allow-Methods: PUT\nAccess-Control-Allow-Headers: %s\n"
	for allow, departs := range map[string]bool{"*": true, "authorization": false, "*, Authorization": false} {
		lines := fmt.Sprintf(answer, allow)
		sent := "OPTIONS /v1/cart HTTP/1.1\nHost: api.example\nOrigin: https://shop.example\nAccess-Control-Request-Method: PUT\nAccess-Control-Request-Headers: authorization\n"
		c := explain.Context{Origin: app, URL: "https://api.example/v1/cart", Method: "PUT", Header: spec.Header{{Name: "Authorization"}}, ResponseOf: "preflight"}
		for name, a := range map[string]*explain.Answer{
			"curl -v": explained(t, "> "+strings.ReplaceAll(sent+"\n"+lines, "\nHTTP", "\n< HTTP"), explain.Context{}),
			"httpie":  explained(t, sent+"User-Agent: HTTPie/3.2.2\n\n"+lines, explain.Context{}),
			"pasted":  explained(t, lines, c),
		} {
			if name == "curl -v" {
				text := ""
				for line := range strings.Lines(sent) {
					text += "> " + line
				}
				text += ">\n"
				for line := range strings.Lines(lines) {
					text += "< " + line
				}
				a = explained(t, text, explain.Context{})
			}
			if !a.Granted || a.Reason != explain.ReasonAllowed || strings.Contains(a.Cause.Here, "By the Fetch Standard * does not cover it") != departs || !strings.Contains(a.Cause.Here, "PUT, authorization") {
				t.Errorf("%s, %s: %s: %s", name, allow, a.Reason, a.Cause.Here)
			}
		}
	}
	for _, c := range []explain.Context{{Origin: app, ResponseOf: "preflight"}, {Origin: app}} {
		if a := explained(t, fmt.Sprintf(answer, "*"), c); a.Reason != explain.ReasonUndetermined {
			t.Errorf("nobody says what it is to grant: %s", a.Reason)
		}
	}
}

// TestResponseHeaderInCode: code that sets a header of the server's is told to leave it out, and the command asks
// without it; what a browser sets, and other headers, are no such thing.
func TestResponseHeaderInCode(t *testing.T) {
	const u = "https://api.example/v1"
	for name, text := range map[string]string{
		"fetch":         "fetch('" + u + "', { headers: { '%s': '*' } })",
		"fetch, small":  "fetch('" + u + "', { headers: { '%s': '*' } })",
		"axios":         "axios.get('" + u + "', { headers: { '%s': '*' } })",
		"axios.post":    "axios.post('" + u + "', {a: 1}, { headers: { 'X-Tenant': '1', '%s': '*' } })",
		"XHR":           "const x = new XMLHttpRequest(); x.open('GET', '" + u + "'); x.setRequestHeader('%s', '*'); x.send()",
		"Headers":       "fetch('" + u + "', { headers: [['%s', '*']] })",
		"copied":        "curl '" + u + "' -H 'Origin: https://shop.example' -H '%s: *'",
		"PowerShell":    "Invoke-WebRequest -Uri \"" + u + "\" -Headers @{\"Origin\"=\"https://shop.example\"; \"%s\"=\"*\"}",
		"HAR, unsent":   `{"log":{"creator":{"name":"WebInspector"},"entries":[{"_resourceType":"fetch","request":{"method":"GET","url":"` + u + `","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"%s","value":"*"}]},"response":{"status":0,"headers":[],"_error":"net::ERR_FAILED"}}]}}`,
		"HAR of nobody": `{"log":{"creator":{"name":"x"},"entries":[{"request":{"method":"GET","url":"` + u + `","headers":[{"name":"Origin","value":"https://shop.example"},{"name":"%s","value":"*"}]},"response":{"status":0,"headers":[]}}]}}`,
	} {
		for _, header := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Headers", "access-control-allow-methods", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"} {
			a := explained(t, fmt.Sprintf(text, header), explain.Context{})
			if a.Cause.ID != "response-header-in-request" || a.Confidence != explain.Likely || a.Side != "client" || !strings.Contains(a.Fix.Do, "out of the script") || strings.Contains(strings.ToLower(a.Check), "access-control") || !strings.Contains(strings.ToLower(a.Cause.Title), strings.ToLower(header)) {
				t.Errorf("%s, %s: %s %q, %s, %s, %s\n%s", name, header, a.Cause.ID, a.Cause.Title, a.Confidence, a.Side, a.Check, a.Fix.Do)
			}
		}
		for _, header := range []string{"Access-Control-Request-Method", "X-Access-Control-Allow-Origin", "X-Tenant"} {
			if a := explained(t, fmt.Sprintf(text, header), explain.Context{}); a.Cause.ID == "response-header-in-request" {
				t.Errorf("%s, %s: %s", name, header, a.Cause.ID)
			}
		}
	}
	same := fmt.Sprintf("fetch('%s', { headers: { 'Access-Control-Allow-Origin': '*' } })", u)
	for _, c := range []explain.Context{{Origin: "https://api.example"}} {
		if a := explained(t, same, c); a.Cause.ID == "response-header-in-request" {
			t.Errorf("of one origin: %s", a.Cause.ID)
		}
	}
	a := explained(t, transcript("curl/8", asked{"GET", "Access-Control-Allow-Origin: *\n"}, "200 OK"), explain.Context{})
	if a.Reason != explain.ReasonUndetermined || !slices.Contains(strings.Fields(a.Fix.Do), "Access-Control-Allow-Origin") || !strings.Contains(a.Fix.Do, "out of the script") || a.Check != "corsproof fetch 'https://api.example/v1/cart' --from https://shop.example" {
		t.Errorf("answered: %s: %s", a.Reason, a.Fix.Do)
	}
}

// TestUnaskedOrder: a preflight that was sent by hand counts, before the request and after it. One that did not ask for all that
// a browser asks for says nothing of the rest: servers grant what they are asked for.
func TestUnaskedOrder(t *testing.T) {
	const request = "$ curl -i -X PUT https://api.example/v1/cart -H 'Origin: https://shop.example' -H 'X-Tenant: 1'\nHTTP/1.1 200 OK\nAccess-Control-Allow-Origin: https://shop.example\n\n"
	preflight := func(method, names, answer string) string {
		if names != "" {
			names = " -H 'Access-Control-Request-Headers: " + names + "'"
		}
		return "$ curl -i -X OPTIONS https://api.example/v1/cart -H 'Origin: https://shop.example' -H 'Access-Control-Request-Method: " + method + "'" + names + "\nHTTP/1.1 204 No Content\nAccess-Control-Allow-Origin: https://shop.example\n" + answer + "\n"
	}
	const all = "Access-Control-Allow-Methods: PUT\nAccess-Control-Allow-Headers: x-tenant\n"
	for _, c := range []struct {
		preflight string
		reason    spec.Reason
		says      string
	}{
		{preflight("PUT", "x-tenant", all), explain.ReasonAllowed, ""},
		{preflight("PUT", "", all), explain.ReasonAllowed, ""},
		{preflight("PUT", "X-Tenant, x-a", "Access-Control-Allow-Methods: PUT\n"), spec.ReasonHeaderDisallowedByPreflightResponse, ""},
		{preflight("PUT", "x-tenant", "Access-Control-Allow-Headers: x-tenant\n"), spec.ReasonMethodDisallowedByPreflightResponse, ""},
		{preflight("PUT", "", "Access-Control-Allow-Methods: PUT\n"), explain.ReasonUndetermined, "asks for PUT and not for x-tenant"},
		{preflight("PUT", "x-a", "Access-Control-Allow-Methods: PUT\n"), explain.ReasonUndetermined, "asks for PUT, x-a and not for x-tenant"},
		{preflight("PUT", "x-tenant", "Vary: Origin\n"), spec.ReasonMethodDisallowedByPreflightResponse, ""},
		{strings.Replace(preflight("PUT", "", ""), "204 No Content", "403 Forbidden", 1), spec.ReasonPreflightInvalidStatus, ""},
	} {
		for order, text := range map[string]string{"before": c.preflight + request, "after": request + c.preflight} {
			a := explained(t, text, explain.Context{})
			if a.Reason != c.reason || len(a.Others) > 0 || !strings.Contains(a.Cause.Here, c.says) || c.says != "" && !strings.Contains(a.Check, "-X PUT -H 'x-tenant: VALUE'") {
				t.Errorf("%s:\n%s%s: %s", order, text, a.Reason, a.Cause.Here)
			}
		}
	}
	other := preflight("DELETE", "x-tenant", "Access-Control-Allow-Methods: DELETE\nAccess-Control-Allow-Headers: x-tenant\n") + request
	if a := explained(t, other, explain.Context{}); a.Reason != explain.ReasonUndetermined || !strings.Contains(a.Cause.Here, "asks for DELETE, x-tenant and not for PUT") {
		t.Errorf("for another method: %s: %s", a.Reason, a.Cause.Here)
	}
	refused := preflight("PUT", "", "Access-Control-Allow-Methods: PUT\n") + strings.Replace(request, "Origin: https://shop.example\n", "Origin: https://www.example\n", 1)
	if a := explained(t, refused, explain.Context{}); a.Reason != spec.ReasonAllowOriginMismatch {
		t.Errorf("the answer itself is refused: %s", a.Reason)
	}
}

// TestFollowedAway: of a redirect that is followed it is said what it makes of the origin, where it makes something of it.
func TestFollowedAway(t *testing.T) {
	for location, null := range map[string]bool{"https://www.example/b": true, "http://api.example/b": true, "/b": false, "https://api.example/b": false} {
		text := strings.Replace(transcript("curl/8", asked{"GET", ""}, "307 Temporary Redirect"), "<\n", "< Location: "+location+"\n<\n", 1)
		a := explained(t, text, explain.Context{})
		if a.Reason != explain.ReasonUndetermined || strings.Contains(a.Cause.Here, "Origin: null") != null {
			t.Errorf("%s: %s: %s", location, a.Reason, a.Cause.Here)
		}
	}
	a := explained(t, "fetch('https://api.example/v1', { mode: 'no-cors', headers: { 'Access-Control-Allow-Origin': '*' } })", explain.Context{})
	if strings.Contains(a.Check, "access-control") {
		t.Errorf("no-cors: %s", a.Check)
	}
}
