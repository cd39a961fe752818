// Package corsmatch has Gomega matchers for the CORS side of a response. They
// decide as a browser does, whatever the spelling of the headers.
//
//	Expect(resp).To(corsmatch.AllowOrigin("https://app.example"))
//	Expect(resp).NotTo(corsmatch.AllowOrigin("https://evil.example"))
//	Expect(resp).To(corsmatch.AllowOriginWithCredentials("https://app.example"))
//	Expect(preflight).To(corsmatch.AllowPreflight(corsmatch.Request{
//		Origin: "https://app.example", Method: "PUT", Headers: []string{"X-Custom"},
//	}))
//	Expect(resp).To(corsmatch.Expose("X-Total-Count"))
//
// The actual value is a *http.Response, a *httptest.ResponseRecorder, or a
// http.Header (of a response with status 200).
package corsmatch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/spec"
)

// Request is what a preflight asks for.
type Request struct {
	Origin      string   // serialised, or "null"
	Method      string   // of the actual request, as a script passes it; empty: GET
	Headers     []string // names of headers that need permission
	Credentials bool     // the credentials mode is include
}

// AllowOrigin succeeds if a script of the origin can read the response to a
// request without credentials.
func AllowOrigin(origin string) types.GomegaMatcher {
	return &matcher{what: "let scripts of " + origin + " read it", judge: checkOrigin(origin, spec.CredentialsOmit)}
}

// AllowOriginWithCredentials succeeds if it can with credentials.
func AllowOriginWithCredentials(origin string) types.GomegaMatcher {
	return &matcher{what: "let scripts of " + origin + " read it with credentials", judge: checkOrigin(origin, spec.CredentialsInclude)}
}

func checkOrigin(origin string, mode spec.CredentialsMode) func(int, spec.Header) string {
	return func(_ int, h spec.Header) string { return explain(spec.CheckCORS(origin, mode, h), "") }
}

// AllowPreflight succeeds if the response, taken as that to a preflight, lets
// the request through.
func AllowPreflight(r Request) types.GomegaMatcher {
	mode := spec.CredentialsOmit
	if r.Credentials {
		mode = spec.CredentialsInclude
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	var names []string
	for _, h := range r.Headers {
		names = append(names, strings.ToLower(h))
	}
	slices.Sort(names)
	what := fmt.Sprintf("allow %s from %s", method, r.Origin)
	if len(names) > 0 {
		what += " with " + strings.Join(names, ", ")
	}
	return &matcher{what: what, judge: func(status int, h spec.Header) string {
		reason, parameter := spec.CheckPreflight(r.Origin, mode, spec.NormalizeMethod(method), slices.Compact(names), status, h)
		return explain(reason, parameter)
	}}
}

// Expose succeeds if a script of another origin can read these headers, to a
// request without credentials; they must be there.
func Expose(names ...string) types.GomegaMatcher {
	return &matcher{what: "expose " + strings.Join(names, ", "), judge: func(_ int, h spec.Header) string {
		readable := spec.Readable(spec.TypeCORS, spec.CredentialsOmit, h)
		var missing []string
		for _, name := range names {
			if _, ok := readable[strings.ToLower(name)]; !ok {
				missing = append(missing, name)
			}
		}
		if len(missing) == 0 {
			return ""
		}
		return "a script cannot read " + strings.Join(missing, ", ")
	}}
}

// VaryBy succeeds if Vary lists these request headers, so that a cache keeps
// the responses apart.
func VaryBy(names ...string) types.GomegaMatcher {
	return &matcher{what: "vary by " + strings.Join(names, ", "), judge: func(_ int, h spec.Header) string {
		var missing []string
		for _, name := range names {
			if !h.VariesBy(name) {
				missing = append(missing, name)
			}
		}
		if len(missing) == 0 {
			return ""
		}
		return "Vary does not list " + strings.Join(missing, ", ")
	}}
}

func explain(reason spec.Reason, parameter string) string {
	if reason == "" {
		return ""
	}
	s := string(reason) + ": " + reason.Explain()
	if parameter != "" {
		s += " (" + parameter + ")"
	}
	return s
}

// matcher judges a response; judge says what is wrong, "" for nothing.
type matcher struct {
	what  string
	judge func(status int, h spec.Header) string
	why   string
}

func (m *matcher) Match(actual any) (bool, error) {
	status, h, err := response(actual)
	if err != nil {
		return false, err
	}
	m.why = m.judge(status, h)
	return m.why == "", nil
}

func (m *matcher) FailureMessage(actual any) string {
	return fmt.Sprintf("Expected the response\n%sto %s, but:\n    %s", dump(actual), m.what, m.why)
}

func (m *matcher) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("Expected the response\n%snot to %s, but it does", dump(actual), m.what)
}

// response takes what a matcher looks at.
func response(actual any) (int, spec.Header, error) {
	switch a := actual.(type) {
	case *http.Response:
		if a != nil {
			return a.StatusCode, headerOf(a.Header), nil
		}
	case *httptest.ResponseRecorder:
		if a != nil {
			r := a.Result()
			return r.StatusCode, headerOf(r.Header), nil
		}
	case http.Header:
		return http.StatusOK, headerOf(a), nil
	}
	return 0, nil, fmt.Errorf("corsmatch looks at a *http.Response, a *httptest.ResponseRecorder or a http.Header, not at %T (%v)", actual, actual)
}

// headerOf keeps repeated lines apart; the order of different names does not
// matter to CORS.
func headerOf(header http.Header) spec.Header {
	var h spec.Header
	for name, values := range header {
		for _, v := range values {
			h = append(h, spec.Field{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(h, func(a, b spec.Field) int { return strings.Compare(a.Name, b.Name) })
	return h
}

// dump shows the status and the headers that matter to CORS.
func dump(actual any) string {
	status, h, err := response(actual)
	if err != nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "    %d\n", status)
	for _, f := range h {
		if strings.HasPrefix(strings.ToLower(f.Name), "access-control-") || strings.EqualFold(f.Name, "Vary") {
			fmt.Fprintf(&b, "    %s: %q\n", f.Name, f.Value)
		}
	}
	return b.String()
}
