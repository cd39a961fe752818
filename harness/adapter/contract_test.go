package adapter_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/adapter"
)

var _ = Describe("CheckContract", func() {
	check := func(ctx context.Context, manifest string) []adapter.Violation {
		GinkgoHelper()
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		i, err := load(manifest).Start(ctx, adapter.Options{Policies: table.Policies, Cache: GinkgoT().TempDir()})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(i.Stop)
		violations, err := i.CheckContract(ctx, table.Policies)
		Expect(err).NotTo(HaveOccurred())
		return violations
	}

	It("finds nothing wrong with the reference server", func(ctx context.Context) {
		Expect(check(ctx, minimal("genuine"))).To(BeEmpty())
	})

	It("tells what a server answers instead of what the contract wants", func(ctx context.Context) {
		violations := check(ctx, minimal(""))
		Expect(violations).To(ContainElement(And(
			HaveField("Policy", "exact"),
			HaveField("Request", "GET /exact/secret"),
			HaveField("Want", ContainSubstring("401")),
			HaveField("Got", ContainSubstring(`200 OK, X-App: "ok"`)),
		)))
		Expect(violations).NotTo(ContainElement(HaveField("Policy", "any-creds")), "the server refused it")
	})

	It("leaves out what the manifest calls missing", func(ctx context.Context) {
		violations := check(ctx, minimal("")+"missing: {secret: it has no authentication}\n")
		Expect(violations).NotTo(ContainElement(HaveField("Request", ContainSubstring("/secret"))))
		Expect(violations).To(ContainElement(HaveField("Request", ContainSubstring("/panic"))))
	})
})
