package spec

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every parser is checked against a slow, plain reading of the standard's text.

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://a.example/x?y#z", "http://127.0.0.1:8080", "https://a.b/%2e", "https://a.1/", "https://xn--a/", "https://a/..", "https://a:80/", "http://a:080", "https://a/?'", "https://a-.b/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fast, ok := parseOrdinary(s)
		slow, err := parseAny(s, "")
		if ok && (err != nil || fast != slow) {
			t.Fatalf("%q: fast %+v, slow %+v, %v", s, fast, slow, err)
		}
		if err != nil {
			return
		}
		again, err := ParseURL(slow.String())
		if err != nil || again.String() != slow.String() {
			t.Skip("the parser's own serialisation is not stable")
		}
	})
}

func FuzzResolve(f *testing.F) {
	f.Add("https://a.example/x", "/y?z#w")
	f.Add("https://u:p@a.example:81/x?q#f", "/y")
	f.Add("http://a.example", "//b")
	f.Add("http://a.example", "/%2e%2e/\xff")
	f.Fuzz(func(t *testing.T, base, location string) {
		b, err := ParseURL(base)
		if err != nil {
			return
		}
		got, gotErr := b.Resolve(location)
		want, wantErr := parseAny(percentEncodeHigh(location), b.href)
		if (gotErr == nil) != (wantErr == nil) || got != want {
			t.Fatalf("%q at %q: %+v %v, want %+v %v", location, base, got, gotErr, want, wantErr)
		}
	})
}

func FuzzParseOrigin(f *testing.F) {
	for _, s := range []string{"null", "https://a.example", "https://a.example:443", "https://[::1]:1", "x://y", "https://A"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseOrigin(s)
		if err != nil {
			return
		}
		if o.String() != s {
			t.Fatalf("%q serialises as %q", s, o)
		}
		if o.SameOrigin(o) == o.Opaque() {
			t.Fatalf("%q: same origin with itself: %v", s, o.SameOrigin(o))
		}
	})
}

// headersOf reads "name: value" lines.
func headersOf(text string) (h Header) {
	for _, line := range strings.Split(text, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h = append(h, Field{name, strings.Trim(value, " \t")})
		}
	}
	return h
}

var tokenPattern = regexp.MustCompile("^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$")

// naiveList is #token on a combined value, which for lists is the same.
func naiveList(h Header, name string) (list []string, null, failure bool) {
	value, ok := naiveGet(h, name)
	if !ok {
		return nil, true, false
	}
	for _, e := range strings.Split(value, ",") {
		e = strings.Trim(e, " \t")
		if e == "" {
			continue
		}
		if !tokenPattern.MatchString(e) {
			return nil, false, true
		}
		list = append(list, e)
	}
	return list, false, false
}

func naiveGet(h Header, name string) (string, bool) {
	var values []string
	for _, f := range h {
		if naiveLower(f.Name) == naiveLower(name) {
			values = append(values, strings.Trim(f.Value, " \t"))
		}
	}
	return strings.Join(values, ", "), values != nil
}

func naiveLower(s string) string {
	b := []byte(s)
	for i := range b {
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] += 32
		}
	}
	return string(b)
}

func FuzzTokenList(f *testing.F) {
	f.Add("X: a, b\nx:,,c")
	f.Add("x:\ny: z")
	f.Add("x: a b")
	f.Fuzz(func(t *testing.T, text string) {
		h := headersOf(text)
		want, null, failure := naiveList(h, "x")
		got, ok := ExtractTokenList(h, "x")
		if ok == failure || (got == nil) != (null || failure) || !slices.Equal(got, want) {
			t.Fatalf("%q: %q %v, want %q null %v failure %v", text, got, ok, want, null, failure)
		}
		s := inspectList(h, "x")
		if s.failed != failure || s.null != null || !failure && (s.n != len(want) || s.wildcard != slices.Contains(want, "*")) {
			t.Fatalf("%q: %+v", text, s)
		}
	})
}

