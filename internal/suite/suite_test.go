package suite_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/suite"
)

func TestSuite(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "suite")
}

// option is an option as corstest has them.
type option func(*suite.Config)

func (o option) Apply(c *suite.Config) { o(c) }

func known(glob, reason string) option {
	return func(c *suite.Config) { c.Known = append(c.Known, suite.Known{Glob: glob, Reason: reason}) }
}

var (
	strict   = option(func(c *suite.Config) { c.Strict = true })
	path     = option(func(c *suite.Config) { c.Path = "/items" })
	declared = option(func(c *suite.Config) {
		c.Policy = &cases.Policy{Name: "api", Origins: []string{"https://app.example"}}
	})
)

func focus(globs ...string) option {
	return func(c *suite.Config) { c.Focus = globs }
}

// result is one with everything that a message can show.
func result(v agent.Verdict) *harness.Result {
	r := &harness.Result{ID: "vary-allowed/api", Case: "vary-allowed", Policy: "api", Title: "The title", Level: cases.Must, Verdict: v}
	switch v {
	case agent.VerdictSkip:
		r.Skip, r.Reason = harness.SkipContract, "the endpoint has no /count"
	case agent.VerdictError:
		r.Reason = "chrome: it crashed"
	case agent.VerdictInfo:
		r.Agents = []agent.Result{{Agent: "wire", Note: "yes: it says 600"}}
	case agent.VerdictFail, agent.VerdictWarn:
		r.Agents = []agent.Result{{
			Agent: "wire", Verdict: v,
			Failures:  []agent.Symptom{{Step: "second", What: "Vary lists Origin", Expected: "Origin", Actual: "Accept"}},
			Exchanges: []agent.Exchange{{Method: "GET", URL: "http://h.test/x?token=hush", Status: 207}},
		}}
	}
	return r
}

// judged is what one result means to a test, in a run with these findings.
func judged(opts []option, r *harness.Result, table *cases.Table, findings ...harness.Finding) (suite.Outcome, string) {
	return suite.New(opts).Judge(&harness.Summary{Results: []harness.Result{*r}, Findings: findings}, table).Of(r)
}

