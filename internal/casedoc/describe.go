// Package casedoc explains cases to people, from their data: as text for the
// terminal, as one Markdown page and as one HTML page.
package casedoc

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// Predicate says in words what a predicate demands of an answer. Alternatives
// and conditions give several lines, the further ones indented.
func Predicate(p cases.Predicate) []string {
	one := func(format string, args ...any) []string { return []string{fmt.Sprintf(format, args...)} }
	switch {
	case len(p.Status) > 0:
		return one("the status is %s", strings.Join(p.Status, " or "))
	case p.Shares != nil:
		return one("the CORS check passes for origin %s without credentials", *p.Shares)
	case p.Times != nil:
		return one("the TAO check passes for a page of %s", *p.Times)
	case p.HidesTimes != nil:
		return one("the TAO check fails for a page of %s", *p.HidesTimes)
	case p.SharesWithCredentials != nil:
		return one("the CORS check passes for origin %s with credentials", *p.SharesWithCredentials)
	case p.Denies != nil:
		return one("the CORS check fails for origin %s, with and without credentials", *p.Denies)
	case p.DeniesWithCredentials != nil:
		return one("the CORS check fails for origin %s with credentials", *p.DeniesWithCredentials)
	case p.Allows != nil:
		return one("as an answer to a preflight it lets %s through", ask(*p.Allows))
	case p.Refuses != nil:
		return one("as an answer to a preflight it does not let %s through", ask(*p.Refuses))
	case len(p.Absent) > 0:
		return one("no %s field", join(p.Absent, "or"))
	case len(p.Present) > 0:
		return one("a %s field", join(p.Present, "and a"))
	case len(p.OneLine) > 0:
		return one("exactly one %s field line", join(p.OneLine, "and"))
	case len(p.AtMostOneLine) > 0:
		return one("at most one %s field line", join(p.AtMostOneLine, "and"))
	case p.Equals != nil:
		return one("%s is %s, byte for byte", p.Equals.Name, quote(p.Equals.Value))
	case p.NotEquals != nil:
		return one("no %s field line is %s", p.NotEquals.Name, quote(p.NotEquals.Value))
	case p.Lists != nil:
		return one("%s lists %s", p.Lists.Name, join(p.Lists.Values, "and"))
	case p.ListsNot != nil:
		return one("%s does not list %s", p.ListsNot.Name, join(p.ListsNot.Values, "or"))
	case p.ListsExactly != nil:
		return one("%s lists %s in exactly this case", p.ListsExactly.Name, join(p.ListsExactly.Values, "and"))
	case p.ListsNotExactly != nil:
		return one("%s does not list %s in exactly this case", p.ListsNotExactly.Name, join(p.ListsNotExactly.Values, "or"))
	case len(p.NoRepeats) > 0:
		return one("no element of %s appears twice", join(p.NoRepeats, "or"))
	case len(p.Tokens) > 0:
		return one("%s parses as a list of tokens", join(p.Tokens, "and"))
	case p.Matches != nil:
		return one("every %s field line matches /%s/", p.Matches.Name, p.Matches.Value)
	case p.NotMatches != nil:
		return one("no %s field line matches /%s/", p.NotMatches.Name, p.NotMatches.Value)
	case p.App != nil:
		return one("%s", app(*p.App))
	case p.BodyIs != nil:
		return one("the content is %s", quote(*p.BodyIs))
	case p.BodyContains != nil:
		return one("the content contains %s", quote(*p.BodyContains))
	case p.NoBody:
		return one("no content, and framing that says so")
	case p.HeadBytes > 0:
		return one("the response head is at most %d bytes long", p.HeadBytes)
	case p.Answered != nil && *p.Answered:
		return one("a complete, well-framed HTTP response")
	case p.Answered != nil:
		return one("a well-framed HTTP response, or the connection is closed")
	case p.SameAs != "":
		return one("the same CORS fields and Vary as in step %s", p.SameAs)
	case p.VariesOr != nil:
		return one("Vary lists %s, or the CORS fields are the same in every step", *p.VariesOr)
	case len(p.AnyOf) > 0:
		lines := []string{"one of:"}
		for i, alternative := range p.AnyOf {
			for j, line := range list(alternative) {
				mark := "    "
				if j == 0 {
					mark = fmt.Sprintf("  %c) ", 'a'+i)
				}
				lines = append(lines, mark+line)
			}
		}
		return lines
	case len(p.If) > 0:
		lines := []string{"if"}
		for _, l := range list(p.If) {
			lines = append(lines, "    "+l)
		}
		lines = append(lines, "then")
		for _, l := range list(p.Then) {
			lines = append(lines, "    "+l)
		}
		return lines
	}
	return nil
}

func list(ps []cases.Predicate) []string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, Predicate(p)...)
	}
	return lines
}

func app(name string) string {
	switch name {
	case "none":
		return "the application was not reached (no X-App)"
	case "any":
		return "the application was reached (X-App is there)"
	}
	return "the application's handler " + name + " was reached (X-App: " + name + ")"
}

