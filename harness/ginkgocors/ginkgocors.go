// Package ginkgocors adds the table of cases to a Ginkgo suite, each check as
// an It named CASE/POLICY. It never calls RunSpecs: that stays the suite's.
//
//	var _ = ginkgocors.DescribeChecks("CORS", func() corstest.Target { return corstest.Handler(newServer()) },
//		corstest.Policy(cases.Policy{Name: "api", Origins: []string{"https://app.example"}}))
//
// The options are those of package corstest.
package ginkgocors

import (
	"errors"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/corstest"
	"github.com/corsproof/corsproof/internal/suite"
)

// DescribeChecks is a Describe container with an It for each check. target is
// called once, before the first of them. The checks run together before the first It reports.
// Each cause is reported once, by the first It that fails by it; those that fail by the same
// cause are skipped, and say so.
func DescribeChecks(text string, target func() corstest.Target, opts ...corstest.Option) bool {
	c := suite.New(opts)
	_, checks, err := c.Plan()
	if err != nil {
		return ginkgo.Describe(text, func() {
			ginkgo.It("has a table and a selection", func() { ginkgo.Fail(err.Error()) })
		})
	}
	return ginkgo.Describe(text, ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
		results := map[string]*harness.Result{}
		var sum *harness.Summary
		var judge *suite.Judge
		ginkgo.BeforeAll(func(ctx ginkgo.SpecContext) {
			var table *cases.Table
			sum, table, err = c.Run(ctx, corstest.TargetOf(target()))
			if err != nil {
				ginkgo.Fail(failure(err))
			}
			judge = c.Judge(sum, table)
			for i := range sum.Results {
				results[sum.Results[i].ID] = &sum.Results[i]
			}
			if id := unplanned(sum, checks); id != "" {
				ginkgo.Fail(id + " was run and has no spec: specs are made before there is a target, so its policy must be given with corstest.Policy")
			}
		})
		for i := range checks {
			id := checks[i].ID
			ginkgo.It(id, func() { report(judge, results[id]) })
		}
		ginkgo.It("runs to its end", func() {
			texts := judge.Stale()
			if text := c.Incomplete(sum); text != "" {
				texts = append(texts, text)
			}
			if len(texts) > 0 {
				ginkgo.Fail(strings.Join(texts, "\n"))
			}
		})
	})
}

func failure(err error) string {
	if e, ok := errors.AsType[*harness.TargetError](err); ok && e.Hint() != "" {
		return err.Error() + "\nhint: " + e.Hint()
	}
	return err.Error()
}

// unplanned is the id of a result that none of the planned checks has.
func unplanned(sum *harness.Summary, checks []cases.Check) string {
	for _, r := range sum.Results {
		if !slices.ContainsFunc(checks, func(c cases.Check) bool { return c.ID == r.ID }) {
			return r.ID
		}
	}
	return ""
}

func report(judge *suite.Judge, r *harness.Result) {
	if r == nil {
		ginkgo.Skip("the check does not apply to the target")
	}
	switch outcome, text := judge.Of(r); outcome {
	case suite.Failed:
		ginkgo.Fail(text, 1)
	case suite.Skipped:
		ginkgo.Skip(text)
	case suite.Logged:
		ginkgo.GinkgoWriter.Println(text)
	}
}