var _ = Describe("What a result means to a test", func() {
	table, err := cases.Load()
	if err != nil {
		panic(err)
	}
	DescribeTable("by its verdict", func(v agent.Verdict, want, underStrict, whenKnown suite.Outcome, text string) {
		judge := func(opts ...option) suite.Outcome {
			outcome, said := judged(opts, result(v), table)
			Expect(said != "").To(Equal(outcome != suite.Passed), "only what passes has nothing to say: %q", said)
			return outcome
		}
		outcome, said := judged(nil, result(v), table)
		Expect(outcome).To(Equal(want))
		Expect(said).To(ContainSubstring(text))
		Expect(judge(strict)).To(Equal(underStrict), "with Strict")
		Expect(judge(known("vary-*", "a reason"))).To(Equal(whenKnown), "as a known failure")
		Expect(judge(known("vary-*/other", "a reason"))).To(Equal(want), "with a known failure of another policy")
	},
		Entry("pass", agent.VerdictPass, suite.Passed, suite.Passed, suite.Failed, ""),
		Entry("fail", agent.VerdictFail, suite.Failed, suite.Failed, suite.Skipped, "Vary lists Origin"),
		Entry("error", agent.VerdictError, suite.Failed, suite.Failed, suite.Skipped, "chrome: it crashed"),
		Entry("warn", agent.VerdictWarn, suite.Logged, suite.Failed, suite.Failed, "Vary lists Origin"),
		Entry("info", agent.VerdictInfo, suite.Logged, suite.Logged, suite.Failed, "yes: it says 600"),
		Entry("skip", agent.VerdictSkip, suite.Skipped, suite.Skipped, suite.Skipped, "the endpoint has no /count"),
	)

	It("takes a warning for known under Strict, where it would fail", func() {
		outcome, said := judged([]option{strict, known("vary-allowed/api", "wanted so")}, result(agent.VerdictWarn), table)
		Expect(outcome).To(Equal(suite.Skipped))
		Expect(said).To(Equal("known failure: wanted so"))
	})

	It("says which entry of the list is no longer true", func() {
		outcome, said := judged([]option{known("vary-allowed", "it never could")}, result(agent.VerdictPass), table)
		Expect(outcome).To(Equal(suite.Failed))
		Expect(said).To(And(ContainSubstring("vary-allowed/api"), ContainSubstring("it never could"), ContainSubstring("take it off the list")))
	})

	It("shows a disagreement of model and browser, but not a documented one", func() {
		r := result(agent.VerdictPass)
		r.Disagreement = []agent.Difference{{Agent: "chrome", What: "outcome", Departure: "chromium has it so"}}
		outcome, _ := judged(nil, r, table)
		Expect(outcome).To(Equal(suite.Passed))
		r.Disagreement = append(r.Disagreement, agent.Difference{Agent: "chrome", What: "the status"})
		outcome, said := judged(nil, r, table)
		Expect(outcome).To(Equal(suite.Logged))
		Expect(said).To(ContainSubstring("the status"))
	})

	It("tells a cause once, with all that it explains; who fails by it later says where it was told", func() {
		first, second := result(agent.VerdictFail), result(agent.VerdictFail)
		second.ID = "vary-denied/api"
		sum := &harness.Summary{Findings: []harness.Finding{{
			ID: "vary-missing", Cause: "vary-missing", Title: "Vary is missing", Level: cases.Must, Affects: "GET from https://app.example",
			Received: []string{"(no Vary)"}, Wanted: []string{"Vary: Origin"}, Fix: "Send it.", Explains: []string{first.ID, second.ID},
		}}}
		judge := suite.New[option](nil).Judge(sum, table)
		outcome, said := judge.Of(first)
		Expect(outcome).To(Equal(suite.Failed))
		for _, part := range []string{"FAIL     Vary is missing [must]", "GET from https://app.example", "- (no Vary)", "+ Vary: Origin", "Send it.", "explains 2 checks", "\n         vary-denied/api"} {
			Expect(said).To(ContainSubstring(part))
		}
		outcome, said = judge.Of(second)
		Expect(outcome).To(Equal(suite.Skipped))
		Expect(said).To(Equal("fails: The title; the cause was told already: vary-missing (vary-allowed/api)"))
	})

	It("fails for a cause that a warning told before, without failing", func() {
		warns, fails := result(agent.VerdictWarn), result(agent.VerdictFail)
		fails.ID = "vary-denied/api"
		sum := &harness.Summary{Findings: []harness.Finding{{ID: "vary-missing", Cause: "vary-missing", Level: cases.Should, Explains: []string{warns.ID, fails.ID}}}}
		judge := suite.New[option](nil).Judge(sum, table)
		outcome, _ := judge.Of(warns)
		Expect(outcome).To(Equal(suite.Logged))
		outcome, _ = judge.Of(fails)
		Expect(outcome).To(Equal(suite.Failed))
	})

	It("takes a cause for known, by its id, and says when it is not there", func() {
		f := harness.Finding{ID: "shared-with-all", Cause: "shared-with-all", Level: cases.Must, Explains: []string{"vary-allowed/api"}}
		opts := []option{known("shared-with-all", "open on purpose")}
		outcome, said := judged(opts, result(agent.VerdictFail), table, f)
		Expect(outcome).To(Equal(suite.Skipped))
		Expect(said).To(Equal("known failure: open on purpose"))
		other := f
		other.ID, other.Cause = "no-cors", "no-cors"
		outcome, said = judged(opts, result(agent.VerdictFail), table, f, other)
		Expect(outcome).To(Equal(suite.Failed), "by another cause")
		Expect(said).NotTo(ContainSubstring("shared-with-all"))
		Expect(suite.New(opts).Judge(&harness.Summary{Findings: []harness.Finding{f}}, table).Stale()).To(BeEmpty())
		Expect(suite.New(opts).Judge(&harness.Summary{}, table).Stale()).To(ConsistOf(ContainSubstring("the cause shared-with-all is listed as a known failure (open on purpose), and is not there")))
	})

	It("tells what failed where, how to try it and what to do, and no secret", func() {
		r := result(agent.VerdictFail)
		r.Security = cases.High
		text := suite.Message(r, table)
		for _, part := range []string{
			"The title (must, security: high)", "wire, step second: Vary lists Origin", "expected: Origin", "actual:   Accept",
			"GET http://h.test/x?token=[redacted] -> 207", "curl ", "why: " + table.Case("vary-allowed").Why, "fix: " + table.Case("vary-allowed").Fix, "see: https://",
		} {
			Expect(text).To(ContainSubstring(part))
		}
		Expect(text).NotTo(ContainSubstring("hush"))
	})
})

