package project

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/input"
	"github.com/corsproof/corsproof/internal/origin"
)

// address checks that a URL is one of a server.
func (p *planner) address(text, path string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		p.bad(path, fmt.Sprintf("%q is not the URL of a server", text), "http://HOST[:PORT][/PATH] or https://...")
	case u.User != nil:
		p.bad(path, "the URL holds a user name or password, which would end up in reports", `a URL without, and headers: {Authorization: "Basic ${API_BASIC}"}`)
	case u.Fragment != "":
		p.bad(path, "the URL has a fragment, which no request carries", "a URL without #...")
	}
}

// options are how requests to an endpoint are made.
func (p *planner) options(key string, t *Target, e *Endpoint, path string) *ask.Options {
	at := "targets." + key
	o := &ask.Options{
		Scope: strings.TrimRight(t.URL, "/") + e.Path, Insecure: t.Insecure, FromEnvironment: true, UnixSocket: t.UnixSocket,
		Method: e.Method, Serves: e.Serves,
	}
	o.Page = append(p.fields(t.Headers, at+".headers", e.Headers), p.fields(own(e.Headers, t.Headers), path+".headers", nil)...)
	o.Gate = append(p.fields(t.GateHeaders, at+".gate_headers", e.GateHeaders), p.fields(own(e.GateHeaders, t.GateHeaders), path+".gate_headers", nil)...)
	o.Cookies = append(p.cookies(t.Cookies, at+".cookies", e.Cookies), p.cookies(own(e.Cookies, t.Cookies), path+".cookies", nil)...)
	if name := o.Twice(); name != "" {
		p.bad(path, fmt.Sprintf("the request field %s is given twice", name), "each field once: under headers (the page's script sets it) or under gate_headers (something in front of the server wants it)")
	}
	p.content(o, e, path)
	if e.Status != 0 && o.Serves == nil && refuses(e.Status) { // it is there, and answers so
		o.Serves = []string{orGet(o.QuestionMethod())}
	}
	p.way(o, t, at)
	return o
}

// own are the fields, or cookies, that an endpoint has itself: an empty value only takes away that
// of the target.
func own(values, target map[string]string) map[string]string {
	list := maps.Clone(values)
	maps.DeleteFunc(list, func(key, value string) bool { return value == "" && has(target, key) })
	return list
}

// refuses tells the statuses by which a router says that there is no such method.
func refuses(status int) bool { return status == 404 || status == 405 || status == 501 }

func orGet(method string) string {
	if method == "" {
		return "GET"
	}
	return method
}

// fields are request fields, without those that over has too.
func (p *planner) fields(values map[string]string, path string, over map[string]string) []ask.Field {
	var list []ask.Field
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if has(over, key) {
			continue
		}
		f, err := ask.NewField(key, values[key])
		if err == nil && strings.EqualFold(key, "Cookie") {
			err = fmt.Errorf("cookies go with requests with credentials alone")
			p.bad(path+"."+key, err.Error(), "cookies: {NAME: VALUE}")
			continue
		}
		if err != nil {
			p.bad(path+"."+key, err.Error(), "NAME: VALUE of a request field")
			continue
		}
		if p.fromHost[path+"."+key] {
			f.Variable = p.expander.name[path+"."+key]
		}
		list = append(list, f)
	}
	return list
}

// has tells whether a mapping has a field of that name.
func has(values map[string]string, name string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(values)), func(key string) bool { return strings.EqualFold(key, name) })
}

func (p *planner) cookies(values map[string]string, path string, over map[string]string) []ask.Cookie {
	var list []ask.Cookie
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if _, again := over[key]; again {
			continue
		}
		parsed, err := ask.ParseCookies(key + "=" + values[key])
		if err == nil && len(parsed) != 1 {
			err = fmt.Errorf("the value of the cookie %s has a semicolon", key)
		}
		if err != nil {
			p.bad(path+"."+key, err.Error(), "NAME: VALUE")
			continue
		}
		list = append(list, parsed...)
	}
	return list
}

// content reads what the requests that are judged are sent with. Without a
// Content-Type it is JSON where it looks like it, else plain text.
func (p *planner) content(o *ask.Options, e *Endpoint, path string) {
	if m := o.Method; m != "" && !ask.IsMethod(m) {
		p.bad(path+".method", fmt.Sprintf("%q is not a method that a script can send", m), "a name such as POST")
	}
	switch {
	case e.Body != nil:
		o.Data = e.Body
	case e.BodyFile != "":
		data, err := input.File(p.file.Near(e.BodyFile), input.Content)
		if err != nil {
			p.bad(path+".body_file", err.Error(), "a file beside the project's")
			return
		}
		text := string(data)
		o.Data = &text
	case e.BodyBytes > 0:
		text := strings.Repeat("x", e.BodyBytes)
		o.Data = &text
	default:
		return
	}
	if !slices.ContainsFunc(o.Page, func(f ask.Field) bool { return strings.EqualFold(f.Name, "Content-Type") }) {
		kind := "text/plain"
		if text := strings.TrimSpace(*o.Data); strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
			kind = "application/json"
		}
		o.Page = append(o.Page, ask.Field{Name: "Content-Type", Value: kind})
	}
}

// way reads how the server is reached.
func (p *planner) way(o *ask.Options, t *Target, at string) {
	o.Files(p.file.Near(t.CACert), p.file.Near(t.Cert), p.file.Near(t.Key))
	var err error
	if t.CACert != "" {
		if o.Roots, err = ask.ReadRoots(p.file.Near(t.CACert)); err != nil {
			p.bad(at+".cacert", err.Error(), "a file in PEM")
		}
	}
	switch {
	case t.Cert != "":
		if o.Certificate, err = ask.ReadCertificate(p.file.Near(t.Cert), p.file.Near(t.Key)); err != nil {
			p.bad(at+".cert", err.Error(), "a file in PEM, with its key in the same file or in key:")
		}
	case t.Key != "":
		p.bad(at+".key", "it is the private key of a certificate, and there is no cert", "cert: FILE beside it")
	}
	if t.Proxy != "" {
		if o.Proxy, err = ask.ParseProxy(t.Proxy); err != nil {
			p.bad(at+".proxy", err.Error(), "")
		}
		if t.UnixSocket != "" {
			p.bad(at+".unix_socket", "it and proxy are two ways to the same server", "one of them")
		}
	}
	for i, text := range t.Resolve {
		from, to, err := ask.ParseResolve(text)
		if err != nil {
			p.bad(fmt.Sprintf("%s.resolve[%d]", at, i), err.Error(), "")
			continue
		}
		if o.Resolve == nil {
			o.Resolve = map[string]string{}
		}
		o.Resolve[from] = to
	}
	switch t.HTTP {
	case "1.1":
		o.Protocol = ask.H1
	case "2":
		o.Protocol = ask.H2
		if !origin.IsHTTPS(o.Scope) {
			p.bad(at+".http", "HTTP/2 needs TLS, as browsers speak it over TLS alone, and the URL is one of plain HTTP", "an https:// URL")
		}
	}
}
