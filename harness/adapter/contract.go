package adapter

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// Violation is one way in which a running adapter does not serve the contract
// of testdata/frameworks/README.md. It says nothing about CORS.
type Violation struct {
	Policy  string
	Request string // "PUT /exact/echo"
	Want    string
	Got     string
}

func (v Violation) Error() string {
	return fmt.Sprintf("%s: the contract wants %s; the server answers %s", v.Request, v.Want, v.Got)
}

// CheckContract holds the running server to the contract: every handler that the
// manifest does not call missing, below every policy that is served. All requests
// have an origin that the policy allows, and none is one that a CORS layer may
// answer itself. The error is that ctx ended.
func (i *Instance) CheckContract(ctx context.Context, policies []cases.Policy) ([]Violation, error) {
	var all []Violation
	for _, policy := range policies {
		// Some frameworks answer 403 to whomever the policy does not name.
		if _, ok := i.target.Policies[policy.Name]; ok || anOrigin(policy) == "" {
			continue
		}
		base, ok := i.target.PolicyBase[policy.Name]
		if !ok {
			base = i.target.Base
		}
		base += "/" + policy.Mount()
		for _, probe := range contract {
			// Where the routes say what the policy allows, only those methods are routed.
			if _, missing := i.target.Missing[probe.part]; missing || !routed(policy, probe.method) {
				continue
			}
			if violation := probe.check(ctx, base, policy); violation != nil {
				all = append(all, *violation)
			}
			if ctx.Err() != nil {
				return all, ctx.Err()
			}
		}
	}
	return all, nil
}

// routed says whether every framework routes the method under the policy.
func routed(policy cases.Policy, method string) bool {
	return method == "GET" || method == "POST" || slices.Contains(policy.Methods, method) || slices.Contains(policy.Methods, "*")
}

// contractProbe is a request and what the contract says about its answer.
type contractProbe struct {
	part         cases.Part
	method, path string
	header, body string // a "Name: value" line; the body
	want         string
	ok           func(answered) bool
}

// answered is an answer that was read.
type answered struct {
	*http.Response
	body string
}

func (a answered) app() string { return a.Header.Get("X-App") }

// own says that the framework answered by itself, with one of the statuses.
func (a answered) own(statuses ...int) bool {
	for _, status := range statuses {
		if a.StatusCode == status {
			return a.app() == ""
		}
	}
	return false
}

// handled says that a handler answered.
func (a answered) handled(app string, status int, body string) bool {
	return a.app() == app && a.StatusCode == status && a.body == body
}