var _ = DescribeTable("A run as a whole", func(sum harness.Summary, text string, opts ...option) {
	if text == "" {
		Expect(suite.New(opts).Incomplete(&sum)).To(BeEmpty())
		return
	}
	Expect(suite.New(opts).Incomplete(&sum)).To(ContainSubstring(text))
},
	Entry("fails when it ended early", harness.Summary{Stopped: &harness.Stopped{Reason: "the target died"}, Counts: map[agent.Verdict]int{agent.VerdictPass: 9}}, "ended early: the target died"),
	Entry("fails when nothing was run", harness.Summary{Counts: map[agent.Verdict]int{agent.VerdictSkip: 9}}, "not one check was run"),
	Entry("fails when nothing could be decided", harness.Summary{Counts: map[agent.Verdict]int{agent.VerdictSkip: 9, agent.VerdictUndecided: 1}}, "could be decided"),
	Entry("is what its results are when something was", harness.Summary{Counts: map[agent.Verdict]int{agent.VerdictSkip: 9, agent.VerdictUndecided: 9, agent.VerdictPass: 1}}, ""),
	Entry("is what its results are when something failed", harness.Summary{Counts: map[agent.Verdict]int{agent.VerdictFail: 1}}, ""),
	Entry("fails when a part of the policy has no check", overlooked(""), "these parts of the policy"),
	Entry("is what its results are when the target has no such part", overlooked("the endpoint does not serve it"), ""),
	Entry("is what its results are when checks were chosen", overlooked(""), "", focus("vary-*")),
)

func overlooked(reason string) harness.Summary {
	return harness.Summary{
		Counts:      map[agent.Verdict]int{agent.VerdictPass: 1},
		NotLookedAt: []harness.NotLookedAt{{Part: cases.Stated{Kind: cases.StatedMethod, Value: "PUT"}, Reason: reason}},
	}
}

