package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Sendable tells whether some page, extension or web view can make a browser
// send the request of an expanded step as it stands; why says what stands
// against it. A request: always can. A wire: can when method, target, framing
// and every field are such as the Fetch Standard lets a script set or has a
// browser send itself. An actual request that needs a preflight counts as one
// that was granted. It is computed from the request alone: what the target
// makes of it is another matter.
func Sendable(s *Step) (ok bool, why string) {
	if s.Wire == nil {
		return true, ""
	}
	h, why := sentFields(s.Wire)
	for _, rule := range []func(*Wire, spec.Header) string{odd, badMethod, badTarget, badFields, badOrigin, badReferer, badContent, badPreflight} {
		if why != "" {
			return false, why
		}
		why = rule(s.Wire, h)
	}
	return why == "", why
}

// sentFields takes raw lines apart. A browser writes "Name: value", each name once.
func sentFields(w *Wire) (spec.Header, string) {
	var h spec.Header
	for _, line := range w.Headers {
		name, value, ok := strings.Cut(line, ":")
		switch {
		case !ok || !spec.IsToken(name):
			return nil, fmt.Sprintf("%q is not a field line as browsers write them", FromBytes(line))
		case !spec.IsHeaderValue(strings.TrimPrefix(value, " ")):
			if strings.TrimPrefix(value, " ") != strings.Trim(value, " \t") {
				return nil, fmt.Sprintf("browsers put one blank before the value of %s, and none after it", name)
			}
			return nil, fmt.Sprintf("browsers put no control byte into the value of %s", name)
		case h.Has(name):
			return nil, fmt.Sprintf("a browser sends %s in one line", name)
		}
		h = append(h, spec.Field{Name: name, Value: strings.TrimPrefix(value, " ")})
	}
	return h, ""
}

// odd is about how the request goes over the connection.
func odd(w *Wire, _ spec.Header) string {
	switch {
	case w.Connection == "pipelined":
		return "browsers do not pipeline"
	case w.Version != "" && w.Version != "HTTP/1.1":
		return "browsers do not speak " + FromBytes(w.Version)
	}
	return ""
}

func badMethod(w *Wire, _ spec.Header) string { return unsendableMethod(w.Method, "the method") }

func unsendableMethod(method, what string) string {
	switch {
	case method == "":
		return ""
	case !spec.IsToken(method):
		return fmt.Sprintf("%s %q is not a token", what, FromBytes(method))
	case spec.IsForbiddenMethod(method):
		return method + " is forbidden to scripts"
	case spec.NormalizeMethod(method) != method:
		return fmt.Sprintf("browsers send %s in upper case", spec.NormalizeMethod(method))
	}
	return ""
}

// badTarget: a URL's path and query as the URL Standard serialises them.
func badTarget(w *Wire, _ spec.Header) string {
	target, whole := strings.CutPrefix(w.Path, "=")
	if target == "" && !whole {
		return ""
	}
	if !strings.HasPrefix(target, "/") {
		return "a browser's request target begins with a slash"
	}
	const base = "https://host.test"
	if u, err := spec.ParseURL(base + target); err != nil || u.String() != base+target || strings.Contains(target, "#") {
		return fmt.Sprintf("a browser does not write a URL's path as %q", FromBytes(target))
	}
	return ""
}

// own are the fields that a browser sends itself although, or because, a
// script cannot set them. Those with a value have no other.
var own = map[string]string{
	"host": "", "origin": "", "cookie": "", "referer": "", "dnt": "1", "connection": "keep-alive", "accept-encoding": "", "content-length": "",
	"access-control-request-method": "", "access-control-request-headers": "", "access-control-request-private-network": "true",
	"sec-fetch-site": "", "sec-fetch-mode": "", "sec-fetch-dest": "", "sec-fetch-user": "?1", "sec-fetch-storage-access": "", "sec-gpc": "1",
}

// badFields: a script may set what is not forbidden, the rest is the browser's.
func badFields(_ *Wire, h spec.Header) string {
	for _, f := range h {
		name := strings.ToLower(f.Name)
		value, mine := own[name]
		switch {
		case name == "host":
			return "the Host of a browser's request is that of the URL"
		case mine && value != "" && f.Value != value:
			return fmt.Sprintf("a browser does not send %s: %s", f.Name, FromBytes(f.Value))
		case mine, strings.HasPrefix(name, "sec-ch-"):
		case spec.IsForbiddenRequestHeader(f.Name, f.Value):
			return fmt.Sprintf("a script cannot set %s: %s", f.Name, FromBytes(f.Value))
		}
	}
	return ""
}

