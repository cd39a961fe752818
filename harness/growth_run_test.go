package harness_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("growth", func() {
	// Servers that really work, on a machine that does other things too (the other tests).
	DescribeTable("of real servers", func(ctx SpecContext, work func(value string), verdict ...agent.Verdict) {
		s := appServer(func(_ http.ResponseWriter, r *http.Request) { work(r.Header.Get("X-A")) })
		step := wireGet("/ok", anything)
		step.Grow = &cases.Grow{Begin: "X-A: x", Unit: ",", End: "x"}
		sum, err := run(ctx, s.URL, wireCheck("grow", step))
		Expect(err).NotTo(HaveOccurred())
		Expect(verdict).To(ContainElement(sum.Results[0].Verdict), "%+v", sum.Results[0])
	},
		Entry("linear, several milliseconds", func(v string) {
			for range 40 {
				_ = strings.Count(strings.ReplaceAll(v, ",", ";"), "x")
			}
		}, agent.VerdictPass, agent.VerdictUndecided),
		Entry("linear, with much garbage", func(v string) {
			for _, part := range strings.Split(v, ",") {
				_ = bytes.Clone([]byte(part + "12345678"))
			}
			if len(v) > 1000 && rand.N(3) == 0 {
				runtime.GC()
			}
		}, agent.VerdictPass, agent.VerdictUndecided),
		Entry("quadratic", func(v string) {
			n := 0
			for i := range len(v) {
				for j := range i {
					if v[i] == v[j] {
						n++
					}
				}
			}
			_ = fmt.Sprint(n)
		}, agent.VerdictFail),
	)
})
