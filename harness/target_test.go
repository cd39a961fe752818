package harness_test

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

var _ = Describe("a target", func() {
	DescribeTable("tells the cases its origin and paths", func(t harness.Target, policy, origin, tls, path string) {
		env := t.Env(policy)
		Expect(env.Target).To(Equal(origin))
		Expect(env.TLSTarget).To(Equal(tls))
		Expect(env.Path(&cases.Policy{Name: policy}, "/ok")).To(Equal(path))
	},
		Entry("that serves the contract", harness.Target{Base: "http://h:1", TLSBase: "https://h:2"}, "exact", "http://h:1", "https://h:2", "/exact/ok"),
		Entry("below a path", harness.Target{Base: "http://h:1/below/"}, "exact", "http://h:1", "", "/below/exact/ok"),
		Entry("over TLS only", harness.Target{Base: "https://H:443"}, "exact", "https://h", "https://h", "/exact/ok"),
		Entry("on an IPv6 address", harness.Target{Base: "http://[::1]:80"}, "exact", "http://[::1]", "", "/exact/ok"),
		Entry("with a process for each policy", harness.Target{Base: "http://h:1", PolicyBase: map[string]string{"exact": "http://h:9"}}, "exact", "http://h:9", "", "/exact/ok"),
		Entry("that is an ordinary endpoint", harness.Target{Declared: &cases.Policy{}, Endpoint: "https://h/api/v1?x=1"}, "api", "https://h", "https://h", "/api/v1"),
	)

	It("gives the checks in the table's order, whatever serves the policies", func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		ids := func(t harness.Target) (list []string) {
			for _, c := range t.Expand(table) {
				list = append(list, c.ID)
			}
			return list
		}
		one := ids(harness.Target{Base: "http://h:1", TLSBase: "https://h:2"})
		several := ids(harness.Target{Base: "http://h:1", TLSBase: "https://h:2", PolicyBase: map[string]string{"exact": "http://h:9"}})
		Expect(one).NotTo(BeEmpty())
		Expect(slices.Sorted(slices.Values(several))).To(Equal(slices.Sorted(slices.Values(one))))
		order := func(list []string) (cases []string) {
			for _, id := range list {
				name, _, _ := strings.Cut(id, "/")
				if n := len(cases); n == 0 || cases[n-1] != name {
					cases = append(cases, name)
				}
			}
			return cases
		}
		Expect(order(several)).To(Equal(order(one)))
	})
})
