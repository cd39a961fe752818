package harness_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/model"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("Cross-Origin-Resource-Policy in the model", func() {
	// what becomes of a request of the API from a page of the origin, where every
	// answer has the field.
	become := func(ctx context.Context, value, api, origin string) spec.Outcome {
		GinkgoHelper()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Cross-Origin-Resource-Policy", value)
		}))
		DeferCleanup(s.Close)
		if origin == "" {
			origin = s.URL
		}
		m := model.New(model.Options{})
		DeferCleanup(m.Close)
		var out spec.Outcome
		job := agent.Job{ID: "a", Timeout: ample, Steps: []agent.Step{{
			Request: cases.Request{API: api, Origin: strings.Replace(origin, "SELF", s.URL, 1)}, URL: s.URL + "/x",
		}}}
		Expect(m.Perform(ctx, []agent.Job{job}, func(r agent.JobResult) {
			Expect(r.Err).NotTo(HaveOccurred())
			out = r.Steps[0][0].Outcome
		})).To(Succeed())
		return out
	}

	It("keeps an answer out of the cache from another origin, too", func(ctx SpecContext) {
		for _, own := range []bool{true, false} {
			s := serveSeen(false, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Cache-Control", "max-age=600")
				w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
			})
			origin, want := s.URL, spec.Allowed
			if !own {
				origin, want = "https://app.example.com", spec.Blocked
			}
			image := agent.Step{URL: "/x", Request: cases.Request{API: "img", Origin: origin}}
			res := perform(ctx, s, image, image)
			Expect(s.methods()).To(HaveLen(1), "the second comes out of the cache")
			for _, outcomes := range res.Steps {
				Expect(outcomes).To(ConsistOf(HaveField("Result", want)))
			}
		}
	})

	DescribeTable("keeps an answer from elements of other origins, and from nobody else",
		func(ctx SpecContext, value, api, origin string, want spec.Result) {
			o := become(ctx, value, api, origin)
			Expect(o.Result).To(Equal(want))
			if want == spec.Blocked {
				Expect(o.Reason).To(Equal(spec.Reason("BlockedByCORP")))
			}
		},
		Entry("another origin", "same-origin", "img", "https://app.example.com", spec.Blocked),
		Entry("another site", "same-site", "img", "https://app.example.com", spec.Blocked),
		Entry("the origin null", "same-site", "img", "null", spec.Blocked),
		Entry("another port is the same site", "same-site", "img", "http://127.0.0.1:1", spec.Allowed),
		Entry("another port is another origin", "same-origin", "img", "http://127.0.0.1:1", spec.Blocked),
		Entry("the own origin", "same-origin", "img", "", spec.Allowed),
		Entry("for everybody", "cross-origin", "img", "https://app.example.com", spec.Allowed),
		Entry("a list is not a value", "same-origin, same-origin", "img", "https://app.example.com", spec.Allowed),
		Entry("values have lower case", "Same-Origin", "img", "https://app.example.com", spec.Allowed),
		Entry("a script with CORS", "same-origin", "fetch", "https://app.example.com", spec.Allowed),
		Entry("a font, which has CORS", "same-origin", "font", "https://app.example.com", spec.Allowed),
	)
})
