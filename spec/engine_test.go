package spec

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = DescribeTable("A profile differs from the standard by its departures only", func(e Engine) {
	p := ProfileOf(e)
	ids := make([]string, len(p.Departures))
	for i, d := range p.Departures {
		ids[i] = d.ID
		before := p
		if d.undo == nil {
			continue
		}
		d.undo(&before)
		Expect(before).NotTo(BeEquivalentTo(p), "%s is about nothing", d.ID)
	}
	rest := *profileOf(e).without(ids)
	rest.Engine, rest.Departures = EngineFetch, nil
	Expect(rest).To(BeEquivalentTo(ProfileOf(EngineFetch)), "undocumented departures")
},
	Entry("chromium", EngineChromium),
	Entry("firefox", EngineFirefox),
	Entry("webkit", EngineWebKit),
)

var _ = It("leaves the shared profile alone when departures are left out", func() {
	f := Begin(Request{Origin: "https://a.example", URL: "https://b.example/"}, Options{Engine: EngineChromium, Without: []string{"user-agent-dropped"}})
	Expect(f.p.DroppedNames).To(BeNil())
	Expect(ProfileOf(EngineChromium).DroppedNames).NotTo(BeNil())
})
