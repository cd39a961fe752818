package cases_test

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// withSteps is a group of one case with the given lines instead of its steps.
func withSteps(lines string) string { return strings.Replace(oneCase, bothLines, lines, 1) }

// mustLoad loads a case file.
func mustLoad(text string) *cases.Table {
	GinkgoHelper()
	table, err := loadGroup(text)
	Expect(err).NotTo(HaveOccurred())
	return table
}

var env = cases.Env{Target: "http://127.0.0.1:8080", TLSTarget: "https://127.0.0.1:8443"}

// ids are the ids of checks, in order.
func ids(checks []cases.Check) []string {
	var out []string
	for _, c := range checks {
		out = append(out, c.ID)
	}
	return out
}

var _ = Describe("Expansion", func() {
	It("gives a check for each policy that a case lists, in the order of the table", func() {
		table := mustLoad(strings.Replace(oneCase, "[exact]", "[any, exact]", 1))
		Expect(ids(table.Expand(table.Policies, false, env))).To(Equal([]string{"sample-get/exact", "sample-get/any"}))
	})

	It("fills in defaults", func() {
		table := mustLoad(withSteps(`    steps:
      - {wire: {}}
      - {request: {origin: https://app.example, body: {text: x}, method: POST}, expect: {outcome: allowed}}
`))
		check := table.Expand(table.Policies, false, env)[0]
		Expect(*check.Steps[0].Wire).To(Equal(cases.Wire{Method: "GET", Path: "/ok", Version: "HTTP/1.1"}))
		r := check.Steps[1].Request
		Expect([]any{r.API, r.Method, r.Path, r.Body.Repeat}).To(Equal([]any{"fetch", "POST", "/ok", 1}))
		Expect([]any{check.Steps[0].Times, check.Steps[0].Parallel}).To(Equal([]any{1, 1}))
		Expect(check.Kind).To(Equal(cases.KindMixed))
		Expect(table.Cases[0].Steps[0].Wire.Path).To(BeEmpty(), "the case itself stays as it was written")
	})

	It("gives bytes where a message goes on the wire, and text elsewhere", func() {
		table := mustLoad(withSteps(`    steps:
      - wire: {method: "G\xff", path: "/\xe9", headers: ["Origin: \xff{{allowed}}"], body: "\xfe"}
        answer: [{denies: "\xfc"}, {not_matches: {name: X, value: "\xfc"}}, {any_of: [[{not_equals: {name: X, value: "\xfd"}}], [{no_body: true}]]}]
      - {request: {origin: https://app.example, headers: ["Accept: \xe9"], body: {text: "é"}, method: POST}, expect: {outcome: allowed}}
`))
		steps := table.Expand(table.Policies, false, env)[0].Steps
		Expect(*steps[0].Wire).To(Equal(cases.Wire{Method: "G\xff", Path: "/\xe9", Version: "HTTP/1.1", Headers: []string{"Origin: \xffhttps://app.example"}, Body: "\xfe"}))
		Expect(*steps[0].Answer[0].Denies).To(Equal("\xfc"))
		Expect(steps[0].Answer[1].NotMatches.Value).To(Equal("ü"), "an expression is text")
		Expect(steps[0].Answer[2].AnyOf[0][0].NotEquals.Value).To(Equal("\xfd"))
		Expect(steps[1].Request.Headers).To(Equal([]string{"Accept: \xe9"}))
		Expect(steps[1].Request.Body.Text).To(Equal("é"))
	})

	It("gives all steps of a check one nonce, and others when asked again", func() {
		table := mustLoad(withSteps(`    steps:
      - {wire: {path: "/count?key={{nonce}}"}}
      - {wire: {path: "/count/read?key={{nonce}}"}, answer: [{body_is: "1"}]}
`))
		check := table.Expand(table.Policies, false, env)[0]
		key := func(s []cases.Step, i int) string {
			_, k, _ := strings.Cut(s[i].Wire.Path, "=")
			return k
		}
		Expect(key(check.Steps, 0)).To(MatchRegexp("^[a-z0-9]{8,}$"))
		Expect(key(check.Steps, 1)).To(Equal(key(check.Steps, 0)))
		again := check.Fresh("other1")
		Expect([]string{key(again, 0), key(again, 1)}).To(Equal([]string{"other1", "other1"}))
		Expect(key(check.Fresh(""), 0)).NotTo(Equal(key(check.Steps, 0)))
	})

	It("is safe to ask again from several goroutines", func() {
		table := mustLoad(withSteps("    wire: {path: \"/count?key={{nonce}}\"}\n    answer: [{status: 200}]\n"))
		checks := table.Expand(table.Policies, false, env)
		var wg sync.WaitGroup
		for _, nonce := range []string{"a", "b", "c", "d"} {
			wg.Go(func() {
				defer GinkgoRecover()
				Expect(checks[0].Fresh(nonce)[0].Wire.Path).To(Equal("/count?key=" + nonce))
			})
		}
		wg.Wait()
	})

	It("speaks of the TLS target in cases over TLS", func() {
		table := mustLoad(strings.Replace(withSteps("    wire: {headers: [\"Origin: {{target}}\"]}\n    answer: [{status: not 5xx}]\n"), "level:", "over: h2\n    level:", 1))
		Expect(table.Expand(table.Policies, false, env)[0].Steps[0].Wire.Headers).To(Equal([]string{"Origin: https://127.0.0.1:8443"}))
	})

	It("writes one case in the short and in the long form alike", func() {
		short := mustLoad(oneCase)
		long := mustLoad(withSteps("    steps:\n      - wire: {headers: [\"Origin: {{allowed}}\"]}\n        answer: [{shares: \"{{allowed}}\"}]\n"))
		Expect(long.Cases[0].Steps).To(Equal(short.Cases[0].Steps))
	})

	It("follows anchors and merge keys, with a case's own keys first", func() {
		table := mustLoad("x-defs:\n  - &pf {method: OPTIONS, headers: [a, b], body: x}\n" +
			withSteps("    wire: {<<: *pf, body: mine}\n    answer: [{status: [200, 204]}, {absent: Vary}]\n"))
		step := table.Cases[0].Steps[0]
		Expect(*step.Wire).To(Equal(cases.Wire{Method: "OPTIONS", Headers: []string{"a", "b"}, Body: "mine"}))
		Expect(step.Answer[0].Status).To(Equal(cases.StatusSet{"200", "204"}))
		Expect(step.Answer[1].Absent).To(Equal(cases.Names{"Vary"}))
	})
})

