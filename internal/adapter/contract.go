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

// routes says whether every framework routes the method under the policy.
func routes(policy cases.Policy, method string) bool {
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

// String is the answer in a line, for whom it surprises.
func (a answered) String() string {
	if a.app() == "" {
		return fmt.Sprintf("%s, no X-App, %.80q", a.Status, a.body)
	}
	return fmt.Sprintf("%s, X-App: %s, %.80q", a.Status, a.app(), a.body)
}

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

// send asks the question; an empty origin sends no Origin field.
func (p contractProbe) send(ctx context.Context, patience time.Duration, base, origin string) (answered, error) {
	header := http.Header{}
	if p.body != "" {
		header.Set("Content-Type", "text/plain")
	}
	if name, value, ok := strings.Cut(p.header, ": "); ok {
		header.Set(name, value)
	}
	if origin != "" {
		header.Set("Origin", origin)
	}
	return ask(ctx, patience, p.method, base+p.path, header, p.body)
}

// ask sends a request and reads the answer, which may take as long as patience, and 64 KiB of
// its body at most.
func ask(ctx context.Context, patience time.Duration, method, url string, header http.Header, body string) (answered, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	request.Header = header
	response, err := plain.RoundTrip(request)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return answered{response, ""}, nil // what follows is not a body
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return answered{response, string(data)}, err
}

// plain sends each request on a connection of its own and follows nothing.
var plain = &http.Transport{DisableKeepAlives: true, DisableCompression: true}
