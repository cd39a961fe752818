package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = Describe("One mistake is one cause", func() {
	const here = "https://app.example"
	p := list
	letIn := func(o string) diagnose.Evidence {
		return evidence(o, &p, seen(o, fields("Access-Control-Allow-Origin", o)), agent.Symptom{Effect: agent.EffectLetIn, Predicate: "denies", Asked: agent.Asked{Origin: o}})
	}
	malformed := func(id, predicate, field string, x agent.Seen) diagnose.Evidence {
		return evidence(id, &p, x, agent.Symptom{Effect: agent.EffectMalformed, Predicate: predicate, Field: field})
	}
	both := fields("Access-Control-Allow-Origin", here+", https://evil.test")
	lines := malformed("origin-two-lines-good-bad", "not_matches", "Access-Control-Allow-Origin", seen(here+"\nhttps://evil.test", both))

	DescribeTable("where two lines of Origin are joined, and an expression finds an allowed one in them", func(want string, origins ...string) {
		all := []diagnose.Evidence{lines}
		for _, o := range origins {
			all = append(all, letIn(o))
		}
		Expect(named(all, cases.Causes()...)).To(Equal([]string{want}))
	},
		Entry("not anchored at its end", "origin-any-end", here+".evil.test", here+"-evil.test"),
		Entry("not anchored at all", "origin-contains", here+".evil.test", "https://evilapp.example", "https://app.exampl"),
		Entry("nothing else gets in", "origin-several"),
	)

	DescribeTable("where a preflight's answer repeats what was asked for", func(id, field, value, want string, repeats bool) {
		x := seen(here, fields("Access-Control-Allow-Origin", here, field, value))
		x.Preflight, x.Sent, x.Method, x.Status, x.URL = true, "OPTIONS", "DELETE", 204, "http://127.0.0.1/x"
		odd := malformed(id, "lists", field, x)
		odd.Symptoms[0].Sendable = false
		all := []diagnose.Evidence{odd}
		if repeats {
			granted := seen(here, fields("Access-Control-Allow-Origin", here, "Access-Control-Allow-Methods", "DELETE", "Access-Control-Allow-Headers", "x-evil"))
			granted.Preflight, granted.Sent, granted.Method, granted.Status, granted.URL = true, "OPTIONS", "DELETE", 204, "http://127.0.0.1/x"
			if field == "Access-Control-Allow-Headers" {
				granted.Method, granted.Names = "GET", "x-evil"
			}
			all = append(all, evidence("granted", &p, granted, agent.Symptom{Effect: agent.EffectLetIn, Predicate: "refuses"}))
		}
		Expect(named(all, cases.Causes()...)).To(Equal([]string{want}))
	},
		Entry("any method", "acrm-non-token", "Access-Control-Allow-Methods", "P<UT", "methods-unstated", true),
		Entry("any header", "acrh-non-token", "Access-Control-Allow-Headers", "x-cus tom", "headers-unstated", true),
		Entry("what no method is, alone", "acrm-non-token", "Access-Control-Allow-Methods", "P<UT", "injection", false),
		Entry("what no name is, alone", "acrh-non-token", "Access-Control-Allow-Headers", "x-cus tom", "injection", false),
	)
})
