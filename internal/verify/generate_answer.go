package verify

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// answers makes the hops of a server that grants the request, with redirects
// for some.
func (g *Generator) answers(x *Exchange, base, path string) {
	x.Hops = nil
	origin := x.Request.Origin
	hops := 1
	if g.chance(18) {
		hops = 1 + pick(g.rng, 1, 1, 1, 2, 3)
		if g.chance(4) {
			hops = 20 + g.rng.IntN(3)
		}
	}
	for i := range hops {
		h := Hop{
			Preflight: spec.Response{Status: pick(g.rng, 204, 200, 200, 200, 299), Header: g.grantPreflight(x.Request, origin)},
			Response:  spec.Response{Status: pick(g.rng, 200, 200, 200, 200, 201, 206, 404, 500, 403), Header: g.grant(x.Request, origin)},
		}
		if i < hops-1 {
			next := base
			if g.chance(40) {
				next = pick(g.rng, g.bases...)
			}
			location := next + path + "/" + strconv.Itoa(i+1)
			if next == base && g.chance(30) {
				location = path + "/" + strconv.Itoa(i+1)
			}
			h.Response.Status = pick(g.rng, 301, 302, 303, 307, 308, 302, 307)
			h.Response.Header = append(h.Response.Header, spec.Field{Name: pick(g.rng, "Location", "location"), Value: location})
			if base != next && base != origin {
				origin = "null" // the redirect-taint of the request
			}
			base = next
		}
		x.Hops = append(x.Hops, h)
	}
	if hops > 20 && g.chance(50) { // is a redirect too many refused before what else is wrong with it?
		r := &x.Hops[20].Response
		r.Header = without(r.Header, "Access-Control-Allow-Origin")
	}
}

// oddRedirect makes a redirect of which engines and the standard check things
// in different orders, or which leaves the page's own origin.
func (g *Generator) oddRedirect(x *Exchange, path string) {
	x.Hops = x.Hops[:1]
	r := &x.Hops[0].Response
	r.Status, r.Header = pick(g.rng, 302, 307, 308), without(r.Header, "Location")
	location := pick(g.rng, "ftp://user@example.test/x", "ftp://example.test/x", "http://user@example.test/", "http://:pass@example.test/", "data:,x", "foo:bar")
	if x.Request.API == spec.APIFetch {
		x.Request.Redirect = pick(g.rng, spec.RedirectFollow, spec.RedirectError, spec.RedirectManual)
		if g.chance(50) {
			x.Request.Origin, x.Request.Mode, x.Request.Redirect = baseOf(x.Request.URL), spec.ModeNoCORS, spec.RedirectFollow
			x.Request.Method, x.Request.Header = pick(g.rng, "POST", "GET"), nil
			location = pick(g.rng, g.bases...) + path + "/1"
			x.Hops = append(x.Hops, Hop{Preflight: spec.Response{Status: 204}, Response: spec.Response{Status: 200}})
		}
	}
	r = &x.Hops[0].Response
	r.Header = append(r.Header, spec.Field{Name: "Location", Value: location})
}