func FuzzParseMaxAge(f *testing.F) {
	for _, s := range []string{"600", "0", "-1", "+1", "99999999999999999999", "9007199254740993", "1, 2", ""} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, value string, twice bool) {
		h := Header{{"Access-Control-Max-Age", value}}
		if twice {
			h = append(h, h[0])
		}
		got, ok := ParseMaxAge(h)
		trimmed := strings.Trim(value, " \t")
		wantOK := !twice && regexp.MustCompile(`^[0-9]+$`).MatchString(trimmed)
		if ok != wantOK {
			t.Fatalf("%q: %v", value, ok)
		}
		if ok {
			want, _ := new(big.Int).SetString(trimmed, 10)
			if limit := big.NewInt(MaxMaxAge); want.Cmp(limit) > 0 {
				want = limit
			}
			if want.Int64() != got {
				t.Fatalf("%q: %d, want %d", value, got, want)
			}
		}
		for _, e := range Engines() {
			p := profileOf(e)
			if s := preflightMaxAge(p, h); s < 0 || p.MaxAgeCap > 0 && s > p.MaxAgeCap {
				t.Fatalf("%q: %s: %d", value, e, s)
			}
		}
	})
}

func FuzzParseSingleRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=-5", "bytes=5-", "bytes = 1 - 2", "bytes=2-1", "bytes=00018446744073709551616-1"} {
		f.Add(s)
	}
	strict := regexp.MustCompile(`^bytes=([0-9]*)-([0-9]*)$`)
	loose := regexp.MustCompile(`^bytes[ \t]*=[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)$`)
	f.Fuzz(func(t *testing.T, s string) {
		for whitespace, pattern := range map[bool]*regexp.Regexp{false: strict, true: loose} {
			r, ok := ParseSingleRange(s, whitespace)
			m := pattern.FindStringSubmatch(s)
			want := m != nil && (m[1] != "" || m[2] != "")
			if want && m[1] != "" && m[2] != "" {
				a, _ := new(big.Int).SetString(m[1], 10)
				b, _ := new(big.Int).SetString(m[2], 10)
				want = a.Cmp(b) <= 0
			}
			if ok != want {
				t.Fatalf("%q, %v: %+v %v", s, whitespace, r, ok)
			}
		}
	})
}

func FuzzMIMEEssence(f *testing.F) {
	for _, s := range []string{"text/plain", "Text/Plain; a=b", "text /plain", "a/b ;", "\r\na/b", "/", "a/b/c"} {
		f.Add(s)
	}
	pattern := regexp.MustCompile("(?s)^[\r\n\t ]*([!#$%&'*+\\-.^_`|~0-9A-Za-z]+)/([!#$%&'*+\\-.^_`|~0-9A-Za-z]+)[\r\n\t ]*(;.*)?$")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsFunc(s, func(r rune) bool { return r == 0xfffd }) {
			return // the pattern reads UTF-8
		}
		got, ok := MIMEEssence(s)
		m := pattern.FindStringSubmatch(s)
		if ok != (m != nil) {
			t.Fatalf("%q: %q %v", s, got, ok)
		}
		if ok && got != naiveLower(m[1]+"/"+m[2]) {
			t.Fatalf("%q: %q", s, got)
		}
	})
}