var _ = Describe("What cannot be run is an error", func() {
	handler := suite.Target{Name: "corstest.Handler", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	ownPolicy := suite.Target{Name: "corstest.Harness", Harness: &harness.Target{Base: "http://127.0.0.1:1"}}
	library := func(cases.Policy) (func(http.Handler) http.Handler, error) { return nil, suite.ErrNotExpressible }
	DescribeTable("of the options and the target", func(ctx context.Context, target suite.Target, text string, opts ...option) {
		_, _, err := suite.New(opts).Run(ctx, target)
		Expect(err).To(MatchError(ContainSubstring(text)))
	},
		Entry("no target", suite.Target{}, "corstest.Handler", focus("vary-*")),
		Entry("a target of nothing", suite.Target{Name: "corstest.URL"}, "corstest.URL was given nothing", focus("vary-*")),
		Entry("a policy with a mistake", handler, "origin", option(func(c *suite.Config) { c.Policy = &cases.Policy{Origins: []string{"app.example"}} })),
		Entry("a policy for a Middleware", suite.Target{Name: "corstest.Middleware", Middleware: library}, "every standard policy", declared),
		Entry("a policy for a target that has its own", ownPolicy, "Declared", declared),
		Entry("a path without a policy", handler, "Path", path),
		Entry("a path for a target that has its own", ownPolicy, "Path", path),
		Entry("a glob that selects nothing", handler, "no-such-case", declared, focus("no-such-case")),
		Entry("a known failure of no check", handler, "known failure", declared, known("no-such-case", "none")),
		Entry("a known failure of a policy that is not run", handler, "known failure", declared, known("vary-allowed/exact", "none")),
		Entry("a server that is not there", suite.Target{Name: "corstest.URL", URL: "http://127.0.0.1:1"}, "127.0.0.1:1", focus("vary-*")),
	)

	DescribeTable("of a plan, too", func(text string, opts ...option) {
		_, _, err := suite.New(opts).Plan()
		Expect(err).To(MatchError(ContainSubstring(text)))
	},
		Entry("a path without a policy", "Path", path),
		Entry("a glob that selects nothing", "no-such-case", focus("no-such-case")),
		Entry("a known failure of no check", "known failure", known("no-such-case", "none")),
	)
})

var _ = Describe("What is run", func() {
	ids := func(opts ...option) (list []string) {
		GinkgoHelper()
		_, checks, err := suite.New(opts).Plan()
		Expect(err).NotTo(HaveOccurred())
		for i := range checks {
			list = append(list, checks[i].Case.ID+"/"+checks[i].Policy.Name)
		}
		return list
	}
	It("is what is focused on, less what is skipped", func() {
		Expect(ids(focus("vary-allowed/exact", "vary-head/exact"))).To(ConsistOf("vary-allowed/exact", "vary-head/exact"))
		Expect(ids(focus("vary-allowed/exact", "vary-head/exact"), func(c *suite.Config) { c.Skip = []string{"vary-h*"} })).To(ConsistOf("vary-allowed/exact"))
		Expect(len(ids())).To(BeNumerically(">", 1000))
	})
	It("is the whole table under the declared policy, whose name may be missing", func() {
		nameless := func(c *suite.Config) { c.Policy = &cases.Policy{Origins: []string{"https://app.example"}} }
		Expect(ids(nameless, focus("vary-allowed"))).To(ConsistOf("vary-allowed/declared"))
	})
	It("is not run under a policy that a library refuses or cannot express, and it is said which", func(ctx SpecContext) {
		library := func(p cases.Policy) (func(http.Handler) http.Handler, error) {
			switch p.Name {
			case "pattern":
				return nil, fmt.Errorf("%w: it has no patterns", suite.ErrNotExpressible)
			case "any":
				return nil, errors.New("wildcards are not safe")
			}
			return func(h http.Handler) http.Handler { return h }, nil
		}
		sum, _, err := suite.New([]option{focus("vary-allowed/pattern", "stated-origin/any", "vary-allowed/exact")}).Run(ctx, suite.Target{Name: "corstest.Middleware", Middleware: library})
		Expect(err).NotTo(HaveOccurred())
		skips := map[string]harness.SkipKind{}
		for _, r := range sum.Results {
			skips[r.ID+": "+r.Reason] = r.Skip
		}
		Expect(skips).To(Equal(map[string]harness.SkipKind{
			"vary-allowed/pattern: the library cannot express the policy: it has no patterns": harness.SkipNotExpressible,
			"stated-origin/any: wildcards are not safe":                                       harness.SkipRefused,
			"vary-allowed/exact: ": "",
		}))
	})
	It("is run, and nothing else", func(ctx SpecContext) {
		var asked []string
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) })
		c := suite.New([]option{declared, path, focus("vary-allowed")})
		sum, table, err := c.Run(ctx, suite.Target{Name: "corstest.Handler", Handler: h})
		Expect(err).NotTo(HaveOccurred())
		Expect(table).NotTo(BeNil())
		Expect(sum.Results).To(HaveLen(1))
		Expect(asked).To(HaveEach("/items"))
	})
})
