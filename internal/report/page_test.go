package report_test

import (
	"encoding/json"
	"fmt"
	"slices"
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

// spoilt is a finding with everything in it.
var spoilt = harness.Finding{
	ID: "star-with-credentials", Cause: "star-with-credentials", Title: "Access-Control-Allow-Origin is *, which does not count", Effect: agent.EffectLockedOut,
	Level: cases.Must, Side: cases.SideServer, Policies: []string{"exact"}, Affects: "GET from https://a.test with credentials: answer 200",
	Received: []string{"401 Unauthorized", "Access-Control-Allow-Origin: *"}, Wanted: []string{"401 Unauthorized", "Access-Control-Allow-Origin: https://a.test"},
	Says: "Access to fetch at 'http://h.test/' from origin 'https://a.test' has been blocked by CORS policy: The value must not be the wildcard.",
	Why:  "Browsers do not take it.", Fix: "Send the origin.", Explains: []string{"first/exact"}, Plain: true, Sendable: true,
}

func withFindings(list []harness.Finding, results ...harness.Result) *report.Report {
	return report.New("corsproof test", "http://127.0.0.1:1", &harness.Summary{Target: "t", Results: results, Findings: list}, table())
}

var _ = Describe("the page", func() {
	It("is a verdict, the cause in a dozen lines, a line for each of the rest, and the cause again", func() {
		Expect(page(withFindings([]harness.Finding{spoilt}, failing(result("first", "exact", agent.VerdictFail)), result("second", "exact", agent.VerdictPass)), false)).To(Equal(`This server locks out pages that the policy allows: 1 cause explains the one
check that failed.

FAIL     Access-Control-Allow-Origin is *, which does not count [must, server]
  who    GET from https://a.test with credentials: answer 200
         401 Unauthorized
       - Access-Control-Allow-Origin: *
       + Access-Control-Allow-Origin: https://a.test
  Chrome blocked by CORS policy: The value must not be the wildcard.
  why    Browsers do not take it.
  fix    Send the origin.
  checks explains 1 check: --cause star-with-credentials

  stack  --stack ID shows the setting of your framework or server

Passed:        1 check in 1 group (each group: -v)

FAIL     Access-Control-Allow-Origin is *, which does not count; 2 checks: 1 passed, 1 failed (0s)
`))
	})

	It("says more under -v: all that Chrome prints, and each check", func() {
		text := page(withFindings([]harness.Finding{spoilt}, failing(result("first", "exact", agent.VerdictFail))), true)
		Expect(text).To(And(ContainSubstring("Chrome Access to fetch at 'http://h.test/' from origin"), ContainSubstring("FAIL  first/exact  [must]"), ContainSubstring("> GET http://127.0.0.1:1/x")))
	})

	It("shows one finding alone, with the checks that it explains and no others", func() {
		rep := withFindings([]harness.Finding{spoilt, {ID: "other", Cause: "other", Title: "Another", Level: cases.Must, Explains: []string{"second/exact"}}},
			failing(result("first", "exact", agent.VerdictFail)), failing(result("second", "exact", agent.VerdictFail)))
		one := func(id string) string {
			var b strings.Builder
			(&report.Printer{W: &b, Cause: id}).Print(rep)
			return b.String()
		}
		Expect(one(spoilt.ID)).To(And(ContainSubstring(spoilt.Title), ContainSubstring("FAIL  first/exact"), Not(ContainSubstring("Another")), Not(ContainSubstring("second/exact")), ContainSubstring("2 failed")))
		Expect(one("no-cors")).To(ContainSubstring("No finding has the id no-cors: there is star-with-credentials, other."))
	})

	It("gives what breaks no must a line each, where something does", func() {
		mere := harness.Finding{ID: "mere", Cause: "mere", Title: "Could be better", Level: cases.Practice, Received: []string{"a"}, Wanted: []string{"b"}, Explains: []string{"second/exact"}}
		warn := result("second", "exact", agent.VerdictWarn)
		beside := page(withFindings([]harness.Finding{spoilt, mere}, failing(result("first", "exact", agent.VerdictFail)), warn), false)
		Expect(beside).To(And(ContainSubstring("\nalso     Could be better (1 check)\n"), Not(ContainSubstring("WARN"))))
		alone := page(withFindings([]harness.Finding{mere}, warn, result("first", "exact", agent.VerdictPass)), false)
		Expect(alone).To(And(HavePrefix("All right: "), ContainSubstring("1 thing"), ContainSubstring("\nWARN     Could be better [practice]\n       - a\n       + b\n"), Not(ContainSubstring("also"))))
	})

	It("says of requests that no browser sends only where there is nothing else", func() {
		made, sent := spoilt, spoilt
		made.Effect, made.Plain, made.Sendable, made.Browser = agent.EffectLetIn, false, false, nil
		made.ID, made.Cause = "made", "made"
		sent.Sendable = true
		failed := failing(result("first", "exact", agent.VerdictFail))
		Expect(page(withFindings([]harness.Finding{made}, failed), false)).To(MatchRegexp(`^This server lets in what the policy forbids, though only for requests that no\s+browser sends`))
		Expect(page(withFindings([]harness.Finding{made, sent}, failed), false)).To(MatchRegexp(`^This server locks out pages that the policy allows: `))
	})

	It("keeps what no finding explains: it stands by itself", func() {
		text := page(newReport(failing(result("first", "exact", agent.VerdictFail))), false)
		Expect(text).To(And(MatchRegexp(`no known\s+cause explains the check that\s+failed`), ContainSubstring("FAIL     Does not hold: First [must]"), ContainSubstring("1 check by itself: no cause is known that explains it: --cause first")))
	})

	It("says how many of the checks that failed causes explain, and how many none does", func() {
		fail := func(id string) harness.Result { return failing(result(id, "exact", agent.VerdictFail)) }
		alone := func(id string) harness.Finding {
			return harness.Finding{ID: id, Title: id, Level: cases.Must, Explains: []string{id + "/exact"}}
		}
		verdict := func(list []harness.Finding, results ...harness.Result) string {
			return said(withFindings(list, results...))
		}
		Expect(verdict([]harness.Finding{spoilt, alone("second")}, fail("first"), fail("second"))).To(
			ContainSubstring(": 1 cause explains 1 of the 2 checks that failed, and 1 has no known cause. "))
		Expect(verdict([]harness.Finding{spoilt, alone("second"), alone("third")}, fail("first"), fail("second"), fail("third"))).To(
			ContainSubstring(": 1 cause explains 1 of the 3 checks that failed, and 2 have no known cause. "))
		Expect(verdict([]harness.Finding{alone("second"), alone("third")}, fail("second"), fail("third"))).To(
			ContainSubstring(": no known cause explains the 2 checks that failed. "))
	})

	It("says of a run that was cut short why, what was under way and the last lines of the target's log", func() {
		rep := stoppedReport()
		rep.Stopped.Running, rep.Stopped.Log = []string{"second/a", "third/a"}, "listening\npanic: \x1b"
		Expect(page(rep, false)).To(ContainSubstring("stopped: the target died\n      under way  second/a\n                 third/a\n      its log    listening\n                 panic: \\x1b\n\n"))
	})

	It("fits a screen, however many causes there are", func() {
		var list []harness.Finding
		var results []harness.Result
		for i := range 20 {
			f := spoilt
			f.ID = fmt.Sprintf("cause-%d", i)
			list, results = append(list, f), append(results, failing(result("first", "exact", agent.VerdictFail)))
		}
		text := page(withFindings(list, results...), false)
		Expect(strings.Count(text, "\n")).To(BeNumerically("<=", 40))
		for _, f := range list {
			Expect(text).To(ContainSubstring("--cause " + f.ID))
		}
	})

	It("gives the only cause all of the screen: who is affected, and what to do to its end", func() {
		for lines := range 10 {
			f := spoilt
			f.Wanted = nil
			for i := range lines {
				f.Wanted = append(f.Wanted, fmt.Sprintf("Line: %d", i))
			}
			f.Title, f.Fix = strings.Repeat("A title of some length ", 4), strings.Repeat("Mend it, as was said before, in all places. ", 8)+"So it ends."
			text := page(withFindings([]harness.Finding{f}, failing(result("first", "exact", agent.VerdictFail))), false)
			Expect(strings.Count(text, "\n")).To(BeNumerically("<=", 40))
			Expect(text).To(And(ContainSubstring("  who    GET"), ContainSubstring("So it ends."), Not(ContainSubstring("..."))), "%d", lines)
		}
	})

	It("says of the causes after the first what to do, or at least all of what is wrong", func() {
		causes := func(n int) string {
			var list []harness.Finding
			for i := range n {
				f := spoilt
				f.ID, f.Fix, f.Why = fmt.Sprintf("cause-%d", i), fmt.Sprintf("Mend %d.", i), strings.Repeat("Since it is so. ", 20)
				f.Title = strings.Repeat("A title of some length ", 4) + fmt.Sprintf("with its end %d", i)
				list = append(list, f)
			}
			return strings.Join(strings.Fields(page(withFindings(list, failing(result("first", "exact", agent.VerdictFail)), failing(result("second", "exact", agent.VerdictFail))), false)), " ")
		}
		for n := range 3 {
			for i := range n + 1 {
				Expect(causes(n + 1)).To(And(ContainSubstring("with its end %d", i), ContainSubstring("Mend %d.", i)))
			}
		}
		for i := range 6 {
			Expect(causes(6)).To(And(ContainSubstring("with its end %d", i), ContainSubstring("--cause cause-%d", i)))
		}
	})

	It("says how long one waited for it, and not only how long it ran", func() {
		rep := newReport(result("first", "a", agent.VerdictPass))
		rep.Elapsed = time.Second
		var own, whole strings.Builder
		(&report.Printer{W: &own}).Print(rep)
		(&report.Printer{W: &whole, Began: time.Now().Add(-time.Hour)}).Print(rep)
		Expect(own.String()).To(HaveSuffix(" (1s)\n"))
		Expect(whole.String()).To(MatchRegexp(`\(1h0m0(\.\d+)?s\)\n$`))
	})

	It("is in colour only where that is wanted", func() {
		rep := withFindings([]harness.Finding{spoilt}, failing(result("first", "exact", agent.VerdictFail)))
		var b strings.Builder
		(&report.Printer{W: &b, Color: true}).Print(rep)
		Expect(b.String()).To(ContainSubstring("\x1b[31m- Access-Control-Allow-Origin: *\x1b[0"))
		Expect(page(rep, false)).NotTo(ContainSubstring("\x1b"))
	})

	It("hides secrets in what was received", func() {
		f := spoilt
		f.Received = []string{"302 Found", "Location: /login?token=verysecret"}
		rep := withFindings([]harness.Finding{f}, failing(result("first", "exact", agent.VerdictFail)))
		var b strings.Builder
		Expect(rep.WriteJSON(&b)).To(Succeed())
		Expect(page(rep, false) + page(rep, true) + b.String()).NotTo(ContainSubstring("verysecret"))
	})

	DescribeTable("says of a run in a sentence", func(want string, results ...harness.Result) {
		Expect(page(newReport(results...), false)).To(HavePrefix(want))
	},
		Entry("that passed", "All right: this server does what the policy says", result("first", "a", agent.VerdictPass)),
		Entry("with errors", "Nothing was found wrong, and 1 check could not be carried out.", result("first", "a", agent.VerdictPass), result("second", "a", agent.VerdictError)),
		Entry("of which nothing came", "Nothing can be said of this server: 1 check could not be carried out.", result("second", "a", agent.VerdictError)),
		Entry("in which nothing was decided", "Nothing can be said of this server: not one check was decided.", result("second", "a", agent.VerdictUndecided)),
	)
})

var _ = Describe("the stack", func() {
	policy := &cases.Policy{Name: "exact", Origins: []string{"https://a.test"}}
	answered := func(header ...spec.Field) *report.Report {
		r := failing(result("first", "exact", agent.VerdictFail))
		r.Agents[0].Exchanges[0].Response = header
		return withFindings([]harness.Finding{spoilt}, r)
	}

	It("that was given has its setting in the fix, and in JSON", func() {
		rep := answered()
		rep.Advise(policy, cases.FindStack("flask"))
		Expect(page(rep, false)).To(And(MatchRegexp(`(?m)^  fix +Flask with Flask-CORS: CORS\(app, origins=\["https://a\.test"\]\)$`), Not(ContainSubstring("--stack"))))
		var b strings.Builder
		Expect(rep.WriteJSON(&b)).To(Succeed())
		var back struct {
			Findings []map[string]any
			Stack    map[string]any
		}
		Expect(json.Unmarshal([]byte(b.String()), &back)).To(Succeed())
		Expect(back.Findings[0]).To(And(HaveKeyWithValue("cause", "star-with-credentials"), HaveKeyWithValue("setting", `CORS(app, origins=["https://a.test"])`)))
		Expect(back.Stack).To(Equal(map[string]any{"id": "flask", "name": "Flask with Flask-CORS"}))
	})

	It("has what was measured to be right below its setting, where the screen has room, and in every form", func() {
		rep := answered()
		rep.Advise(policy, cases.FindStack("express"))
		Expect(page(rep, false)).To(And(ContainSubstring("  proved a configuration of Express with cors, measured to be right with other"), MatchRegexp(`(?m)^ +origin: \['https://a\.test'\],$`),
			ContainSubstring("yours are in it"), ContainSubstring("methods: ['GET', 'HEAD', 'POST'],"), Not(Or(ContainSubstring("credentials: true"), ContainSubstring("600")))))
		for _, form := range []string{"json", "markdown", "sarif", "html", "junit"} {
			Expect(as(form, rep)).To(ContainSubstring("allowedHeaders"), form)
		}
		var list []harness.Finding
		for range 9 {
			list = append(list, spoilt)
		}
		many := withFindings(list, failing(result("first", "exact", agent.VerdictFail)))
		many.Advise(policy, cases.FindStack("express"))
		Expect(strings.Count(page(many, false), "\n")).To(BeNumerically("<=", 40))
		Expect(strings.Count(page(many, true), "allowedHeaders")).To(Equal(9))
		unmeasured := cases.Stacks()[slices.IndexFunc(cases.Stacks(), func(s cases.Stack) bool { return s.Adapter == "" })]
		rep.Advise(policy, &unmeasured)
		Expect(rep.Findings[0].Proved).To(BeNil(), "none was measured")
	})

	It("that an answer names for certain has its setting, with the line by which it is known", func() {
		rep := answered(spec.Field{Name: "Server", Value: "Python/3.11 aiohttp/3.14.5"})
		rep.Advise(policy, nil)
		Expect(rep.Findings[0].Setting).NotTo(BeEmpty())
		Expect(strings.Join(strings.Fields(page(rep, false)), " ")).To(ContainSubstring("by Server: Python/3.11 aiohttp/3.14.5; if it is another: --stack ID"))
	})

	It("that is known to do so itself has no setting, and that is said, with what is known", func() {
		f := harness.Finding{ID: "request-field-misread", Cause: "request-field-misread", Title: "Blanks", Fix: "Take blanks off.", Level: cases.Must, Explains: []string{"first/exact"}}
		on := func(stack string) *report.Report {
			rep := withFindings([]harness.Finding{f}, failing(result("first", "exact", agent.VerdictFail)))
			rep.Advise(policy, cases.FindStack(stack))
			return rep
		}
		Expect(said(on("nginx"))).To(ContainSubstring("No setting is about it. Known of it: a tab around the value of Origin is not taken off (`origin-leading-ows`)."))
		Expect(said(on("express"))).NotTo(ContainSubstring("No setting"))
	})

	It("that is one of several is not guessed: the candidates are named", func() {
		rep := answered(spec.Field{Name: "Server", Value: "uvicorn"}, spec.Field{Name: "Set-Cookie", Value: "csrftoken=verysecret"})
		rep.Advise(policy, nil)
		Expect(rep.Stack).To(BeNil())
		Expect(rep.Findings[0].Setting).To(BeEmpty())
		Expect(page(rep, false)).To(MatchRegexp(`recognised: Server: uvicorn \(django, fastapi, litestar, falcon\);\s+Set-Cookie: csrftoken \(django\): --stack ID shows the setting`))
		Expect(page(rep, true)).NotTo(ContainSubstring("verysecret"))
	})
})
