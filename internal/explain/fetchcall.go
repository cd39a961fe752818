package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"github.com/corsproof/corsproof/spec"
)

// Calls of a script: what browsers copy (Copy as fetch), and what people write.

// readCalls reads calls of fetch, axios and XMLHttpRequest. What stands in them and is no
// literal is not known.
func readCalls(in string, c *Context) ([]sighting, error) {
	v := &calls{}
	if err := v.parse(in); err != nil || len(v.list) == 0 {
		for _, at := range fetchCall.FindAllStringIndex(in, 8) {
			_ = v.parse(balanced(in[at[0]:])) // a call within other text
		}
		for _, at := range otherCall.FindAllStringIndex(in, 8) {
			if len(v.list) == 0 && in[at[0]] != '.' { // .open has its object before it
				_ = v.parse(balanced(in[at[0]:]))
			}
		}
	}
	var list []sighting
	for i := range v.list {
		list = append(list, v.list[i].sighting(c))
	}
	if known := slices.DeleteFunc(slices.Clone(list), func(s sighting) bool { return s.unresolved != "" }); len(known) > 0 {
		list = known // what else the script asks for
	}
	if len(list) == 0 {
		return nil, &Error{"reading the call", errors.New("no call with a URL is in it"), "copy the whole call (DevTools, Network, the request's menu, Copy as fetch), or give the URL with --url, the method with -X and the headers with -H"}
	}
	return list, nil
}

// balanced is a text up to the bracket that closes its first one.
func balanced(s string) string {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case quote != 0 && ch == '\\':
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'' || ch == '`':
			quote = ch
		case ch == '(':
			depth++
		case ch == ')':
			if depth--; depth == 0 {
				return s[:i+1]
			}
		}
	}
	return s + strings.Repeat(")", min(max(depth, 0), 1))
}

// call is a request that a script makes.
type call struct {
	api         spec.API
	url         string
	method      string
	mode        string
	credentials string
	redirect    string
	referrer    string
	contentType string // that the body implies
	body        bool
	header      spec.Header
	unresolved  string // why the URL is not known; empty: it is
	copied      bool   // DevTools wrote it: credentials and mode are not the script's
}

// sighting is that of a request without answer.
func (k *call) sighting(c *Context) sighting {
	if k.unresolved != "" {
		if k.url = c.URL; k.url != "" {
			k.unresolved = ""
		}
	}
	s := sighting{url: k.url, unresolved: k.unresolved, method: spec.NormalizeMethod(orSome(k.method, c.Method)), origin: c.Origin, asker: string(k.api)}
	if s.origin == "" {
		s.origin = originOf(k.referrer)
	}
	if page, ok := k.header.Get("Referer"); ok && s.origin == "" { // Copy as fetch (Node.js)
		s.origin = originOf(page)
	}
	if k.header.Has("Cookie") && k.credentials == "" && s.origin != "" { // no script of a page can set it: the browser sent it
		k.credentials = string(spec.CredentialsInclude)
	}
	r := spec.Request{API: k.api, Method: orSome(k.method, c.Method), Header: append(authorFields(k.header), c0(c.Header, k.header)...), Redirect: spec.RedirectMode(k.redirect), Mode: spec.Mode(k.mode)}
	if k.body {
		r.Body = &spec.Body{ContentType: k.contentType}
	}
	if k.credentials != "" && !k.copied {
		r.Credentials = spec.CredentialsMode(k.credentials)
	}
	if c.Credentials != "" {
		r.Credentials = c.Credentials
	}
	s.answers = &answersSeen{request: r, credentials: r.Credentials != "", hops: []hopSeen{{url: k.url}}}
	if k.mode == string(spec.ModeNoCORS) {
		s.reason = ReasonOpaque
	}
	if k.mode == string(spec.ModeSameOrigin) && s.origin != "" && !sameOrigin(s.origin, k.url) {
		s.reason = spec.ReasonDisallowedByMode
	}
	return s
}

// calls collects the calls of a script.
type calls struct {
	list []call
}

// parse takes over the calls of a script.
func (v *calls) parse(in string) (err error) {
	defer func() {
		if r := recover(); r != nil { // the text is anybody's, and the parser another's
			err = fmt.Errorf("parsing the script: %v", r)
		}
	}()
	ast, err := js.Parse(parse.NewInputString(in), js.Options{})
	if err != nil {
		return err
	}
	js.Walk(v, ast)
	return nil
}

// Enter looks at a node of the script.
func (v *calls) Enter(n js.INode) js.IVisitor {
	switch n := n.(type) {
	case *js.CallExpr:
		v.call(n)
	case *js.NewExpr:
		v.eventSource(n)
	case *js.BinaryExpr:
		if dot, ok := n.X.(*js.DotExpr); ok && nameOf(dot.Y) == "withCredentials" && n.Op == js.EqToken && len(v.list) > 0 {
			v.list[len(v.list)-1].credentials = map[bool]string{true: "include", false: "same-origin"}[valueOf(n.Y) == true]
		}
	}
	return v
}

// Exit is for js.IVisitor.
func (v *calls) Exit(js.INode) {}

