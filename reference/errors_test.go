package reference_test

import (
	"reflect"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/reference"
)

// found collects the errors that New joined.
func found(p reference.Policy) []error {
	_, err := reference.New(p)
	if err == nil {
		return nil
	}
	return err.(interface{ Unwrap() []error }).Unwrap()
}

var _ = Describe("New", func() {
	It("accepts every standard policy but the unsafe one", func() {
		for name, p := range standard() {
			if p.Unsafe {
				Expect(found(contract.PolicyOf(p))).To(ConsistOf(&reference.UnsafeCredentialsError{Policy: name, Origin: "*"}))
				continue
			}
			Expect(found(contract.PolicyOf(p))).To(BeEmpty(), name)
		}
	})

	origin := func(v string, why reference.OriginReason, want string) error {
		return &reference.OriginError{Policy: "p", Field: "origins", Value: v, Reason: why, Want: want}
	}
	DescribeTable("refuses the origin",
		func(v string, why reference.OriginReason, want string) {
			Expect(found(reference.Policy{Name: "p", Origins: []string{v}})).To(ConsistOf(origin(v, why, want)))
		},
		Entry(nil, "https://app.example/", reference.OriginNotCanonical, "https://app.example"),
		Entry(nil, "https://App.Example", reference.OriginNotCanonical, "https://app.example"),
		Entry(nil, "https://app.example:443", reference.OriginNotCanonical, "https://app.example"),
		Entry(nil, "https://bücher.example", reference.OriginNotCanonical, "https://xn--bcher-kva.example"),
		Entry(nil, "http://127.1", reference.OriginNotCanonical, "http://127.0.0.1"),
		Entry(nil, "http://[0:0:0:0:0:0:0:1]", reference.OriginNotCanonical, "http://[::1]"),
		Entry(nil, "https://app.example/x", reference.OriginNotCanonical, "https://app.example"),
		Entry(nil, "https://u:p@app.example", reference.OriginNotCanonical, "https://app.example"),
		Entry(nil, "app.example", reference.OriginSyntax, ""),
		Entry(nil, "localhost:3000", reference.OriginSyntax, ""),
		Entry(nil, "", reference.OriginSyntax, ""),
		Entry(nil, "https://", reference.OriginSyntax, ""),
		Entry(nil, "file:///x", reference.OriginOpaqueScheme, "null"),
	)

	It("refuses an origin that may read times as any other, and says in which list", func() {
		Expect(found(reference.Policy{Name: "p", TimingOrigins: []string{"https://app.example/"}})).To(ConsistOf(
			&reference.OriginError{Policy: "p", Field: "timing_origins", Value: "https://app.example/", Reason: reference.OriginNotCanonical, Want: "https://app.example"}))
	})

	DescribeTable("refuses the pattern",
		func(v string, why reference.OriginReason) {
			Expect(found(reference.Policy{Name: "p", OriginPatterns: []string{v}})).To(ConsistOf(
				&reference.OriginError{Policy: "p", Field: "origin_patterns", Value: v, Reason: why}))
		},
		Entry(nil, "h*", reference.PatternSyntax),
		Entry(nil, "https://*", reference.PatternSyntax),
		Entry(nil, "https://a*.example", reference.PatternSyntax),
		Entry(nil, "https://*.*.apps.example", reference.PatternSyntax),
		Entry(nil, "https://*.[::1]", reference.PatternSyntax),
		Entry(nil, "http://localhost:30*", reference.PatternSyntax),
		Entry(nil, "http://localhost:3000:*", reference.PatternSyntax),
		Entry(nil, "http://[::1]:3000:*", reference.PatternSyntax),
		Entry(nil, "http://*:*", reference.PatternSyntax),
		Entry(nil, "https://*.com:*", reference.PatternPublic),
		Entry(nil, "https://*.co.uk", reference.PatternPublic),
		Entry(nil, "https://*.github.io", reference.PatternPublic),
		Entry(nil, "https://*.com:8443", reference.PatternPublic),
	)

	DescribeTable("refuses",
		func(p reference.Policy, want ...error) {
			p.Name = "p"
			Expect(found(p)).To(ConsistOf(want))
		},
		Entry("null with credentials", reference.Policy{Origins: []string{"null"}, Credentials: true}, &reference.UnsafeCredentialsError{Policy: "p", Origin: "null"}),
		Entry("* beside an origin", reference.Policy{Origins: []string{"*", "https://a.test"}}, &reference.WildcardError{Policy: "p", Field: "origins"}),
		Entry("* beside a header", reference.Policy{RequestHeaders: []string{"*", "X-A"}}, &reference.WildcardError{Policy: "p", Field: "request_headers"}),
		Entry("a method that is not a token", reference.Policy{Methods: []string{"P UT"}}, &reference.MethodError{Policy: "p", Value: "P UT", Reason: reference.NotToken}),
		Entry("a method that no browser sends so", reference.Policy{Methods: []string{"put"}}, &reference.MethodError{Policy: "p", Value: "put", Reason: reference.NormalisedAway}),
		Entry("a forbidden method", reference.Policy{Methods: []string{"Trace"}}, &reference.MethodError{Policy: "p", Value: "Trace", Reason: reference.ForbiddenMethod}),
		Entry("a forbidden request-header", reference.Policy{RequestHeaders: []string{"Sec-Fetch-Mode", "cookie"}},
			&reference.HeaderError{Policy: "p", Field: "request_headers", Value: "Sec-Fetch-Mode", Reason: reference.ForbiddenName},
			&reference.HeaderError{Policy: "p", Field: "request_headers", Value: "cookie", Reason: reference.ForbiddenName}),
		Entry("a response header that nobody can read", reference.Policy{ExposeHeaders: []string{"Set-Cookie"}}, &reference.HeaderError{Policy: "p", Field: "expose_headers", Value: "Set-Cookie", Reason: reference.ForbiddenName}),
	)

	It("refuses an expression that does not compile, with the cause", func() {
		errs := found(reference.Policy{Name: "p", OriginRegexes: []string{"("}})
		Expect(errs).To(HaveLen(1))
		var e *reference.RegexError
		Expect(errs[0]).To(BeAssignableToTypeOf(e))
		Expect(errs[0].Error()).To(ContainSubstring("missing closing )"))
	})

	It("reports every mistake at once, each saying what to do", func() {
		p := reference.Policy{Name: "p", Origins: []string{"*", "https://a.test/"}, Credentials: true, Methods: []string{"get"}, ExposeHeaders: []string{"*", "X"}}
		errs := found(p)
		var kinds []string
		for _, e := range errs {
			kinds = append(kinds, reflect.TypeOf(e).Elem().Name())
			Expect(e.Error()).To(HavePrefix(`policy "p": `))
		}
		Expect(kinds).To(ConsistOf("WildcardError", "OriginError", "UnsafeCredentialsError", "MethodError", "WildcardError"))
	})

	It("accepts a method of the application's own in lower case", func() {
		Expect(found(reference.Policy{Name: "p", Methods: []string{"patch", "CHICKEN"}})).To(BeEmpty())
	})
})
