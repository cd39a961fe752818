package diagnose_test

import (
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("Who gets in", func() {
	credentialed := func(origin string) spec.Header {
		return fields("Access-Control-Allow-Origin", origin, "Access-Control-Allow-Credentials", "true")
	}
	DescribeTable("decides, with credentials and without", func(p cases.Policy, origin string, credentials, without cases.Severity) {
		p.Credentials = true
		c := &cases.Check{Policy: &p}
		s := agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Predicate: "denies", Seen: seen(origin, credentialed(origin))}
		Expect(diagnose.Severity(&s, c)).To(Equal(credentials))
		s.Seen = seen(origin, fields("Access-Control-Allow-Origin", origin))
		Expect(diagnose.Severity(&s, c)).To(Equal(without))
	},
		Entry(nil, list, "https://evil.test", cases.Critical, cases.Medium),
		Entry(nil, list, "null", cases.Critical, cases.Medium),
		Entry(nil, list, "https://app.example.evil.test", cases.Critical, cases.Medium),
		Entry(nil, list, "https://evilapp.example", cases.Critical, cases.Medium),
		Entry(nil, list, "https://appzexample", cases.Critical, cases.Medium),
		Entry(nil, list, "https://app.example_.evil.test", cases.Critical, cases.Medium),
		Entry(nil, list, "https://sub.app.example", cases.High, cases.Low),
		Entry(nil, list, "https://www.app.example", cases.High, cases.Low),
		Entry(nil, list, "http://app.example", cases.Medium, cases.Low),
		Entry(nil, list, "http://192.168.0.1", cases.Medium, cases.Low),
		Entry(nil, list, "https://app.example:8443", cases.Medium, cases.Low),
		Entry(nil, list, "http://localhost:3000", cases.Medium, cases.Low),
		Entry(nil, list, "chrome-extension://abcdefghijklmnopabcdefghijklmnop", cases.Medium, cases.Low),
		Entry(nil, list, "capacitor://app.example", cases.Medium, cases.Low),
		Entry(nil, list, "https://legacy.example", cases.Low, cases.Severity("")),
		Entry(nil, list, "https://app.example.", cases.Low, cases.Severity("")),
		Entry(nil, list, "https://APP.example", cases.Severity(""), cases.Severity("")),
		Entry(nil, list, "https://app.example/", cases.Severity(""), cases.Severity("")),
		Entry(nil, list, "https://app.example,", cases.Severity(""), cases.Severity("")),
		Entry(nil, pattern, "https://*.apps.example", cases.Severity(""), cases.Severity("")),
		Entry(nil, pattern, "https://.apps.example", cases.Severity(""), cases.Severity("")),
		Entry(nil, pattern, "https://apps.example", cases.High, cases.Low),
		Entry(nil, pattern, "http://x.apps.example", cases.Medium, cases.Low),
		Entry(nil, pattern, "https://x.apps.example:8443", cases.Medium, cases.Low),
		Entry(nil, pattern, "https://evilapps.example", cases.Critical, cases.Medium),
		Entry(nil, pattern, "https://x.apps.example.evil.test", cases.Critical, cases.Medium),
	)

	DescribeTable("reads little in an error", func(origin string, credentials, without cases.Severity) {
		c := &cases.Check{Policy: &list}
		s := agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Predicate: "denies", Seen: seen(origin, credentialed(origin))}
		s.Seen.Status = 404
		Expect(diagnose.Severity(&s, c)).To(Equal(credentials))
		s.Seen.AllowCredentials = agent.Lines{}
		Expect(diagnose.Severity(&s, c)).To(Equal(without))
	},
		Entry(nil, "https://evil.test", cases.Medium, cases.Low),
		Entry(nil, "https://sub.app.example", cases.Medium, cases.Low),
		Entry(nil, "https://app.example.", cases.Low, cases.Severity("")),
	)

	It("is everybody where the answer says *, whoever asked", func() {
		s := agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Seen: seen("https://app.example:8443", fields("Access-Control-Allow-Origin", "*"))}
		Expect(diagnose.Severity(&s, &cases.Check{Policy: &list})).To(Equal(cases.Medium))
	})

	DescribeTable("decides with what it got, under a policy", func(p cases.Policy, s agent.Symptom, want cases.Severity) {
		s.Effect, s.Sendable = agent.EffectLetIn, true
		Expect(diagnose.Severity(&s, &cases.Check{Policy: &p})).To(Equal(want))
	},
		Entry("where the owner names nobody, which libraries take for anybody", cases.Policy{}, agent.Symptom{Seen: seen(allowed, fields("Access-Control-Allow-Origin", "*"))}, cases.Severity("")),
		Entry("the same with credentials", cases.Policy{}, agent.Symptom{Seen: seen(allowed, credentialed(allowed))}, cases.Critical),
		Entry("credentials, under a list without", list, agent.Symptom{Seen: seen(allowed, credentialed(allowed))}, cases.Medium),
		Entry("credentials, under any origin without", anyone, agent.Symptom{Seen: seen(allowed, credentialed(allowed))}, cases.Critical),
		Entry("credentials, where the owner wrote any origin with them", everything, agent.Symptom{Seen: seen(allowed, credentialed(allowed))}, cases.High),
		Entry("the same for null", everything, agent.Symptom{Seen: seen("null", credentialed("null"))}, cases.High),
		Entry("nothing that the policy does not give", list, agent.Symptom{Predicate: "denies", Seen: seen(allowed, fields("Access-Control-Allow-Origin", allowed))}, cases.Severity("")),
		Entry("a method", list, agent.Symptom{Predicate: "refuses", Seen: asking("DELETE")}, cases.Low),
		Entry("a method, with credentials", list, agent.Symptom{Predicate: "refuses", Seen: asking("DELETE", withCredentials...)}, cases.Medium),
		Entry("the same method in other case", list, agent.Symptom{Predicate: "refuses", Seen: asking("put")}, cases.Severity("")),
		Entry("OPTIONS", list, agent.Symptom{Predicate: "refuses", Seen: asking("OPTIONS")}, cases.Severity("")),
		Entry("a header", list, agent.Symptom{Predicate: "refuses", Seen: asking("PUT, X-Evil")}, cases.Low),
		Entry("a method that is granted by name, with credentials", logins, agent.Symptom{Predicate: "refuses", Seen: asking("DELETE", append(withCredentials, "Access-Control-Allow-Methods", "DELETE")...)}, cases.Medium),
		Entry("a method that is granted by *, which is no wildcard with credentials", logins, agent.Symptom{Predicate: "refuses", Seen: asking("DELETE", append(withCredentials, "Access-Control-Allow-Methods", "*")...)}, cases.Low),
		Entry("a header that is granted by name, with credentials", logins, agent.Symptom{Predicate: "refuses", Seen: asking("GET, x-evil", append(withCredentials, "Access-Control-Allow-Headers", "x-evil")...)}, cases.Medium),
		Entry("a header that is granted by *", logins, agent.Symptom{Predicate: "refuses", Seen: asking("GET, x-evil", append(withCredentials, "Access-Control-Allow-Headers", "*")...)}, cases.Low),
		Entry("a response header", list, agent.Symptom{Predicate: "hidden", Seen: seen(allowed, credentialed(allowed))}, cases.Low),
		Entry("times of an image, for a frame whose origin is null", list, agent.Symptom{Predicate: "timing", Asked: agent.Asked{Origin: "null"}, Seen: agent.Seen{NoOrigin: true, Status: 200}}, cases.Low),
		Entry("its own host, by default", cases.Policy{ZeroConfig: true}, agent.Symptom{Seen: seen("https://127.0.0.1:8443", credentialed("https://127.0.0.1:8443"))}, cases.Medium),
		Entry("times", list, agent.Symptom{Predicate: "hides_times", Seen: seen(allowed, nil)}, cases.Low),
	)
})

