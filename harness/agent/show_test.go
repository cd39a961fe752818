package agent_test

import (
	"strconv"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
)

var _ = DescribeTable("A quoted value says each byte once: read back, it is what was received",
	func(value string) {
		Expect(strconv.Unquote(agent.Quoted(value))).To(Equal(value))
	},
	Entry("plain", "https://app.example"),
	Entry("with a quote and a backslash", `a"b\c`),
	Entry("with what is shown as an escape", "\x01\xfftext\\"),
	Entry("with a quote beside an escape", "\"\x00\""),
	Entry("with text that looks like an escape", `\u202e`),
)
