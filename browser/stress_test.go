package browser_test

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("a large batch", func() {
	It("attributes every preflight, request and reason", func() {
		t := newTarget(false)
		origins := []string{app, "http://app.example.com", "null"}
		const n = 600
		jobs := make([]agent.Job, n)
		urls := map[string]string{}
		want := map[string]int{}
		for i := range n {
			o := origins[i%len(origins)]
			p := plan{preflight: allow(o, "Access-Control-Allow-Methods: PUT"), actual: allow(o)}
			kind := i / 3 % 4
			switch kind {
			case 1:
				p.preflight = answer{status: 204}
			case 2:
				p.actual = answer{status: 200}
			}
			q := cases.Request{Origin: o, Method: "PUT"}
			if kind == 3 {
				q.Method = ""
			}
			u := t.url(p)
			jobs[i] = agent.Job{ID: fmt.Sprint(i), Timeout: 10 * time.Second, Steps: []agent.Step{{Request: q, URL: u}}}
			urls[jobs[i].ID] = u
			want[jobs[i].ID] = kind
		}
		got := map[string]int{}
		Expect(chrome.Perform(context.Background(), jobs, func(r agent.JobResult) {
			defer GinkgoRecover()
			got[r.ID]++
			Expect(r.Err).NotTo(HaveOccurred())
			o := r.Steps[0][0]
			preflights := 0
			for _, q := range t.requests(urls[r.ID]) {
				if isPreflight(q) {
					preflights++
				}
			}
			Expect(len(t.requests(urls[r.ID]))).To(Equal(len(o.Exchanges)), "exchanges")
			switch want[r.ID] {
			case 0:
				Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
				Expect(preflights).To(Equal(1))
				Expect(o.Hops[0].Preflight).To(BeTrue())
				Expect(o.Hops[0].Sent).To(BeTrue())
			case 1:
				Expect(o.Reason).To(Equal(spec.Reason("PreflightMissingAllowOriginHeader")))
				Expect(o.Hops[0].Preflight).To(BeTrue())
			case 2:
				Expect(o.Reason).To(Equal(spec.Reason("MissingAllowOriginHeader")))
				Expect(o.Hops[0].Preflight).To(BeTrue())
				Expect(o.Hops[0].Sent).To(BeTrue())
			case 3:
				Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason))
				Expect(o.Hops[0].Preflight).To(BeFalse())
			}
		})).To(Succeed())
		Expect(got).To(HaveLen(n))
	})

	It("keeps the preflight cache of every job, however many there are", func() {
		t := newTarget(false)
		var jobs []agent.Job
		for range 450 {
			j := job(t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT", "Access-Control-Max-Age: 600"), actual: allow(app)}), cases.Request{Method: "PUT"})
			j.Steps = append(j.Steps, j.Steps[0])
			jobs = append(jobs, j)
		}
		for i, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0][0].Hops[0].Preflight).To(BeTrue())
			Expect(r.Steps[1][0].Hops[0].Preflight).To(BeFalse())
			Expect(preflights(t.requests(jobs[i].Steps[0].URL))).To(Equal(1))
		}
	})
})
