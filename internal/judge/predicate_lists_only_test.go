package judge_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("lists_only", func() {
	DescribeTable("holds, or names what is listed besides", func(line, more string) {
		p := cases.Predicate{ListsOnly: &cases.FieldList{Name: "Access-Control-Allow-Methods", Values: []string{"PUT"}}}
		failures := failuresOf(answered(204, line), p)
		if more == "" {
			Expect(failures).To(BeEmpty())
			return
		}
		Expect(failures).To(HaveLen(1))
		Expect(failures[0].Expected).To(Equal("not in the list: " + more))
		Expect(failures[0].Effect).To(Equal(agent.EffectMalformed))
	},
		Entry("no such field", "Vary: Origin", ""),
		Entry("what is stated", "Access-Control-Allow-Methods: GET, PUT, OPTIONS", ""),
		Entry("another", "Access-Control-Allow-Methods: PUT, PATCH, DELETE", "PATCH, DELETE"),
		Entry("a list that no browser can parse, which grants nothing", "Access-Control-Allow-Methods: PUT, DELETE, (x)", ""),
		Entry("any, of which other cases speak", "Access-Control-Allow-Methods: *", ""),
	)
})
