package judge_test

import (
	"reflect"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/wire"
)

var _ = Describe("The table of predicates", func() {
	It("has a judge for each field of cases.Predicate, and no other", func() {
		var keys []string
		for f := range reflect.TypeFor[cases.Predicate]().Fields() {
			keys = append(keys, f.Tag.Get("yaml"))
		}
		slices.Sort(keys)
		Expect(judge.Judged()).To(Equal(keys))
	})

	DescribeTable("asks for content as long as more of it may decide", func(body string, more bool, p ...cases.Predicate) {
		Expect(judge.Needed(p)(&wire.Response{Body: []byte(body), Size: int64(len(body))})).To(Equal(more))
	},
		Entry("what the content is", "needle", true, cases.Predicate{BodyIs: ptr("needle")}),
		Entry("a text that has not come", "nee", true, cases.Predicate{BodyContains: ptr("needle")}),
		Entry("one that has", "a needle", false, cases.Predicate{BodyContains: ptr("needle")}),
		Entry("whether there is any, before the first byte", "", true, cases.Predicate{NoBody: true}),
		Entry("and behind it", "a", false, cases.Predicate{NoBody: true}),
		Entry("one of several predicates", "a needle", true, shares(app), cases.Predicate{BodyContains: ptr("needle")}, cases.Predicate{BodyIs: ptr("a needle")}),
		Entry("one within another", "a needle", true, cases.Predicate{AnyOf: [][]cases.Predicate{{shares(app)}, {{BodyIs: ptr("a")}}}}),
	)

	It("asks for none where only the head decides", func() {
		Expect(judge.Needed([]cases.Predicate{shares(app), {Status: cases.StatusSet{"200"}}})).To(BeNil())
	})

	It("does not take a then without its if for a demand", func() {
		failures := failuresOf(answered(200), cases.Predicate{Then: []cases.Predicate{{Status: cases.StatusSet{"200"}}}})
		Expect(failures).To(ConsistOf(HaveField("Actual", ContainSubstring("the case file is wrong"))))
	})
})
