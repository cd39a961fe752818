package diagnose_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

// evidence is that of a check with one exchange, which has a symptom if s says what.
func evidence(id string, p *cases.Policy, x agent.Seen, s agent.Symptom) diagnose.Evidence {
	e := diagnose.Evidence{Check: &cases.Check{ID: id, Case: &cases.Case{ID: id, Level: cases.Must}, Policy: p}, Seen: []agent.Seen{x}}
	if s.Effect != "" {
		s.Seen, s.Sendable = x, true
		e.Symptoms = []agent.Symptom{s}
	}
	return e
}

// named are the ids of the causes that were found, "-" for none that is known.
func named(all []diagnose.Evidence, causes ...cases.Cause) []string {
	var ids []string
	for _, g := range diagnose.Find(all, causes) {
		if g.Cause == nil {
			ids = append(ids, "-")
		} else {
			ids = append(ids, g.Cause.ID)
		}
	}
	return ids
}

func cause(id string, when ...cases.Match) cases.Cause { return cases.Cause{ID: id, When: when} }

var _ = Describe("The causes that are found", func() {
	p := list
	lost := agent.Symptom{Effect: agent.EffectLockedOut, Reason: "MissingAllowOriginHeader"}
	answer := func(method string, status int, h spec.Header) agent.Seen {
		x := seen("https://app.example", h)
		x.Method, x.Sent, x.Status, x.URL = method, method, status, "http://127.0.0.1/x"
		return x
	}
	good := fields("Access-Control-Allow-Origin", "https://app.example")
	all := []diagnose.Evidence{
		evidence("get", &p, answer("GET", 200, good), agent.Symptom{}),
		evidence("put", &p, answer("PUT", 200, nil), lost),
		evidence("error", &p, answer("GET", 500, nil), lost),
	}
	anyLost := cause("any", cases.Match{Lost: cases.Names{"yes"}})

	It("are the fewest, and of two that explain as much the first", func() {
		put, failed := cause("put", cases.Match{Only: cases.Names{"method"}}), cause("error", cases.Match{Status: cases.Names{"5xx"}})
		Expect(named(all, put, failed, anyLost)).To(Equal([]string{"any"}))
		Expect(named(all, put, failed)).To(ConsistOf("put", "error"))
		same := cause("same", cases.Match{Lost: cases.Names{"yes"}})
		Expect(named(all, same, anyLost)).To(Equal([]string{"same"}))
		Expect(named(all, anyLost, same)).To(Equal([]string{"any"}))
	})

	It("leave what has a certain cause to that one, however much another below it would explain", func() {
		failed := cause("error", cases.Match{Status: cases.Names{"5xx"}})
		failed.Certain = true
		Expect(named(all, failed, anyLost)).To(ConsistOf("any", "error"))
		Expect(named(all, anyLost, failed)).To(Equal([]string{"any"})) // that one is considered first
		failed.Certain = false
		Expect(named(all, failed, anyLost)).To(Equal([]string{"any"}))
	})

	It("of an endpoint that is known to answer 401 are those of its neighbour: its errors are shared, but for odd requests", func() {
		odd := func(id string, status int) diagnose.Evidence {
			e := evidence(id, &p, answer("GET", status, nil), lost)
			e.Symptoms[0].Sendable = false
			return e
		}
		at := func(status int, h spec.Header) []string {
			return named([]diagnose.Evidence{
				evidence("actual-get-allowed-origin", &p, answer("GET", status, h), agent.Symptom{}),
				odd("origin-leading-ows", status), odd("h1-space-before-colon", status), odd("garbage-x", status),
			}, cases.Causes()...)
		}
		Expect(at(200, good)).To(ContainElement("request-field-misread"))
		Expect(at(401, good)).To(Equal(at(200, good)))
		Expect(at(401, nil)).To(Equal([]string{"unauthorized-no-cors"})) // that its errors are not shared is one cause
	})

	It("are of each policy by itself: what is stated was not let in unstated, and one pattern is not everybody", func() {
		reflected := func(p *cases.Policy, origin string) diagnose.Evidence {
			x := seen(origin, fields("Access-Control-Allow-Origin", origin, "Access-Control-Allow-Credentials", "true"))
			x.Credentials = p.Credentials
			return evidence(p.Name, p, x, agent.Symptom{Effect: agent.EffectLetIn, Predicate: "denies", Asked: agent.Asked{Origin: origin, Credentials: p.Credentials}})
		}
		port := cases.Policy{Name: "any-port", OriginPatterns: []string{"http://localhost:*"}}
		Expect(named([]diagnose.Evidence{reflected(&everything, "https://evil.test"), reflected(&port, "http://localhost:3000.evil.test")}, cases.Causes()...)).
			To(ConsistOf("any-origin-reflected-credentials", "pattern-too-wide"))
	})

	It("are no fallback where another explains it, and stand for one check where none does", func() {
		fallback, put := anyLost, cause("put", cases.Match{Only: cases.Names{"method"}})
		fallback.Fallback = true
		Expect(named(all, fallback, put)).To(Equal([]string{"put", "any"}))
		Expect(named(all, put)).To(Equal([]string{"put", "-"}))
	})

	It("are none that an exchange excludes, or that wants one that was not seen", func() {
		shared, failed := cases.Match{Shared: cases.Names{"yes"}}, cases.Match{Status: cases.Names{"404"}}
		for _, c := range []cases.Cause{{Unless: []cases.Match{shared}}, {Never: []cases.Match{shared}}, {Needs: []cases.Match{failed}}} {
			c.ID, c.When = "any", anyLost.When
			Expect(named(all, c)).To(Equal([]string{"-", "-"}), "%+v", c)
		}
		c := cases.Cause{ID: "any", When: anyLost.When, Needs: []cases.Match{shared}, Unless: []cases.Match{failed}}
		Expect(named(all, c)).To(Equal([]string{"any"}))
	})

	It("depend neither on the order of the checks nor on how often an exchange was seen", func() {
		want := named(all, cases.Causes()...)
		Expect(want).NotTo(BeEmpty())
		turned := slices.Clone(all)
		slices.Reverse(turned)
		for i := range turned {
			turned[i].Seen = slices.Repeat(turned[i].Seen, 3)
		}
		Expect(named(turned, cases.Causes()...)).To(ConsistOf(want))
	})

	It("compare the names of headers without regard to case", func() {
		preflight := answer("OPTIONS", 204, good)
		preflight.Preflight, preflight.Method = true, "GET"
		granted := agent.Symptom{Effect: agent.EffectLetIn, Predicate: "not_matches", Field: "Access-Control-Allow-Private-Network"}
		Expect(named([]diagnose.Evidence{evidence("network", &p, preflight, granted)}, cause("network", cases.Match{Grants: cases.Names{"private-network"}}))).To(Equal([]string{"network"}))

		hidden := agent.Symptom{Effect: agent.EffectMalformed, Field: "Access-Control-Expose-Headers"}
		exposing := append(slices.Clone(good), fields("Access-Control-Expose-Headers", "X-A")...)
		some := []diagnose.Evidence{
			evidence("get", &p, answer("GET", 200, exposing), agent.Symptom{}),
			evidence("put", &p, answer("PUT", 200, good), hidden),
		}
		Expect(named(some, cause("method", cases.Match{Only: cases.Names{"method"}}))).To(Equal([]string{"method"}))
	})

	It("say who saw what fails, not what only warns", func() {
		failed, warned := lost, lost
		failed.By, warned.By = agent.NameWire, "chrome"
		some := []diagnose.Evidence{
			evidence("put", &p, answer("PUT", 200, nil), failed),
			evidence("error", &p, answer("GET", 500, nil), warned),
		}
		some[0].Symptoms[0].Sendable, some[1].Warns = false, true
		both := diagnose.Findings(some, []cases.Cause{anyLost}, nil)
		Expect(both).To(HaveLen(1))
		Expect(both[0].Browser).To(BeEmpty())
		Expect(both[0].Sendable).To(BeFalse())

		alone := diagnose.Findings(some[1:], []cases.Cause{anyLost}, nil)
		Expect(alone).To(HaveLen(1))
		Expect(alone[0].Browser).To(Equal([]string{"chrome"}))
		Expect(alone[0].Sendable).To(BeTrue())
	})

	It("do not say that headers are missing where the answer takes too long", func() {
		grows := agent.Symptom{Effect: agent.EffectUnavailable, Predicate: "grow"}
		some := []diagnose.Evidence{evidence("dos", &p, answer("GET", 200, nil), grows)}
		Expect(named(some, cases.Causes()...)).To(Equal([]string{"slow-growth"}))
	})
})
