package harness_test

import (
	"context"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/reference"
)

var _ = Describe("handshakes of WebSocket", func() {
	const origin = "https://app.example.com"
	policy := cases.Policy{Name: "api", Origins: []string{origin}, Credentials: true}

	// results are those of the group on an ordinary endpoint, by case.
	results := func(ctx context.Context, mutant, path string) map[string]harness.Result {
		GinkgoHelper()
		start := reference.NewServer
		if mutant != "" {
			start = func(o reference.Options) (*reference.Server, error) { return reference.NewMutant(mutant, o) }
		}
		srv, err := start(reference.Options{Policies: []cases.Policy{policy}})
		Expect(err).NotTo(HaveOccurred())
		Expect(srv.Start(ctx)).To(Succeed())
		DeferCleanup(srv.Close)
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		target := &harness.Target{Declared: &policy, Endpoint: srv.URL + "/api/ok", WebSocket: path}
		checks := slices.DeleteFunc(target.Expand(table), func(c cases.Check) bool { return c.Case.Group != "websocket" })
		sum, err := (&harness.Runner{Target: target, Checks: checks, Timeout: ample}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		got := map[string]harness.Result{}
		for _, r := range sum.Results {
			got[r.Case] = r
		}
		return got
	}

	It("are looked at where the target states a path", func(ctx SpecContext) {
		for id, r := range results(ctx, "", "/api"+reference.WebSocketPath) {
			Expect(r.Verdict).To(Equal(harness.Pass), id)
		}
	})

	It("are not where it states none, and the report says so", func(ctx SpecContext) {
		for id, r := range results(ctx, "", "") {
			Expect(r.Verdict).To(Equal(harness.Skip), id)
			Expect(r.Reason).To(ContainSubstring("websocket (no path of one is stated)"))
		}
	})

	It("from any origin are a finding, with the severity of what a page can do then", func(ctx SpecContext) {
		got := results(ctx, "ws-any-origin", "/api"+reference.WebSocketPath)
		for _, id := range []string{"ws-denied", "ws-suffix", "ws-null"} {
			Expect(got[id].Verdict).To(Equal(harness.Fail), id)
			Expect(got[id].Security).To(Equal(cases.High), id)
		}
		Expect(got["ws-allowed"].Verdict).To(Equal(harness.Pass))
	})

	It("that nobody answers are no handshakes that were refused", func(ctx SpecContext) {
		got := results(ctx, "", "/api/nope")
		Expect(got["ws-allowed"].Verdict).To(Equal(harness.Warn))
	})
})
