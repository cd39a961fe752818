package cases_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

var _ = Describe("A check on an endpoint", func() {
	const (
		get       = "    wire: {headers: [\"Origin: {{allowed}}\"]}\n    answer: [{shares: \"{{allowed}}\"}]\n"
		preflight = "    wire: {method: OPTIONS, headers: [\"Origin: {{allowed}}\", \"Access-Control-Request-Method: GET\"]}\n    answer: [{allows: {origin: \"{{allowed}}\", method: GET}}, {any_of: [[{refuses: {origin: x, method: GET}}]]}]\n"
		post      = "    wire: {method: OPTIONS, headers: [\"Origin: {{allowed}}\", \"Access-Control-Request-Method: POST\"]}\n    answer: [{allows: {origin: \"{{allowed}}\", method: POST}}]\n"
		script    = "    request: {origin: \"{{allowed}}\", headers: [\"X-M: 1\"]}\n    expect: {outcome: allowed, acrm: GET}\n"
		put       = "    request: {origin: \"{{allowed}}\", method: PUT}\n    expect: {outcome: allowed}\n"
		denies    = "    wire: {method: POST, headers: [\"Origin: {{denied}}\"]}\n    answer: [{denies: \"{{denied}}\"}]\n"
		range1    = "    wire: {headers: [\"Origin: {{denied}}\", \"Range: bytes=0-0\"]}\n    answer: [{denies: \"{{denied}}\"}]\n"
		varies    = "    wire: {method: POST, headers: [\"Origin: {{denied}}\"]}\n    answer: [{denies: \"{{denied}}\"}, {status: <500}]\n"
		denied    = "    request: {origin: \"{{denied}}\", method: PUT}\n    expect: {outcome: blocked}\n"
		each      = "    each: methods\n    request: {origin: \"{{allowed}}\", method: \"{{entry}}\"}\n    expect: {outcome: allowed}\n"
		options   = "    request: {origin: \"{{allowed}}\", method: OPTIONS}\n    expect: {outcome: allowed}\n"
	)
	states := func(methods string) string {
		return "{origins: [https://a.example], request_headers: [X-M], methods: [" + methods + "]}"
	}
	postOnly := cases.Methods{"GET": false, "HEAD": false, "POST": true}
	putOnly := cases.Methods{"GET": false, "POST": false, "PUT": true}
	getPut := cases.Methods{"GET": true, "POST": false, "PUT": true}

	DescribeTable("that has other methods than GET carries the question otherwise", func(steps, stated string, m cases.Methods, method string) {
		check := underDeclared(underLists(steps), states(stated))
		on := check.On(m)
		Expect(on.NotServed).To(BeEmpty())
		for _, s := range [][]cases.Step{on.Steps, on.Fresh("n")} {
			switch {
			case s[0].Request != nil:
				Expect(s[0].Request.Method).To(Equal(method))
				Expect(*s[0].Expect.ACRM).To(Equal(method))
			case s[0].Wire.Method == "OPTIONS":
				Expect(s[0].Wire.Headers).To(ContainElement("Access-Control-Request-Method: " + method))
				Expect(s[0].Answer[0].Allows.Method).To(Equal(method))
				Expect(s[0].Answer[1].AnyOf[0][0].Refuses.Method).To(Equal(method))
			default:
				Expect(s[0].Wire.Method).To(Equal(method))
				Expect(s[0].Wire.Headers).To(ContainElement("Content-Length: 0"))
			}
		}
		Expect(check.Steps).To(Equal(underDeclared(underLists(steps), states(stated)).Steps), "the check itself stays as it was")
	},
		Entry("an answer", get, "", postOnly, "POST"),
		Entry("an answer, where POST was stated and must not be tried", get, "POST", cases.Methods{"GET": false}, "POST"),
		Entry("a script", script, "", postOnly, "POST"),
		Entry("a preflight, by POST", preflight, "PUT", postOnly, "POST"),
		Entry("a preflight, by a stated method", preflight, "PUT", putOnly, "PUT"),
	)

	DescribeTable("is left out where the endpoint does not serve the method", func(steps, stated string, m cases.Methods, why string) {
		on := new(underDeclared(underLists(steps), states(stated))).On(m)
		Expect(on.NotServed).To(ContainSubstring(why))
		Expect(on.Steps).To(BeEmpty())
	},
		Entry("GET, and no POST", get, "PUT", putOnly, "does not serve GET"),
		Entry("a preflight for POST that nobody stated", post, "PUT", getPut, "does not serve POST"),
		Entry("a preflight for POST, where nothing is known of it", post, "PUT", cases.Methods{"GET": true}, "nobody stated POST"),
		Entry("PUT", put, "PUT", cases.Methods{"GET": true, "PUT": false}, "does not serve PUT"),
		Entry("a denial of which something else is demanded as well", varies, "", getPut, "does not serve POST"),
		Entry("OPTIONS of a script", options, "OPTIONS", getPut, "OPTIONS"),
	)

	DescribeTable("stays as it is", func(steps, stated string, m cases.Methods) {
		check := underDeclared(underLists(steps), states(stated))
		on := check.On(m)
		Expect(on.NotServed).To(BeEmpty())
		Expect(on.Steps).To(Equal(check.Steps))
	},
		Entry("where nothing is known", get, "", cases.Methods(nil)),
		Entry("where GET is served", preflight, "", getPut),
		Entry("a preflight for POST that was stated, whatever the router says", post, "POST", cases.Methods{"GET": true, "POST": false}),
		Entry("a preflight for GET that was stated", preflight, "GET", postOnly),
		Entry("a denial on the wire", denies, "", cases.Methods{"GET": true, "POST": false}),
		Entry("a denial of a part", range1, "", cases.Methods{"GET": false, "POST": true}),
		Entry("a denial", denied, "", cases.Methods{"GET": true, "PUT": false}),
	)

	It("loses of a repeated step what is not served, and nothing else", func() {
		on := new(underDeclared(underLists(each), states("PUT, PATCH, DELETE"))).On(cases.Methods{"GET": true, "PATCH": false})
		Expect(on.Steps).To(HaveLen(2))
		Expect([]string{on.Steps[0].Name, on.Steps[1].Name}).To(Equal([]string{"PUT", "DELETE"}))
	})
})