func ask(a cases.Ask) string {
	text := fmt.Sprintf("%s from %s", a.Method, a.Origin)
	if len(a.Headers) > 0 {
		text += " with request headers " + strings.Join(a.Headers, ", ")
	}
	if a.Credentials {
		text += " and credentials"
	}
	return text
}

// Expect says in words what must come of a request in a browser.
func Expect(e *cases.Expect) []string {
	if e == nil {
		return nil
	}
	outcome := map[string]string{
		"allowed":    "the script gets the response",
		"blocked":    "the request fails as a network error",
		"type-error": "the call throws a TypeError and nothing is sent",
	}[e.Outcome]
	if outcome == "" {
		outcome = e.Outcome
	}
	if len(e.Reasons) > 0 {
		outcome += " (" + join(e.Reasons, "or") + ")"
	}
	lines := []string{outcome}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	yes := func(b *bool, is, isNot string) {
		if b != nil && *b {
			lines = append(lines, is)
		} else if b != nil {
			lines = append(lines, isNot)
		}
	}
	if e.Type != "" {
		add("the response's type is %s", e.Type)
	}
	yes(e.Preflight, "a CORS-preflight request is made", "no CORS-preflight request is made")
	yes(e.Sent, "the actual request is sent", "the actual request is not sent")
	field := func(name string, value *string) {
		if value != nil && *value == "" {
			add("no %s is sent", name)
		} else if value != nil {
			add("%s: %s is sent", name, *value)
		}
	}
	field("Access-Control-Request-Method", e.ACRM)
	field("Access-Control-Request-Headers", e.ACRH)
	field("Origin", e.Origin)
	yes(e.Cookie, "the cookie is sent", "no cookie is sent")
	if len(e.Status) > 0 {
		add("the script reads status %s", strings.Join(e.Status, " or "))
	}
	if len(e.Readable) > 0 {
		add("the script can read %s", join(e.Readable, "and"))
	}
	if len(e.Hidden) > 0 {
		add("the script cannot read %s", join(e.Hidden, "or"))
	}
	if e.Body != nil {
		add("the script reads content that contains %s", quote(*e.Body))
	}
	yes(e.Redirected, "the response was redirected", "the response was not redirected")
	return lines
}

// Request is a browser's request as a script would write it.
func Request(r *cases.Request) string {
	method := r.Method
	if method == "" {
		method = "GET"
	}
	path := r.Path
	if path == "" {
		path = "/ok"
	}
	api := r.API
	if api == "" {
		api = "fetch"
	}
	var opts []string
	opt := func(name, value string) {
		if value != "" {
			opts = append(opts, name+": "+strconv.Quote(value))
		}
	}
	switch api {
	case "fetch":
		if r.Method != "" {
			opt("method", r.Method)
		}
		opt("mode", r.Mode)
		opt("credentials", r.Credentials)
		opt("redirect", r.Redirect)
		opt("cache", r.Cache)
		if r.Keepalive {
			opts = append(opts, "keepalive: true")
		}
		if len(r.Headers) > 0 {
			opts = append(opts, "headers: "+headersJS(r.Headers))
		}
		if r.Body != nil {
			opts = append(opts, "body: "+body(r.Body))
		}
		call := "fetch(" + strconv.Quote(path)
		if len(opts) > 0 {
			call += ", {" + strings.Join(opts, ", ") + "}"
		}
		return call + ")" + from(r)
	case "xhr":
		lines := []string{"xhr = new XMLHttpRequest", fmt.Sprintf("xhr.open(%q, %q)", method, path)}
		if r.Credentials == "include" {
			lines = append(lines, "xhr.withCredentials = true")
		}
		for _, h := range r.Headers {
			name, value, _ := strings.Cut(h, ":")
			lines = append(lines, fmt.Sprintf("xhr.setRequestHeader(%q, %q)", name, strings.TrimPrefix(value, " ")))
		}
		if r.UploadListener {
			lines = append(lines, "xhr.upload.onprogress = ...")
		}
		if r.Body != nil {
			lines = append(lines, "xhr.send("+body(r.Body)+")")
		} else {
			lines = append(lines, "xhr.send()")
		}
		return strings.Join(lines, "; ") + from(r)
	case "beacon":
		b := `""`
		if r.Body != nil {
			b = body(r.Body)
		}
		return fmt.Sprintf("navigator.sendBeacon(%q, %s)%s", path, b, from(r))
	case "eventsource":
		return fmt.Sprintf("new EventSource(%q)%s", path, from(r))
	case "websocket":
		return fmt.Sprintf("new WebSocket(%q)%s", path, from(r))
	case "fetchlater":
		return fmt.Sprintf("fetchLater(%q, {activateAfter: 0})%s", path, from(r))
	case "mask":
		return fmt.Sprintf("an element with the style \"mask-image: url(%s)\"%s", path, from(r))
	case "shape":
		return fmt.Sprintf("an element with the style \"shape-outside: url(%s)\"%s", path, from(r))
	case "font":
		return fmt.Sprintf("new FontFace(\"f\", \"url(%s)\").load()%s", path, from(r))
	}
	attr := ""
	if r.Crossorigin != "" {
		attr = fmt.Sprintf(" crossorigin=%q", r.Crossorigin)
	}
	switch api {
	case "canvas":
		return fmt.Sprintf("<img src=%q%s>, drawn on a canvas and read back%s", path, attr, from(r))
	case "track":
		return fmt.Sprintf("<track src=%q> of a <video%s>%s", path, attr, from(r))
	case "module":
		return fmt.Sprintf("<script type=\"module\" src=%q%s>%s", path, attr, from(r))
	case "stylesheet":
		return fmt.Sprintf("<link rel=\"stylesheet\" href=%q%s>%s", path, attr, from(r))
	}
	return fmt.Sprintf("<%s src=%q%s>%s", api, path, attr, from(r))
}