// grant are the headers of a response that is shared with the origin.
func (g *Generator) grant(r spec.Request, origin string) spec.Header {
	h := spec.Header{{Name: pick(g.rng, "Access-Control-Allow-Origin", "access-control-allow-origin", "ACCESS-CONTROL-ALLOW-ORIGIN"), Value: origin}}
	if r.Credentials == spec.CredentialsInclude {
		h = append(h, spec.Field{Name: "Access-Control-Allow-Credentials", Value: "true"})
	} else if g.chance(30) {
		h[0].Value = "*"
	}
	if g.chance(50) {
		h = append(h, spec.Field{Name: "Access-Control-Expose-Headers", Value: pick(g.rng, "X-One", "x-one,X-Two", "*", "X-One, *", "", "X-One,,X-Two", "X One", "\"X-One\"", "Set-Cookie2, X-One", "Etag", "X-One\t,\tx-two ", ",", "X-One;", "x-one, x-one, \x80", "Access-Control-Allow-Origin", "*x")})
		if g.chance(10) {
			h = append(h, spec.Field{Name: "access-control-expose-headers", Value: pick(g.rng, "X-Two", "", "*", "X Two")})
		}
	}
	for _, f := range []spec.Field{
		{Name: "X-One", Value: "1"}, {Name: "X-Two", Value: "2"}, {Name: "X-Two", Value: "again"}, {Name: "ETag", Value: `"e"`}, {Name: "Cache-Control", Value: "no-store"},
		{Name: "Content-Language", Value: "de"}, {Name: "Expires", Value: "0"}, {Name: "Pragma", Value: "no-cache"}, {Name: "Last-Modified", Value: "Thu, 01 Jan 1970 00:00:00 GMT"},
		{Name: "Content-Type", Value: "text/plain"}, {Name: "X-One", Value: "\xe9"}, {Name: "x-ONE", Value: " \t "}, {Name: "Set-Cookie2", Value: "a=b"}, {Name: "X-Ctl", Value: "a\x01\x7f\vb"},
	} {
		if g.chance(22) {
			h = append(h, f)
		}
	}
	if g.chance(1) {
		for i := range 100 {
			h = append(h, spec.Field{Name: "X-Many-" + strconv.Itoa(i%60), Value: strconv.Itoa(i)})
		}
	}
	return h
}

// grantPreflight are the headers of an answer to a preflight that lets the
// request through.
func (g *Generator) grantPreflight(r spec.Request, origin string) spec.Header {
	h := spec.Header{{Name: "Access-Control-Allow-Origin", Value: origin}}
	include := r.Credentials == spec.CredentialsInclude
	if include {
		h = append(h, spec.Field{Name: "Access-Control-Allow-Credentials", Value: "true"})
	} else if g.chance(20) {
		h[0].Value = "*"
	}
	method := spec.NormalizeMethod(r.Method)
	methods := pick(g.rng, "GET, PUT, DELETE, PATCH, "+method, method, "PUT,"+method, method+" , ,POST", "\t"+method+"\t", method+",*")
	if !include && g.chance(30) {
		methods = "*"
	}
	if !spec.IsSafelistedMethod(method) && g.chance(96) || g.chance(50) {
		h = append(h, spec.Field{Name: "Access-Control-Allow-Methods", Value: methods})
	}
	names := spec.UnsafeRequestHeaderNames(r.Header)
	if r.Body != nil && r.Body.ContentType != "" {
		names = append(names, "content-type")
	}
	if len(names) > 0 || g.chance(20) {
		h = append(h, g.allowHeaders(names, include)...)
	}
	if g.chance(40) {
		h = append(h, spec.Field{Name: "Access-Control-Max-Age", Value: pick(g.rng, "600", "600", "600", "0", "-1", "", "abc", "86400", "5", "99999999999999999999", "6e2", "10, 20", "+60", " 60 ", "060", "60;", "-0", "60.5", "0x60")})
		if g.chance(5) {
			h = append(h, spec.Field{Name: "Access-Control-Max-Age", Value: pick(g.rng, "600", "0")})
		}
	}
	return h
}

// allowHeaders spells a list of names, on one line or several.
func (g *Generator) allowHeaders(names []string, include bool) spec.Header {
	list := strings.Join(names, pick(g.rng, ",", ", ", " ,\t", ",,"))
	if g.chance(30) {
		list = strings.ToUpper(list)
	}
	if g.chance(25) {
		list = strings.Trim(list+",x-more", ",")
	}
	if !include && g.chance(25) {
		list = pick(g.rng, "*, authorization", "*", "*, x-more")
	}
	h := spec.Header{{Name: "Access-Control-Allow-Headers", Value: list}}
	if len(names) > 1 && g.chance(20) {
		h = spec.Header{{Name: "Access-Control-Allow-Headers", Value: names[0]}, {Name: "access-control-allow-headers", Value: strings.Join(names[1:], ", ")}}
	}
	return h
}
