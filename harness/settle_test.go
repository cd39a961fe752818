package harness

import (
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// named is an agent of which only the name is asked, and the engine.
type named struct {
	agent.Agent
	name string
}

func (n named) Name() string      { return n.name }
func (named) Engine() spec.Engine { return spec.EngineFetch }

var _ = Describe("the result of a check", func() {
	const origin = "https://app.example"
	check := &cases.Check{
		ID: "a/exact", Case: &cases.Case{ID: "a", Level: cases.Must}, Policy: &cases.Policy{Name: "exact", Origins: []string{origin}}, Kind: cases.KindBrowser,
		Steps: []cases.Step{{Request: &cases.Request{Origin: origin}}},
	}
	refusal := agent.Symptom{What: "a script gets", Refusal: true, Reason: "MissingAllowOriginHeader", Asked: agent.Asked{Origin: origin}}
	failed := func(name string) part {
		return part{result: agent.Result{Agent: name, Verdict: agent.VerdictFail, Failures: []agent.Symptom{refusal}}}
	}
	agents := []agent.Agent{named{name: agent.NameModel}, named{name: "chrome"}}
	now := time.Now()

	It("does not depend on which agent reported first, and is measured from its beginning", func() {
		model, chrome := failed(agent.NameModel), leftOut("chrome", "it cannot")
		model.began = now.Add(-time.Minute)
		one := settle(check, []part{model, chrome}, agents, nil, now)
		other := settle(check, []part{chrome, model}, agents, nil, now)
		Expect(one).To(Equal(other))
		Expect(one.Agents[0].Agent).To(Equal(agent.NameModel))
		Expect(one.Verdict).To(Equal(agent.VerdictFail))
		Expect(one.Elapsed).To(Equal(time.Minute))
	})

	It("has a kind of skip only where it is one", func() {
		absent := leftOut("chrome", "there is nothing to send")
		absent.skip = SkipNotApplicable
		Expect(settle(check, []part{failed(agent.NameModel), absent}, agents, nil, now).Skip).To(BeEmpty())
		Expect(settle(check, []part{leftOut(agent.NameModel, "cancelled"), absent}, agents, nil, now).Skip).To(Equal(SkipNotApplicable))
		Expect(settle(check, []part{leftOut(agent.NameModel, "cancelled"), leftOut("chrome", "cancelled")}, agents, nil, now).Skip).To(Equal(SkipStopped))
	})

	It("leaves the errors to the check during which the target died, and the parts as they are", func() {
		parts := []part{broke(agent.NameModel, "no answer"), leftOut("chrome", "it cannot")}
		before := slices.Clone(parts)
		Expect(settle(check, parts, agents, &Stopped{Check: "b/exact", Reason: "it died"}, now).Verdict).To(Equal(agent.VerdictSkip))
		Expect(settle(check, parts, agents, &Stopped{Check: "a/exact", Reason: "it died"}, now).Verdict).To(Equal(agent.VerdictError))
		Expect(parts).To(Equal(before))
	})

	It("is another one where it follows from a plain exchange, and stays what it was", func() {
		twice := *check
		twice.Steps = []cases.Step{{Request: &cases.Request{Origin: origin}, Times: 2}}
		entries := []*entry{{check: check}, {check: &twice}}
		made := func() []Result {
			return []Result{
				settle(check, []part{failed(agent.NameModel), failed("chrome")}, agents, nil, now),
				settle(&twice, []part{failed(agent.NameModel), failed("chrome")}, agents, nil, now),
			}
		}
		results := made()
		settled := settlePlain(entries, results, nil)
		Expect(settled[0].Plain).To(Equal(1))
		Expect(settled[0].Verdict).To(Equal(agent.VerdictFail))
		Expect(settled[1].Verdict).To(Equal(agent.VerdictUndecided))
		Expect(results).To(Equal(made()))
	})
})
