package harness_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

// Two entries that are missing are two causes, whatever the first hides of the second: a
// browser that misses Access-Control-Allow-Credentials says nothing of the lists.
var _ = Describe("two mistakes of one server", func() {
	p := cases.Policy{
		Name: "declared", Origins: []string{"https://app.example.com"}, Credentials: true,
		Methods: []string{"GET", "HEAD", "POST", "PUT"}, RequestHeaders: []string{"Content-Type", "X-Foo"}, ExposeHeaders: []string{"X-Out"},
	}
	causes := map[string]string{
		"credentials": "credentials-missing", "method PUT": "method-not-listed",
		"request header x-foo": "header-not-listed", "exposed header X-Out": "expose-missing",
	}
	var single []cases.Stated
	for _, s := range p.Stated() {
		if causes[s.String()] != "" {
			single = append(single, s)
		}
	}

	It("are reported as two causes", func(ctx SpecContext) {
		Expect(single).To(HaveLen(len(causes)), "%v", p.Stated())
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		for i, first := range single {
			for _, second := range single[i:] {
				target, stop := endpoint(without(without(p, first), second), []string{"GET", "PUT"}, "")
				sum := held(ctx, table, target, p, brief)
				stop()
				var found []string
				for _, f := range sum.Findings {
					found = append(found, f.Cause)
				}
				want := slices.Compact([]string{causes[first.String()], causes[second.String()]})
				Expect(found).To(ConsistOf(want), "without %s and %s", first, second)
			}
		}
	})
})
