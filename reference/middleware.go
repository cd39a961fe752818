package reference

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// The fields of the CORS protocol, as net/http spells them.
const (
	fieldOrigin = "Origin"
	fieldVary   = "Vary"
	fieldACRM   = "Access-Control-Request-Method"
	fieldACRH   = "Access-Control-Request-Headers"
	fieldACRPN  = "Access-Control-Request-Private-Network"
	fieldACAO   = "Access-Control-Allow-Origin"
	fieldACAC   = "Access-Control-Allow-Credentials"
	fieldACAM   = "Access-Control-Allow-Methods"
	fieldACAH   = "Access-Control-Allow-Headers"
	fieldACAPN  = "Access-Control-Allow-Private-Network"
	fieldACMA   = "Access-Control-Max-Age"
	fieldACEH   = "Access-Control-Expose-Headers"
	fieldTAO    = "Timing-Allow-Origin"
)

// Middleware is a compiled policy. It is safe for concurrent use and never changes.
type Middleware struct {
	policy  cases.Policy
	origins origins

	// The values of the response fields; empty for a field that is not sent.
	methods string
	headers string
	expose  string
	maxAge  string
	timing  string

	// "*" is literal for credentialed requests, so these name what was asked
	// for, or what the response has, instead.
	echoMethod    bool
	echoHeaders   bool
	exposePresent bool

	// vary are the request fields that select the answer to a preflight, and
	// all others.
	varyPreflight []string
	vary          []string

	hooks *hooks // nil but in mutants and variants
}

// New compiles a policy. A policy that no browser could make use of, or that
// is unsafe, gives an error that joins one UnsafeCredentialsError, OriginError,
// RegexError, WildcardError, MethodError or HeaderError for each mistake.
//
// A negative MaxAge means that preflights must not be cached, as 0 does:
// Access-Control-Max-Age is delta-seconds, which has no sign. The zero policy,
// and any with ZeroConfig, shares nothing.
func New(policy cases.Policy) (*Middleware, error) {
	return compile(policy, nil)
}

func compile(p cases.Policy, hk *hooks) (*Middleware, error) {
	if hk != nil && hk.policy != nil {
		hk.policy(&p)
	}
	m := &Middleware{policy: p, hooks: hk}
	var all, errs []error
	m.origins, errs = compileOrigins(&p)
	all = append(all, errs...)

	exact := func(a, b string) bool { return a == b }
	methods, anyMethod, errs := compileList(&p, "methods", p.Methods, exact, checkMethod)
	all = append(all, errs...)
	headers, anyHeader, errs := compileList(&p, "request_headers", p.RequestHeaders, strings.EqualFold, checkRequestHeader)
	all = append(all, errs...)
	expose, anyExposed, errs := compileList(&p, "expose_headers", p.ExposeHeaders, strings.EqualFold, checkResponseHeader)
	all = append(all, errs...)
	if err := errors.Join(all...); err != nil && (hk == nil || !hk.unsafe) {
		return nil, err
	}

	m.methods = strings.Join(methods, ", ")
	m.headers = strings.Join(headers, ", ")
	m.expose = strings.Join(expose, ", ")
	switch {
	case anyMethod && p.Credentials:
		m.echoMethod = true
	case anyMethod:
		m.methods = "*"
	}
	switch {
	case anyHeader && p.Credentials:
		m.echoHeaders = true
	case anyHeader:
		// "*" does not cover Authorization: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
		m.headers = "*, Authorization"
	}
	switch {
	case anyExposed && p.Credentials:
		m.exposePresent = true
	case anyExposed:
		m.expose = "*"
	}
	m.timing = strings.Join(p.TimingOrigins, ", ")
	if p.MaxAge != nil {
		m.maxAge = strconv.Itoa(max(0, *p.MaxAge))
	}

	if (!m.origins.any || p.Credentials) && !m.origins.none() {
		m.vary = []string{fieldOrigin}
	}
	m.varyPreflight = slices.Clone(m.vary)
	if m.echoMethod {
		m.varyPreflight = append(m.varyPreflight, fieldACRM)
	}
	if m.echoHeaders {
		m.varyPreflight = append(m.varyPreflight, fieldACRH)
	}
	if p.PrivateNetwork {
		m.varyPreflight = append(m.varyPreflight, fieldACRPN)
	}
	return m, nil
}

// Wrap puts the policy in front of a handler.
func (m *Middleware) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, m: m, r: r}
		if m.hooks != nil && m.hooks.request != nil {
			x.r = r.Clone(r.Context())
			m.hooks.request(x.r)
		}
		x.examine()
		if x.kind == preflight {
			x.answerPreflight(next)
			return
		}
		defer x.finish()
		if m.hooks != nil && m.hooks.block != nil {
			if code := m.hooks.block(x); code != 0 {
				x.WriteHeader(code)
				return
			}
		}
		next.ServeHTTP(x, r)
		x.returned = true
	})
}

// kind is what a request is to the CORS protocol.
type kind uint8

const (
	plain     kind = iota // no Origin: not a CORS request
	actual                // has an Origin
	preflight             // https://fetch.spec.whatwg.org/#cors-preflight-request
)

// exchange is one request on its way through the layer, and the
// ResponseWriter that the application gets.
type exchange struct {
	http.ResponseWriter
	m        *Middleware
	r        *http.Request
	kind     kind
	origin   string // the Origin field's value if there is exactly one
	method   string // of a preflight: the requested one
	granted  bool   // the origin is allowed
	status   int
	done     bool        // the head has been written
	returned bool        // the application has
	panicked bool        // it has not, and never will
	removed  http.Header // the CORS fields that the application had set; only kept with hooks
	varied   []string    // the Vary lines that it had set; only kept with hooks
	buf      [4]string   // backs the values of the fields: no response shares memory with another
}