func FuzzGetDecodeSplit(f *testing.F) {
	for _, s := range []string{`a,"b,c",d`, `"\",",`, `"`, ",,", `a"b\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want []string
		var part strings.Builder
		quoted, escaped := false, false
		for _, b := range []byte(s) {
			if b == ',' && !quoted {
				want = append(want, strings.Trim(part.String(), " \t"))
				part.Reset()
				continue
			}
			part.WriteByte(b)
			switch {
			case escaped:
				escaped = false
			case quoted && b == '\\':
				escaped = true
			case b == '"':
				quoted = !quoted
			}
		}
		want = append(want, strings.Trim(part.String(), " \t"))
		if got := GetDecodeSplit(s); !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", s, got, want)
		}
	})
}

func FuzzUnsafeRequestHeaderNames(f *testing.F) {
	f.Add("Accept: */*\nX-A: 1\nContent-Type: text/plain")
	f.Add("Range: bytes=0-\nAccept-Language: en")
	f.Add(strings.Repeat("accept: "+strings.Repeat("a", 128)+"\n", 9))
	f.Fuzz(func(t *testing.T, text string) {
		h := headersOf(text)
		var unsafe, potentially []string
		size := 0
		for _, f := range h {
			if IsSafelistedRequestHeader(f.Name, f.Value) {
				potentially = append(potentially, f.Name)
				size += len(f.Value)
			} else {
				unsafe = append(unsafe, f.Name)
			}
		}
		if size > 1024 {
			unsafe = append(unsafe, potentially...)
		}
		for i := range unsafe {
			unsafe[i] = naiveLower(unsafe[i])
		}
		slices.Sort(unsafe)
		unsafe = slices.Compact(unsafe)
		if got := UnsafeRequestHeaderNames(h); !slices.Equal(got, unsafe) {
			t.Fatalf("%q: %q, want %q", text, got, unsafe)
		}
	})
}

func FuzzIsForbiddenRequestHeader(f *testing.F) {
	f.Add("Cookie", "x")
	f.Add("X-HTTP-Method-Override", "a, Trace")
	f.Add("SEC-x", "")
	f.Fuzz(func(t *testing.T, name, value string) {
		n := naiveLower(name)
		want := slices.Contains(forbiddenRequestHeaders[:], n) || strings.HasPrefix(n, "sec-") || strings.HasPrefix(n, "proxy-")
		if n == "x-http-method" || n == "x-http-method-override" || n == "x-method-override" {
			for _, m := range GetDecodeSplit(value) {
				want = want || slices.Contains([]string{"connect", "trace", "track"}, naiveLower(m))
			}
		}
		if got := IsForbiddenRequestHeader(name, value); got != want {
			t.Fatalf("%q: %q: %v", name, value, got)
		}
	})
}

// naiveCORSCheck is https://fetch.spec.whatwg.org/#concept-cors-check, word for word.
func naiveCORSCheck(origin string, mode CredentialsMode, h Header) bool {
	value, ok := naiveGet(h, "Access-Control-Allow-Origin")
	if !ok {
		return false
	}
	if mode != CredentialsInclude && value == "*" {
		return true
	}
	if origin != value {
		return false
	}
	if mode != CredentialsInclude {
		return true
	}
	credentials, ok := naiveGet(h, "Access-Control-Allow-Credentials")
	return ok && credentials == "true"
}

// naivePreflight is https://fetch.spec.whatwg.org/#cors-preflight-fetch-0, step 7, word for word.
func naivePreflight(origin string, mode CredentialsMode, method string, unsafe []string, status int, h Header) bool {
	if !naiveCORSCheck(origin, mode, h) || status < 200 || status > 299 {
		return false
	}
	methods, _, failure1 := naiveList(h, "Access-Control-Allow-Methods")
	headerNames, _, failure2 := naiveList(h, "Access-Control-Allow-Headers")
	if failure1 || failure2 {
		return false
	}
	if !slices.Contains(methods, method) && !slices.Contains([]string{"GET", "HEAD", "POST"}, method) && (mode == CredentialsInclude || !slices.Contains(methods, "*")) {
		return false
	}
	lowered := make([]string, len(headerNames))
	for i := range headerNames {
		lowered[i] = naiveLower(headerNames[i])
	}
	if slices.Contains(unsafe, "authorization") && !slices.Contains(lowered, "authorization") {
		return false
	}
	for _, name := range unsafe {
		if !slices.Contains(lowered, name) && (mode == CredentialsInclude || !slices.Contains(headerNames, "*")) {
			return false
		}
	}
	return true
}

var credentialsModes = []CredentialsMode{CredentialsOmit, CredentialsSameOrigin, CredentialsInclude}

func FuzzChecks(f *testing.F) {
	const origin = "https://a.example"
	f.Add("access-control-allow-origin: "+origin+"\naccess-control-allow-credentials: true\naccess-control-allow-methods: PUT\naccess-control-allow-headers: x-a, *", "PUT", "X-A: 1\nAuthorization: x", 204)
	f.Add("Access-Control-Allow-Origin: *\nLocation: /", "GET", "", 302)
	f.Add("Access-Control-Allow-Origin: https://a b", "*", "*: x", 200)
	f.Fuzz(func(t *testing.T, response, method, request string, status int) {
		h, unsafe := headersOf(response), UnsafeRequestHeaderNames(headersOf(request))
		for _, mode := range credentialsModes {
			for _, o := range []string{origin, "null"} {
				r := CheckCORS(o, mode, h)
				if want := naiveCORSCheck(o, mode, h); (r == "") != want {
					t.Fatalf("%q, %s: %q", response, mode, r)
				}
				r, param := CheckPreflight(o, mode, method, unsafe, status, h)
				if want := naivePreflight(o, mode, method, unsafe, status, h); (r == "") != want {
					t.Fatalf("%q, %s, %q, %q, %d: %q %q", response, mode, method, unsafe, status, r, param)
				}
				if r != "" && (r.Explain() == "" || !r.IsPreflight()) {
					t.Fatalf("an unknown reason %q", r)
				}
				if r == ReasonHeaderDisallowedByPreflightResponse {
					if refused := RefusedHeaders(mode, unsafe, h); refused[0] != param {
						t.Fatalf("%q: %q, refused %q", response, param, refused)
					}
				}
			}
		}
	})
}

func FuzzExposedNames(f *testing.F) {
	f.Add("access-control-expose-headers: x-a\nx-a: 1\nX-A: 2\nset-cookie: 3\ndate: x")
	f.Add("access-control-expose-headers: *\n*: 1")
	f.Add("access-control-expose-headers: *, @\nx:")
	f.Fuzz(func(t *testing.T, response string) {
		h := headersOf(response)
		list, _, _ := naiveList(h, "access-control-expose-headers")
		for _, mode := range credentialsModes {
			names := map[string]bool{}
			for _, n := range append(append([]string{}, list...), safelistedResponseHeaders[:]...) {
				names[naiveLower(n)] = true
			}
			var want []string
			for _, f := range h {
				n := naiveLower(f.Name)
				all := mode != CredentialsInclude && slices.Contains(list, "*")
				if n != "set-cookie" && n != "set-cookie2" && (all || names[n]) && !slices.Contains(want, n) {
					want = append(want, n)
				}
			}
			slices.Sort(want)
			if got := ExposedNames(mode, h); !slices.Equal(got, want) {
				t.Fatalf("%q, %s: %q, want %q", response, mode, got, want)
			}
			for name, value := range Readable(TypeCORS, mode, h) {
				if want, _ := naiveGet(h, name); want != value {
					t.Fatalf("%q: %q is %q, want %q", response, name, value, want)
				}
			}
		}
	})
}

// FuzzFetch: whatever is asked and answered, every engine comes to an end that
// makes sense.
func FuzzFetch(f *testing.F) {
	f.Add("https://a.example", "https://b.example/x", "PUT", "X-A: 1", "text/plain", uint16(0), "access-control-allow-origin: *\naccess-control-allow-methods: *\nlocation: /y", 302)
	f.Add("null", "https://b.example/x", "get", "Accept: 1", "", uint16(0xffff), "location: https://u@c.example/", 307)
	f.Fuzz(func(t *testing.T, origin, url, method, request, contentType string, bits uint16, response string, status int) {
		pick := func(n int) int { v := int(bits) % n; bits /= uint16(n); return v }
		req := Request{
			Origin: origin, URL: url, Method: method, Header: headersOf(request),
			API:            []API{APIFetch, APIXHR, APIElement}[pick(3)],
			Mode:           []Mode{ModeCORS, ModeNoCORS, ModeSameOrigin}[pick(3)],
			Credentials:    credentialsModes[pick(3)],
			Redirect:       []RedirectMode{RedirectFollow, RedirectError, RedirectManual}[pick(3)],
			UploadListener: pick(2) == 1,
		}
		if pick(2) == 1 {
			req.Body = &Body{ContentType: contentType, Stream: pick(2) == 1}
		}
		resp := Response{Status: status, Header: headersOf(response)}
		for _, e := range Engines() {
			cache := NewPreflightCache(e)
			fetch := Begin(req, Options{Engine: e, Cache: cache, Now: time.Second, Trace: true})
			for n := 0; fetch.Next().Kind != ActionDone; n++ {
				if n > 2*(maxRedirects+1) {
					t.Fatal("it does not end")
				}
				fetch.Deliver(resp)
			}
			out := fetch.Outcome()
			switch {
			case (out.Result == Blocked) != (out.Reason != ""), (out.Result == Blocked) != (out.FailedHop >= 0),
				(out.Result == Allowed) != (out.Type != TypeErr),
				(out.Result == Invalid || out.Result == TypeError) != (out.Error != "" && (len(out.Hops) == 0 || fetch.tooLong)),
				out.Reason != "" && out.Reason.Explain() == "",
				(out.FailedParameter != "") != (out.Reason == ReasonMethodDisallowedByPreflightResponse || out.Reason == ReasonHeaderDisallowedByPreflightResponse):
				t.Fatalf("%s: %+v", e, out)
			}
			for _, h := range out.Hops {
				if h.Preflight != (h.ACRM != nil) || h.Preflight != (h.PreflightOrigin != nil) || !h.Sent && (h.Origin != nil || h.Header != nil || h.Credentials) {
					t.Fatalf("%s: %+v", e, h)
				}
				if h.Sent && req.API != APIElement {
					for _, f := range h.Header {
						if IsForbiddenRequestHeader(f.Name, f.Value) && !strings.HasPrefix(naiveLower(f.Name), "x-") {
							t.Fatalf("%s: a forbidden header went out: %+v", e, f)
						}
					}
				}
			}
		}
	})
}
