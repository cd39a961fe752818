package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = DescribeTable("Where any origin is allowed, an answer that repeats the origin depends on it: only one that does not varies without need",
	func(id string, h []string, s agent.Symptom, want string) {
		p := cases.Policy{Name: "any", Origins: []string{"*"}}
		x := seen("https://a.test", fields(h...))
		x.Status, x.Method = 200, "GET"
		if x.AllowOrigin.N == 0 {
			x.NoOrigin, x.Origin = true, ""
		}
		e := evidence("a", &p, x, s)
		e.Check.Case.ID = id
		good := seen("https://b.test", fields("Access-Control-Allow-Origin", "*"))
		good.Status, good.Method = 200, "GET"
		Expect(named([]diagnose.Evidence{e, evidence("b", &p, good, agent.Symptom{})}, cases.Causes()...)).To(Equal([]string{want}))
	},
	Entry("repeated", "any-get-star-literal", []string{"Access-Control-Allow-Origin", "https://a.test", "Vary", "Origin"},
		agent.Symptom{Effect: agent.EffectMalformed, Predicate: "equals", Field: "Access-Control-Allow-Origin", Expected: "one line with the value *"}, "any-without-star"),
	Entry("left out without Origin", "any-get-no-origin-star", []string{"Vary", "Origin"},
		agent.Symptom{Effect: agent.EffectMalformed, Predicate: "equals", Field: "Access-Control-Allow-Origin", Expected: "one line with the value *"}, "star-not-always"),
	Entry("the same for all", "any-no-vary-origin", []string{"Access-Control-Allow-Origin", "*", "Vary", "Origin"},
		agent.Symptom{Effect: agent.EffectMalformed, Predicate: "lists_not", Field: "Vary", Expected: "does not list Origin"}, "vary-needless"),
)