// badOrigin: a serialised origin that a page, an extension or the web view of
// an application can have. A web view of Android sends file:// as it stands.
func badOrigin(w *Wire, h spec.Header) string {
	value, ok := h.Get("Origin")
	if !ok {
		if w.Method != "" && w.Method != "GET" && w.Method != "HEAD" {
			return "a browser sends an Origin with " + w.Method
		}
		return ""
	}
	if value == "file://" {
		return ""
	}
	o, err := spec.ParseOrigin(value)
	switch {
	case err != nil:
		return fmt.Sprintf("no page has the origin %q", FromBytes(value))
	case slices.Contains([]string{"ws", "wss", "ftp", "about", "blob", "data", "javascript"}, o.Scheme):
		return fmt.Sprintf("no page has an origin with the scheme %s", o.Scheme)
	}
	return ""
}

// badReferer: a page names itself, or another page of its origin
// (https://fetch.spec.whatwg.org/#dom-request, where another referrer becomes "client"). An opaque origin says
// nothing of it: a frame in a sandbox has its address, and so has a page whose request was redirected.
func badReferer(_ *Wire, h spec.Header) string {
	referer, ok := h.Get("Referer")
	if !ok {
		return ""
	}
	u, err := spec.ParseURL(referer)
	if err != nil {
		return fmt.Sprintf("a browser does not send %q as Referer", FromBytes(referer))
	}
	if origin, ok := h.Get("Origin"); ok && origin != "null" && u.Origin().Host != "" && origin != u.Origin().String() {
		return fmt.Sprintf("a page of %s sends no Referer of %s", FromBytes(origin), u.Origin())
	}
	return ""
}

// badContent: no content with GET and HEAD, and otherwise its length.
func badContent(w *Wire, h spec.Header) string {
	length, stated := h.Get("Content-Length")
	switch {
	case w.Body != "" && (w.Method == "" || w.Method == "GET" || w.Method == "HEAD"):
		return "a browser sends no content with GET and HEAD"
	case w.Body != "" && length != strconv.Itoa(len(w.Body)), stated && length != strconv.Itoa(len(w.Body)):
		return "a browser states the length of the content that it sends"
	case stated && w.Body == "" && (w.Method == "" || w.Method == "GET" || w.Method == "HEAD"):
		return "a browser sends no Content-Length with GET and HEAD"
	}
	return ""
}

// badPreflight: what the CORS-preflight fetch makes
// (https://fetch.spec.whatwg.org/#cors-preflight-fetch-0), nothing else has
// those fields.
func badPreflight(w *Wire, h spec.Header) string {
	method, asked := h.Get("Access-Control-Request-Method")
	names, named := h.Get("Access-Control-Request-Headers")
	if !asked {
		if named || h.Has("Access-Control-Request-Private-Network") {
			return "a browser's preflight names a method"
		}
		return ""
	}
	switch {
	case w.Method != "OPTIONS":
		return "a browser sends Access-Control-Request-Method with OPTIONS alone"
	case w.Body != "":
		return "a browser's preflight has no content"
	case method == "":
		return "a browser's preflight names a method"
	}
	if why := unsendableMethod(method, "the requested method"); why != "" {
		return why
	}
	for _, f := range h {
		if _, mine := own[strings.ToLower(f.Name)]; !mine && !slices.Contains([]string{"accept", "accept-language", "user-agent", "pragma", "cache-control"}, strings.ToLower(f.Name)) {
			return fmt.Sprintf("a browser's preflight has no %s", f.Name)
		}
	}
	if h.Has("Cookie") {
		return "a browser's preflight has no cookie"
	}
	if !named {
		return "" // an upload listener asks without an unsafe header, for any method
	}
	return badRequestHeaders(names)
}

// badRequestHeaders: the names of unsafe request headers, lower-case, sorted,
// once each, separated by commas alone.
func badRequestHeaders(value string) string {
	list := strings.Split(value, ",")
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		return "a browser asks for headers in order, each once"
	}
	for _, name := range list {
		switch {
		case !spec.IsToken(name):
			return fmt.Sprintf("a browser asks for header names separated by commas, not for %q", FromBytes(name))
		case name != strings.ToLower(name):
			return "a browser asks for headers in lower case"
		case spec.IsForbiddenRequestHeader(name, ""):
			return fmt.Sprintf("a script cannot set %s", name)
		}
	}
	return ""
}

// Unsendable tells for each step of a case why no browser can send its request:
// empty where one can, under each of the standard policies that the case lists.
func (t *Table) Unsendable(c *Case) []string {
	alone := *t
	alone.Cases = []Case{*c}
	reasons := make([]string, len(c.Steps))
	for _, check := range alone.Expand(t.Policies, false, sampleEnv) {
		for i := range check.Steps {
			if _, why := Sendable(&check.Steps[i]); i < len(reasons) && reasons[i] == "" {
				reasons[i] = why
			}
		}
	}
	return reasons
}
