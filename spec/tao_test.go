package spec_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("the TAO check", func() {
	const app, field = "https://app.example", "Timing-Allow-Origin"
	lines := func(values ...string) (h spec.Header) {
		for _, v := range values {
			h.Add(field, v)
		}
		return h
	}
	DescribeTable("of one answer",
		func(h spec.Header, want bool) {
			Expect(spec.CheckTAO(app, spec.TypeCORS, h)).To(Equal(want))
			Expect(spec.CheckTAO(app, spec.TypeOpaque, h)).To(Equal(want))
			Expect(spec.CheckTAO(app, spec.TypeBasic, h)).To(BeTrue())
		},
		Entry("no field", lines(), false),
		Entry("an empty field", lines(""), false),
		Entry("any", lines("*"), true),
		Entry("the origin", lines(app), true),
		Entry("a list", lines("https://a.example, "+app), true),
		Entry("any in a list", lines("https://a.example,*"), true),
		Entry("several lines", lines("https://a.example", app), true),
		Entry("blanks for commas", lines("https://a.example "+app), false),
		Entry("a slash at the end", lines(app+"/"), false),
		Entry("upper case", lines("HTTPS://APP.EXAMPLE"), false),
		Entry("null", lines("null"), false),
		Entry("in quotes", lines(`"`+app+`"`), false),
		Entry("behind a comma in quotes", lines(`"a, `+app+`"`), false),
		Entry("behind what is in quotes", lines(`"a,b\"c", `+app), true),
	)

	It("of a fetch: every answer has to pass, and behind a second origin the page's is null", func() {
		allow := func(origin, timing string) spec.Header {
			return spec.Header{{"Access-Control-Allow-Origin", origin}, {field, timing}}
		}
		to := func(h spec.Header, location string) spec.Response {
			return spec.Response{Status: 302, Header: append(h, spec.Field{"Location", location})}
		}
		run := func(answers ...spec.Response) bool {
			f := spec.Begin(spec.Request{API: spec.APIFetch, Origin: app, URL: "https://api.example.org/x"}, spec.Options{})
			for _, a := range answers {
				f.Next()
				f.Deliver(a)
			}
			Expect(f.Outcome().Result).To(Equal(spec.Allowed), string(f.Outcome().Reason))
			return f.Outcome().TimingAllowed
		}
		end := func(h spec.Header) spec.Response { return spec.Response{Status: 200, Header: h} }
		Expect(run(end(allow("*", app)))).To(BeTrue())
		Expect(run(to(allow("*", app), "/y"), end(allow("*", app)))).To(BeTrue())
		Expect(run(to(allow("*", "https://a.example"), "/y"), end(allow("*", app)))).To(BeFalse())
		Expect(run(to(allow("*", app), "/y"), end(allow("*", "https://a.example")))).To(BeFalse())
		Expect(run(to(allow("*", app), "https://other.example/y"), end(allow("*", app)))).To(BeFalse())
		Expect(run(to(allow("*", app), "https://other.example/y"), end(allow("*", "null")))).To(BeTrue())
		Expect(run(to(allow("*", app), "https://other.example/y"), end(allow("*", "*")))).To(BeTrue())
	})
})
