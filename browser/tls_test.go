package browser_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("a target with TLS and HTTP/2", func() {
	var t *target
	BeforeEach(func() { t = newTarget(true) })

	It("is reached in spite of its own certificate", func() {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: PUT"), actual: allow(app)})
		o := one(u, cases.Request{Method: "PUT"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(o.Exchanges).To(HaveLen(2))
		Expect(o.Exchanges[1].Proto).To(Equal("h2"))
		Expect(o.Exchanges[1].Status).To(Equal(200))
		Expect(o.Exchanges[1].Response).To(ContainElement(spec.Field{Name: "access-control-allow-origin", Value: app}))
	})

	It("gets a stream as a body, after a preflight", func() {
		u := t.url(plan{preflight: allow(app, "Access-Control-Allow-Methods: POST"), actual: allow(app)})
		o := one(u, cases.Request{Method: "POST", Body: &cases.Body{Kind: "stream", Text: "flow"}})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
		Expect(o.Hops[0].Preflight).To(BeTrue())
		Expect(o.Hops[0].ACRH).To(BeNil())
		Expect(t.received(u)).To(Equal("flow"))
	})

	It("is reached from an http page", func() {
		o := one(t.url(plan{actual: allow("http://app.example.com")}), cases.Request{Origin: "http://app.example.com"})
		Expect(o.Result).To(Equal(spec.Allowed), string(o.Reason)+o.Error)
	})
})
