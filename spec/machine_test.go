package spec_test

import (
	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	page  = "https://app.example.com"
	other = "https://api.example.org/x"
)

// hop is what a server answers on one hop.
type hop struct{ preflight, response spec.Response }

// run drives a fetch through canned answers.
func run(req spec.Request, opt spec.Options, hops ...hop) spec.Outcome {
	GinkgoHelper()
	f := spec.Begin(req, opt)
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		Expect(a.Hop).To(BeNumerically("<", len(hops)), "a hop too many: %s", a.URL)
		if a.Kind == spec.ActionPreflight {
			f.Deliver(hops[a.Hop].preflight)
		} else {
			f.Deliver(hops[a.Hop].response)
		}
	}
	return f.Outcome()
}

func answer(status int, pairs ...string) spec.Response {
	r := spec.Response{Status: status}
	for i := 0; i < len(pairs); i += 2 {
		r.Header = append(r.Header, spec.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return r
}

var _ = Describe("A fetch", func() {
	It("makes a preflight and then the request", func() {
		f := spec.Begin(spec.Request{
			Origin: page, URL: other, Method: "put",
			Header: spec.Header{{Name: "X-B", Value: "1"}, {Name: "x-a", Value: "2"}},
			Body:   &spec.Body{ContentType: "text/plain"},
		}, spec.Options{Trace: true})
		a := f.Next()
		Expect(a).To(Equal(spec.Action{Kind: spec.ActionPreflight, URL: other, Method: "OPTIONS", Header: spec.Header{
			{Name: "Accept", Value: "*/*"},
			{Name: "Access-Control-Request-Method", Value: "PUT"},
			{Name: "Access-Control-Request-Headers", Value: "x-a,x-b"},
			{Name: "Origin", Value: page},
		}}))
		f.Deliver(answer(204, "Access-Control-Allow-Origin", "*", "Access-Control-Allow-Methods", "PUT", "Access-Control-Allow-Headers", "*"))
		a = f.Next()
		Expect(a).To(Equal(spec.Action{Kind: spec.ActionRequest, URL: other, Method: "PUT", Body: true, Header: spec.Header{
			{Name: "Accept", Value: "*/*"},
			{Name: "X-B", Value: "1"},
			{Name: "x-a", Value: "2"},
			{Name: "Content-Type", Value: "text/plain"},
			{Name: "Origin", Value: page},
		}}))
		f.Deliver(answer(200, "Access-Control-Allow-Origin", page, "Content-Type", "text/html", "X-Secret", "1"))
		Expect(f.Next().Kind).To(Equal(spec.ActionDone))
		out := f.Outcome()
		Expect(out.Result).To(Equal(spec.Allowed))
		Expect(out.Type).To(Equal(spec.TypeCORS))
		Expect(out.Readable).To(Equal(map[string]string{"content-type": "text/html"}))
		Expect(out.PreflightCacheSeconds).To(Equal(5))
		Expect(out.Trace).NotTo(BeEmpty())
	})

	It("is blocked when there is no HTTP response", func() {
		f := spec.Begin(spec.Request{Origin: page, URL: other}, spec.Options{})
		f.Fail()
		Expect(f.Next().Kind).To(Equal(spec.ActionDone))
		out := f.Outcome()
		Expect(out.Result).To(Equal(spec.Blocked))
		Expect(out.Reason).To(Equal(spec.ReasonNetworkError))
	})
})