var _ = Describe("The parts of the contract that a check needs", func() {
	DescribeTable("follow from what it does", func(lines string, want ...cases.Part) {
		table := mustLoad(withSteps(lines))
		Expect(table.Expand(table.Policies, false, env)[0].Needs).To(ConsistOf(want))
	},
		Entry("nothing but the endpoint", bothLines),
		Entry("the endpoint with a query", "    wire: {path: /ok?x=1}\n    answer: [{status: not 5xx}]\n"),
		Entry("a whole request target", "    wire: {method: OPTIONS, path: \"=*\"}\n    answer: [{status: not 5xx}]\n"),
		Entry("a handler", "    wire: {path: /respond?status=404}\n    answer: [{shares: \"{{allowed}}\"}]\n", cases.PartRespond),
		Entry("two handlers", "    steps:\n      - {wire: {path: /count}}\n      - {wire: {path: /panic}, answer: [{no_body: true}]}\n", cases.PartCount, cases.PartPanic),
		Entry("a path without a handler", "    wire: {path: /ok/}\n    answer: [{status: not 5xx}]\n", cases.PartNope),
		Entry("whether the application was reached", "    wire: {method: OPTIONS}\n    answer: [{app: none}]\n", cases.PartApp),
		Entry("so within alternatives", "    wire: {method: OPTIONS}\n    answer: [{any_of: [[{app: none}], [{status: 403}]]}]\n", cases.PartApp),
		Entry("the application's status", "    wire: {}\n    answer: [{status: 200}]\n", cases.PartOK),
		Entry("the application's status as a condition", "    wire: {}\n    answer: [{if: [{status: 200}], then: [{shares: \"{{allowed}}\"}]}]\n"),
		Entry("the application's status under a condition", "    wire: {}\n    answer: [{if: [{shares: \"{{allowed}}\"}], then: [{status: 200}]}]\n", cases.PartOK),
		Entry("the application's status as one alternative", "    wire: {}\n    answer: [{any_of: [[{status: 405}], [{shares: \"{{allowed}}\"}]]}]\n"),
		Entry("a preflight's status", "    wire: {method: OPTIONS}\n    answer: [{status: 2xx}]\n"),
		Entry("the application's content", "    wire: {}\n    answer: [{body_is: ok}]\n", cases.PartOK),
		Entry("the application's fields", "    wire: {}\n    answer: [{present: X-Resp}]\n", cases.PartOK),
		Entry("the outer layer's Vary", "    wire: {}\n    answer: [{lists: {name: vary, values: [accept-encoding]}}]\n", cases.PartOuterVary),
		Entry("what a script reads", "    request: {origin: \"{{allowed}}\"}\n    expect: {outcome: allowed, hidden: [X-Hidden]}\n", cases.PartOK),
		Entry("content of an element's kind", "    request: {origin: \"{{allowed}}\", api: img}\n    expect: {outcome: allowed}\n", cases.PartOK),
		Entry("what it says it needs", "    needs: [policies]\n"+bothLines, cases.PartPolicies),
	)
})
