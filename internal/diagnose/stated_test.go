package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = Describe("What differs between two answers", func() {
	found := func(p *cases.Policy, field string, answer ...string) []string {
		return named([]diagnose.Evidence{evidence("same", p, seen(allowed, fields(answer...)), agent.Symptom{Effect: agent.EffectMalformed, Predicate: "same_as", Field: field})}, cases.Causes()...)
	}
	const origin, credentials = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"

	It("is no permission that was not stated where it was, or where there is none", func() {
		Expect(found(&list, credentials, origin, allowed, credentials, "true")).To(Equal([]string{"credentials-unstated"}))
		Expect(found(&logins, credentials, origin, allowed, credentials, "true")).NotTo(ContainElement("credentials-unstated"))
		for _, p := range []*cases.Policy{&list, &logins} {
			Expect(found(p, credentials, origin, allowed)).NotTo(ContainElement("credentials-unstated"))
		}
	})

	It("breaks no grammar where the value is the origin that asked, or there is none", func() {
		Expect(found(&list, origin, origin, allowed)).NotTo(ContainElement("allow-origin-malformed"))
		Expect(found(&list, origin)).NotTo(ContainElement("allow-origin-malformed"))
		Expect(found(&list, origin, origin, "https://app.example;")).To(ContainElement("allow-origin-malformed"))
	})
})
