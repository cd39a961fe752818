package fetch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/har"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/fetch"
	"github.com/corsproof/corsproof/spec"
)

const page = "https://app.example.com"

// serve starts a server that answers preflights and other requests by two handlers.
func serve(t *testing.T, preflight, actual http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" && preflight != nil {
			preflight(w, r)
			return
		}
		actual(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// says answers with a status and header lines.
func says(status int, lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, l := range lines {
			name, value, _ := strings.Cut(l, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		if status != 204 && status != 304 {
			_, _ = w.Write([]byte(`{"the":"answer"}`))
		}
	}
}

func do(t *testing.T, q fetch.Question) *fetch.Report {
	t.Helper()
	if q.Origins == nil {
		q.Origins = []string{page}
	}
	if q.Request.Method == "" {
		q.Request.Method = "GET"
	}
	rep, err := fetch.Do(context.Background(), q, fetch.Options{Asked: &ask.Options{Scope: q.URL}})
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func pageOf(rep *fetch.Report) string { return strings.Join(fetch.Page(rep, fetch.Style{}), "\n") }

// contains fails where a page has not all of the texts, or has one that begins with "!".
func contains(t *testing.T, text string, list ...string) {
	t.Helper()
	text = strings.Join(strings.Fields(text), " ")
	for _, want := range list {
		if word, not := strings.CutPrefix(want, "!"); not == strings.Contains(text, word) {
			t.Errorf("%q: found %v in\n%s", word, not, text)
		}
	}
}

// writes is a server that answers with these bytes, and closes the connection.
func writes(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = c.Write([]byte(text))
		_ = c.Close()
	}
}

func TestPages(t *testing.T) {
	const own = "Access-Control-Allow-Origin: " + page
	for name, c := range map[string]struct {
		preflight, actual http.HandlerFunc
		q                 fetch.Question
		reason            spec.Reason
		want              []string
	}{
		"an error that CORS hides": {nil, says(502, "Content-Type: text/html"), fetch.Question{}, spec.ReasonMissingAllowOriginHeader,
			[]string{"BLOCKED", "< 502 Bad Gateway", "(no Access-Control-Allow-Origin)", "the real answer is 502 Bad Gateway, text/html", "answer", "TypeError: Failed to fetch"}},
		"an error that the page can read": {nil, says(404, own), fetch.Question{}, explain.ReasonHTTPError,
			[]string{"READABLE", "404 Not Found", "!hidden the real"}},
		"readable, with a header that is hidden": {nil, says(200, own, "X-Total: 3", "Set-Cookie: a=b"), fetch.Question{}, "",
			[]string{"READABLE", "no preflight", "reads 200 OK", "hidden x-total", "!set-cookie"}},
		"a preflight that is refused": {says(403), says(200, own), fetch.Question{Request: cases.Request{Method: "PUT"}}, spec.ReasonPreflightMissingAllowOriginHeader,
			[]string{"permission is asked for PUT", "> Access-Control-Request-Method: PUT", "PUT was not sent", "!the real answer"}},
		"content that breaks off": {nil, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			says(200, own)(w, r)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, fetch.Question{}, "", []string{"READABLE", "The content breaks off there", "!no answer"}},
		"a chunk that is none": {nil, writes("HTTP/1.1 200 OK\r\n" + own + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nZZ\r\nboo\r\n0\r\n\r\n"),
			fetch.Question{}, "", []string{"READABLE", "hi", "The content breaks off there", "!no answer"}},
		"content that is not in its coding": {nil, says(200, own, "Content-Encoding: gzip", "Content-Type: text/plain"), fetch.Question{}, "",
			[]string{"READABLE", "The content is not in the coding gzip", "may fail", "!breaks off"}},
		"a head that is not HTTP": {nil, writes("HTTP/1.1 2x OK\r\n" + own + "\r\n\r\nhi"), fetch.Question{}, spec.ReasonNetworkError,
			[]string{"breaks the rules of HTTP", "!READABLE"}},
		"no-cors": {nil, says(200), fetch.Question{Request: cases.Request{Mode: "no-cors"}}, explain.ReasonOpaque,
			[]string{"OPAQUE", "opaque response: status 0", "without Origin"}},
		"a header that only the browser sets": {nil, says(200, own), fetch.Question{Request: cases.Request{Headers: []string{"Host: x"}}}, "",
			[]string{"drops Host", "READABLE"}},
		"a star for Authorization": {says(204, own, "Access-Control-Allow-Headers: *"), says(200, own), fetch.Question{Request: cases.Request{Headers: []string{"Authorization: x"}}},
			spec.ReasonHeaderDisallowedByPreflightResponse, []string{"GOES ON Chrome, Firefox and Safari go on: they send GET", "The Fetch Standard blocks it", "but Chrome, Firefox, Safari depart from the standard here", "!BLOCKED"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.q.URL = serve(t, c.preflight, c.actual) + "/x"
			rep := do(t, c.q)
			contains(t, pageOf(rep), c.want...)
			if got := rep.Results[0].Answer.Reason; got != c.reason && (c.reason != "" || got != explain.ReasonAllowed) {
				t.Errorf("reason %s, want %s", got, c.reason)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	url := srv.URL + "/x"
	srv.Close()
	rep := do(t, fetch.Question{URL: url, Repeat: 3})
	if len(rep.Results) != 1 || rep.Missing != 2 || !rep.Results[0].Unreachable {
		t.Fatalf("%d results, %d missing", len(rep.Results), rep.Missing)
	}
	contains(t, pageOf(rep), "no answer: connection refused", "NO REPLY", "ConnectionRefused", "not CORS: network", "2 more requests were not made")
}

func TestTrouble(t *testing.T) {
	for message, want := range map[string]spec.Reason{
		"connecting to a.example:80: dial tcp: lookup a.example on 10.0.0.1:53: server misbehaving":                            explain.ReasonNotResolved,
		"connecting to 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused":                                         explain.ReasonRefused,
		"the TLS handshake with 127.0.0.1:1: tls: failed to verify certificate: x509: certificate signed by unknown authority": explain.ReasonTLS,
		"reading the status line of 127.0.0.1:1: the server closed the connection without an answer":                           spec.ReasonNetworkError,
		"connecting to 10.255.255.1:80: dial tcp 10.255.255.1:80: i/o timeout":                                                 spec.ReasonNetworkError,
	} {
		if got := explain.Trouble(message); got != want {
			t.Errorf("%q is %s, want %s", message, got, want)
		}
	}
}

func TestHangs(t *testing.T) {
	stop := make(chan struct{})
	url := serve(t, nil, func(http.ResponseWriter, *http.Request) { <-stop })
	t.Cleanup(func() { close(stop) })
	q := fetch.Question{URL: url, Origins: []string{page}, Request: cases.Request{Method: "GET"}}
	rep, err := fetch.Do(context.Background(), q, fetch.Options{Timeout: time.Second})
	if err != nil || !rep.Results[0].Hangs {
		t.Fatalf("%v, %+v", err, rep)
	}
	contains(t, pageOf(rep), "NO REPLY", "no complete answer in time")
}

// An answer that is late is no broken server: the tool stopped waiting, wherever that was, and says how to
// wait longer.
func TestLate(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	hang := func(http.ResponseWriter, *http.Request) { <-stop }
	grants := []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT"}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	put := fetch.Question{Request: cases.Request{Method: "PUT"}}
	for name, c := range map[string]struct {
		url string
		q   fetch.Question
	}{
		"the answer":             {serve(t, nil, hang), fetch.Question{}},
		"the preflight":          {serve(t, hang, says(200)), put},
		"what comes after it":    {serve(t, says(204, grants...), hang), put},
		"what a redirect is to":  {serve(t, nil, says(302, append(grants, "Location: "+serve(t, nil, hang)+"/y")...)), fetch.Question{}},
		"an answer half sent":    {serve(t, nil, writesAndHangs("HTTP/1.1 200 OK\r\nAccess-Con", stop)), fetch.Question{}},
		"after an interim one":   {serve(t, nil, writesAndHangs("HTTP/1.1 103 Early Hints\r\n\r\n", stop)), fetch.Question{}},
		"the TLS handshake":      {"https://" + silent.Addr().String(), fetch.Question{}},
		"a name and a TLS of it": {"https://localhost:" + strconv.Itoa(silent.Addr().(*net.TCPAddr).Port), fetch.Question{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.q.URL, c.q.Origins = c.url+"/x", []string{page}
			if c.q.Request.Method == "" {
				c.q.Request.Method = "GET"
			}
			rep, err := fetch.Do(context.Background(), c.q, fetch.Options{Timeout: 300 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			if a := rep.Results[0].Answer; a.Cause.ID != "answer-late" || a.Confidence != explain.Certain {
				t.Errorf("%s, %s", a.Cause.ID, a.Confidence)
			}
			contains(t, pageOf(rep), "NO REPLY", "The time limit was 300ms", "--timeout 1.8s", "!closed the connection", "!mixed up", "!Nothing listens")
		})
	}
}

// A connection that is not made in the time that was given says nothing of who listens there; one that is
// refused does.
func TestLateConnection(t *testing.T) {
	q := fetch.Question{URL: serve(t, nil, says(200)) + "/x", Origins: []string{page}, Request: cases.Request{Method: "GET"}}
	rep, err := fetch.Do(context.Background(), q, fetch.Options{Timeout: time.Nanosecond})
	if err != nil || !rep.Results[0].Unreachable {
		t.Fatalf("%v, %+v", err, rep)
	}
	contains(t, pageOf(rep), "NO REPLY", "The time limit was 1ns", "!Nothing listens")
}

// writesAndHangs writes the beginning of an answer, and holds the connection.
func writesAndHangs(text string, stop <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, text)
		<-stop
		_ = c.Close()
	}
}

// A browser takes what a script set along on a redirect, but for Authorization, and that is said.
func TestCarriedOn(t *testing.T) {
	grant := []string{"Access-Control-Allow-Origin: *", "Access-Control-Allow-Headers: x-key, authorization"}
	other := serve(t, says(204, grant...), says(200, grant...))
	url := serve(t, says(204, grant...), says(307, append(grant, "Location: "+other+"/y")...))
	q := fetch.Question{URL: url, Secret: []string{"X-Key", "Authorization"}, Request: cases.Request{Headers: []string{"X-Key: k", "Authorization: a"}}}
	rep := do(t, q)
	if n := len(rep.Results[0].Sent); n != 4 || !rep.Results[0].Readable() {
		t.Errorf("%d messages:\n%s", n, pageOf(rep))
	}
	contains(t, pageOf(rep), "X-Key went on to "+other)
}

func TestHangsUp(t *testing.T) {
	url := serve(t, nil, func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = c.Close()
		}
	})
	rep := do(t, fetch.Question{URL: url})
	contains(t, pageOf(rep), "BLOCKED", "NetworkError", "not CORS: network", "no answer")
}

// Nothing goes out that no browser sends, and nothing twice.
func TestMixedContent(t *testing.T) {
	rep := do(t, fetch.Question{URL: "http://api.example.invalid/x"})
	if n := len(rep.Results[0].Sent); n != 0 {
		t.Errorf("%d requests were made", n)
	}
	contains(t, pageOf(rep), "MixedContent", "not CORS: mixed-content")
}

// A port that browsers do not connect to is not asked, and not told as a server that is not there.
func TestBadPort(t *testing.T) {
	rep := do(t, fetch.Question{URL: "http://127.0.0.1:6000/x"})
	contains(t, pageOf(rep), "UnsafePort", "not CORS: network", "another port", "!Nothing listens", "!Access-Control-Allow-Origin")
	if r := &rep.Results[0]; len(r.Sent) != 0 || r.Answer.Reason != spec.ReasonBadPort || r.Answer.Side == cases.SideServer {
		t.Errorf("sent %d, %s of %s", len(r.Sent), r.Answer.Reason, r.Answer.Side)
	}
}

func TestRedirectToPlainHTTP(t *testing.T) {
	url := serve(t, nil, says(302, "Access-Control-Allow-Origin: *", "Location: http://api.example.invalid/y"))
	rep := do(t, fetch.Question{URL: url})
	if r := &rep.Results[0]; len(r.Sent) != 1 || r.Answer.Reason != spec.ReasonMixedContent {
		t.Errorf("%d sent, reason %s", len(r.Sent), r.Answer.Reason)
	}
}

// What is no matter of CORS is so in JSON, too, and eval agrees.
func TestLayersInJSON(t *testing.T) {
	url := serve(t, nil, says(200, "Cross-Origin-Resource-Policy: same-site"))
	for _, q := range []fetch.Question{{URL: "http://api.example.invalid/x"}, {URL: url, Request: cases.Request{Mode: "no-cors"}}} {
		rep := do(t, q)
		evalAgrees(t, rep)
		if r := &rep.Results[0]; r.Answer.Mask == nil || string(*r.Answer.Mask) != string(r.Outcome.Reason.Layer()) {
			t.Errorf("mask %v, reason %s", r.Answer.Mask, r.Outcome.Reason)
		}
	}
}

// The call throws: nothing is sent.
func TestImpossible(t *testing.T) {
	for _, r := range []cases.Request{{Method: "CONNECT"}, {Method: "GET", Body: &cases.Body{Text: "x"}}, {Method: "PUT", Mode: "no-cors"}} {
		_, err := fetch.Do(context.Background(), fetch.Question{Request: r, URL: "http://127.0.0.1:1/", Origins: []string{page}}, fetch.Options{})
		if err == nil || !strings.Contains(err.Error(), "no script can make this request") {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestPreflightCache(t *testing.T) {
	own := "Access-Control-Allow-Origin: " + page
	url := serve(t, says(204, own, "Access-Control-Allow-Methods: PUT", "Access-Control-Max-Age: 60"), says(200, own))
	rep := do(t, fetch.Question{URL: url, Request: cases.Request{Method: "PUT"}, Repeat: 2})
	if a, b := len(rep.Results[0].Sent), len(rep.Results[1].Sent); a != 2 || b != 1 {
		t.Fatalf("%d and %d messages", a, b)
	}
	contains(t, pageOf(rep), "2 times in one browser", "the permission is in the preflight cache", "1 READABLE", "2 READABLE")
}

// Two pages of one site share the HTTP cache, and one gets the answer for the other.
func TestVary(t *testing.T) {
	echo := func(vary bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
			w.Header().Set("Cache-Control", "max-age=60")
			if vary {
				w.Header().Set("Vary", "Origin")
			}
		}
	}
	pages := []string{"https://a.example.com", "https://b.example.com"}
	rep := do(t, fetch.Question{URL: serve(t, nil, echo(false)), Origins: pages})
	if r := &rep.Results[1]; r.Readable() || !r.FromCache {
		t.Errorf("readable %v, from the cache %v", r.Readable(), r.FromCache)
	}
	contains(t, pageOf(rep), "2 BLOCKED", "from the HTTP cache", "Vary: Origin")
	rep = do(t, fetch.Question{URL: serve(t, nil, echo(true)), Origins: pages})
	if !rep.Results[0].Readable() || !rep.Results[1].Readable() {
		t.Error(pageOf(rep))
	}
	contains(t, pageOf(rep), "!The answer depends on Origin")
	rep = do(t, fetch.Question{URL: serve(t, nil, echo(false)), Origins: []string{"https://a.example.com", "https://b.example.org"}})
	contains(t, pageOf(rep), "The answer depends on Origin")
}

// Secrets are in no output, unless they are asked for.
func TestSecrets(t *testing.T) {
	own := "Access-Control-Allow-Origin: " + page
	url := serve(t, says(204, own, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Headers: x-key, authorization"),
		says(200, own, "Access-Control-Allow-Credentials: true", "Set-Cookie: sid=s3cret; SameSite=None; Secure", "Access-Control-Expose-Headers: X-Auth-Token", "X-Auth-Token: s3cret"))
	q := fetch.Question{
		URL: url + "/?token=s3cret", Repeat: 2, Origins: []string{page}, Secret: []string{"X-Key", "Authorization"},
		Request: cases.Request{Method: "POST", Credentials: "include", Headers: []string{"X-Key: s3cret", "Authorization: Bearer s3cret"}, Body: &cases.Body{Text: "s3cret", Kind: "bytes"}},
	}
	rep, err := fetch.Do(context.Background(), q, fetch.Options{Asked: &ask.Options{Scope: url, Cookies: []ask.Cookie{{Name: "given", Value: "s3cret"}}}})
	if err != nil {
		t.Fatal(err)
	}
	if sent, _ := rep.Results[1].Sent[len(rep.Results[1].Sent)-1].Exchange.Request.Get("Cookie"); !strings.Contains(sent, "given=s3cret") || !strings.Contains(sent, "sid=s3cret") {
		t.Errorf("the second request has the cookies %q", sent)
	}
	for name, write := range map[string]func(b *bytes.Buffer, secrets bool) error{
		"page": func(b *bytes.Buffer, _ bool) error { return fetch.Write(b, rep, fetch.Style{}) },
		"-v":   func(b *bytes.Buffer, _ bool) error { return fetch.Write(b, rep, fetch.Style{Verbose: true}) },
		"json": func(b *bytes.Buffer, s bool) error { return fetch.WriteJSON(b, rep, s) },
		"har":  func(b *bytes.Buffer, s bool) error { return fetch.WriteHAR(b, rep, "test", s) },
	} {
		var b bytes.Buffer
		if err := write(&b, false); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "s3cret") {
			t.Errorf("%s has a secret:\n%s", name, b.String())
		}
		b.Reset()
		if err := write(&b, true); err == nil && (name == "json" || name == "har") && strings.Count(b.String(), "s3cret") < 4 {
			t.Errorf("%s with secrets has none", name)
		}
	}
}

// A HAR is read by chromedp's types, which are not ours, and explained as what it is of.
func TestHAR(t *testing.T) {
	url := serve(t, says(204, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: GET"), says(200))
	rep := do(t, fetch.Question{URL: url + "/x?a=1&b=%20", Request: cases.Request{Method: "PATCH"}})
	var b bytes.Buffer
	if err := fetch.WriteHAR(&b, rep, "test", false); err != nil {
		t.Fatal(err)
	}
	var h har.HAR
	if err := json.Unmarshal(b.Bytes(), &h); err != nil {
		t.Fatal(err)
	}
	e := h.Log.Entries[0]
	if h.Log.Version != "1.2" || len(h.Log.Entries) != 1 || e.Request.Method != "OPTIONS" || e.Response.Status != 204 || e.Request.QueryString[1].Value != " " || e.StartedDateTime == "" || e.Timings == nil || e.Cache == nil || e.Response.Content == nil {
		t.Errorf("the HAR has\n%s", b.String())
	}
	a, err := explain.Explain(b.String(), "", explain.Context{})
	if err != nil {
		t.Fatal(err)
	}
	if want := rep.Results[0].Answer.Reason; a.Reason != want || want != spec.ReasonMethodDisallowedByPreflightResponse {
		t.Errorf("explain says %s of the HAR, fetch %s", a.Reason, want)
	}
}

// What --json gives as exchange, eval answers with what it gives as result.
func evalAgrees(t *testing.T, rep *fetch.Report) {
	t.Helper()
	var b bytes.Buffer
	if err := fetch.WriteJSON(&b, rep, false); err != nil {
		t.Fatal(err)
	}
	e := exchange.NewEvaluator(exchange.Options{})
	i := 0
	for line := range strings.SplitSeq(strings.TrimSpace(b.String()), "\n") {
		var d struct {
			Exchange, Result json.RawMessage
			Findings         []json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		r := &rep.Results[i]
		i++
		out, ok := e.AppendEval(nil, string(d.Exchange), i)
		if !ok || !bytes.Equal(out, d.Result) {
			t.Fatalf("eval of\n%s\nsays\n%s\nand not\n%s", d.Exchange, out, d.Result)
		}
		var res struct{ Outcome, Reason string }
		_ = json.Unmarshal(out, &res)
		if res.Outcome != string(r.Outcome.Result) || res.Reason != string(r.Outcome.Reason) {
			t.Fatalf("eval says %+v of\n%s\nfetch %s %s", res, d.Exchange, r.Outcome.Result, r.Outcome.Reason)
		}
		if (len(d.Findings) == 0) != (r.Answer.Reason == explain.ReasonAllowed) {
			t.Errorf("%d findings, reason %s", len(d.Findings), r.Answer.Reason)
		}
	}
}

// narrow fails where a page is higher or wider than a screen, or differs from itself.
func narrow(t *testing.T, rep *fetch.Report) {
	t.Helper()
	lines := fetch.Page(rep, fetch.Style{})
	if len(lines) > fetch.MostLines {
		t.Errorf("%d lines:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for _, l := range lines[1:] {
		if n := utf8.RuneCountInString(l); n > 80 && !strings.Contains(l, "/") && !strings.HasPrefix(l, "       + ") { // nor are lines to be copied broken
			t.Errorf("%d columns: %s", n, l)
		}
		if prose := strings.TrimSpace(l); strings.HasSuffix(prose, "...") && !strings.ContainsAny(prose[:1], "><-{") {
			t.Errorf("a sentence is broken off: %s", l)
		}
	}
	if !slices.Equal(lines, fetch.Page(rep, fetch.Style{})) {
		t.Error("a second page of the same report differs")
	}
}

func TestEngineThatSendsLess(t *testing.T) {
	url := serve(t, nil, says(200, "Access-Control-Allow-Origin: *"))
	steps := []agent.Step{{URL: url, Request: cases.Request{Method: "GET", Origin: page, Headers: []string{"User-Agent: x"}}}}
	list, err := fetch.Steps(context.Background(), steps, fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range list[0].Engines {
		if j.Engine == spec.EngineChromium && (!j.Differs() || len(j.Departures) == 0) {
			t.Errorf("Chromium's profile sends no User-Agent of a script: %+v", j)
		}
	}
}
