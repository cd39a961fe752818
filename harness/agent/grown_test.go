package agent_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
)

var _ = DescribeTable("what is seen of a request that grew says who asked", func(grown *agent.Grown, origin string) {
	s := agent.See(&agent.Exchange{Method: "GET", URL: "http://127.0.0.1/ok", Status: 200, Grown: grown}, false)
	Expect(s.Grown).To(Equal(origin))
	Expect(s.NoOrigin).To(BeTrue(), "what was cut is not compared with what the server answers")
},
	Entry("a long origin", &agent.Grown{Begin: "Origin: https://", Unit: "a", Times: 15360, End: ".test"}, "https://aaaaaaaa.test..."),
	Entry("a short one", &agent.Grown{Begin: "origin:https://", Unit: "a.", Times: 2}, "https://a.a."),
	Entry("lines of it", &agent.Grown{Unit: "Origin: https://a.test", Times: 3, Lines: true}, "https://a.test"),
	Entry("another field", &agent.Grown{Begin: "X-A: ", Unit: "a", Times: 3}, ""),
	Entry("nothing", nil, ""),
)
