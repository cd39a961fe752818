package harness_test

import (
	"context"
	"crypto/x509"
	"math/rand/v2"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/reference/mutants"
)

// fixed gives the policies values of a framework's own, but for those that it would
// take their point, and for zero configuration.
func fixed(standard []cases.Policy, fix func(p *cases.Policy)) (served []cases.Policy, target *harness.Target) {
	target = &harness.Target{Said: map[string]cases.Policy{}, Policies: map[string]harness.PolicyState{}}
	plain := standard[slices.IndexFunc(standard, func(p cases.Policy) bool { return p.Name == cases.Plain })]
	for _, p := range standard {
		said := p
		if fix(&said); p.ZeroConfig {
			said = p
		}
		said.Unsafe = said.Unsafe || said.AnyOrigin() && said.Credentials
		if p.Point(&said, &plain) != "" {
			target.Policies[p.Name] = harness.PolicyState{Kind: harness.NotExpressible}
			continue
		}
		target.Said[p.Name] = said
		served = append(served, said)
	}
	return served, target
}

// measured runs the table against a server that serves serves, as a framework that
// says the policies so.
func measured(ctx context.Context, table *cases.Table, serves func([]cases.Policy) (*mutants.Server, error), fix func(p *cases.Policy)) *harness.Summary {
	GinkgoHelper()
	served, target := fixed(table.Policies, fix)
	server, err := serves(served)
	Expect(err).NotTo(HaveOccurred())
	Expect(server.Start(ctx)).To(Succeed())
	DeferCleanup(server.Close)
	target.TLSRoots = x509.NewCertPool()
	Expect(target.TLSRoots.AppendCertsFromPEM(server.CertPEM)).To(BeTrue())
	target.Base, target.TLSBase = server.URL, server.TLSURL
	checks := slices.DeleteFunc(target.Expand(table), func(c cases.Check) bool { return !brief(&c) })
	r := harness.Runner{Target: target, Checks: checks}
	sum, err := r.Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	return sum
}

var _ = Describe("A framework that does one thing whatever a policy states", func() {
	table, err := cases.Load()
	if err != nil {
		panic(err)
	}

	DescribeTable("is held to what it can say, and to nothing else", func(ctx SpecContext, least int, fix func(p *cases.Policy)) {
		sum := measured(ctx, table, mutants.Good, fix)
		for _, r := range accusations(sum) {
			Expect(r.Agents).To(BeNil(), "%s: %s", r.ID, r.Verdict)
		}
		ran := len(sum.Results) - sum.Skips[harness.SkipNotExpressible] - sum.Skips[harness.SkipRefused]
		GinkgoWriter.Println(ran, "of", len(sum.Results), "checks ran")
		Expect(ran).To(BeNumerically(">", least))
	},
		Entry("any request header", 900, func(p *cases.Policy) { p.RequestHeaders = []string{"*"} }),
		Entry("any method", 900, func(p *cases.Policy) { p.Methods = []string{"*"} }),
		Entry("all headers exposed", 900, func(p *cases.Policy) { p.ExposeHeaders = []string{"*"} }),
		Entry("no headers exposed", 900, func(p *cases.Policy) { p.ExposeHeaders = nil }),
		Entry("one max-age", 900, func(p *cases.Policy) { p.MaxAge = ptr(86400) }),
		Entry("no max-age", 900, func(p *cases.Policy) { p.MaxAge = nil }),
		Entry("credentials", 900, func(p *cases.Policy) { p.Credentials = true }),
		Entry("no credentials", 900, func(p *cases.Policy) { p.Credentials = false }),
	)

	It("runs what has nothing to do with it: origins, Vary, credentials, status, merging", func(ctx SpecContext) {
		_, target := fixed(table.Policies, func(p *cases.Policy) { p.RequestHeaders, p.Methods = []string{"*"}, []string{"*"} })
		ran, all := map[string]int{}, map[string]int{}
		for _, c := range target.Expand(table) {
			if _, lost := target.Policies[c.Policy.Name]; !lost {
				all[c.Case.Group]++
				if len(c.Unsaid) == 0 {
					ran[c.Case.Group]++
				}
			}
		}
		for _, group := range []string{"origin-match", "origin-syntax", "vary", "cache", "credentials", "status", "application-fields", "isolation", "actual-requests"} {
			GinkgoWriter.Println(ran[group], "of", all[group], group)
			Expect(all[group]).To(BeNumerically(">", 5), group)
			Expect(float64(ran[group])).To(BeNumerically(">", 0.9*float64(all[group])), group)
		}
	})

	It("is not accused, whatever the values are", Label("property"), func(ctx SpecContext) {
		rnd := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 0))
		methods := [][]string{nil, {"*"}, {"PUT"}, {"GET", "DELETE"}, {"GET", "PUT", "CHICKEN"}, {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}}
		headers := [][]string{nil, {"*"}, {"X-Custom"}, {"Content-Type"}, {"X-Other-Custom", "Authorization"}, {"Content-Type", "X-Custom", "Authorization"}}
		expose := [][]string{nil, {"*"}, {"X-Resp"}, {"X-Mine"}, {"X-Resp", "X-Other"}}
		ages := []*int{nil, ptr(-1), ptr(0), ptr(5), ptr(600), ptr(86400)}
		variants := mutants.Lawful()
		for range policiesToTry() / 2 {
			variant := variants[rnd.IntN(len(variants))]
			var with cases.Policy
			with.Methods, with.RequestHeaders, with.ExposeHeaders = methods[rnd.IntN(len(methods))], headers[rnd.IntN(len(headers))], expose[rnd.IntN(len(expose))]
			with.MaxAge, with.Credentials = ages[rnd.IntN(len(ages))], rnd.IntN(2) == 0
			which := rnd.IntN(31) + 1
			sum := measured(ctx, table, variant.Server, func(p *cases.Policy) { replace(p, &with, which) })
			for _, r := range accusations(sum) {
				if r.Level == cases.Practice {
					continue // from which a lawful server may depart, whatever its values
				}
				Expect(r.Agents).To(BeNil(), "%s: %s, variant %s, with %+v in %05b", r.ID, r.Verdict, variant.Name, with, which)
			}
		}
	})
})

// replace takes over the fields of with whose bits are set.
func replace(p, with *cases.Policy, which int) {
	if which&1 != 0 {
		p.Methods = with.Methods
	}
	if which&2 != 0 {
		p.RequestHeaders = with.RequestHeaders
	}
	if which&4 != 0 {
		p.ExposeHeaders = with.ExposeHeaders
	}
	if which&8 != 0 {
		p.MaxAge = with.MaxAge
	}
	if which&16 != 0 {
		p.Credentials = with.Credentials
	}
}
