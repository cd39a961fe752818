package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

var _ = Describe("Who is affected", func() {
	p := cases.Policy{Name: "p", Origins: []string{allowed}}
	of := func(id string, status int, coding, accepts string, wrong bool) diagnose.Evidence {
		x := seen(allowed, fields("Access-Control-Allow-Origin", allowed))
		s := agent.Symptom{}
		if wrong {
			x, s = seen(allowed, nil), agent.Symptom{Effect: agent.EffectLockedOut, Reason: "MissingAllowOriginHeader"}
		}
		x.Status, x.Method, x.Sent, x.URL, x.Coding, x.Accepts = status, "GET", "GET", "http://h/", coding, accepts
		return evidence(id, &p, x, s)
	}
	who := func(all ...diagnose.Evidence) string {
		return diagnose.Findings(all, []cases.Cause{cause("c", cases.Match{Effect: cases.Names{"locked-out"}})}, nil)[0].Affects
	}

	It("has the coding beside the answers that have it, not behind all of them", func() {
		Expect(who(of("good", 200, "", "gzip", false), of("a", 200, "gzip", "gzip", true), of("b", 204, "", "gzip", true), of("c", 400, "br", "gzip", true))).To(
			HaveSuffix(": answer 200 compressed (gzip), answer 204 and answer 400 compressed (br)"))
	})

	It("has what was asked for where answers to all who asked otherwise are right", func() {
		good := of("good", 200, "", "", false)
		Expect(who(good, of("a", 200, "", "gzip, br", true), of("b", 404, "", "gzip, br", true))).To(HaveSuffix(": answer 200 and answer 404, and only with Accept-Encoding: gzip, br"))
		Expect(who(of("good", 200, "", "gzip, br", false), good, of("a", 200, "", "gzip, br", true))).To(HaveSuffix(": answer 200"))
		Expect(who(good, of("a", 200, "", "gzip, br", true), of("b", 200, "", "gzip", true))).To(HaveSuffix(": answer 200, and only with Accept-Encoding: gzip, br or gzip"))
	})
})
