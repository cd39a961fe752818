package report_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/spec"
)

// table has one case of each kind that the results below are about.
func table() *cases.Table {
	return &cases.Table{Cases: []cases.Case{
		{ID: "first", Group: "one", Title: "First", Level: cases.Must, Why: "Because."},
		{ID: "second", Group: "one", Title: "Second", Level: cases.Practice},
		{ID: "third", Group: "two", Title: "Third", Level: cases.Must, Fix: "Do not."},
	}}
}

func result(id, policy string, v agent.Verdict) harness.Result {
	r := harness.Result{ID: id + "/" + policy, Case: id, Policy: policy, Verdict: v, Level: cases.Must, Elapsed: time.Millisecond}
	for _, c := range table().Cases {
		if c.ID == id {
			r.Group, r.Title, r.Level = c.Group, c.Title, c.Level
		}
	}
	return r
}

func failing(r harness.Result) harness.Result {
	r.Agents = []agent.Result{{
		Agent: "wire", Verdict: agent.VerdictFail,
		Failures: []agent.Symptom{{What: "Vary lists Origin", Expected: "Origin", Actual: "Accept\x1b[31m"}},
		Exchanges: []agent.Exchange{{
			Proto: "HTTP/1.1", Method: "GET", URL: "http://127.0.0.1:1/x", Status: 200,
			Request:  spec.Header{{Name: "Origin", Value: "https://a.test"}, {Name: "Authorization", Value: "Bearer verysecret"}},
			Response: spec.Header{{Name: "X-Bytes", Value: "\xff\x01"}, {Name: "Set-Cookie", Value: "session=verysecret"}},
		}},
	}}
	return r
}

func newReport(results ...harness.Result) *report.Report {
	return report.New("corsproof test", "http://127.0.0.1:1", &harness.Summary{Target: "t", Results: results}, table())
}

func page(rep *report.Report, verbose bool) string {
	var b strings.Builder
	(&report.Printer{W: &b, Verbose: verbose}).Print(rep)
	return b.String()
}

// said is a page without its lines.
func said(rep *report.Report) string { return strings.Join(strings.Fields(page(rep, false)), " ") }

var _ = DescribeTable("the page of an endpoint that fails by requests alone that no browser sends says how not to", func(declared bool, change func(*harness.Finding), says bool) {
	f := harness.Finding{ID: "request-field-misread", Cause: "request-field-misread", Title: "Blanks", Effect: agent.EffectLockedOut, Level: cases.Must, Explains: []string{"origin-leading-ows/exact"}}
	if change != nil {
		change(&f)
	}
	rep := withFindings([]harness.Finding{f}, failing(result("origin-leading-ows", "exact", agent.VerdictFail)))
	if declared {
		rep.Declared = &cases.Policy{}
	}
	Expect(strings.Contains(said(rep), "leave it out (--skip origin-leading-ows), or list it (--baseline FILE --update-baseline)")).To(Equal(says))
},
	Entry(nil, true, nil, true),
	Entry("a server of the contract is the framework itself", false, nil, false),
	Entry("a browser can send it", true, func(f *harness.Finding) { f.Sendable = true }, false),
	Entry("a browser saw it", true, func(f *harness.Finding) { f.Browser = []string{"chrome"} }, false),
	Entry("it stops the server", true, func(f *harness.Finding) { f.Severity = new(cases.Medium) }, false),
	Entry("it breaks no must", true, func(f *harness.Finding) { f.Level = cases.Practice }, false),
)

