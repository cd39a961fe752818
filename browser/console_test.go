package browser_test

import (
	"context"
	"fmt"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

type replay func(context.Context, []agent.Job, func(agent.JobResult)) error

var _ = Describe("a replay from the console alone", func() {
	It("learns from the console what the protocol reports", func() {
		put := cases.Request{Origin: app, Method: "PUT", Headers: []string{"X-A: 1"}}
		get := cases.Request{Origin: app}
		withCookies := cases.Request{Origin: app, Credentials: "include"}
		xhr := cases.Request{API: "xhr", Origin: app, Method: "PUT"}
		granted := allow(app, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-a")
		try := []struct {
			q      cases.Request
			p      plan
			reason spec.Reason
		}{
			{get, plan{actual: allow(app, "X-One: 1", "Access-Control-Expose-Headers: x-one")}, ""},
			{get, plan{actual: answer{status: 200}}, spec.ReasonMissingAllowOriginHeader},
			{get, plan{actual: allow("x")}, spec.ReasonInvalidAllowOriginValue},
			{get, plan{actual: allow(app + ", " + app)}, spec.ReasonMultipleAllowOriginValues},
			{get, plan{actual: allow("https://other.example")}, spec.ReasonAllowOriginMismatch},
			{withCookies, plan{actual: allow("*")}, spec.ReasonWildcardOriginNotAllowed},
			{withCookies, plan{actual: allow(app, "Access-Control-Allow-Credentials: True")}, spec.ReasonInvalidAllowCredentials},
			{put, plan{preflight: granted, actual: allow(app)}, ""},
			{put, plan{preflight: granted, actual: answer{status: 200}}, spec.ReasonMissingAllowOriginHeader},
			{put, plan{preflight: answer{status: 204}}, spec.ReasonPreflightMissingAllowOriginHeader},
			{put, plan{preflight: answer{status: 404, header: granted.header}}, spec.ReasonPreflightInvalidStatus},
			{put, plan{preflight: allow(app, "Access-Control-Allow-Headers: x-a")}, spec.ReasonMethodDisallowedByPreflightResponse},
			{put, plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT")}, spec.ReasonHeaderDisallowedByPreflightResponse},
			{put, plan{preflight: allow(app, "Access-Control-Allow-Methods: P UT")}, spec.ReasonInvalidAllowMethodsPreflightResponse},
			{put, plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x a")}, spec.ReasonInvalidAllowHeadersPreflightResponse},
			{xhr, plan{preflight: answer{status: 302, header: append([]string{"Location: /x"}, granted.header...)}}, spec.ReasonPreflightDisallowedRedirect},
			{xhr, plan{preflight: granted, actual: allow(app)}, ""},
			{cases.Request{Origin: app, Mode: "same-origin"}, plan{}, spec.ReasonDisallowedByMode},
		}
		t := newTarget(false)
		outcomes := func(with replay) map[string]agent.Outcome {
			var jobs []agent.Job
			for i, x := range try {
				j := job(t.url(x.p), x.q)
				j.ID = fmt.Sprint(i)
				jobs = append(jobs, j)
			}
			var mu sync.Mutex
			out := map[string]agent.Outcome{}
			Expect(with(context.Background(), jobs, func(r agent.JobResult) {
				defer GinkgoRecover()
				mu.Lock()
				defer mu.Unlock()
				Expect(r.Err).NotTo(HaveOccurred())
				out[r.ID] = r.Steps[0][0]
			})).To(Succeed())
			return out
		}
		long, short := outcomes(chrome.Replay), outcomes(chrome.ReplayConsoleOnly)
		for i, x := range try {
			id := fmt.Sprint(i)
			Expect(long[id].Reason).To(Equal(x.reason), id)
			for what, get := range map[string]func(agent.Outcome) any{
				"result": func(o agent.Outcome) any { return o.Result }, "reason": func(o agent.Outcome) any { return o.Reason },
				"parameter": func(o agent.Outcome) any { return o.FailedParameter }, "type": func(o agent.Outcome) any { return o.Type },
				"status": func(o agent.Outcome) any { return o.Status }, "readable": func(o agent.Outcome) any { return o.Readable },
			} {
				Expect(get(short[id])).To(Equal(get(long[id])), "%s of %s", what, id)
			}
		}
	})
})
