package harness_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("a step that carries what an earlier one was answered", func() {
	conditional := func(p ...cases.Predicate) cases.Check {
		first, again := wireGet("/ok"), wireGet("/ok", p...)
		first.Name, again.Name = "first", "again"
		again.Wire.Carry = []cases.Carry{{Name: "If-None-Match", Step: "first", Field: "ETag"}}
		return wireCheck("conditional", first, again)
	}

	It("sends it, and is judged by its own answer", func(ctx SpecContext) {
		var seen []string
		s := appServer(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"v 1"`)
			tag := r.Header.Get("If-None-Match")
			if seen = append(seen, tag); tag == `"v 1"` {
				w.WriteHeader(http.StatusNotModified) // without a grant
				return
			}
			w.Header().Set("Access-Control-Allow-Origin", app)
		})
		sum, err := run(ctx, s.URL, conditional(cases.Predicate{Status: cases.StatusSet{"304"}}, shares(app)))
		Expect(err).NotTo(HaveOccurred())
		Expect(seen).To(ContainElement(`"v 1"`))
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictFail))
		Expect(sum.Results[0].Agents[0].Failures).To(ConsistOf(HaveField("Step", "again")))
		Expect(sum.Results[0].Agents[0].Exchanges[1].Request).To(ContainElement(HaveField("Value", `"v 1"`)))
	})

	It("does not apply where there was no such field", func(ctx SpecContext) {
		s := appServer(func(http.ResponseWriter, *http.Request) {})
		sum, err := run(ctx, s.URL, conditional(shares(app)), wireCheck("other", wireGet("/ok", anything)))
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[0]).To(And(
			HaveField("Verdict", agent.VerdictSkip), HaveField("Skip", harness.SkipNotApplicable),
			HaveField("Reason", ContainSubstring(`takes ETag from the answer to its step "first"`))))
		Expect(sum.Stopped).To(BeNil())
		Expect(sum.Results[1].Verdict).To(Equal(agent.VerdictPass))
	})
})