// examine decides what the request is, and about its origin.
func (x *exchange) examine() {
	lines := x.r.Header[fieldOrigin]
	if len(lines) > 0 {
		x.kind = actual
		if ask := x.r.Header[fieldACRM]; x.r.Method == http.MethodOptions && len(ask) > 0 {
			x.kind = preflight
			if len(ask) == 1 && spec.IsToken(ask[0]) {
				x.method = ask[0]
			}
		}
	}
	if len(lines) == 1 {
		x.origin = lines[0]
	}
	// "*" is the same for everybody, also for a request without Origin
	// (https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches).
	x.granted = x.m.origins.any || len(lines) == 1 && x.m.origins.allows(x.origin)
	if hk := x.m.hooks; hk != nil {
		if hk.kind != nil {
			x.kind = hk.kind(x)
		}
		if hk.allows != nil {
			x.granted = hk.allows(x)
		}
	}
}

// answerPreflight answers in the application's stead.
func (x *exchange) answerPreflight(next http.Handler) {
	status := http.StatusNoContent
	switch {
	case x.method == "":
		// Not one method token: nothing that could be granted.
		status, x.granted = http.StatusBadRequest, false
	case !x.granted:
		// "The server is encouraged to use the 403 status":
		// https://fetch.spec.whatwg.org/#http-responses
		status = http.StatusForbidden
	}
	if hk := x.m.hooks; hk != nil && hk.preflight != nil {
		status = hk.preflight(x, next, status)
	}
	if !x.done {
		x.WriteHeader(status)
	}
}

// apply puts the policy's fields in place of all that stand under their names.
func (x *exchange) apply(h http.Header) {
	for name := range h {
		if isCORSResponseField(name) {
			if x.m.hooks != nil {
				if x.removed == nil {
					x.removed = http.Header{}
				}
				x.removed[name] = h[name]
			}
			delete(h, name)
		}
	}
	m, vary := x.m, x.m.vary
	if m.hooks != nil {
		x.varied = slices.Clone(h[fieldVary])
	}
	if x.kind == preflight {
		vary = m.varyPreflight
	}
	for _, name := range vary {
		addVary(h, name)
	}
	// The same list for everybody: an image is fetched without an Origin, and
	// the browser finds the page's in the list (https://fetch.spec.whatwg.org/#concept-tao-check).
	if m.timing != "" && x.kind != preflight {
		h.Set(fieldTAO, m.timing)
	}
	if !x.granted {
		return
	}
	if m.origins.any && !m.policy.Credentials {
		x.set(h, 0, fieldACAO, "*")
	} else {
		x.set(h, 0, fieldACAO, x.origin)
	}
	if m.policy.Credentials {
		x.set(h, 1, fieldACAC, "true")
	}
	if x.kind != preflight {
		switch {
		case m.exposePresent:
			x.set(h, 2, fieldACEH, namesOf(h))
		case m.expose != "":
			x.set(h, 2, fieldACEH, m.expose)
		}
		return
	}
	switch {
	case m.echoMethod && !spec.IsForbiddenMethod(x.method):
		h.Set(fieldACAM, x.method)
	case m.methods != "":
		x.set(h, 2, fieldACAM, m.methods)
	}
	if m.echoHeaders {
		if names, ok := requestedHeaders(x.r.Header[fieldACRH]); ok && len(names) > 0 {
			h.Set(fieldACAH, strings.Join(names, ", "))
		}
	} else if m.headers != "" {
		x.set(h, 3, fieldACAH, m.headers)
	}
	if m.maxAge != "" {
		h.Set(fieldACMA, m.maxAge)
	}
	if m.policy.PrivateNetwork && slices.Equal(x.r.Header[fieldACRPN], []string{"true"}) {
		h.Set(fieldACAPN, "true")
	}
}

// set is h.Set with the value in the exchange's own memory: no allocation, and
// an outer layer that edits the slice harms no other response.
func (x *exchange) set(h http.Header, i int, name, value string) {
	x.buf[i] = value
	h[name] = x.buf[i : i+1 : i+1]
}

// isCORSResponseField reports whether the layer owns a response field, in
// whatever case the application wrote it into the map.
func isCORSResponseField(name string) bool {
	const prefix = "access-control-"
	if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
		return false
	}
	switch rest := name[len(prefix):]; {
	case len(rest) > 6 && strings.EqualFold(rest[:6], "allow-"):
		return true
	default:
		return strings.EqualFold(rest, "max-age") || strings.EqualFold(rest, "expose-headers")
	}
}

// addVary adds a member unless it, or "*", is there already. Lines that others
// wrote stay as they are.
func addVary(h http.Header, name string) {
	lines := h[fieldVary]
	for _, line := range lines {
		for elem := range strings.SplitSeq(line, ",") {
			if elem = strings.Trim(elem, " \t"); elem == "*" || strings.EqualFold(elem, name) {
				return
			}
		}
	}
	// Clip: an outer layer's slice may have room behind it that is not ours.
	h[fieldVary] = append(slices.Clip(lines), name)
}

// namesOf lists the response fields that a script may be shown.
func namesOf(h http.Header) string {
	names := make([]string, 0, len(h)+1)
	for name := range h {
		if spec.IsToken(name) && checkResponseHeader(name) == "" && !isCORSResponseField(name) {
			names = append(names, name)
		}
	}
	if _, ok := h["Date"]; !ok {
		names = append(names, "Date") // net/http adds it later
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