const allowed = "https://app.example"

var (
	list       = cases.Policy{Name: "list", Origins: []string{allowed, "https://admin.example:8443", "http://legacy.example"}, Methods: []string{"PUT"}}
	logins     = cases.Policy{Name: "logins", Origins: []string{allowed}, Credentials: true, Methods: []string{"PUT"}}
	pattern    = cases.Policy{Name: "pattern", OriginPatterns: []string{"https://*.apps.example"}}
	anyone     = cases.Policy{Name: "any", Origins: []string{"*"}}
	everything = cases.Policy{Name: "any-creds", Origins: []string{"*"}, Credentials: true, Unsafe: true}
)

func seen(origin string, answer spec.Header) agent.Seen {
	return agent.See(&agent.Exchange{Proto: "HTTP/1.1", Method: "GET", URL: "http://127.0.0.1:8080/ok", Status: 200, Request: fields("Origin", origin), Response: answer}, false)
}

// asking is a preflight of an allowed origin for a method and headers behind a comma.
func asking(what string, more ...string) agent.Seen {
	method, header, _ := strings.Cut(what, ", ")
	req := fields("Origin", allowed, "Access-Control-Request-Method", method)
	if header != "" {
		req.Add("Access-Control-Request-Headers", header)
	}
	return agent.See(&agent.Exchange{Proto: "HTTP/1.1", Method: "OPTIONS", URL: "http://127.0.0.1:8080/ok", Status: 204, Request: req,
		Response: append(fields("Access-Control-Allow-Origin", allowed), fields(more...)...)}, false)
}