var contract = []contractProbe{
	{cases.PartOK, "GET", "/ok", "", "", "200, X-App: ok, X-Resp: 1, X-Other: 2, X-Hidden: 3, text/plain, ok", okAnswer},
	{cases.PartOK, "POST", "/ok", "", "x", "the same for POST", okAnswer},
	{cases.PartOK, "DELETE", "/ok", "", "", "the same for DELETE", okAnswer},
	{cases.PartAnyMethod, "CHICKEN", "/ok", "", "", "any answer that is not the parser's 400 or 501", func(a answered) bool {
		return a.StatusCode != 400 && a.StatusCode != 501
	}},
	{cases.PartOptions, "GET", "/options", "", "", "200, X-App: options, Allow: GET, OPTIONS, options", func(a answered) bool {
		return a.handled("options", 200, "options") && a.Header.Get("Allow") != ""
	}},
	{cases.PartEcho, "PUT", "/echo", "X-Custom: one", "two", "the request as JSON", echoAnswer},
	{cases.PartRespond, "GET", "/respond?status=201&add=X-A:1&add=X-A:2&set=X-B:3&set=X-B:4&body=made", "", "",
		"201, X-App: respond, X-A: 1 and 2, X-B: 4, made", func(a answered) bool {
			return a.handled("respond", 201, "made") && a.Header.Get("X-B") == "4" &&
				strings.ReplaceAll(strings.Join(a.Header.Values("X-A"), ","), " ", "") == "1,2"
		}},
	{cases.PartRespond, "GET", "/respond?etag=" + url.QueryEscape(`"v1"`), `If-None-Match: "v1"`, "", "304, X-App: respond", func(a answered) bool {
		return a.handled("respond", 304, "")
	}},
	{cases.PartRespond, "GET", "/respond?etag=" + url.QueryEscape(`"v1"`), "", "", `200, X-App: respond, ETag: "v1"`, func(a answered) bool {
		return a.app() == "respond" && a.StatusCode == 200 && a.Header.Get("ETag") == `"v1"`
	}},
	{cases.PartPanic, "GET", "/panic", "", "", "a 500 of the framework's own, without X-App", func(a answered) bool { return a.own(500) }},
	{cases.PartCount, "GET", "/count?key=contract", "", "", "200, X-App: count", func(a answered) bool { return a.app() == "count" && a.StatusCode == 200 }},
	{cases.PartCount, "POST", "/count?key=contract", "", "", "200, X-App: count", func(a answered) bool { return a.app() == "count" && a.StatusCode == 200 }},
	{cases.PartCount, "GET", "/count/read?key=contract", "", "", "the number of calls, 2 at the first check", func(a answered) bool {
		return a.StatusCode == 200 && a.body != "" && strings.Trim(a.body, "0123456789") == "" && a.body != "0"
	}},
	{cases.PartSecret, "GET", "/secret", "", "", "401, X-App: secret, WWW-Authenticate: Bearer", func(a answered) bool {
		return a.app() == "secret" && a.StatusCode == 401 && a.Header.Get("WWW-Authenticate") == "Bearer"
	}},
	{cases.PartSecret, "GET", "/secret", "Authorization: Bearer x", "", "200, X-App: secret", func(a answered) bool {
		return a.app() == "secret" && a.StatusCode == 200
	}},
	{cases.PartPostOnly, "POST", "/post-only", "", "x", "200, X-App: post-only", func(a answered) bool { return a.app() == "post-only" && a.StatusCode == 200 }},
	{cases.PartPostOnly, "GET", "/post-only", "", "", "the framework's own 405, or 404 if it has none", func(a answered) bool { return a.own(404, 405) }},
	{cases.PartStream, "GET", "/stream", "", "", "200, X-App: stream, ab", func(a answered) bool { return a.handled("stream", 200, "ab") }},
	{cases.PartNope, "GET", "/nope", "", "", "the framework's own 404, without X-App", func(a answered) bool { return a.own(404) }},
}

func okAnswer(a answered) bool {
	return a.handled("ok", 200, "ok") && strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") &&
		a.Header.Get("X-Resp") == "1" && a.Header.Get("X-Other") == "2" && a.Header.Get("X-Hidden") == "3"
}

func echoAnswer(a answered) bool {
	var echo struct {
		Method, Body string
		Headers      [][2]string
	}
	if a.app() != "echo" || a.StatusCode != 200 || json.Unmarshal([]byte(a.body), &echo) != nil {
		return false
	}
	for _, header := range echo.Headers {
		if strings.EqualFold(header[0], "X-Custom") && header[1] == "one" {
			return echo.Method == "PUT" && echo.Body == "two"
		}
	}
	return false
}

func (p contractProbe) check(ctx context.Context, base string, policy cases.Policy) *Violation {
	answer, err := p.send(ctx, base, policy)
	if err == nil && p.ok(answer) {
		return nil
	}
	violation := &Violation{Policy: policy.Name, Request: p.method + " /" + policy.Name + p.path, Want: p.want}
	if err != nil {
		violation.Got = "nothing: " + err.Error()
	} else {
		violation.Got = fmt.Sprintf("%s, X-App: %q, %.200q", answer.Status, answer.app(), answer.body)
	}
	return violation
}

func (p contractProbe) send(ctx context.Context, base string, policy cases.Policy) (answered, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, p.method, base+p.path, strings.NewReader(p.body))
	if err != nil {
		return answered{}, err
	}
	request.Header.Set("Origin", anOrigin(policy))
	if p.body != "" {
		request.Header.Set("Content-Type", "text/plain")
	}
	if name, value, ok := strings.Cut(p.header, ": "); ok {
		request.Header.Set(name, value)
	}
	response, err := plain.RoundTrip(request)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return answered{response, string(body)}, err
}

// plain sends each request on a connection of its own and follows nothing.
var plain = &http.Transport{DisableKeepAlives: true, DisableCompression: true}
