package harness_test

import (
	"context"
	"net/http"
	"net/http/httptest"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("the runner skips, with the reason,", func() {
	skipped := func(ctx context.Context, t *harness.Target, c cases.Check) harness.Result {
		GinkgoHelper()
		ok := wireCheck("other", wireGet("/ok", anything))
		ok.Policy = &cases.Policy{Name: "other"}
		r := harness.Runner{Target: t, Checks: []cases.Check{c, ok}, Timeout: ample}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results[1].Verdict).To(Equal(agent.VerdictPass))
		Expect(sum.Results[0].Verdict).To(Equal(agent.VerdictSkip))
		Expect(sum.Results[0].Reason).NotTo(BeEmpty())
		Expect(sum.Skips).To(HaveKeyWithValue(sum.Results[0].Skip, 1))
		return sum.Results[0]
	}
	contract := func() *harness.Target {
		return &harness.Target{Base: appServer(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/refused/ok":
				w.Header().Set("X-Refused", "too unsafe")
				w.WriteHeader(http.StatusNotImplemented)
			case "/absent/ok":
				w.Header().Del("X-App")
				w.WriteHeader(http.StatusNotFound)
			}
		}).URL}
	}
	plain := func() cases.Check { return wireCheck("a", wireGet("/ok", anything)) }
	under := func(policy string) cases.Check {
		c := plain()
		c.Policy = &cases.Policy{Name: policy}
		return c
	}
	It("a policy that the framework refuses", func(ctx SpecContext) {
		r := skipped(ctx, contract(), under("refused"))
		Expect(r.Skip).To(Equal(harness.SkipRefused))
		Expect(r.Reason).To(Equal("too unsafe"))
	})
	It("a policy that is not mounted", func(ctx SpecContext) {
		Expect(skipped(ctx, contract(), under("absent")).Skip).To(Equal(harness.SkipContract))
	})
	It("a policy that it cannot express", func(ctx SpecContext) {
		t := contract()
		t.Policies = map[string]harness.PolicyState{"exact": {Kind: harness.NotExpressible, Message: "no wildcards"}}
		Expect(skipped(ctx, t, plain()).Skip).To(Equal(harness.SkipNotExpressible))
	})
	It("what does not apply", func(ctx SpecContext) {
		c := plain()
		c.NotApplicable, c.Steps = "no denied origin", nil
		Expect(skipped(ctx, contract(), c).Skip).To(Equal(harness.SkipNotApplicable))
	})
	It("what needs a missing part of the contract", func(ctx SpecContext) {
		t, c := contract(), plain()
		t.Missing, c.Needs = map[cases.Part]string{cases.PartPanic: "the process dies"}, []cases.Part{cases.PartPanic}
		r := skipped(ctx, t, c)
		Expect(r.Skip).To(Equal(harness.SkipContract))
		Expect(r.Reason).To(ContainSubstring("the process dies"))
	})
	It("what needs a transport", func(ctx SpecContext) {
		c := plain()
		c.Case.Over = "h2"
		Expect(skipped(ctx, contract(), c).Skip).To(Equal(harness.SkipTransport))
	})
	It("HTTP/2 where TLS has HTTP/1 only", func(ctx SpecContext) {
		s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-App", "ok") }))
		DeferCleanup(s.Close)
		t, c := contract(), plain()
		t.TLSBase, t.TLSInsecure, c.Case.Over = s.URL, true, "h2"
		r := skipped(ctx, t, c)
		Expect(r.Skip).To(Equal(harness.SkipTransport))
		Expect(r.Reason).To(ContainSubstring("HTTP/2"))
	})
	It("a head larger than the server is declared to accept", func(ctx SpecContext) {
		t, c := contract(), plain()
		t.HeadBytes = 1000
		c.Steps[0].Wire.Headers = append(c.Steps[0].Wire.Headers, "X: "+string(make([]byte, 1000)))
		Expect(skipped(ctx, t, c).Skip).To(Equal(harness.SkipNotApplicable))
	})
	It("what may not be sent to a foreign server", func(ctx SpecContext) {
		t, c := contract(), plain()
		t.Foreign = true
		c.Steps[0].Wire.Method = "DELETE"
		r := skipped(ctx, t, c)
		Expect(r.Skip).To(Equal(harness.SkipNotAllowed))
		many := plain()
		many.Steps[0].Parallel = 200
		Expect(skipped(ctx, t, many).Reason).To(ContainSubstring("200 requests at once"))
		b := browserCheck("a", cases.Request{Method: "post"}, cases.Expect{Outcome: "allowed"})
		Expect(skipped(ctx, t, b).Reason).To(ContainSubstring("POST"))
	})
})