var _ = DescribeTable("the verdict does not say that there was no answer where one came late", func(affects, says string) {
	rep := withFindings([]harness.Finding{{ID: "slow-growth", Cause: "slow-growth", Title: "Slow", Effect: agent.EffectUnavailable, Level: cases.Must, Sendable: true, Affects: affects, Explains: []string{"vary-allowed/exact"}}},
		failing(result("vary-allowed", "exact", agent.VerdictFail)))
	text, _ := rep.Verdict()
	Expect(text).To(ContainSubstring(says))
},
	Entry(nil, "GET from https://evil.test: answer 200", "can be made to fail, or to take long, by one request"),
	Entry(nil, "GET from https://evil.test: answer 500", "can be made to fail"),
	Entry(nil, "PUT from https://app.example: no answer to the preflight", "leaves requests without an answer"),
	Entry(nil, "GET from https://evil.test: answer 200 and no answer", "leaves requests without an answer"),
)

var _ = Describe("the page of a run that saw answers which nothing holds to the policy", func() {
	It("says so, and does not call all of it right", func() {
		rep := newReport(result("vary-allowed", "exact", agent.VerdictPass), result("vary-denied", "exact", agent.VerdictWarn))
		rep.Unshared = []harness.Unshared{{Method: "POST", Status: 405}}
		Expect(said(rep)).To(ContainSubstring("as far as it was looked at"))
		Expect(said(rep)).To(ContainSubstring("Not looked at: answers to POST: 405, and no Access-Control-Allow-Origin that lets an allowed origin read it"))
		rep.Unshared[0].Endpoint = "items"
		Expect(said(rep)).To(ContainSubstring("Not looked at: items: answers to POST: 405"))
	})
})

