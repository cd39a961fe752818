package adapter_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

var _ = Describe("CheckEqual", func() {
	table, err := cases.Load()
	if err != nil {
		panic(err)
	}
	// The reference server can say all, the policies that only some are given too.
	const sayable = "expressible: {plus: the router takes any path, timing: it has an option}\n"
	find := func(ctx context.Context, manifest string) []adapter.Finding {
		GinkgoHelper()
		findings, err := load(manifest).CheckEqual(ctx, adapter.Options{Cache: GinkgoT().TempDir()}, table.Policies)
		Expect(err).NotTo(HaveOccurred())
		return findings
	}
	found := func(kind adapter.FindingKind, request, got string) types.GomegaMatcher {
		return And(HaveField("Kind", kind), HaveField("Request", request), HaveField("Got", ContainSubstring(got)))
	}

	It("tells every pair apart where the adapter gives what the policies say, but for what is refused", func(ctx context.Context) {
		findings := find(ctx, minimal("faithful")+sayable)
		Expect(findings).To(HaveLen(len(adapter.Pairs())))
		Expect(findings).To(HaveEach(Or(HaveField("Kind", adapter.Apart),
			found(adapter.Excused, `origins: [https://app.example] and ["*"] with credentials`, "refused: "))))
	})

	It("finds each pair that is given to the framework as one", func(ctx context.Context) {
		for _, pair := range adapter.Pairs() {
			if pair.B.Like == "any-creds" {
				continue // the reference refuses it
			}
			as := pair.A.Policy.Name + "=" + pair.B.Policy.Name
			Expect(adapter.Breaches(find(ctx, minimal("faithful "+as)+sayable))).To(ContainElement(And(
				HaveField("Request", HavePrefix(string(pair.Field)+": "+pair.A.Value+" and "+pair.B.Value)),
				HaveField("Want", ContainSubstring("two answers to "+pair.Ask.Method)),
			)), as)
		}
	})

	It("finds the empty list that means any header to the framework", func(ctx context.Context) {
		Expect(adapter.Breaches(find(ctx, minimal("faithful nil-is-any")+sayable))).To(ContainElements(
			found(adapter.Breach, `request_headers: [] and ["*"]`, "both get 20"),
			found(adapter.Breach, `request_headers: [] and ["*"] with credentials`, "both get 20"),
		))
	})

	DescribeTable("takes what the manifest says for it, and holds it to that",
		func(ctx context.Context, mode, manifest string, want types.GomegaMatcher, breaches int) {
			findings := find(ctx, minimal("faithful"+mode)+sayable+manifest)
			Expect(findings).To(ContainElement(want))
			Expect(adapter.Breaches(findings)).To(HaveLen(breaches))
		},
		Entry("not expressible", " request-headers-none=request-headers-any request-headers-none-creds=request-headers-any-creds",
			"not_expressible: {any-headers: it has lists only, any-headers-creds: it has lists only}\n",
			found(adapter.Excused, `request_headers: [] and ["*"]`, "any-headers is not expressible: it has lists only"), 0),
		Entry("always the same", " max-age-absent=base max-age-0=base max-age-day=base max-age-negative=base",
			"always: {max_age: {value: 600, reason: a constant of the package}}\n",
			found(adapter.Excused, "max_age: none and 600", "always: a constant of the package"), 0),
		Entry("always the same, and that is not so", " max-age-absent=base max-age-0=base max-age-day=base",
			"always: {max_age: {value: 600, reason: a constant of the package}}\n",
			found(adapter.Breach, "max_age: -1 and 600", "the answers differ"), 1),
		Entry("documented as one", " origins-none=origins-any", "alike: {origins: an empty list is documented as any}\n",
			found(adapter.Excused, `origins: [] and ["*"]`, "alike: an empty list is documented as any"), 0),
		Entry("documented as one, which two lists cannot be", " base=origins-other", "alike: {origins: an empty list is documented as any}\n",
			found(adapter.Breach, "origins: [https://app.example] and [https://strict.example]", "both get 200 OK"), 1),
		Entry("documented as one, and told apart", "", "alike: {origins: an empty list is documented as any}\n",
			found(adapter.Breach, "origins", "all are told apart"), 1),
	)

	It("waits for the policy of somebody, where those who name no origin are turned away", func(ctx context.Context) {
		findings := find(ctx, minimal("wants-origin")+sayable)
		Expect(adapter.Breaches(findings)).To(BeEmpty())
	})

	It("finds what is not answered", func(ctx context.Context) {
		findings, err := load(minimal("hangs-up")+sayable).CheckEqual(ctx, adapter.Options{Cache: GinkgoT().TempDir()}, table.Policies)
		Expect(err).NotTo(HaveOccurred())
		Expect(findings).To(ContainElement(found(adapter.Breach, "max_age: 0 and 600", "there is no answer for 0")))
	})

	It("says nothing where the framework can say nothing of it", func(ctx context.Context) {
		manifest := minimal("dies") + "not_expressible:\n"
		for _, p := range table.Policies {
			if p.OptIn == "" {
				manifest += "  \"" + p.Name + "\": nothing can be said\n"
			}
		}
		Expect(find(ctx, manifest)).To(HaveEach(HaveField("Kind", adapter.Excused)))
	})
})
