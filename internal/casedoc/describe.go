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

func quote(s string) string { return strconv.Quote(s) }