func from(r *cases.Request) string {
	text := "  from a page at " + r.Origin
	if r.Origin == "null" {
		text = "  from a sandboxed frame (origin null)"
	}
	if r.WithCookie {
		text += ", which holds a cookie for the server"
	}
	return text
}

func headersJS(lines []string) string {
	pairs := make([]string, len(lines))
	for i, l := range lines {
		name, value, _ := strings.Cut(l, ":")
		pairs[i] = fmt.Sprintf("[%q, %q]", name, strings.TrimPrefix(value, " "))
	}
	return "[" + strings.Join(pairs, ", ") + "]"
}

func body(b *cases.Body) string {
	text := strconv.Quote(b.Text)
	if b.Repeat > 1 {
		text += fmt.Sprintf(".repeat(%d)", b.Repeat)
	}
	switch b.Kind {
	case "urlsearchparams":
		return "new URLSearchParams(" + text + ")"
	case "formdata":
		return "new FormData(...)"
	case "blob":
		return fmt.Sprintf("new Blob([%s], {type: %q})", text, b.Type)
	case "bytes":
		return "new TextEncoder().encode(" + text + ")"
	case "stream":
		return "new ReadableStream(...)"
	}
	return text
}

// Wire is a raw request as it goes over the connection.
func Wire(w *cases.Wire) []string {
	method, path, version := w.Method, w.Path, w.Version
	if method == "" {
		method = "GET"
	}
	if path == "" {
		path = "/ok"
	}
	if version == "" {
		version = "HTTP/1.1"
	}
	if target, ok := strings.CutPrefix(path, "="); ok {
		path = target
	} else {
		path = "/POLICY" + path
	}
	lines := append([]string{method + " " + path + " " + version}, w.Headers...)
	for _, c := range w.Carry {
		lines = append(lines, fmt.Sprintf("%s: <the %s of the answer to %q>", c.Name, c.Field, c.Step))
	}
	if w.Body != "" {
		lines = append(lines, "", w.Body)
	}
	return lines
}

// Grow says what a step measures: how the request grows, and what the time to
// answer it must be; nothing for a step without growth.
func Grow(g *cases.Grow) []string {
	if g == nil {
		return nil
	}
	line := "the head grows by one line, " + quote(g.Begin) + " and then " + quote(g.Unit) + " over and over"
	switch {
	case g.Lines:
		line = "the head grows by lines, " + quote(g.Unit) + " over and over"
	case g.End != "":
		line += ", which ends in " + quote(g.End)
	}
	lines := []string{line + ": twice as much each time, up to the largest head that the server takes"}
	if g.Beside != "" {
		return append(lines, "the answer to the longest comes about as fast as when the same bytes follow "+quote(g.Beside)+" (least of several times)")
	}
	return append(lines, "the longest takes about as long as several requests that share the same bytes (least of several times): the time grows no faster than the request")
}

// How says how a step is repeated, timed and connected; empty when it is plain.
func How(s cases.Step) string {
	var parts []string
	switch s.Each {
	case cases.EachOrigin:
		parts = append(parts, "once for each allowed origin")
	case cases.EachMethod:
		parts = append(parts, "once for each listed method")
	case cases.EachHeader:
		parts = append(parts, "once for each listed request header")
	case cases.EachExposed:
		parts = append(parts, "once for each exposed response header")
	}
	if s.After > 0 {
		parts = append(parts, "after "+s.After.Round(time.Millisecond).String())
	}
	if s.Times > 1 {
		parts = append(parts, fmt.Sprintf("%d times", s.Times))
	}
	if s.Parallel > 1 {
		parts = append(parts, fmt.Sprintf("%d at once", s.Parallel))
	}
	if s.Wire != nil {
		switch s.Wire.Connection {
		case "new":
			parts = append(parts, "on a new connection")
		case "same":
			parts = append(parts, "on the same connection")
		case "pipelined":
			parts = append(parts, "pipelined behind the step before")
		}
	}
	return strings.Join(parts, ", ")
}

func join(items []string, last string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + last + " " + items[len(items)-1]
}

func quote(s string) string { return strconv.Quote(s) }
