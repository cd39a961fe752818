package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = Describe("A finding of requests that no browser sends", func() {
	t, err := cases.Load()
	Expect(err).NotTo(HaveOccurred())

	It("says what is odd in them, of every case of the table; one that a browser can send has nothing odd", func() {
		sent, unsent := 0, 0
		for _, c := range t.Expand(t.Policies, false, cases.Env{}) {
			for i := range c.Steps {
				x := seen(allowed, nil)
				x.Status, x.Method = 200, "GET"
				ok, why := cases.Sendable(&c.Steps[i])
				s := agent.Symptom{Effect: agent.EffectMalformed, Step: c.Steps[i].Name, Sendable: ok}
				f := diagnose.Findings([]diagnose.Evidence{{Check: &c, Symptoms: []agent.Symptom{s}, Seen: []agent.Seen{x}}}, nil, nil)[0]
				if ok {
					sent++
					Expect(f.Odd).To(BeEmpty(), c.ID)
					continue
				}
				unsent++
				Expect(f.Odd).To(ContainElement(why), c.ID)
			}
		}
		Expect(sent).To(BeNumerically(">", 100))
		Expect(unsent).To(BeNumerically(">", 100))
	})

	It("comes after one that browsers meet, and before what is only practice", func() {
		f := func(level cases.Level, sendable bool) *diagnose.Finding {
			return &diagnose.Finding{Level: level, Sendable: sendable}
		}
		Expect(diagnose.Order(f(cases.Must, true))).To(BeNumerically("<", diagnose.Order(f(cases.Must, false))))
		Expect(diagnose.Order(f(cases.Must, false))).To(BeNumerically("<", diagnose.Order(f(cases.Should, true))))
		seen := f(cases.Must, false)
		seen.Browser = []string{"chrome"}
		Expect(diagnose.Order(seen)).To(Equal(diagnose.Order(f(cases.Must, true))))
	})

	It("tells blanks from control bytes", func() {
		for line, part := range map[string]string{
			"Origin:  " + allowed: "one blank before the value of Origin, and none after it", "Origin: " + allowed + "\t": "none after it", "Origin:" + allowed + " ": "none after it",
			"Origin: https://a\x00": "no control byte into the value of Origin",
		} {
			_, why := cases.Sendable(&cases.Step{Wire: &cases.Wire{Headers: []string{line}}})
			Expect(why).To(ContainSubstring(part))
		}
	})
})
