package causedoc_test

import (
	"reflect"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/causedoc"
)

func TestCausedoc(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "causedoc")
}

// explained is what is said of one cause.
func explained(c *cases.Cause) string {
	GinkgoHelper()
	table, err := cases.Load()
	Expect(err).NotTo(HaveOccurred())
	var b strings.Builder
	Expect(causedoc.Write(&b, table.Anchors, c)).To(Succeed())
	return b.String()
}

var _ = Describe("The explanation of a cause", func() {
	It("has the side, the reason, the advice, the sections and the facts", func() {
		Expect(explained(cases.FindCause("credentials-missing-request"))).To(Equal(`credentials-missing-request
Access-Control-Allow-Credentials is sent with preflights only

side        server: the application's code or configuration
why         The preflight only permits that the request is sent. To let the page read the answer with credentials, that answer needs the header again.
what to do  Send Access-Control-Allow-Credentials: true with the answers to the requests themselves, not only with those to OPTIONS.
standard    Fetch Standard, CORS check: https://fetch.spec.whatwg.org/#concept-cors-check
            Fetch Standard, CORS protocol and credentials: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
setting     credentials: whether they may with credentials

recognised by a failed check of which all of this is true
  the browser's reason is InvalidAllowCredentials; it is the request itself
  or: the case is redirect-cross-origin-credentialed*
and with the same target there was, for each line, an exchange of which this is true
  it is a preflight; Access-Control-Allow-Credentials is there
and under the same policy there was no exchange of which this is true
  it is the request itself; Access-Control-Allow-Credentials is there
`))
	})

	DescribeTable("says of a stack what it itself gets wrong", func(stack, cause, says string) {
		var b strings.Builder
		Expect(causedoc.WriteFix(&b, cases.FindStack(stack), cases.FindCause(cause))).To(Succeed())
		Expect(b.String()).To(ContainSubstring(says))
	},
		Entry(nil, "nginx", "request-field-misread", "no setting is about it. Known of it: a tab around the value of Origin is not taken off"),
		Entry(nil, "nginx", "vary-missing", "found right but for what the stack itself gets wrong: a tab around the value of Origin"),
		Entry(nil, "express", "request-field-misread", "no setting is about it\n"),
		Entry(nil, "express", "credentials-missing", "measured, and found right)"),
	)

	It("joins what will do with or", func() {
		text := explained(&cases.Cause{ID: "x", Title: "X", Side: cases.SideProxy, Formerly: cases.Names{"y", "z"}, Spec: []string{"https://wiki.example/x"}, When: []cases.Match{
			{Status: cases.Names{"401", "403", "407"}, Sendable: cases.Names{"no"}}, {Excess: cases.Names{"yes"}},
		}})
		Expect(text).To(ContainSubstring("\nformerly    y, z\nstandard    https://wiki.example/x\n"))
		Expect(text).To(HaveSuffix("  the status is 401, 403 or 407; a browser cannot send the request\n  or: there are bytes that answer no request\n"))
	})

	It("has words for every fact", func() {
		typ := reflect.TypeFor[cases.Match]()
		for i := range typ.NumField() {
			var m cases.Match
			reflect.ValueOf(&m).Elem().Field(i).Set(reflect.ValueOf(cases.Names{"VALUE"}))
			Expect(causedoc.Facts(&m)).To(ContainSubstring("VALUE"), typ.Field(i).Name)
		}
	})

	It("leaves no value of ours unsaid, where values have words", func() {
		for _, c := range cases.Causes() {
			Expect(causedoc.Side(c.Side)).NotTo(BeEmpty(), c.ID)
			for _, m := range append(append(c.When, c.Needs...), c.Unless...) {
				Expect(causedoc.Wordless(&m)).To(BeEmpty(), c.ID)
			}
		}
		for _, s := range cases.Settings {
			Expect(causedoc.Setting(s)).NotTo(BeEmpty(), s)
		}
	})
})

var _ = Describe("The list of causes", func() {
	It("has each under its section, and their number", func() {
		var b strings.Builder
		Expect(causedoc.List(&b, []cases.Cause{
			{ID: "a", Section: "One", Side: cases.SideServer, Title: "A is wrong"}, {ID: "bcd", Section: "One", Side: cases.SideProxy, Title: "B is wrong"},
			{ID: "e", Section: "Two", Side: cases.SideClient, Title: "E is wrong"},
		})).To(Succeed())
		Expect(b.String()).To(Equal("One\n  a    server  A is wrong\n  bcd  proxy   B is wrong\n\nTwo\n  e  client  E is wrong\n\n3 causes\n"))
	})
})