var _ = Describe("What a cache does, and what one request costs", func() {
	vary := func(predicate string, names ...string) *cases.Check {
		l := &cases.FieldList{Name: "Vary", Values: names}
		p := cases.Predicate{Lists: l}
		if predicate == "lists_not" {
			p = cases.Predicate{ListsNot: l}
		}
		return &cases.Check{Policy: &list, Steps: []cases.Step{{Answer: []cases.Predicate{{If: []cases.Predicate{{}}, Then: []cases.Predicate{p}}}}}}
	}
	DescribeTable("Vary", func(predicate, name, have string, want cases.Severity) {
		s := agent.Symptom{Effect: agent.EffectCacheUnsafe, Sendable: true, Predicate: predicate, Seen: seen(allowed, fields("Vary", have))}
		Expect(diagnose.Severity(&s, vary(predicate, name))).To(Equal(want))
	},
		Entry("without Origin keeps out", "lists", "Origin", "Accept", cases.Severity("")),
		Entry("without Accept-Encoding keeps out", "lists", "Accept-Encoding", "Origin", cases.Severity("")),
		Entry("without Accept-Language", "lists", "Accept-Language", "Origin", cases.Low),
		Entry("without Cookie", "lists", "Cookie", "Origin", cases.Medium),
		Entry("without *", "lists", "*", "Origin", cases.Medium),
		Entry("with a stranger's name", "lists_not", "x-attack", "Origin, X-Attack", cases.Medium),
		Entry("with *", "lists_not", "*", "*", cases.Severity("")),
		Entry("with a preflight's names", "lists_not", "Access-Control-Request-Method", "Access-Control-Request-Method", cases.Severity("")),
	)

	DescribeTable("one request", func(s agent.Symptom, want cases.Severity) {
		s.Effect = agent.EffectUnavailable
		Expect(diagnose.Severity(&s, &cases.Check{Policy: &list})).To(Equal(want))
	},
		Entry("a time that grows", agent.Symptom{Predicate: "grow"}, cases.Medium),
		Entry("a small one that is not answered, from a stranger", agent.Symptom{Sendable: true, Silent: true, Seen: agent.Seen{Origin: "https://evil.test", Error: "timeout"}}, cases.Medium),
		Entry("one that no browser sends", agent.Symptom{Silent: true, Seen: agent.Seen{Origin: allowed, Error: "timeout"}}, cases.Medium),
		Entry("a large one", agent.Symptom{Silent: true, Seen: agent.Seen{Origin: strings.Repeat("a", 4096), Error: "timeout"}}, cases.Low),
		Entry("one at which the server hangs up", agent.Symptom{Silent: true, Seen: agent.Seen{Origin: "(", Error: "closed"}}, cases.Severity("")),
		Entry("one whose answer never ends", agent.Symptom{Silent: true, Seen: agent.Seen{Origin: "(", Status: 200, Error: "timeout"}}, cases.Severity("")),
		Entry("one of an allowed origin", agent.Symptom{Sendable: true, Silent: true, Seen: agent.Seen{Origin: allowed, Error: "timeout"}}, cases.Severity("")),
		Entry("one without Origin", agent.Symptom{Sendable: true, Silent: true, Seen: agent.Seen{NoOrigin: true, Error: "closed"}}, cases.Severity("")),
		Entry("one that was to be denied", agent.Symptom{Sendable: true, Silent: true, Moot: true, Seen: agent.Seen{Origin: "https://evil.test", Error: "timeout"}}, cases.Severity("")),
	)
})

