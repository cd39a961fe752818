package disagree_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/spec"
)

var _ = DescribeTable("A 304 without CORS headers is no answer that the model decides by where the browser's cache asked for it",
	func(condition string) {
		const url, origin = "http://127.0.0.1:8080/items", "https://b.example"
		exchange := func(status int) agent.Exchange {
			ex := agent.Exchange{URL: url, Method: "GET", Status: status}
			ex.Request.Add("Origin", origin)
			return ex
		}
		result := func(ex agent.Exchange, o spec.Outcome) agent.JobResult {
			o.Hops = []spec.Hop{{URL: url, Sent: true, Origin: new(origin), Method: "GET"}}
			return agent.JobResult{Steps: []agent.StepOutcomes{{{Outcome: o, Exchanges: []agent.Exchange{ex}}}}}
		}
		granted, stored := exchange(200), exchange(304)
		granted.Response.Add("Access-Control-Allow-Origin", origin)
		stored.Request.Add(condition, `"a"`)
		model := result(granted, spec.Outcome{Result: spec.Allowed, Type: spec.TypeCORS, Status: 200})
		browser := result(stored, spec.Outcome{Result: spec.Blocked, Reason: spec.ReasonAllowOriginMismatch})
		diffs, remark := disagree.Between([]agent.Step{{Request: cases.Request{Origin: origin}, URL: url}}, []string{"second"}, model, browser, "chrome", spec.EngineChromium)
		Expect(remark).To(ContainSubstring("chrome got 304"))
		Expect(diffs).To(BeEmpty())
	},
	Entry(nil, "If-None-Match"),
	Entry(nil, "If-Modified-Since"),
)
