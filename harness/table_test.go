package harness_test

import (
	"crypto/x509"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/contract"
)

var _ = Describe("the whole table", func() {
	It("runs against the reference server without a failure or an error", func(ctx SpecContext) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		server, err := contract.Start(ctx, contract.Options{Policies: table.Policies})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(server.Close)
		roots := x509.NewCertPool()
		Expect(roots.AppendCertsFromPEM(server.CertPEM)).To(BeTrue())
		target := &harness.Target{Base: server.URL, TLSBase: server.TLSURL, TLSRoots: roots}
		r := harness.Runner{Target: target, Checks: target.Expand(table)}
		sum, err := r.Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(sum.Results).To(HaveLen(len(r.Checks)))
		for _, res := range sum.Results {
			Expect(res.Verdict).To(BeElementOf(agent.VerdictPass, agent.VerdictInfo, agent.VerdictSkip), "%s: %s %+v", res.ID, res.Reason, res.Agents)
		}
		Expect(sum.Stopped).To(BeNil())
	})
})
