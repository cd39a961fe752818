package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = Describe("Preflights that are not granted for their lists", func() {
	p := cases.Policy{Name: "p", Origins: []string{allowed}, Methods: []string{"PUT"}, RequestHeaders: []string{"content-type"}}
	refused := func(what, reason, parameter string, lists ...string) diagnose.Evidence {
		return evidence(what, &p, asking(what, lists...), agent.Symptom{Effect: agent.EffectLockedOut, Reason: reason, Asked: agent.Asked{Parameter: parameter}})
	}
	granted := func(what string, lists ...string) diagnose.Evidence {
		return evidence(what, &p, asking(what, lists...), agent.Symptom{})
	}
	const method, header = "PreflightMethodDisallowedByPreflightResponse", "PreflightHeaderDisallowedByPreflightResponse"
	found := func(lists ...string) []diagnose.Finding {
		return diagnose.Findings([]diagnose.Evidence{
			granted("GET", lists...), refused("PUT", method, "PUT", lists...), refused("PUT, content-type", method, "PUT", lists...), refused("POST, content-type", header, "content-type", lists...),
		}, cases.Causes(), nil)
	}

	It("have one cause where no preflight has a list", func() {
		list := found()
		Expect(list).To(ConsistOf(HaveField("ID", "preflight-without-lists")))
		Expect(list[0].Wanted).To(ContainElement("Access-Control-Allow-Methods: PUT"))
	})

	It("lack the one list that is needed where the policy states no method", func() {
		bare := cases.Policy{Name: "p", Origins: []string{allowed}, RequestHeaders: []string{"content-type"}}
		e := evidence("POST", &bare, asking("POST, content-type"), agent.Symptom{Effect: agent.EffectLockedOut, Reason: header, Asked: agent.Asked{Parameter: "content-type"}})
		Expect(named([]diagnose.Evidence{e}, cases.Causes()...)).To(ConsistOf("header-not-listed"))
	})

	It("have two where a method and a header are forgotten in lists that are there: a POST needs no listing", func() {
		list := found("Access-Control-Allow-Methods", "GET, POST", "Access-Control-Allow-Headers", "X-Requested-With")
		Expect(list).To(ConsistOf(HaveField("ID", "method-not-listed"), HaveField("ID", "header-not-listed")))
		for _, f := range list {
			want := map[string]string{"method-not-listed": "PUT", "header-not-listed": "POST"}[f.ID]
			Expect(f.Affects).To(Equal(want + " from https://app.example: preflight 204"))
		}
		for _, one := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers"} {
			Expect(found(one, "X-A")).NotTo(ContainElement(HaveField("ID", "preflight-without-lists")))
		}
	})
})