// generated are symptoms of every effect, by every asker, to every answer.
func generated(each func(s agent.Symptom, p *cases.Policy)) {
	origins := append(slices.Concat(byRank...), "", allowed, "https://admin.example:8443")
	answers := []func(o string) spec.Header{
		func(string) spec.Header { return nil },
		func(o string) spec.Header { return fields("Access-Control-Allow-Origin", o) },
		func(o string) spec.Header {
			return fields("Access-Control-Allow-Origin", o, "Access-Control-Allow-Credentials", "true")
		},
		func(string) spec.Header { return fields("Access-Control-Allow-Origin", "*") },
		func(string) spec.Header {
			return fields("Access-Control-Allow-Origin", "null", "Access-Control-Allow-Credentials", "true")
		},
	}
	for _, p := range []cases.Policy{list, pattern, anyone, everything, {ZeroConfig: true}, {}, {Origins: []string{"null", allowed}, Credentials: true}} {
		for _, origin := range origins {
			for _, answer := range answers {
				for _, predicate := range []string{"", "denies", "denies_with_credentials", "refuses", "hidden", "timing", "absent", "grow", "lists", "lists_not", "status"} {
					for _, more := range []agent.Symptom{{}, {Silent: true}, {Moot: true, Silent: true}, {Field: "Access-Control-Allow-Private-Network"}} {
						s := more
						s.Predicate, s.Seen = predicate, seen(origin, answer(origin))
						each(s, &p)
					}
				}
			}
		}
	}
}

// byRank are origins that list denies, from few who have them to all.
var byRank = [][]string{
	{"https://APP.example", "https://app.example/"}, {"https://legacy.example", "https://app.example."}, {"https://app.example:8443", "http://localhost"},
	{"http://app.example"}, {"https://sub.app.example"}, {"https://evil.test", "null", "https://app.example.evil.test"},
}

var order = []cases.Severity{"", cases.Low, cases.Medium, cases.High, cases.Critical}

func rank(s cases.Severity) int { return slices.Index(order, s) }

var _ = Describe("Of all symptoms", func() {
	It("those that keep somebody out, and those of a rule alone, have no severity", func() {
		generated(func(s agent.Symptom, p *cases.Policy) {
			for _, e := range []agent.Effect{agent.EffectLockedOut, agent.EffectMalformed} {
				for _, s.Sendable = range []bool{false, true} {
					s.Effect = e
					if got := diagnose.Severity(&s, &cases.Check{Policy: p}); got != "" {
						Fail(fmt.Sprintf("%s for %+v under %s", got, s, p.Name))
					}
				}
			}
		})
	})

	It("those of what no browser sends have none, unless the server is stopped", func() {
		stopped := 0
		generated(func(s agent.Symptom, p *cases.Policy) {
			for _, e := range []agent.Effect{agent.EffectLetIn, agent.EffectCacheUnsafe} {
				s.Effect = e
				if got := diagnose.Severity(&s, &cases.Check{Policy: p}); got != "" {
					Fail(fmt.Sprintf("%s for %+v under %s", got, s, p.Name))
				}
			}
			if s.Effect = agent.EffectUnavailable; diagnose.Severity(&s, &cases.Check{Policy: p}) != "" {
				stopped++
			}
		})
		Expect(stopped).To(BeNumerically(">", 0))
	})

	It("credentials make none less grave", func() {
		generated(func(s agent.Symptom, p *cases.Policy) {
			for _, s.Effect = range []agent.Effect{agent.EffectLetIn, agent.EffectCacheUnsafe, agent.EffectUnavailable} {
				s.Sendable = true
				before := diagnose.Severity(&s, &cases.Check{Policy: p})
				more := s
				more.Asked.Credentials = true
				if more.Seen.AllowOrigin.N > 0 {
					more.Seen.AllowCredentials = agent.Lines{N: 1, Text: "true"}
				}
				if after := diagnose.Severity(&more, &cases.Check{Policy: p}); rank(after) < rank(before) {
					Fail(fmt.Sprintf("%q, then %q for %+v under %s", before, after, more, p.Name))
				}
			}
		})
	})

	It("those by which more people get in are not less grave", func() {
		for _, credentials := range []bool{false, true} {
			least := 0
			for _, origins := range byRank {
				most, fewest := 0, len(order)
				for _, o := range origins {
					s := agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Predicate: "denies", Seen: seen(o, fields("Access-Control-Allow-Origin", o))}
					s.Asked.Credentials = credentials
					r := rank(diagnose.Severity(&s, &cases.Check{Policy: &list}))
					most, fewest = max(most, r), min(fewest, r)
				}
				Expect(fewest).To(BeNumerically(">=", least), "%v", origins)
				least = most
			}
		}
	})
})
