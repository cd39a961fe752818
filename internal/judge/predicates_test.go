package judge_test

import (
	"reflect"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/judge"
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

	It("does not take a then without its if for a demand", func() {
		failures := failuresOf(answered(200), cases.Predicate{Then: []cases.Predicate{{Status: cases.StatusSet{"200"}}}})
		Expect(failures).To(ConsistOf(HaveField("Actual", ContainSubstring("the case file is wrong"))))
	})
})
