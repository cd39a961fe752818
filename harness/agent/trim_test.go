package agent_test

import (
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("An exchange that is kept", func() {
	It("is bounded whatever the server sends, and keeps what it says of CORS", func() {
		var h spec.Header
		for range 100_000 {
			h = append(h, spec.Field{Name: "X", Value: "a"})
		}
		h = append(h, spec.Field{Name: "Access-Control-Allow-Origin", Value: "*"}, spec.Field{Name: "Vary", Value: strings.Repeat("a,", 1<<19)})
		whole := []agent.Exchange{{Response: h, Body: strings.Repeat("b", 1<<20)}}
		kept := agent.Trim(whole)
		text, err := json.Marshal(kept)
		Expect(err).NotTo(HaveOccurred())
		Expect(len(text)).To(BeNumerically("<", 64<<10))
		Expect(kept[0].Response.Values("Access-Control-Allow-Origin")).To(Equal([]string{"*"}))
		Expect(kept[0].Response.Has("Corsproof-Left-Out")).To(BeTrue())
		Expect(whole[0].Response).To(HaveLen(100_002), "the check's own are as they were")
	})
	It("is bounded where redirects have made its address long, and so is what is seen of it", func() {
		long := "http://a.test/" + strings.Repeat("a", 1<<20)
		ex := agent.Exchange{URL: long, Method: "GET", Status: 302, Request: spec.Header{{Name: "Referer", Value: long}}, Response: spec.Header{{Name: "Location", Value: long}}}
		text, err := json.Marshal(agent.Trim([]agent.Exchange{ex}))
		Expect(err).NotTo(HaveOccurred())
		Expect(len(text)).To(BeNumerically("<", 64<<10))
		x := agent.See(&ex, false)
		Expect(len(x.URL) + len(x.Location)).To(BeNumerically("<", 16<<10))
		Expect(ex.URL).To(Equal(long), "the check's own is as it was")
	})
	It("is as it was where it is short", func() {
		list := []agent.Exchange{{Response: spec.Header{{Name: "A", Value: "b"}}, Body: "c"}}
		Expect(agent.Trim(list)).To(Equal(list))
	})
})
