package browser_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// quick is well below the time that the agent waits for events that are late:
// an outcome that takes longer was not understood. A machine that is busy takes longer
// now and then, an outcome that is not understood each time: such a spec is tried again.
const quick = 2500 * time.Millisecond

var _ = Describe("odd answers", func() {
	var t *target
	BeforeEach(func() { t = newTarget(false) })

	to := func(location string) answer {
		return answer{status: 302, header: []string{"Access-Control-Allow-Origin: " + app, "Access-Control-Allow-Credentials: true", "Location: " + location}}
	}

	DescribeTable("redirects that lead nowhere have a reason and a hop", FlakeAttempts(4),
		func(location string, q cases.Request, reasons ...spec.Reason) {
			start := time.Now()
			o := one(t.url(plan{actual: to(location)}), q)
			Expect(o.Result).To(Equal(spec.Blocked))
			Expect(reasons).To(ContainElement(o.Reason), o.Error)
			Expect(o.FailedHop).To(Equal(0))
			Expect(o.Hops).To(HaveLen(1))
			Expect(o.Hops[0].Sent).To(BeTrue())
			Expect(time.Since(start)).To(BeNumerically("<", quick))
		},
		Entry("unparsable", "http://[", cases.Request{}, spec.Reason("RedirectInvalidLocation")),
		Entry("data:", "data:text/plain,x", cases.Request{}, spec.Reason("CorsDisabledScheme")),
		Entry("another scheme", "foo:bar", cases.Request{}, spec.Reason("CorsDisabledScheme")),
		Entry("userinfo", "http://user:secret@127.0.0.1:4444/", cases.Request{}, spec.Reason("RedirectContainsCredentials")),
		Entry("mode error", "/elsewhere", cases.Request{Redirect: "error"}, spec.Reason("RedirectDisallowedByMode")),
	)

	It("too many redirects", func() {
		u := t.url(plan{})
		t.mu.Lock()
		for n := range t.plans {
			t.plans[n] = plan{actual: to(u)}
		}
		t.mu.Unlock()
		o := one(u, cases.Request{})
		Expect(o.Reason).To(Equal(spec.Reason("TooManyRedirects")), o.Error)
		Expect(o.Hops).To(HaveLen(21))
	})

	It("modes that exclude one another never leave the page", FlakeAttempts(4), func() {
		start := time.Now()
		for _, mode := range []string{"error", "manual"} {
			u := t.url(plan{actual: allow(app)})
			o := one(u, cases.Request{Mode: "no-cors", Redirect: mode})
			Expect(o.Result).To(Equal(spec.Blocked))
			Expect(o.Reason).To(Equal(spec.Reason("NoCorsRedirectModeNotFollow")))
			Expect(t.requests(u)).To(BeEmpty())
		}
		Expect(time.Since(start)).To(BeNumerically("<", quick))
	})

	It("Cross-Origin-Resource-Policy is named as such", func() {
		o := one(t.url(plan{actual: answer{status: 200, header: []string{"Cross-Origin-Resource-Policy: same-origin"}}}), cases.Request{Mode: "no-cors"})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("BlockedByCORP")))
		Expect(o.Hops[0].Sent).To(BeTrue())
	})

	It("a navigation without a load event ends with its request", FlakeAttempts(4), func() {
		start := time.Now()
		for _, a := range []answer{{status: 204}, {status: 200, header: []string{"Content-Disposition: attachment", "Content-Type: application/octet-stream"}, body: "x"}} {
			u := t.url(plan{actual: a})
			o := one(u, cases.Request{API: "navigate"})
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
			Expect(t.requests(u)).To(HaveLen(1))
		}
		Expect(time.Since(start)).To(BeNumerically("<", quick))
	})

	It("a challenge for a password does not make the page wait", func() {
		for _, q := range []cases.Request{{Origin: t.URL}, {Credentials: "include"}} {
			u := t.url(plan{actual: answer{status: 401, header: []string{"WWW-Authenticate: Basic realm=\"x\"", "Access-Control-Allow-Origin: " + app, withCredentials}}})
			o := one(u, q)
			Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
			Expect(o.Status).To(Equal(401))
		}
	})

	It("a script that opens a dialog does not make the page wait", func() {
		o := one(t.url(plan{actual: typed(app, "text/javascript", "alert(1); confirm(2)")}), cases.Request{API: "script", Crossorigin: "anonymous"})
		Expect(o.Result).To(Equal(spec.Allowed))
	})

	It("a body that breaks off was read until then", func() {
		u := t.url(plan{actual: answer{status: 200, header: []string{"Access-Control-Allow-Origin: *", "Content-Length: 100"}, body: "part"}})
		o := one(u, cases.Request{})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(o.Status).To(Equal(200))
		Expect(o.Error).NotTo(BeEmpty())
		Expect(o.Body).To(Or(BeEmpty(), Equal("part")))
	})

	It("an image that is asked for twice is one request or two", func() {
		j := job(t.url(plan{actual: typed(app, "image/svg+xml", svg)}), cases.Request{API: "img", Crossorigin: "anonymous"})
		j.Steps[0].Times = 2
		r := perform(j)[0]
		Expect(r.Err).NotTo(HaveOccurred())
		Expect(r.Steps[0]).To(HaveLen(2))
		for _, o := range r.Steps[0] {
			Expect(o.Result).To(Equal(spec.Allowed))
		}
	})

	It("URLs that the browser writes differently are found again", func() {
		for _, suffix := range []string{"&q=a b'c\"", "&q=ü", "#fragment", "&q=%zz"} {
			j := job(t.url(plan{actual: allow(app)})+suffix, cases.Request{})
			r := perform(j)[0]
			Expect(r.Err).NotTo(HaveOccurred(), suffix)
			Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed))
		}
	})

	It("a fetch whose URL has a password is a type error", func() {
		u := t.url(plan{actual: allow(app)})
		o := one("http://user:secret@"+u[len("http://"):], cases.Request{})
		Expect(o.Result).To(Equal(spec.TypeError))
		Expect(t.requests(u)).To(BeEmpty())
	})

	It("an upload over HTTP/1 with a stream says what is missing", func() {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: POST"), actual: allow(app)})
		o := one(u, cases.Request{Method: "POST", Body: &cases.Body{Kind: "stream", Text: "x"}})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("NetworkError")), o.Error)
		Expect(o.Hops[0].Preflight).To(BeTrue())
	})

	It("a redirect of a stream is refused", func() {
		t := newTarget(true)
		end := t.url(plan{preflight: allow(app), actual: allow(app)})
		u := t.url(plan{preflight: allow(app), actual: answer{status: 307, header: []string{"Access-Control-Allow-Origin: " + app, "Location: " + end}}})
		o := one(u, cases.Request{Method: "POST", Body: &cases.Body{Kind: "stream", Text: "x"}})
		Expect(o.Result).To(Equal(spec.Blocked))
		Expect(o.Reason).To(Equal(spec.Reason("RedirectWithStreamBody")), o.Error)
		Expect(t.requests(end)).To(BeEmpty())
	})

	It("many origins are many pages", func() {
		var jobs []agent.Job
		for i := range 30 {
			o := "https://o" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".example"
			jobs = append(jobs, job(t.url(plan{actual: allow(o)}), cases.Request{Origin: o}))
		}
		for _, r := range perform(jobs...) {
			Expect(r.Err).NotTo(HaveOccurred())
			Expect(r.Steps[0][0].Result).To(Equal(spec.Allowed))
		}
	})
})
