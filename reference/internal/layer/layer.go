package layer

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Layer is a compiled policy. It is safe for concurrent use and never changes.
type Layer struct {
	Origins Origins

	// The values of the response fields; empty for a field that is not sent.
	Methods string
	Headers string
	Expose  string
	MaxAge  string
	timing  string

	credentials    bool
	privateNetwork bool

	// "*" is literal for credentialed requests, so these name what was asked
	// for, or what the response has, instead.
	echoMethod    bool
	echoHeaders   bool
	exposePresent bool

	// vary are the request fields that select the answer to a preflight, and
	// all others.
	varyPreflight []string
	vary          []string

	hooks *Hooks // nil but in mutants and variants
}

// Compile makes the layer of a policy; hooks may be nil. An origin pattern or
// an expression that is wrong allows no origin; all else is taken as it is.
func Compile(p Policy, hooks *Hooks) *Layer {
	m := &Layer{Origins: compileOrigins(&p), credentials: p.Credentials, privateNetwork: p.PrivateNetwork, hooks: hooks}
	m.compileLists(&p)
	m.timing = strings.Join(p.TimingOrigins, ", ")
	if p.MaxAge != nil {
		m.MaxAge = strconv.Itoa(max(0, *p.MaxAge))
	}
	m.compileVary()
	return m
}

// compileLists makes the values that are lists of names.
func (m *Layer) compileLists(p *Policy) {
	exact := func(a, b string) bool { return a == b }
	methods, anyMethod := compileList(p.Methods, exact)
	headers, anyHeader := compileList(p.RequestHeaders, strings.EqualFold)
	expose, anyExposed := compileList(p.ExposeHeaders, strings.EqualFold)
	m.Methods = strings.Join(methods, ", ")
	m.Headers = strings.Join(headers, ", ")
	m.Expose = strings.Join(expose, ", ")
	switch {
	case anyMethod && p.Credentials:
		m.echoMethod = true
	case anyMethod:
		m.Methods = "*"
	}
	switch {
	case anyHeader && p.Credentials:
		m.echoHeaders = true
	case anyHeader:
		// "*" does not cover Authorization: https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
		m.Headers = "*, Authorization"
	}
	switch {
	case anyExposed && p.Credentials:
		m.exposePresent = true
	case anyExposed:
		m.Expose = "*"
	}
}

// compileVary finds the request fields that select the answers.
func (m *Layer) compileVary() {
	if (!m.Origins.Any || m.credentials) && !m.Origins.None() {
		m.vary = []string{FieldOrigin}
	}
	m.varyPreflight = slices.Clone(m.vary)
	if m.echoMethod {
		m.varyPreflight = append(m.varyPreflight, FieldACRM)
	}
	if m.echoHeaders {
		m.varyPreflight = append(m.varyPreflight, FieldACRH)
	}
	if m.privateNetwork {
		m.varyPreflight = append(m.varyPreflight, FieldACRPN)
	}
}

// AllowsOrigin reports whether the policy allows the value of an Origin field.
func (m *Layer) AllowsOrigin(origin string) bool { return m.Origins.Allows(origin) }

// Wrap puts the policy in front of a handler.
func (m *Layer) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &Exchange{ResponseWriter: w, Layer: m, Request: r}
		if m.hooks != nil {
			x.Kept = new(Kept)
			if m.hooks.Request != nil {
				x.Request = r.Clone(r.Context())
				m.hooks.Request(x.Request)
			}
		}
		x.examine()
		if x.Kind == Preflight {
			x.answerPreflight(next)
			return
		}
		defer x.finish()
		if m.hooks != nil && m.hooks.Block != nil {
			if code := m.hooks.Block(x); code != 0 {
				x.WriteHeader(code)
				return
			}
		}
		next.ServeHTTP(x, r)
		x.returned = true
	})
}

// Varies reports whether answers that are not a preflight's vary by a field of
// the request.
func (m *Layer) Varies() bool { return len(m.vary) > 0 }
