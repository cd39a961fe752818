package spec

import "fmt"

// construct does what the script's call does before the fetch: the
// Request constructor (https://fetch.spec.whatwg.org/#dom-request), or
// XMLHttpRequest's open(), setRequestHeader() and send()
// (https://xhr.spec.whatwg.org/). It returns what was thrown, "" if nothing was.
func (f *Fetch) construct() string {
	switch f.req.API {
	case APIXHR:
		return f.constructXHR()
	case APIElement:
		return f.constructElement()
	}
	return f.constructRequest()
}

// method checks and normalises the method
// (https://fetch.spec.whatwg.org/#dom-request, step 25; XMLHttpRequest's open(), steps 2 to 4).
func (f *Fetch) constructMethod(r rule) string {
	m := f.req.Method
	if m == "" && f.req.API != APIXHR {
		m = "GET"
	}
	if !IsToken(m) {
		f.t.add(r, "the method is not a token: it throws")
		return fmt.Sprintf("request.method: %q is not a method", m)
	}
	if IsForbiddenMethod(m) {
		f.t.add(r, "the method is forbidden: it throws")
		return fmt.Sprintf("request.method: %q is a forbidden method", m)
	}
	f.method = NormalizeMethod(m)
	return ""
}

// validate is https://fetch.spec.whatwg.org/#headers-validate, steps 1 and 3,
// also setRequestHeader() steps 3 to 5. It reports an error to throw, or that
// the header is dropped silently.
func (f *Fetch) validate(r rule, name, value string) (drop bool, thrown string) {
	if !IsToken(name) {
		f.t.add(r, "a header name is not a token: it throws")
		return false, fmt.Sprintf("request.headers: %q is not a header name", name)
	}
	if !IsHeaderValue(value) {
		f.t.add(r, "a header value has a NUL, CR or LF: it throws")
		return false, fmt.Sprintf("request.headers: the value of %q has a NUL, CR or LF", name)
	}
	if hasName(f.p.DroppedNames, name) {
		if f.t != nil {
			f.t.add(ruleForbiddenHeader, "the engine does not send an author's `"+name+"`: dropped")
		}
		return true, ""
	}
	if IsForbiddenRequestHeader(name, value) {
		if f.t != nil {
			f.t.add(ruleForbiddenHeader, "`"+name+"` is a forbidden request-header: dropped")
		}
		return true, ""
	}
	return false, ""
}

func (f *Fetch) constructRequest() string {
	// Step 5.3.
	if f.url.HasCredentials() {
		f.t.add(ruleConstructorURL, "the URL includes credentials: it throws")
		return "request.url: it has a user name or password"
	}
	// Step 25.
	if thrown := f.constructMethod(ruleConstructorMethod); thrown != "" {
		return thrown
	}
	// Step 32.
	noCORS := f.req.Mode == ModeNoCORS
	if noCORS && !IsSafelistedMethod(f.method) {
		f.t.add(ruleConstructorNoCORS, "mode no-cors and the method is not GET, HEAD or POST: it throws")
		return fmt.Sprintf("request.method: %q with mode no-cors", f.method)
	}
	// Step 33.
	for i := range f.req.Header {
		if thrown := f.appendHeader(f.req.Header[i].Name, f.req.Header[i].Value, noCORS); thrown != "" {
			return thrown
		}
	}
	body := f.req.Body
	if body == nil {
		return ""
	}
	// Step 35.
	if f.method == "GET" || f.method == "HEAD" {
		f.t.add(ruleConstructorBody, "a body with GET or HEAD: it throws")
		return "request.body: " + f.method + " with a body"
	}
	// Step 37.
	if body.ContentType != "" && !f.header.Has("content-type") {
		if thrown := f.appendHeader("Content-Type", body.ContentType, noCORS); thrown != "" {
			return thrown
		}
	}
	f.body = true
	// Step 39.
	if body.Stream {
		if noCORS {
			f.t.add(ruleConstructorStream, "a stream body with mode no-cors: it throws")
			return "request.body: a stream with mode no-cors"
		}
		f.t.add(ruleConstructorStream, "a stream body sets the use-CORS-preflight flag")
		f.stream, f.flag = true, true
	}
	return ""
}

// appendHeader is https://fetch.spec.whatwg.org/#concept-headers-append with
// guard "request" or "request-no-cors". The latter keeps the four
// no-CORS-safelisted names, and only while their combined value is safelisted;
// that excludes Range, which only privileged code may set.
func (f *Fetch) appendHeader(name, value string, noCORS bool) string {
	value = NormalizeValue(value)
	drop, thrown := f.validate(ruleHeadersValidate, name, value)
	if drop || thrown != "" {
		return thrown
	}
	if noCORS {
		combined := value
		if old, ok := f.header.Get(name); ok { // only few are kept: their combined value is short
			combined = old + ", " + value
		}
		if !isNoCORSSafelisted(name, combined) {
			if f.t != nil {
				f.t.add(ruleHeadersAppend, "`"+name+"` is not a no-CORS-safelisted request-header: dropped")
			}
			return ""
		}
	}
	if i := f.names.find(f.header, name); i >= 0 {
		name = f.header[i].Name // as Header.Add does
	}
	f.header = append(f.header, Field{name, value})
	return ""
}

// isNoCORSSafelisted is https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header.
func isNoCORSSafelisted(name, value string) bool {
	return (equalFold(name, "accept") || equalFold(name, "accept-language") ||
		equalFold(name, "content-language") || equalFold(name, "content-type")) &&
		IsSafelistedRequestHeader(name, value)
}

func (f *Fetch) constructXHR() string {
	if thrown := f.constructMethod(ruleXHROpen); thrown != "" {
		return thrown
	}
	for i := range f.req.Header {
		name, value := f.req.Header[i].Name, NormalizeValue(f.req.Header[i].Value)
		drop, thrown := f.validate(ruleXHRHeader, name, value)
		if thrown != "" {
			return thrown
		}
		if !drop {
			f.header = append(f.header, Field{name, value})
		}
	}
	f.header = combineRepeats(f.header)
	body := f.req.Body
	if body != nil && (f.method == "GET" || f.method == "HEAD") {
		f.t.add(ruleXHRSend, "a body with GET or HEAD: the body is dropped")
		body = nil
	}
	if body != nil {
		f.body = true
		if body.ContentType != "" && !f.header.Has("content-type") {
			value := NormalizeValue(body.ContentType)
			if !IsHeaderValue(value) {
				return "request.body.content_type: not a header value"
			}
			f.header = append(f.header, Field{"Content-Type", value})
		}
	}
	if f.req.UploadListener && (f.body || !f.p.UploadNeedsBody) {
		f.t.add(ruleXHRSend, "a listener on upload sets the use-CORS-preflight flag")
		f.flag = true
	}
	return ""
}

// constructElement: what markup and simple calls load. They validate nothing
// here, and their requests do not have the unsafe-request flag.
func (f *Fetch) constructElement() string {
	if thrown := f.constructMethod(ruleConstructorMethod); thrown != "" {
		return thrown
	}
	f.header = append(f.header, f.req.Header...)
	if body := f.req.Body; body != nil {
		f.body = true
		if body.ContentType != "" && !f.header.Has("content-type") {
			f.header = append(f.header, Field{"Content-Type", body.ContentType})
		}
	}
	return ""
}
