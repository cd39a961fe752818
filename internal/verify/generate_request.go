package verify

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// request makes a request as a script would.
func (g *Generator) request() spec.Request {
	r := spec.Request{
		API:         pick(g.rng, spec.APIFetch, spec.APIFetch, spec.APIFetch, spec.APIXHR),
		Origin:      pick(g.rng, g.pages...),
		Method:      pick(g.rng, "GET", "GET", "GET", "POST", "POST", "PUT", "PUT", "DELETE", "HEAD", "PATCH", "patch", "put", "OPTIONS", "CHICKEN", "post", "Delete", "get", "QUERY", "x!#$"),
		Mode:        spec.ModeCORS,
		Credentials: pick(g.rng, spec.CredentialsOmit, spec.CredentialsSameOrigin, spec.CredentialsSameOrigin, spec.CredentialsInclude, spec.CredentialsInclude),
		Redirect:    spec.RedirectFollow,
	}
	if g.chance(2) {
		r.Method = pick(g.rng, "TRACE", "connect", "TRACK", "GE T", "P(T", "GET,")
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
	switch {
	case g.chance(2):
		r.Header = g.manyFields()
	case g.chance(2):
		r.Header = g.fullSafelist()
	case g.chance(45):
		for range 1 + g.rng.IntN(4) {
			r.Header = append(r.Header, g.authorField())
		}
	}
	if m := strings.ToUpper(r.Method); g.chance(45) && (m != "GET" && m != "HEAD" || g.chance(5)) {
		r.Body = &spec.Body{ContentType: pick(g.rng, "", "text/plain", "text/plain;charset=utf-8", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html")}
	}
	if r.API == spec.APIXHR {
		r.UploadListener = g.chance(15)
	} else if g.chance(2) {
		g.cached(&r)
	}
	return r
}

// cached gives a request a cache mode, which makes a browser send fields of its
// own, and the script's fields of the same names.
func (g *Generator) cached(r *spec.Request) {
	r.Cache = pick(g.rng, "no-store", "reload", "no-cache", "force-cache", "default")
	r.Mode = pick(g.rng, r.Mode, r.Mode, spec.ModeNoCORS)
	for range g.rng.IntN(3) {
		r.Header = append(r.Header, g.field("Pragma,Cache-Control,cache-control,If-None-Match,If-Range", "no-cache", "max-age=0", "x\ty", "", "\xe9"))
	}
}

// authorField makes one request header field of a script: safelisted ones with
// values inside and outside of the rules, others, and forbidden ones.
func (g *Generator) authorField() spec.Field {
	switch g.rng.IntN(12) {
	case 0, 1:
		return g.field("X-Custom,x-custom,X-A,X-Z,x-b,Authorization,X-Requested-With,Cache-Control,If-None-Match,If-Match,If-Modified-Since,If-Range,If-Unmodified-Since,Pragma,X-UPPER,User-Agent", "1", "v", "", "a, b", "\x80\xff", "x\ty", "no-cache", "max-age=0")
	case 2:
		return g.field("Accept,accept", g.long("text/html;q=0.9, */*", "a{b}", "a\"b", "a:b", "x\ty", "\x80", "(", "ok", "", "a\x7fb", "a\x01b", "[", "@", "\\"))
	case 3:
		return g.field("Accept-Language,accept-LANGUAGE", g.long("en-GB, de;q=0.5", "en_GB", "en\tde", "*", "\x80", "a=b.c", "", "en/gb"))
	case 4:
		return g.field("Content-Language", g.long("de", "de/at", "de;x", "a:b"))
	case 5, 6:
		return g.field("Content-Type,content-type", g.long("text/plain", "text/plain; charset=utf-8", "TEXT/PLAIN", "text/plain;", "text/plain,x", "text /plain", "application/json", "multipart/form-data",
			"application/x-www-form-urlencoded;x=y", "text/plain;\"", "", "text", "text/plain; a=\"b\"", "\ttext/plain", "text/plain ;a=b", "text/plain;\x80", "*/*", "text/plain/x", "text/plain\v"))
	case 7:
		return g.field("Range,range", "bytes=0-", "bytes=0-9", "bytes=9-0", "bytes=-5", "bytes=0-1,3-4", "bytes= 0-1", "BYTES=0-1", "bytes=01-2", "bytes=0-9 ", "bytes=5-5", "bytes=", "bytes=a-",
			"bytes=0-9223372036854775806", "bytes=0-9223372036854775807", "bytes=99999999999999999999-", "bytes =0-1", "bytes=0 -1", "bytes=0-\t1", "byte=0-")
	case 8:
		return g.field("Origin,Host,Cookie,Sec-Foo,Proxy-Foo,Date,Access-Control-Request-Method,Content-Length,X-HTTP-Method-Override,X-Method-Override,X-HTTP-Method,Set-Cookie,Via,DNT,Keep-Alive,Te,Trailer,sec-,proxy-",
			"x", "GET", "TRACE", "GET, TRACK", "PUT", "trace ", "\"TRACE\"")
	case 9:
		return g.hint()
	}
	return spec.Field{Name: pick(g.rng, "X-Custom", "X-Other", "Not A Token", "X-"+strings.Repeat("l", 1+g.rng.IntN(40)), "_", "'", "x!y", "Secret", "X-"), Value: pick(g.rng, "1", " padded\t", "", "\t", "a\vb", "\f", "\xe9")}
}

// field makes one of the names with one of the values.
func (g *Generator) field(names string, values ...string) spec.Field {
	return spec.Field{Name: pick(g.rng, strings.Split(names, ",")...), Value: pick(g.rng, values...)}
}

// hint makes a client hint, which Chromium safelists.
func (g *Generator) hint() spec.Field {
	return g.field("DPR,dpr,Width,Viewport-Width,Downlink,RTT,ECT,Device-Memory,Save-Data,Intervention,Sec-CH-UA", "1", "1.5", "0", "4g", "2G", "on", "ON", "x", "", "1e2", "-1", ".5", "5.")
}

// long is one of the values or one made of a length about the limit of 128
// bytes.
func (g *Generator) long(options ...string) string {
	if g.chance(15) {
		return strings.Repeat("a", pick(g.rng, 127, 128, 129, 60, 500))
	}
	return pick(g.rng, options...)
}

// manyFields makes more header fields than anybody needs, some repeated.
func (g *Generator) manyFields() spec.Header {
	var h spec.Header
	n := 20 + g.rng.IntN(60)
	for range n {
		h = append(h, spec.Field{Name: pick(g.rng, "X-H", "x-h", "X-h") + strconv.Itoa(g.rng.IntN(n)), Value: pick(g.rng, "1", "2", "")})
	}
	return h
}

// fullSafelist makes safelisted fields whose values together are about the
// limit of 1024 bytes: repeats, which the standard counts one by one, or as
// many names as there are.
func (g *Generator) fullSafelist() spec.Header {
	var h spec.Header
	if g.chance(50) {
		for range 8 {
			h = append(h, spec.Field{Name: pick(g.rng, "Accept", "Accept-Language", "Content-Language"), Value: strings.Repeat("a", pick(g.rng, 125, 128, 127))})
		}
		return h
	}
	for _, name := range []string{"Accept", "Accept-Language", "Content-Language", "Intervention"} {
		h = append(h, spec.Field{Name: name, Value: strings.Repeat("a", 128)})
	}
	for _, name := range []string{"RTT", "Width", "Viewport-Width"} {
		h = append(h, spec.Field{Name: name, Value: strings.Repeat("1", 128)})
	}
	return append(h, spec.Field{Name: "Content-Type", Value: "text/plain;" + strings.Repeat("a", pick(g.rng, 0, 115, 116, 117))})
}
