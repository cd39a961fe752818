package diagnose_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
)

// asked is an answer over a protocol, as it is written by who saw it, with the query and without.
func asked(proto, query string, shared bool) agent.Seen {
	x := agent.Exchange{Proto: proto, Method: "GET", URL: "http://127.0.0.1:8080/ok" + query, Status: 200, Request: fields("Origin", allowed)}
	if shared {
		x.Response = fields("Access-Control-Allow-Origin", allowed)
	}
	return agent.See(&x, false)
}

var _ = Describe("Answers that lack Access-Control-Allow-Origin", func() {
	lost := agent.Symptom{Effect: agent.EffectLockedOut, Reason: "MissingAllowOriginHeader"}
	found := func(some ...diagnose.Evidence) []diagnose.Finding {
		return diagnose.Findings(some, cases.Causes(), nil)
	}

	It("where the URL has a query have that in common, whatever the protocol is called that carried them, or is not known", func() {
		for _, proto := range []string{"HTTP/1.1", "http/1.1", ""} {
			some := []diagnose.Evidence{evidence("plain", &list, asked("HTTP/1.1", "", true), agent.Symptom{})}
			for _, id := range []string{"a", "b", "c"} {
				some = append(some, evidence(id, &list, asked(proto, "?_="+id, false), lost))
			}
			list := found(some...)
			Expect(list).To(ConsistOf(HaveField("ID", "depends-on-request")), "%q", proto)
			Expect(list[0].Affects).To(HaveSuffix("answer 200, to URLs with a query"))
		}
	})

	It("are not laid to the protocol by its spelling, and have no query in common that one that is shared has", func() {
		for _, proto := range []string{"HTTP/1.1", "http/1.1", ""} {
			for _, other := range []string{"HTTP/1.1", "http/1.1", ""} {
				list := found(evidence("a", &list, asked(other, "?_=a", true), agent.Symptom{}), evidence("b", &list, asked(proto, "?_=b", false), lost))
				Expect(list).To(ConsistOf(HaveField("ID", "some-answers-no-cors")), "%q %q", proto, other)
			}
		}
	})

	It("are laid to the protocol where it differs", func() {
		for _, proto := range []string{"HTTP/2.0", "h2", "h3"} {
			list := found(evidence("a", &list, asked("http/1.1", "", true), agent.Symptom{}), evidence("b", &list, asked(proto, "", false), lost))
			Expect(list).To(ConsistOf(HaveField("ID", "transport-no-cors")), proto)
		}
	})
})
