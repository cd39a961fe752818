package verify

import (
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// spoil makes one change to the answers, mostly to one that matters.
func (g *Generator) spoil(x *Exchange) {
	hop := &x.Hops[g.rng.IntN(len(x.Hops))]
	target, preflight := &hop.Response, false
	if g.chance(50) {
		target, preflight = &hop.Preflight, true
	}
	origin := x.Request.Origin
	set := func(name string, values ...string) {
		target.Header = without(target.Header, name)
		for _, v := range values {
			target.Header = append(target.Header, spec.Field{Name: name, Value: v})
		}
	}
	switch g.rng.IntN(9) {
	case 0, 1:
		set("Access-Control-Allow-Origin", g.badOrigin(origin))
	case 2:
		set("Access-Control-Allow-Origin")
	case 3:
		set("Access-Control-Allow-Origin", origin, pick(g.rng, origin, "*", "https://evil.test", ""))
	case 4:
		set("Access-Control-Allow-Credentials", pick(g.rng, "True", "TRUE", "false", "", "1", "true, true", " true\t", "true;", "\"true\"", "true\x80"))
	case 5:
		if g.chance(50) {
			set("Access-Control-Allow-Credentials")
		} else {
			set("Access-Control-Allow-Credentials", "true", "true")
		}
	case 6:
		if preflight {
			set("Access-Control-Allow-Methods", pick(g.rng, "GET", "put", "P UT", "PUT;", "(", ",", "", "*", "PUT\x80", "\"PUT\"", "PUT, /", "*,", "PUT\vGET", strings.ToLower(x.Request.Method), "=", "PUT,\xa0GET"))
		} else {
			set("Access-Control-Expose-Headers", pick(g.rng, "X One", "*", "X-One;", "\x80"))
		}
	case 7:
		switch {
		case preflight:
			set("Access-Control-Allow-Headers", pick(g.rng, "x-none", "x custom", "*", "", "x-custom;", "x-*", "\x80", "authorization", "content-type", "(", "x-custom: 1", "*/*", "**", "x-custom,\v"))
		case spec.RedirectStatus(target.Status):
			g.spoilLocation(target)
		default:
			target.Status = pick(g.rng, 300, 304, 305, 306, 400, 405, 503, 299, 599)
		}
	case 8:
		switch {
		case preflight:
			target.Status = pick(g.rng, 301, 302, 307, 308, 304, 400, 401, 403, 404, 405, 500, 501, 299, 300)
			if spec.RedirectStatus(target.Status) && g.chance(70) {
				set("Location", pick(g.rng, "elsewhere", "elsewhere", "http://[", "", "https://app.example.com/"))
			}
		case spec.RedirectStatus(target.Status):
			g.spoilLocation(target)
		case g.chance(20): // a redirect that leads nowhere
			target.Status = pick(g.rng, 301, 302, 303, 307, 308)
		case g.chance(20): // no redirect
			set("Location", pick(g.rng, "elsewhere", "http://[", ""))
		}
	}
}

// badOrigin is an Access-Control-Allow-Origin that is, mostly, not the origin.
func (g *Generator) badOrigin(origin string) string {
	return pick(g.rng,
		"", "*", "*", "*", "null", strings.ToUpper(origin), origin+"/", origin+":443", "https://evil.test", "evil", origin+" https://b.test", origin+","+origin, "*, *", "http://[", "//x",
		" "+origin+"\t", origin+"\x80", "https://exa%6dple.com", "about:blank", "true", "https://exa mple.com", "https://xn--a.example", "\"*\"", "*.example.com", "https://*.example.com",
		origin+"\v", "http:x", "https:", "https://", "1https://x", "javascript:1", "\xe9", "https://\xe9.example", "https://a\x7fb/", "http://1.2.3.999", "https://x:99999", "%2A", "https://user@app.example.com")
}

// spoilLocation makes one change to where a redirect leads.
func (g *Generator) spoilLocation(r *spec.Response) {
	for i, f := range r.Header {
		if !strings.EqualFold(f.Name, "Location") {
			continue
		}
		again := func(value string) { r.Header = append(r.Header, spec.Field{Name: "location", Value: value}) }
		switch g.rng.IntN(9) {
		case 0, 1:
			r.Header[i].Value = strings.Replace(f.Value, "://", pick(g.rng, "://user:pass@", "://user@", "://:pass@"), 1)
		case 2:
			r.Header[i].Value = pick(g.rng, "ftp://example.test/x", "data:text/plain,x", "foo:bar", "about:blank", "mailto:a@b", "ws://127.0.0.1/", "javascript:1", "blob:https://app.example.com/1")
		case 3, 4:
			r.Header[i].Value = pick(g.rng, "http://[", "http://1.2.3.999/", "http://a:99999/", "https://", "http://a<b/")
		case 5:
			r.Header = append(r.Header[:i:i], r.Header[i+1:]...)
		case 6:
			r.Header[i].Value = f.Value + pick(g.rng, "#fragment", "?q", "\t", " ", "#\xe9")
		case 7:
			again(f.Value)
		case 8:
			again(pick(g.rng, "elsewhere", ""))
		}
		return
	}
}

// without is a copy of the header list that lacks a field.
func without(h spec.Header, name string) spec.Header {
	kept := make(spec.Header, 0, len(h)+1)
	for _, f := range h {
		if !strings.EqualFold(f.Name, name) {
			kept = append(kept, f)
		}
	}
	return kept
}
