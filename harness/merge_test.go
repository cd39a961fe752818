package harness_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

var _ = Describe("the shards of a run", func() {
	policy := &cases.Policy{Name: "declared", Origins: []string{app}, Methods: []string{"PUT"}}
	var table *cases.Table
	BeforeEach(func() {
		var err error
		table, err = cases.Load()
		Expect(err).NotTo(HaveOccurred())
	})
	runs := func(ctx SpecContext, url string, shard harness.Shard) *harness.Summary {
		GinkgoHelper()
		target := &harness.Target{Endpoint: url + "/x", Declared: policy}
		checks, err := cases.Select(target.Expand(table), []string{"stated-policy/*"}, nil)
		Expect(err).NotTo(HaveOccurred())
		sum, err := (&harness.Runner{Target: target, Checks: checks, Shard: shard, Timeout: ample}).Run(ctx)
		Expect(err).NotTo(HaveOccurred())
		if sum.Shard != nil {
			sum.Shard.Table = table.Hash() // as a report has it
		}
		return sum
	}

	It("say together what the run says of the endpoint: what it answers, and what is granted", func(ctx SpecContext) {
		for _, status := range []int{http.StatusOK, http.StatusNotFound} {
			for _, granted := range []string{app, ""} {
				s := appServer(func(w http.ResponseWriter, _ *http.Request) {
					if granted != "" {
						w.Header().Set("Access-Control-Allow-Origin", granted)
					}
					w.WriteHeader(status)
				})
				whole := runs(ctx, s.URL, harness.Shard{})
				var shards []*harness.Summary
				for i := 3; i > 0; i-- { // in any order
					shards = append(shards, runs(ctx, s.URL, harness.Shard{Index: i, Of: 3}))
				}
				merged, err := harness.Merge(table, shards)
				Expect(err).NotTo(HaveOccurred())
				Expect(merged.EndpointStatus).To(Equal(status))
				Expect(merged.NotGranted == "").To(Equal(granted != ""))
				Expect(merged.NotGranted).To(Equal(whole.NotGranted))
				Expect(merged.Counts).To(Equal(whole.Counts))
			}
		}
	})
})