// call takes over a call.
func (v *calls) call(n *js.CallExpr) {
	args := make([]any, len(n.Args.List))
	for i := range args {
		args[i] = valueOf(n.Args.List[i].Value)
	}
	switch name := nameOf(n.X); {
	case name == "fetch" && len(args) > 0:
		v.fetch(args)
	case name == "axios" && len(args) == 1:
		v.axios("", args)
	case strings.HasPrefix(name, "axios.") && len(args) > 0:
		v.axios(strings.ToUpper(strings.TrimPrefix(name, "axios.")), args)
	case strings.HasSuffix(name, ".open") && len(args) > 1:
		if method, ok := args[0].(string); ok {
			u, _ := args[1].(string)
			v.add(call{api: spec.APIXHR, method: method, url: u})
		}
	case strings.HasSuffix(name, ".setRequestHeader") && len(args) == 2 && len(v.list) > 0:
		name, _ := args[0].(string)
		value, _ := args[1].(string)
		v.list[len(v.list)-1].header.Add(name, value)
	}
}

func (v *calls) fetch(args []any) {
	k := call{api: spec.APIFetch}
	switch a := args[0].(type) {
	case string:
		k.url = a
	case request:
		k.url = a.url
		k.take(a.init)
	}
	if len(args) > 1 {
		init, _ := args[1].(map[string]any)
		k.take(init)
	}
	v.add(k)
}

// take takes over what fetch calls init (https://fetch.spec.whatwg.org/#requestinit).
func (k *call) take(init map[string]any) {
	for _, f := range []struct {
		key string
		to  *string
	}{{"method", &k.method}, {"mode", &k.mode}, {"credentials", &k.credentials}, {"redirect", &k.redirect}, {"referrer", &k.referrer}} {
		if s, ok := init[f.key].(string); ok {
			*f.to = s
		}
	}
	k.headers(init["headers"])
	switch body := init["body"].(type) {
	case string:
		k.body, k.contentType = true, "text/plain;charset=UTF-8"
	case content:
		k.body, k.contentType = true, string(body)
	}
	_, referrer := init["referrer"]
	_, body := init["body"]
	k.copied = (referrer || body) && k.mode != "" && k.credentials != ""
}

func (k *call) headers(v any) {
	switch h := v.(type) {
	case map[string]any:
		for _, name := range keysOf(h) {
			value, _ := h[name].(string)
			k.header.Add(name, value)
		}
	case []any:
		for _, pair := range h {
			if p, ok := pair.([]any); ok && len(p) == 2 {
				name, _ := p[0].(string)
				value, _ := p[1].(string)
				k.header.Add(name, value)
			}
		}
	}
}

// axios takes over a call of axios (https://axios-http.com/docs/req_config).
func (v *calls) axios(method string, args []any) {
	k := call{api: spec.APIXHR, method: method}
	for i, a := range args {
		switch a := a.(type) {
		case string:
			if i == 0 {
				k.url = a
			}
		case map[string]any:
			_, config := a["headers"]
			if i == 0 || i == len(args)-1 && (config || a["withCredentials"] != nil) {
				k.config(a)
			} else if i == 1 {
				k.body, k.contentType = true, "application/json"
			}
		}
	}
	v.add(k)
}

func (k *call) config(a map[string]any) {
	if u, ok := a["url"].(string); ok {
		k.url = u
	}
	if base, ok := a["baseURL"].(string); ok && !strings.Contains(k.url, "://") {
		k.url = strings.TrimSuffix(base, "/") + "/" + strings.TrimPrefix(k.url, "/")
	}
	if m, ok := a["method"].(string); ok {
		k.method = strings.ToUpper(m)
	}
	k.headers(a["headers"])
	k.credentials = "same-origin"
	if a["withCredentials"] == true {
		k.credentials = "include"
	}
	if a["data"] != nil {
		k.body, k.contentType = true, "application/json"
	}
}

// add takes over a call. A URL that is put together by the script, or that the page's or a client's
// own address completes, is not known.
func (v *calls) add(k call) {
	switch {
	case k.url == "":
		k.unresolved = "The call puts its URL together, or has it from elsewhere: the text does not have it. Give it with --url, as DevTools (Network) shows it."
	case !strings.Contains(k.url, "://"):
		k.url, k.unresolved = "", "The URL "+safeURL(k.url)+" is relative: it goes to the page's own origin, where CORS is not asked, or to the base URL of the script's client. Give the whole with --url, as DevTools (Network) shows it."
	}
	v.list = append(v.list, k)
}

// eventSource takes over new EventSource(url, init).
func (v *calls) eventSource(n *js.NewExpr) {
	if nameOf(n.X) != "EventSource" || n.Args == nil || len(n.Args.List) == 0 {
		return
	}
	k := call{api: spec.APIFetch}
	k.url, _ = valueOf(n.Args.List[0].Value).(string)
	if len(n.Args.List) > 1 {
		if init, _ := valueOf(n.Args.List[1].Value).(map[string]any); init["withCredentials"] == true {
			k.credentials = "include"
		}
	}
	v.add(k)
}
