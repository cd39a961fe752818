package judge_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// answered is an answer with these header lines.
func answered(status int, lines ...string) agent.Exchange {
	ex := agent.Exchange{Status: status}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		ex.Response = append(ex.Response, spec.Field{Name: name, Value: strings.TrimSpace(value)})
	}
	return ex
}

// judge holds one answer against one predicate.
func failuresOf(ex agent.Exchange, p ...cases.Predicate) []agent.Symptom {
	return judge.JudgeWire(judge.WireStep{Step: cases.Step{Answer: p}, Exchanges: []agent.Exchange{ex}})
}

var _ = Describe("a predicate", func() {
	holds := func(ex agent.Exchange, p cases.Predicate) {
		GinkgoHelper()
		Expect(failuresOf(ex, p)).To(BeEmpty())
	}
	fails := func(ex agent.Exchange, p cases.Predicate, reason, actual string) {
		GinkgoHelper()
		failures := failuresOf(ex, p)
		Expect(failures).To(HaveLen(1))
		Expect(failures[0].Reason).To(Equal(reason))
		Expect(failures[0].Actual).To(ContainSubstring(actual))
		Expect(failures[0].What).NotTo(BeEmpty())
		Expect(failures[0].Expected).NotTo(BeEmpty())
	}

	Describe("about grants accepts every lawful spelling", func() {
		share, shareC := shares(app), cases.Predicate{SharesWithCredentials: ptr(app)}
		deny, denyC := cases.Predicate{Denies: ptr(app)}, cases.Predicate{DeniesWithCredentials: ptr(app)}
		DescribeTable("holds", holds,
			Entry("the origin itself", answered(200, "Access-Control-Allow-Origin: "+app), share),
			Entry("any origin", answered(200, "access-control-allow-ORIGIN: *"), share),
			Entry("whatever the status", answered(500, "Access-Control-Allow-Origin: "+app), share),
			Entry("credentials", answered(200, "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Credentials: true"), shareC),
			Entry("nothing denies", answered(200), deny),
			Entry("a static origin denies others", answered(200, "Access-Control-Allow-Origin: https://other.example"), deny),
			Entry("times for the origin", answered(200, "Timing-Allow-Origin: https://a.example, "+app), cases.Predicate{Times: ptr(app)}),
			Entry("times for any", answered(200, "Timing-Allow-Origin: *"), cases.Predicate{Times: ptr(app)}),
			Entry("no times", answered(200), cases.Predicate{HidesTimes: ptr(app)}),
			Entry("times for another", answered(200, "Timing-Allow-Origin: "+app+"/"), cases.Predicate{HidesTimes: ptr(app)}),
			Entry("* denies credentials", answered(200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"), denyC),
		)
		DescribeTable("fails", fails,
			Entry("no times", answered(200), cases.Predicate{Times: ptr(app)}, "", "no Timing-Allow-Origin"),
			Entry("not times for any", answered(200, "Timing-Allow-Origin: "+app), cases.Predicate{Times: ptr("*")}, "", app),
			Entry("times told", answered(200, "Timing-Allow-Origin: *"), cases.Predicate{HidesTimes: ptr(app)}, "", "*"),
			Entry("no grant", answered(200), share, "MissingAllowOriginHeader", "no Access-Control-Allow-Origin"),
			Entry("two lines", answered(200, "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Origin: "+app), share, "MultipleAllowOriginValues", " | "),
			Entry("* with credentials", answered(200, "Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"), shareC, "WildcardOriginNotAllowed", "*"),
			Entry("True is not true", answered(200, "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Credentials: True"), shareC, "InvalidAllowCredentials", "True"),
			Entry("a grant without credentials", answered(200, "Access-Control-Allow-Origin: *"), deny, "", "it passes without credentials"),
			Entry("a grant with credentials", answered(200, "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Credentials: true"), denyC, "", "it passes with credentials"),
		)
	})

	Describe("about preflights judges as a browser does", func() {
		ask := cases.Ask{Origin: app, Method: "PUT", Headers: []string{"X-Custom", "content-type"}}
		allow, refuse := cases.Predicate{Allows: &ask}, cases.Predicate{Refuses: &ask}
		withC := ask
		withC.Credentials = true
		const o, m, h = "Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: ", "Access-Control-Allow-Headers: "
		DescribeTable("holds", holds,
			Entry("lists in any order and case", answered(204, o, m+"GET, PUT", h+"x-CUSTOM,Content-Type"), allow),
			Entry("lists over several lines", answered(200, o, m+"PUT", h+"x-custom", h+"content-type"), allow),
			Entry("wildcards", answered(200, o, m+"*", h+"*"), allow),
			Entry("a missing header refuses", answered(204, o, m+"PUT", h+"x-custom"), refuse),
			Entry("a status refuses", answered(403, o, m+"PUT", h+"x-custom, content-type"), refuse),
			Entry("* refuses credentials", answered(204, "Access-Control-Allow-Origin: "+app, "Access-Control-Allow-Credentials: true", m+"*", h+"*"), cases.Predicate{Refuses: &withC}),
			Entry("a grant without credentials is no grant with them", answered(204, o, m+"PUT", h+"*"), cases.Predicate{Refuses: &withC}),
		)
		DescribeTable("fails", fails,
			Entry("the method", answered(204, o, m+"put", h+"*"), allow, "MethodDisallowedByPreflightResponse", "Access-Control-Allow-Methods: put"),
			Entry("a header", answered(204, o, m+"PUT", h+"content-type"), allow, "HeaderDisallowedByPreflightResponse", "x-custom"),
			Entry("the status", answered(302, o, m+"PUT", h+"*"), allow, "PreflightInvalidStatus", "302"),
			Entry("a grant", answered(204, o, m+"PUT", h+"*"), refuse, "", "it passes without credentials"),
		)
	})

	DescribeTable("about fields holds", holds,
		Entry(nil, answered(200), cases.Predicate{Absent: cases.Names{"Vary"}}),
		Entry(nil, answered(200, "vary: a"), cases.Predicate{Present: cases.Names{"Vary"}}),
		Entry(nil, answered(200, "vary: a"), cases.Predicate{OneLine: cases.Names{"Vary"}}),
		Entry(nil, answered(200), cases.Predicate{AtMostOneLine: cases.Names{"Vary"}}),
		Entry(nil, answered(200, "A: b"), cases.Predicate{Equals: &cases.FieldValue{Name: "a", Value: "b"}}),
		Entry(nil, answered(200, "A: B"), cases.Predicate{NotEquals: &cases.FieldValue{Name: "a", Value: "b"}}),
		Entry("one of several lines", answered(200, "A: c", "A: b"), cases.Predicate{NotEquals: &cases.FieldValue{Name: "a", Value: "b"}}),
		Entry(nil, answered(200, "A: 12", "A: 3"), cases.Predicate{Matches: &cases.FieldValue{Name: "a", Value: `^[0-9]+$`}}),
		Entry("bytes are code points", answered(200, "A: \xe9"), cases.Predicate{Matches: &cases.FieldValue{Name: "a", Value: `^é$`}}),
		Entry(nil, answered(200, "A: x"), cases.Predicate{NotMatches: &cases.FieldValue{Name: "a", Value: `^[0-9]+$`}}),
		Entry(nil, answered(200, "Vary: A, origin", "Vary: B"), cases.Predicate{Lists: &cases.FieldList{Name: "Vary", Values: []string{"Origin", "b"}}}),
		Entry("Vary: * is every field", answered(200, "Vary: *"), cases.Predicate{Lists: &cases.FieldList{Name: "Vary", Values: []string{"Origin"}}}),
		Entry("a * elsewhere is not", answered(200, "Access-Control-Allow-Headers: *"), cases.Predicate{ListsNot: &cases.FieldList{Name: "Access-Control-Allow-Headers", Values: []string{"x"}}}),
		Entry(nil, answered(200, "Allow: GET, put"), cases.Predicate{ListsExactly: &cases.FieldList{Name: "Allow", Values: []string{"put"}}}),
		Entry(nil, answered(200, "Allow: GET, put"), cases.Predicate{ListsNotExactly: &cases.FieldList{Name: "Allow", Values: []string{"PUT"}}}),
		Entry("methods differ by case", answered(200, "Access-Control-Allow-Methods: put, PUT"), cases.Predicate{NoRepeats: cases.Names{"Access-Control-Allow-Methods"}}),
		Entry("empty elements are lawful", answered(200, "Access-Control-Allow-Headers: a,, b,"), cases.Predicate{Tokens: cases.Names{"Access-Control-Allow-Headers"}}),
		Entry("an absent list parses", answered(200), cases.Predicate{Tokens: cases.Names{"Access-Control-Allow-Headers"}}),
	)
	DescribeTable("about fields fails", fails,
		Entry(nil, answered(200, "vary: a"), cases.Predicate{Absent: cases.Names{"Vary"}}, "", "Vary: a"),
		Entry("an empty line is a line", answered(200, "vary:"), cases.Predicate{Absent: cases.Names{"Vary"}}, "", "(empty)"),
		Entry(nil, answered(200), cases.Predicate{Present: cases.Names{"Vary"}}, "", "no Vary"),
		Entry(nil, answered(200, "vary: a", "Vary: b"), cases.Predicate{OneLine: cases.Names{"Vary"}}, "", "Vary: a | Vary: b"),
		Entry(nil, answered(200, "vary: a", "Vary: b"), cases.Predicate{AtMostOneLine: cases.Names{"Vary"}}, "", "Vary: a | Vary: b"),
		Entry("two equal lines are not one", answered(200, "A: b", "A: b"), cases.Predicate{Equals: &cases.FieldValue{Name: "a", Value: "b"}}, "", "a: b | a: b"),
		Entry(nil, answered(200, "A: b"), cases.Predicate{NotEquals: &cases.FieldValue{Name: "a", Value: "b"}}, "", "a: b"),
		Entry(nil, answered(200, "A: 12", "A: x"), cases.Predicate{Matches: &cases.FieldValue{Name: "a", Value: `^[0-9]+$`}}, "", "x"),
		Entry(nil, answered(200, "A: 12", "A: x"), cases.Predicate{NotMatches: &cases.FieldValue{Name: "a", Value: `x`}}, "", "x"),
		Entry("a wrong expression is told as one", answered(200), cases.Predicate{Matches: &cases.FieldValue{Name: "a", Value: `(`}}, "", "the case file is wrong"),
		Entry(nil, answered(200, "Vary: A"), cases.Predicate{Lists: &cases.FieldList{Name: "Vary", Values: []string{"Origin", "a"}}}, "", "Vary: A"),
		Entry(nil, answered(200, "Vary: A, ORIGIN"), cases.Predicate{ListsNot: &cases.FieldList{Name: "Vary", Values: []string{"Origin"}}}, "", "ORIGIN"),
		Entry(nil, answered(200, "Allow: put"), cases.Predicate{ListsExactly: &cases.FieldList{Name: "Allow", Values: []string{"PUT"}}}, "", "put"),
		Entry(nil, answered(200, "Vary: Origin", "Vary: origin"), cases.Predicate{NoRepeats: cases.Names{"Vary"}}, "", "twice"),
		Entry(nil, answered(200, "Access-Control-Allow-Headers: a b"), cases.Predicate{Tokens: cases.Names{"Access-Control-Allow-Headers"}}, "", "a b"),
	)

	body := answered(200)
	body.Body, body.BodySize = "hello", 5
	late := answered(200)
	late.Excess = 3
	endless, brokeOff := answered(200), answered(200)
	endless.Unfinished, brokeOff.Unfinished, brokeOff.BodyError = true, true, "the server closed the connection"
	DescribeTable("about content holds", holds,
		Entry(nil, answered(204), cases.Predicate{Status: cases.StatusSet{"200", "2xx"}}),
		Entry(nil, answered(404), cases.Predicate{Status: cases.StatusSet{"not 5xx"}}),
		Entry(nil, answered(404), cases.Predicate{Status: cases.StatusSet{"<500"}}),
		Entry(nil, answered(500), cases.Predicate{Status: cases.StatusSet{">=500"}}),
		Entry(nil, answered(200, "X-App: ok"), cases.Predicate{App: ptr("ok")}),
		Entry(nil, answered(200, "X-App: ok"), cases.Predicate{App: ptr("any")}),
		Entry(nil, answered(200), cases.Predicate{App: ptr("none")}),
		Entry(nil, body, cases.Predicate{BodyIs: ptr("hello")}),
		Entry(nil, body, cases.Predicate{BodyContains: ptr("ell")}),
		Entry(nil, answered(200), cases.Predicate{NoBody: true}),
		Entry(nil, body, cases.Predicate{Whole: true}),
		Entry("content without end is not cut short", endless, cases.Predicate{Whole: true}),
		Entry(nil, answered(500), cases.Predicate{Answered: ptr(true)}),
	)
	DescribeTable("about content fails", fails,
		Entry(nil, answered(500), cases.Predicate{Status: cases.StatusSet{"2xx", "404"}}, "", "500"),
		Entry(nil, answered(500), cases.Predicate{Status: cases.StatusSet{"not 5xx"}}, "", "500"),
		Entry(nil, answered(500), cases.Predicate{Status: cases.StatusSet{"<=499"}}, "", "500"),
		Entry(nil, answered(200, "X-App: ok"), cases.Predicate{App: ptr("none")}, "", "X-App: ok"),
		Entry(nil, answered(403), cases.Predicate{App: ptr("any")}, "", "403"),
		Entry(nil, answered(200, "X-App: ok"), cases.Predicate{App: ptr("echo")}, "", "X-App: ok"),
		Entry(nil, body, cases.Predicate{BodyIs: ptr("hell")}, "", "hello"),
		Entry(nil, body, cases.Predicate{BodyContains: ptr("x")}, "", "hello"),
		Entry(nil, body, cases.Predicate{NoBody: true}, "", "5 bytes"),
		Entry("content after the end of a HEAD counts", late, cases.Predicate{NoBody: true}, "", "3 bytes"),
		Entry(nil, brokeOff, cases.Predicate{Whole: true}, "", "closed the connection"),
		Entry("an empty predicate never passes", answered(200), cases.Predicate{}, "", "the case file is wrong"),
	)

	Describe("with alternatives", func() {
		anyOf := func(alts ...[]cases.Predicate) cases.Predicate { return cases.Predicate{AnyOf: alts} }
		lists := cases.Predicate{Lists: &cases.FieldList{Name: "Vary", Values: []string{"Origin"}}}
		It("holds when one holds as a whole", func() {
			holds(answered(200, "Vary: Origin"), anyOf([]cases.Predicate{shares(app), lists}, []cases.Predicate{lists}))
		})
		It("names what each lacks", func() {
			fails(answered(200), anyOf([]cases.Predicate{shares(app)}, []cases.Predicate{lists}), "MissingAllowOriginHeader", "no Access-Control-Allow-Origin; no Vary")
		})
		It("asks for consequences only when the conditions hold", func() {
			p := cases.Predicate{If: []cases.Predicate{shares(app)}, Then: []cases.Predicate{lists}}
			holds(answered(200), p)
			holds(answered(200, "Access-Control-Allow-Origin: *", "Vary: Origin"), p)
			fails(answered(200, "Access-Control-Allow-Origin: *"), p, "", "no Vary")
		})
	})

	Describe("on a request that was not answered", func() {
		silent := func(kind string) agent.Exchange {
			return agent.Exchange{Error: "the server closed the connection", ErrorKind: kind}
		}
		It("is one failure, however many predicates there are", func() {
			failures := failuresOf(silent("closed"), shares(app), cases.Predicate{Status: cases.StatusSet{"2xx"}})
			Expect(failures).To(HaveLen(1))
			Expect(failures[0]).To(And(HaveField("What", "the server answers"), HaveField("Expected", "a complete HTTP response"),
				HaveField("Actual", "the server closed the connection"), HaveField("Effect", agent.EffectUnavailable), HaveField("Refusal", false)))
		})
		It("is one even if the predicates deny", func() {
			Expect(failuresOf(silent("closed"), cases.Predicate{Denies: ptr(app)})).To(HaveLen(1))
			Expect(failuresOf(silent("closed"), cases.Predicate{If: []cases.Predicate{shares(app)}, Then: []cases.Predicate{shares(app)}})).To(HaveLen(1))
		})
		It("is fine where the case says so, unless the server hangs", func() {
			closing := cases.Predicate{Answered: ptr(false)}
			Expect(failuresOf(silent("closed"), closing, cases.Predicate{Denies: ptr(app)})).To(BeEmpty())
			Expect(failuresOf(silent("cut"), cases.Predicate{AnyOf: [][]cases.Predicate{{closing}, {shares(app)}}})).To(BeEmpty())
			Expect(failuresOf(silent("timeout"), closing)).To(HaveLen(1))
			Expect(failuresOf(silent("malformed"), closing)).To(HaveLen(1))
			Expect(failuresOf(silent("closed"), cases.Predicate{Answered: ptr(true)})).To(HaveLen(1))
		})
	})
})

var _ = Describe("a predicate that compares steps", func() {
	step := func(name string, p []cases.Predicate, ex ...agent.Exchange) judge.WireStep {
		return judge.WireStep{Step: cases.Step{Name: name, Answer: p}, Exchanges: ex}
	}
	sameAs := []cases.Predicate{{SameAs: "first"}}
	varies := []cases.Predicate{{VariesOr: ptr("Origin")}}

	It("same_as ignores order, case of names and the number of lines of lists", func() {
		Expect(judge.JudgeWire(
			step("first", nil, answered(200, "Access-Control-Allow-Headers: X-A, x-b", "Vary: Origin, Accept", "Date: 1")),
			step("second", sameAs, answered(200, "vary: accept", "Date: 2", "Vary: ORIGIN", "access-control-allow-headers: x-B,x-a")),
		)).To(BeEmpty())
	})
	It("head_grows looks at what was added alone: a head that is always long grows by nothing", func() {
		grown := []cases.Predicate{{HeadGrows: &cases.HeadGrowth{Over: "first", AtMost: 100}}}
		sized := func(n int) agent.Exchange {
			x := answered(200)
			x.HeadBytes = n
			return x
		}
		for _, always := range []int{200, 9000} {
			Expect(judge.JudgeWire(step("first", nil, sized(always)), step("second", grown, sized(always+100)))).To(BeEmpty())
			Expect(judge.JudgeWire(step("first", nil, sized(always)), step("second", grown, sized(always+101)))).To(HaveLen(1))
		}
		Expect(judge.JudgeWire(step("first", nil, agent.Exchange{Error: "no answer within 1s", ErrorKind: "timeout"}), step("second", grown, sized(1)))).To(HaveExactElements(HaveField("Silent", true)))
	})
	It("same_as tells each field that differs, once for all repetitions", func() {
		other := answered(200, "Access-Control-Allow-Methods: put", "Vary: Accept")
		failures := judge.JudgeWire(
			step("first", nil, answered(200, "Access-Control-Allow-Methods: PUT", "Access-Control-Max-Age: 5", "Vary: Accept")),
			step("second", sameAs, other, other),
		)
		Expect(failures).To(ConsistOf(
			HaveField("Actual", "Access-Control-Allow-Methods: put"),
			HaveField("Actual", "no Access-Control-Max-Age"),
		))
		Expect(failures).To(HaveEach(HaveField("Step", "second")))
	})
	DescribeTable("varies_or_static", func(failures int, first, second agent.Exchange) {
		Expect(judge.JudgeWire(step("a", varies, first), step("b", varies, second))).To(HaveLen(failures))
	},
		Entry("both vary", 0, answered(200, "Vary: Origin"), answered(200, "Access-Control-Allow-Origin: "+app, "Vary: origin")),
		Entry("the answer is static", 0, answered(200, "Access-Control-Allow-Origin: *"), answered(200, "Access-Control-Allow-Origin: *")),
		Entry("Vary: * varies", 0, answered(200, "Vary: *"), answered(200, "Access-Control-Allow-Origin: "+app, "Vary: *")),
		Entry("one does not", 1, answered(200), answered(200, "Access-Control-Allow-Origin: "+app, "Vary: Origin")),
		Entry("neither does", 2, answered(200), answered(200, "Access-Control-Allow-Origin: "+app)),
	)
	It("says when a step that it names is missing", func() {
		Expect(judge.JudgeWire(step("only", sameAs, answered(200)))).To(ContainElement(HaveField("Actual", ContainSubstring("the case file is wrong"))))
	})
})