var _ = Describe("a report", func() {
	It("says what an endpoint answers, and leaves out what did not run but for the reason", func() {
		skipped := result("third", "a", agent.VerdictSkip)
		skipped.Skip, skipped.Reason = harness.SkipContract, "needs of the contract: ok"
		rep := newReport(failing(result("first", "a", agent.VerdictFail)), skipped)
		rep.EndpointStatus = 404
		Expect(page(rep, false)).To(And(MatchRegexp(`(?m)^Not run: +1 x they need paths that only a server made for them has`), ContainSubstring("is answered with 404"), Not(ContainSubstring("third/a"))))
		Expect(page(rep, true)).To(And(MatchRegexp(`(?m)^two `), ContainSubstring("needs of the contract: ok"), ContainSubstring("third/a")))
	})

	It("counts by verdict", func() {
		rep := newReport(
			result("first", "exact", agent.VerdictPass), result("first", "any", agent.VerdictFail), result("second", "exact", agent.VerdictWarn),
			result("third", "exact", agent.VerdictSkip), result("third", "any", agent.VerdictError), result("third", "one", agent.VerdictInfo),
			result("third", "pattern", agent.VerdictUndecided),
		)
		Expect(rep.Counts).To(Equal(report.Counts{Checks: 7, Pass: 1, Fail: 1, Warn: 1, Info: 1, Skip: 1, Error: 1, Undecided: 1}))
		Expect(rep.Counts.Ran()).To(Equal(6))
		Expect(rep.Counts.Decided()).To(Equal(3))
	})

	It("is in the table's order, whatever order the results came in", func() {
		rep := newReport(result("third", "exact", agent.VerdictPass), result("first", "exact", agent.VerdictPass), result("first", "any", agent.VerdictPass))
		var ids []string
		for _, r := range rep.Results {
			ids = append(ids, r.ID)
		}
		Expect(ids).To(Equal([]string{"first/any", "first/exact", "third/exact"}))
	})

	It("puts security findings first", func() {
		third := result("third", "exact", agent.VerdictFail)
		third.Security = cases.High
		rep := newReport(result("first", "exact", agent.VerdictFail), third)
		Expect(rep.Select(agent.VerdictFail)[0].ID).To(Equal("third/exact"))
	})

	It("shows what was sent and answered, without secrets and without disturbing the terminal", func() {
		rep := newReport(failing(result("first", "exact", agent.VerdictFail)))
		Expect(page(rep, false)).NotTo(ContainSubstring("> Origin"))
		Expect(page(rep, false) + page(rep, true)).NotTo(ContainSubstring("\x1b"))
		text := page(rep, true)
		Expect(text).To(ContainSubstring("> Origin: https://a.test"))
		Expect(text).To(ContainSubstring(`< X-Bytes: \xff\x01`))
		Expect(text).To(ContainSubstring("expected Origin"))
		Expect(text).To(ContainSubstring("curl "))
		Expect(text).To(ContainSubstring("Because."))
		Expect(text).NotTo(ContainSubstring("verysecret"))
		Expect(text).NotTo(ContainSubstring("\x1b"))
	})

	It("says why checks did not run", func() {
		skip := result("second", "exact", agent.VerdictSkip)
		skip.Skip, skip.Reason = harness.SkipRefused, "too dangerous"
		Expect(page(newReport(skip), false)).To(ContainSubstring("1 x refused: too dangerous"))
		Expect(page(newReport(skip), true)).To(ContainSubstring("second/exact"))
	})

	It("counts a reason once that names the URLs of several requests", func() {
		var rows []harness.Result
		for i, url := range []string{"http://a.test/?_=x1", "http://a.test/?_=x2", "http://a.test/?b=_&_=zz9"} {
			row := result(fmt.Sprint("check-", i), "exact", agent.VerdictUndecided)
			row.Reason = "no answer came from " + url
			rows = append(rows, row)
		}
		Expect(page(newReport(rows...), false)).To(ContainSubstring(
			"\nUndecided:     2 x no answer came from http://a.test/\n               1 x no answer came from http://a.test/?b=_\n"))
	})

	It("says why checks are undecided: on the page, in the groups, in the sum, and to JUnit as skipped", func() {
		open := result("second", "exact", agent.VerdictUndecided)
		open.Reason = "no answer came twice"
		rep := newReport(open, result("first", "exact", agent.VerdictPass))
		Expect(page(rep, false)).To(And(ContainSubstring("\nUndecided:     1 x no answer came twice\n"), Not(ContainSubstring("Not run:")),
			ContainSubstring("2 checks: 1 passed, 0 failed, 1 undecided")))
		Expect(page(rep, true)).To(And(MatchRegexp(`one +1 passed  1 undecided`), ContainSubstring("\n                 second/exact\n")))
		rep = newReport(open)
		var b strings.Builder
		Expect(rep.WriteJUnit(&b)).To(Succeed())
		Expect(b.String()).To(And(ContainSubstring(`<skipped message="1 x undecided: no answer came twice">`), ContainSubstring(`skipped="1"`)))
	})

	It("notes what was seen once and who was answered differently, and asks nobody to report that", func() {
		r := failing(result("first", "exact", agent.VerdictFail))
		r.Once = []agent.Difference{{Agent: "chrome", What: "outcome", Model: "allowed", Other: "blocked"}}
		r.Answered = "chrome was answered differently"
		Expect(page(newReport(r), false)).To(And(ContainSubstring("disagreed once about first/exact, and not again"), Not(ContainSubstring("report it"))))
		Expect(page(newReport(r), true)).To(MatchRegexp(`note +chrome was answered differently`))
	})

	It("has a section for disagreements", func() {
		r := result("first", "exact", agent.VerdictPass)
		r.Disagreement = []agent.Difference{{Agent: "chrome", What: "outcome", Model: "allowed", Other: "blocked"}}
		rep := newReport(r)
		Expect(rep.Counts.Disagreements).To(Equal(1))
		Expect(page(rep, false)).To(ContainSubstring("first/exact: outcome: model allowed, chrome blocked"))
	})

	It("is JSON that can be read again, with bytes as code points and without secrets", func() {
		var b strings.Builder
		Expect(newReport(failing(result("first", "exact", agent.VerdictFail))).WriteJSON(&b)).To(Succeed())
		var back map[string]any
		Expect(json.Unmarshal([]byte(b.String()), &back)).To(Succeed())
		Expect(back["version"]).To(BeEquivalentTo(report.FormatVersion))
		Expect(b.String()).To(ContainSubstring("ÿ\\u0001"))
		Expect(b.String()).NotTo(ContainSubstring("verysecret"))
	})

	It("tells what the configuration asks for, what the documentation forbids, and when most could not be asked", func() {
		unsaid := result("third", "exact", agent.VerdictSkip)
		unsaid.Skip, unsaid.Reason = harness.SkipNotExpressible, "no such knob"
		asked := failing(result("first", "exact", agent.VerdictFail))
		asked.Policy = "any-creds"
		rep := newReport(asked, unsaid, unsaid)
		Expect(said(rep)).NotTo(ContainSubstring("in so many words"))
		Expect(said(rep)).To(ContainSubstring("only 1 of 3 checks were run"))
		rep.Unsafe = []string{"any-creds"}
		Expect(said(rep)).To(ContainSubstring("1 of the 1 failures are under any-creds, a configuration that asks for them in so many words"))
		rep.Forbids = map[string]string{"any-creds": "never do this"}
		Expect(said(rep)).To(ContainSubstring("1 of the 1 failures are under any-creds, which the documentation forbids (never do this)"))
		Expect(said(newReport(asked, unsaid))).NotTo(ContainSubstring("checks were run:"))
	})

	It("is JUnit XML with a failed case for each finding, and one for each group", func() {
		skip, broke := result("third", "exact", agent.VerdictSkip), result("first", "b", agent.VerdictError)
		skip.Skip, skip.Reason = harness.SkipBrowser, "no browser"
		broke.Reason = "it crashed"
		rep := withFindings([]harness.Finding{spoilt, {ID: "mere", Cause: "mere", Title: "Could be better", Level: cases.Practice, Explains: []string{"second/a"}}},
			failing(result("first", "exact", agent.VerdictFail)), result("second", "exact", agent.VerdictPass), result("second", "a", agent.VerdictWarn), skip, broke)
		var b strings.Builder
		Expect(rep.WriteJUnit(&b)).To(Succeed())
		type testcase struct {
			Name    string `xml:"name,attr"`
			Class   string `xml:"classname,attr"`
			Failure string `xml:"failure"`
			Skipped *struct {
				Message string `xml:"message,attr"`
			} `xml:"skipped"`
		}
		var suites struct {
			Suites []struct {
				Name     string     `xml:"name,attr"`
				Tests    int        `xml:"tests,attr"`
				Failures int        `xml:"failures,attr"`
				Errors   int        `xml:"errors,attr"`
				Skipped  int        `xml:"skipped,attr"`
				Cases    []testcase `xml:"testcase"`
				Out      string     `xml:"system-out"`
			} `xml:"testsuite"`
		}
		Expect(xml.Unmarshal([]byte(b.String()), &suites)).To(Succeed())
		Expect(suites.Suites).To(HaveLen(2))
		findings := suites.Suites[0]
		Expect([]int{findings.Tests, findings.Failures, findings.Errors}).To(Equal([]int{3, 1, 1}))
		Expect(findings.Out).To(ContainSubstring("Could be better"))
		first := suites.Suites[0].Cases[0]
		Expect(first.Name).To(Equal(spoilt.Title))
		Expect(first.Class).To(Equal("t"))
		Expect(first.Failure).To(And(ContainSubstring("- Access-Control-Allow-Origin: *"), ContainSubstring("\n  first/exact\n"), ContainSubstring(spoilt.Fix)))
		Expect(suites.Suites[0].Cases[1].Failure).To(BeEmpty(), "what breaks no must passes")
		groups := suites.Suites[1]
		Expect(groups.Cases).To(HaveLen(2))
		Expect(groups.Cases[0].Skipped).To(BeNil())
		Expect([]int{groups.Tests, groups.Skipped}).To(Equal([]int{2, 1}))
		Expect(groups.Cases[1].Skipped.Message).To(Equal("1 x needs-browser: no browser"))
		Expect(b.String()).NotTo(ContainSubstring("verysecret"))
	})
})
