package verify

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Generator makes exchanges from a grammar: a request as scripts make it, the
// answers of a server that grants it, then, for some, one or two changes to
// them. So a good part is allowed, and what is refused is refused for one reason.
// Equal seeds give equal exchanges.
type Generator struct {
	rng   *rand.Rand
	bases []string // origins of the replaying server; the first is where a request goes
	pages []string // page origins
}

// NewGenerator makes a generator for a replaying server at the given origins
// (at least two that are cross-origin to one another).
func NewGenerator(seed uint64, bases []string) *Generator {
	return &Generator{
		rng:   rand.New(rand.NewPCG(seed, 0x636f7273)),
		bases: bases,
		pages: []string{"https://app.example.com", "https://app.example.com", "http://app.example.com", "https://app.example.com:8443", "null", bases[0]},
	}
}

func pick[T any](r *rand.Rand, options ...T) T { return options[r.IntN(len(options))] }

func (g *Generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// Session makes the exchanges of one session: mostly one, sometimes several
// with the same URL, so that they meet in the preflight cache. path names it
// on the replaying server: hop i lives at ORIGIN/path/i.
func (g *Generator) Session(number int, path string) []Exchange {
	first := g.exchange(number, path)
	xs := []Exchange{first}
	if g.chance(88) || first.Request.Method == "" {
		return xs
	}
	for range 1 + g.rng.IntN(3) {
		next := g.exchange(number, path)
		next.Request.Origin, next.Request.URL = first.Request.Origin, first.Request.URL
		next.Hops = next.clone().Hops[:1]
		if isRedirect(next.Hops[0].Response.Status) {
			next.Hops[0].Response.Status = 200
		}
		// One server, one policy: the answers to preflights of a session are
		// mostly those of the first, so that the cache gets to decide.
		if g.chance(60) {
			next.Hops[0].Preflight = first.clone().Hops[0].Preflight
		}
		next.Hops[0].Response.Header = g.grant(next.Request, next.Request.Origin)
		xs = append(xs, next)
	}
	return xs
}

func (g *Generator) exchange(session int, path string) Exchange {
	x := Exchange{Session: session, Request: g.request()}
	base := g.bases[0]
	if g.chance(10) {
		base = pick(g.rng, g.bases...)
	}
	x.Request.URL = base + path + "/0"
	g.answers(&x, base, path)
	for range pick(g.rng, 0, 0, 1, 1, 1, 2) {
		g.spoil(&x)
	}
	return x
}

// request makes a request as a script would.
func (g *Generator) request() spec.Request {
	r := spec.Request{
		API:         pick(g.rng, spec.APIFetch, spec.APIFetch, spec.APIFetch, spec.APIXHR),
		Origin:      pick(g.rng, g.pages...),
		Method:      pick(g.rng, "GET", "GET", "POST", "PUT", "PUT", "DELETE", "HEAD", "PATCH", "patch", "put", "OPTIONS", "CHICKEN", "post", "Delete", "get"),
		Mode:        spec.ModeCORS,
		Credentials: pick(g.rng, spec.CredentialsOmit, spec.CredentialsSameOrigin, spec.CredentialsSameOrigin, spec.CredentialsInclude, spec.CredentialsInclude),
		Redirect:    spec.RedirectFollow,
	}
	if r.API == spec.APIFetch {
		if g.chance(6) {
			r.Mode = pick(g.rng, spec.ModeNoCORS, spec.ModeSameOrigin)
		}
		if g.chance(8) {
			r.Redirect = pick(g.rng, spec.RedirectError, spec.RedirectManual)
		}
	} else if r.Credentials == spec.CredentialsOmit {
		r.Credentials = spec.CredentialsSameOrigin
	}
	if g.chance(2) {
		r.Method = pick(g.rng, "TRACE", "connect", "TRACK", "GE T", "")
	}
	if g.chance(45) {
		for range 1 + g.rng.IntN(4) {
			r.Header = append(r.Header, g.authorField())
		}
	}
	if m := strings.ToUpper(r.Method); m != "GET" && m != "HEAD" && g.chance(45) {
		r.Body = &spec.Body{ContentType: pick(g.rng, "", "text/plain", "text/plain;charset=UTF-8", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html")}
	}
	if r.API == spec.APIXHR && r.Body != nil {
		r.UploadListener = g.chance(40)
	}
	return r
}

// authorField makes one request header field of a script: safelisted ones with
// values inside and outside of the rules, others, and forbidden ones.
func (g *Generator) authorField() spec.Field {
	switch g.rng.IntN(10) {
	case 0, 1:
		return spec.Field{Name: pick(g.rng, "X-Custom", "x-custom", "X-A", "X-Z", "x-b", "Authorization", "X-Requested-With", "Cache-Control", "If-None-Match", "X-UPPER"), Value: pick(g.rng, "1", "v", "", "a, b", "\x80\xff")}
	case 2:
		return spec.Field{Name: pick(g.rng, "Accept", "accept"), Value: g.value("text/html;q=0.9, */*", "a{b}", "a\"b", "a:b", "x\ty", "\x80", "(", "ok")}
	case 3:
		return spec.Field{Name: pick(g.rng, "Accept-Language", "accept-LANGUAGE"), Value: g.value("en-GB, de;q=0.5", "en_GB", "en\tde", "*", "\x80", "a=b.c")}
	case 4:
		return spec.Field{Name: "Content-Language", Value: g.value("de", "de/at", "de;x", "a:b")}
	case 5, 6:
		return spec.Field{Name: pick(g.rng, "Content-Type", "content-type"), Value: g.value("text/plain", "text/plain; charset=utf-8", "TEXT/PLAIN", "text/plain;", "text/plain,x", "text /plain", "application/json", "multipart/form-data", "application/x-www-form-urlencoded;x=y", "text/plain;\"", "", "text", "text/plain; a=\"b\"", "\ttext/plain")}
	case 7:
		return spec.Field{Name: pick(g.rng, "Range", "range"), Value: pick(g.rng, "bytes=0-", "bytes=0-9", "bytes=9-0", "bytes=-5", "bytes=0-1,3-4", "bytes= 0-1", "BYTES=0-1", "bytes=01-2", "bytes=0-9 ", "bytes=5-5", "bytes=", "bytes=a-")}
	case 8:
		return spec.Field{Name: pick(g.rng, "Origin", "Host", "Cookie", "Sec-Foo", "Proxy-Foo", "Date", "Access-Control-Request-Method", "Content-Length", "X-HTTP-Method-Override", "X-Method-Override", "Set-Cookie", "Via", "DNT"), Value: pick(g.rng, "x", "GET", "TRACE", "GET, TRACK", "PUT")}
	}
	return spec.Field{Name: pick(g.rng, "X-Custom", "X-Other", "Not A Token", "X-"+strings.Repeat("l", 1+g.rng.IntN(40)), "_", "'", "x!y"), Value: pick(g.rng, "1", " padded\t", "")}
}

// value is one of the given values or one made of a random length about the
// limit of 128 bytes.
func (g *Generator) value(options ...string) string {
	if g.chance(15) {
		return strings.Repeat("a", pick(g.rng, 127, 128, 129, 60, 500))
	}
	return pick(g.rng, options...)
}

// answers makes the hops of a server that grants the request, with redirects
// for some.
func (g *Generator) answers(x *Exchange, base, path string) {
	origin := x.Request.Origin
	hops := 1
	if g.chance(18) {
		hops = 1 + pick(g.rng, 1, 1, 2, 3)
		if g.chance(6) {
			hops = 20 + g.rng.IntN(3)
		}
	}
	for i := range hops {
		h := Hop{
			Preflight: spec.Response{Status: pick(g.rng, 204, 200, 200, 299), Header: g.grantPreflight(x.Request, origin)},
			Response:  spec.Response{Status: pick(g.rng, 200, 200, 200, 201, 404, 500, 403), Header: g.grant(x.Request, origin)},
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
			h.Response.Header = append(h.Response.Header, spec.Field{Name: "Location", Value: location})
			if base != next && base != origin {
				origin = "null" // the redirect-taint of the request
			}
			base = next
		}
		x.Hops = append(x.Hops, h)
	}
}

// grant are the headers of a response that is shared with the origin.
func (g *Generator) grant(r spec.Request, origin string) spec.Header {
	h := spec.Header{{Name: pick(g.rng, "Access-Control-Allow-Origin", "access-control-allow-origin"), Value: origin}}
	if r.Credentials == spec.CredentialsInclude {
		h = append(h, spec.Field{Name: "Access-Control-Allow-Credentials", Value: "true"})
	} else if g.chance(30) {
		h[0].Value = "*"
	}
	if g.chance(50) {
		h = append(h, spec.Field{Name: "Access-Control-Expose-Headers", Value: pick(g.rng, "X-One", "x-one,X-Two", "*", "X-One, *", "", "X-One,,X-Two", "X One", "\"X-One\"", "Set-Cookie, X-One", "Etag")})
	}
	for _, f := range []spec.Field{
		{Name: "X-One", Value: "1"}, {Name: "X-Two", Value: "2"}, {Name: "X-Two", Value: "again"}, {Name: "ETag", Value: `"e"`}, {Name: "Cache-Control", Value: "no-store"},
		{Name: "Content-Language", Value: "de"}, {Name: "Expires", Value: "0"}, {Name: "Pragma", Value: "no-cache"}, {Name: "Last-Modified", Value: "Thu, 01 Jan 1970 00:00:00 GMT"},
		{Name: "Content-Type", Value: "text/plain"}, {Name: "X-One", Value: "\xe9"},
	} {
		if g.chance(30) {
			h = append(h, f)
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
	}
	methods := pick(g.rng, "", "GET, PUT, DELETE", spec.NormalizeMethod(r.Method), "PUT,"+spec.NormalizeMethod(r.Method), spec.NormalizeMethod(r.Method)+" , ,POST")
	if !include && g.chance(30) {
		methods = "*"
	}
	if methods != "" && g.chance(92) {
		h = append(h, spec.Field{Name: "Access-Control-Allow-Methods", Value: methods})
	}
	names := spec.UnsafeRequestHeaderNames(r.Header)
	if r.Body != nil && r.Body.ContentType != "" {
		names = append(names, "content-type")
	}
	if len(names) > 0 || g.chance(20) {
		list := strings.Join(names, pick(g.rng, ",", ", ", " ,\t", ",,"))
		if g.chance(30) {
			list = strings.ToUpper(list)
		}
		if g.chance(25) {
			list = strings.Trim(list+",x-more", ",")
		}
		if !include && g.chance(25) {
			list = "*, authorization"
		}
		h = append(h, spec.Field{Name: "Access-Control-Allow-Headers", Value: list})
	}
	if g.chance(40) {
		h = append(h, spec.Field{Name: "Access-Control-Max-Age", Value: pick(g.rng, "600", "600", "0", "-1", "", "abc", "86400", "5", "99999999999999999999", "6e2", "10, 20")})
	}
	return h
}

// spoil makes one change to the answers (or, rarely, to the request).
func (g *Generator) spoil(x *Exchange) {
	hop := &x.Hops[g.rng.IntN(len(x.Hops))]
	target := &hop.Response
	if g.chance(55) {
		target = &hop.Preflight
	}
	origin := x.Request.Origin
	set := func(name string, values ...string) {
		kept := target.Header[:0:0]
		for _, f := range target.Header {
			if !strings.EqualFold(f.Name, name) {
				kept = append(kept, f)
			}
		}
		for _, v := range values {
			kept = append(kept, spec.Field{Name: name, Value: v})
		}
		target.Header = kept
	}
	switch g.rng.IntN(9) {
	case 0, 1:
		set("Access-Control-Allow-Origin", pick(g.rng, "", "*", "null", strings.ToUpper(origin), origin+"/", origin+":443", "https://evil.test", "evil", origin+" https://b.test", origin+","+origin, "*, *", "http://[", "//x", " "+origin+"\t", origin+"\x80", "https://exa%6dple.com", "about:blank", "true"))
	case 2:
		set("Access-Control-Allow-Origin")
	case 3:
		set("Access-Control-Allow-Origin", origin, pick(g.rng, origin, "*", "https://evil.test"))
	case 4:
		set("Access-Control-Allow-Credentials", pick(g.rng, "True", "TRUE", "false", "", "1", "true, true", " true "))
	case 5:
		if g.chance(50) {
			set("Access-Control-Allow-Credentials")
		} else {
			set("Access-Control-Allow-Credentials", "true", "true")
		}
	case 6:
		if target == &hop.Preflight {
			set("Access-Control-Allow-Methods", pick(g.rng, "GET", "put", "P UT", "PUT;", "(", ",", "", "*", "PUT\x80", "\"PUT\"", "PUT, /"))
		} else {
			set("Access-Control-Expose-Headers", pick(g.rng, "X One", "*", "X-One;", "\x80"))
		}
	case 7:
		if target == &hop.Preflight {
			set("Access-Control-Allow-Headers", pick(g.rng, "x-none", "x custom", "*", "", "x-custom;", "x-*", "\x80", "authorization", "content-type"))
		} else if isRedirect(target.Status) {
			g.spoilLocation(x, target)
		} else {
			target.Status = pick(g.rng, 300, 304, 305, 400, 503, 299)
		}
	case 8:
		if target == &hop.Preflight {
			target.Status = pick(g.rng, 301, 302, 307, 304, 400, 401, 403, 404, 405, 500, 299, 300)
			if isRedirect(target.Status) && g.chance(70) {
				set("Location", "/elsewhere")
			}
		} else if g.chance(15) {
			x.Request.URL = pick(g.rng, "ftp://example.test/", "about:blank", "file:///etc/hosts", "foo://bar/")
		}
	}
}

func (g *Generator) spoilLocation(x *Exchange, r *spec.Response) {
	for i, f := range r.Header {
		if f.Name != "Location" {
			continue
		}
		switch g.rng.IntN(4) {
		case 0:
			r.Header[i].Value = strings.Replace(f.Value, "://", "://user:pass@", 1)
		case 1:
			r.Header[i].Value = pick(g.rng, "http://[", "ftp://example.test/x", "data:text/plain,x", "foo:bar", "https://a b/")
		case 2:
			r.Header = append(r.Header[:i:i], r.Header[i+1:]...)
		case 3:
			r.Header[i].Value = f.Value + "#fragment"
		}
		return
	}
}

func isRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// String is a short name for messages.
func (x Exchange) String() string {
	return fmt.Sprintf("%s %s from %s", x.Request.Method, x.Request.URL, x.Request.Origin)
}
