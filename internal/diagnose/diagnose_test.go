package diagnose_test

import (
	"slices"
	"strings"

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
	anyCause := cause("any", cases.Match{Effect: cases.Names{"locked-out"}})

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

	It("where no answer has Access-Control-Allow-Origin go by what else the answers have, of which a list of origins is only one reading", func() {
		at := func(preflight bool, h spec.Header) []string {
			var some []diagnose.Evidence
			for _, method := range []string{"GET", "POST", "PUT"} {
				x := answer(method, 200, h)
				if x.Preflight = preflight; preflight {
					x.Sent = "OPTIONS"
				}
				some = append(some, evidence(method, &p, x, lost), evidence("404 to "+method, &p, answer(method, 404, nil), lost))
			}
			return named(some, cases.Causes()...)
		}
		for _, preflight := range []bool{false, true} {
			Expect(at(preflight, nil)).To(Equal([]string{"no-cors"}))
			Expect(at(preflight, fields("Vary", "Accept"))).To(Equal([]string{"no-cors"}))
			Expect(at(preflight, fields("Vary", "Accept, origin"))).To(Equal([]string{"origins-not-listed"}))
			for _, name := range []string{"Allow-Credentials", "Allow-Methods", "Allow-Headers", "Expose-Headers", "Max-Age", "Allow-Private-Network"} {
				h := fields("Access-Control-"+name, "true")
				Expect(at(preflight, h)).To(Equal([]string{"allow-origin-missing"}), name)
				Expect(at(preflight, append(h, fields("Vary", "Origin")...))).To(Equal([]string{"origins-not-listed"}), name)
			}
		}
	})

	It("leave request headers that are granted with some methods alone to the methods, not to how they were asked for", func() {
		asks := func(group, method, names string, h ...string) diagnose.Evidence {
			x := asking(method + ", " + names)
			s := agent.Symptom{Effect: agent.EffectLockedOut, Reason: "PreflightHeaderDisallowedByPreflightResponse", Asked: agent.Asked{Parameter: "authorization"}}
			if len(h) > 0 {
				x.AllowHeaders, s = agent.Lines{N: 1, Text: h[0]}, agent.Symptom{}
			}
			if method == "PUT" {
				x.AllowMethods = agent.Lines{N: 1, Text: "PUT"}
			}
			e := evidence(group+method+names, &p, x, s)
			e.Check.Case.Group = group
			return e
		}
		for _, plain := range []string{"authorization", "authorization,x-a"} {
			some := []diagnose.Evidence{
				asks("stated-policy", "PUT", plain, plain), asks("stated-policy", "GET", ""),
				asks("stated-policy", "GET", plain), asks("requested-headers", "GET", " ,Authorization"), asks("requested-headers", "POST", plain),
			}
			some[1].Symptoms = nil
			Expect(named(some, cases.Causes()...)).To(Equal([]string{"headers-not-always"}))
			some[2] = asks("stated-policy", "GET", plain, plain) // with this method they are granted: it is how they were asked for
			Expect(named(append(some[:4:4], asks("stated-policy", "POST", plain, plain)), cases.Causes()...)).To(Equal([]string{"request-headers-misread"}))
		}
	})

	It("lay a redirect to another origin to where it leads, with CORS headers and without, and the Origin null behind it too", func() {
		found := func(location string, h spec.Header) []diagnose.Finding {
			var some []diagnose.Evidence
			for _, method := range []string{"GET", "PUT"} {
				x := answer(method, 308, h)
				x.Location = location
				e := evidence(method, &p, x, lost)
				e.Symptoms[0].Field = "Access-Control-Allow-Origin"
				if len(h) > 0 {
					e.Symptoms = nil
				}
				preflight := x
				preflight.Preflight, preflight.Sent = true, "OPTIONS"
				some = append(some, e, evidence("preflight "+method, &p, preflight, agent.Symptom{Effect: agent.EffectLockedOut, Reason: "PreflightDisallowedRedirect"}))
			}
			if len(h) > 0 { // it is followed
				some = append(some, evidence("behind", &p, seen("null", good), lost))
				some[len(some)-1].Symptoms[0].Field = "Access-Control-Allow-Origin"
			}
			return diagnose.Findings(some, cases.Causes(), nil)
		}
		for _, location := range []string{"http://127.0.0.1:81/x", "https://127.0.0.1/x", "http://other.example/x", "//other.example/y"} {
			for _, h := range []spec.Header{nil, good} {
				list := found(location, h)
				Expect(list).To(HaveLen(1), location)
				Expect(list[0].ID).To(Equal("redirected-other-origin"), location)
				if h == nil {
					Expect(list[0].Wanted).To(Equal([]string{"(no redirect to another origin)"}), location)
				}
			}
		}
		for _, location := range []string{"/x/", "/v2/x", "http://127.0.0.1/y"} {
			Expect(found(location, nil)).To(HaveEach(HaveField("ID", Not(Equal("redirected-other-origin")))), location)
		}
		login := found("https://sso.example/login", nil)
		Expect(login).To(ContainElement(And(HaveField("ID", "redirected-login"), HaveField("Wanted", HaveExactElements("401 Unauthorized", "Access-Control-Allow-Origin: https://app.example")))))
	})

	DescribeTable("of a preflight's status", func(status int, cause string) {
		for _, p := range []*cases.Policy{&p, &anyone} {
			for _, h := range []spec.Header{nil, fields("Access-Control-Allow-Origin", "*")} {
				x := asking("PUT")
				x.Status = status
				if h == nil {
					x.AllowOrigin = agent.Lines{}
				}
				blocked := agent.Symptom{Effect: agent.EffectLockedOut, Reason: "PreflightInvalidStatus"}
				Expect(named([]diagnose.Evidence{
					evidence("get", p, seen(allowed, fields("Access-Control-Allow-Origin", "*")), agent.Symptom{}), evidence("put", p, x, blocked),
				}, cases.Causes()...)).To(Equal([]string{cause}), "%d %s %v", status, p.Name, h)
			}
		}
	},
		Entry(nil, 404, "preflight-not-routed"), Entry(nil, 405, "preflight-not-routed"), Entry("a method that is not known", 501, "preflight-not-routed"),
		Entry(nil, 500, "preflight-server-error"), Entry(nil, 502, "preflight-server-error"), Entry(nil, 503, "preflight-server-error"), Entry(nil, 504, "preflight-server-error"),
		Entry(nil, 511, "preflight-server-error"), Entry(nil, 520, "preflight-server-error"),
	)

	It("lay a server error to the odd request, but where every origin that is not allowed gets one", func() {
		fails := agent.Symptom{Effect: agent.EffectMalformed, Predicate: "status", Expected: "<500", Actual: "500"}
		at := func(plain int) []diagnose.Finding {
			some := []diagnose.Evidence{evidence("get", &p, seen(allowed, good), agent.Symptom{})}
			stranger := seen("https://evil.test", nil)
			stranger.Status = plain
			some = append(some, evidence("stranger", &p, stranger, agent.Symptom{}))
			unread := seen("https://evil.test", nil)
			unread.Status = 400 // a field with a blank before its colon: nothing looked at the origin
			some = append(some, evidence("unread", &p, unread, agent.Symptom{}))
			for i, origin := range []string{"https://\xff.example", "https://" + strings.Repeat("a", 4000) + ".example", "null, https://x.test", "https://fine.test"} {
				x := seen(origin, nil)
				x.Status = 500
				if origin == "https://fine.test" {
					x.Status = plain
				}
				e := evidence("garbage-"+string(rune('a'+i)), &p, x, fails)
				e.Symptoms[0].Sendable = false
				some = append(some, e)
			}
			return diagnose.Findings(some[:len(some)-1], cases.Causes(), nil)
		}
		for _, plain := range []int{500, 503} {
			Expect(at(plain)).To(ConsistOf(HaveField("ID", "denied-server-error")))
		}
		for _, plain := range []int{200, 403} {
			Expect(at(plain)).To(ConsistOf(HaveField("ID", "odd-request-crash")))
		}
	})

	It("name the methods and origins that can be read, and count the others", func() {
		affects := func(pairs ...string) string {
			var some []diagnose.Evidence
			for i := 0; i < len(pairs); i += 2 {
				x := seen(pairs[i+1], nil)
				x.Method, x.Sent = pairs[i], pairs[i]
				some = append(some, evidence("a", &p, x, lost))
			}
			return diagnose.Findings(some, []cases.Cause{anyCause}, nil)[0].Affects
		}
		long := "https://" + strings.Repeat("a", 4000)
		Expect(affects(",", long, "GET", "https://evil.test", "%", "a b", "PUT", "null", "\"", "https://x.test, https://y.test")).To(Equal("GET, PUT and 3 more from https://evil.test, null and 3 more: answer 200"))
		Expect(affects("GET", "https://[::1]:8080", "GET", "capacitor://localhost", "GET", "HTTPS://App.example/")).To(Equal("GET from https://[::1]:8080, capacitor://localhost and HTTPS://App.example/: answer 200"))
		Expect(affects("%", "a b", "PATCH", "x,y")).To(Equal(`PATCH and 1 more from "a b" and "x,y": answer 200`))
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

	DescribeTable("of a * among the allowed headers that does not cover Authorization is another with credentials, where browsers block", func(credentials bool, want, says string) {
		x := answer("OPTIONS", 204, append(slices.Clone(good), fields("Access-Control-Allow-Headers", "*", "Access-Control-Allow-Credentials", "true")...))
		x.Preflight, x.Method, x.Names = true, "GET", "authorization"
		refused := agent.Symptom{Effect: agent.EffectLockedOut, Sendable: true, Reason: "HeaderDisallowedByPreflightResponse", Asked: agent.Asked{Origin: x.Origin, Preflight: true, Parameter: "authorization", Credentials: credentials}}
		list := diagnose.Findings([]diagnose.Evidence{evidence("preflight", &p, x, refused)}, cases.Causes(), nil)
		Expect(list).To(HaveLen(1))
		Expect(list[0].ID).To(Equal(want))
		if says == "" {
			Expect(list[0].Says).To(BeEmpty())
		} else {
			Expect(list[0].Says).To(ContainSubstring(says))
		}
	},
		Entry(nil, true, "headers-star-credentials", "Request header field authorization is not allowed"),
		Entry(nil, false, "headers-star-authorization", ""),
	)

	It("of a * that does not cover Authorization, with credentials and without, are two", func() {
		x := answer("OPTIONS", 204, append(slices.Clone(good), fields("Access-Control-Allow-Headers", "*", "Access-Control-Allow-Credentials", "true")...))
		x.Preflight, x.Method, x.Names = true, "GET", "authorization"
		var some []diagnose.Evidence
		for i, credentials := range []bool{false, false, true} {
			some = append(some, evidence(string(rune('a'+i)), &p, x, agent.Symptom{
				Effect: agent.EffectLockedOut, Sendable: true, Reason: "HeaderDisallowedByPreflightResponse",
				Asked: agent.Asked{Origin: x.Origin, Preflight: true, Parameter: "authorization", Credentials: credentials},
			}))
		}
		for _, f := range diagnose.Findings(some, cases.Causes(), nil) {
			Expect(f.Explains).To(HaveLen(map[string]int{"headers-star-authorization": 2, "headers-star-credentials": 1}[f.ID]), f.ID)
		}
	})

	It("tell headers beside a malformed grant as unstated, not as misplaced", func() {
		x := answer("GET", 200, fields("Access-Control-Allow-Origin", "https://app.example/", "Access-Control-Allow-Credentials", "true", "Access-Control-Expose-Headers", "X-A"))
		var some []diagnose.Evidence
		for _, name := range []string{"Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"} {
			some = append(some, evidence(name, &p, x, agent.Symptom{Effect: agent.EffectMalformed, Predicate: "absent", Field: name}))
		}
		Expect(named(some, cases.Causes()...)).To(ConsistOf("credentials-unstated", "exposed-unstated"))
	})

	DescribeTable("tell a header that nobody stated from one that is misplaced", func(method string, preflight bool, name, value, want string) {
		x := answer(method, 200, append(fields("Access-Control-Allow-Origin", "https://app.example/"), fields(name, value)...))
		if preflight {
			x.Preflight, x.Method = true, "PUT"
		}
		extra := agent.Symptom{Effect: agent.EffectMalformed, Predicate: "absent", Field: name}
		Expect(named([]diagnose.Evidence{evidence("absent", &p, x, extra)}, cases.Causes()...)).To(Equal([]string{want}))
	},
		Entry(nil, "GET", false, "Access-Control-Allow-Credentials", "true", "credentials-unstated"),
		Entry(nil, "HEAD", false, "Access-Control-Expose-Headers", "X-A", "exposed-unstated"),
		Entry(nil, "OPTIONS", false, "Access-Control-Expose-Headers", "X-A", "exposed-unstated"),
		Entry(nil, "GET", false, "Access-Control-Expose-Headers", "", "expose-syntax"),
		Entry(nil, "GET", false, "Access-Control-Expose-Headers", "*", "exposed-unstated"),
		Entry(nil, "GET", false, "Access-Control-Allow-Methods", "PUT", "fields-misplaced"),
		Entry(nil, "GET", false, "Access-Control-Max-Age", "5", "fields-misplaced"),
		Entry(nil, "OPTIONS", true, "Access-Control-Expose-Headers", "X-A", "fields-misplaced"),
	)

	It("show of what a preflight grants its lines, not those of the answer that followed", func() {
		preflight := answer("OPTIONS", 204, append(slices.Clone(good), fields("Access-Control-Allow-Methods", "get, patch")...))
		preflight.Preflight, preflight.Method = true, "patch"
		in := func(expected, actual string) agent.Symptom {
			return agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Predicate: "refuses", Expected: expected, Actual: actual}
		}
		used := evidence("used", &p, answer("patch", 400, good), in("blocked", "allowed (cors)"))
		both := diagnose.Findings([]diagnose.Evidence{used, evidence("asked", &p, preflight, in("x", "y"))}, cases.Causes(), nil)
		Expect(both).To(HaveLen(1))
		Expect(both[0].Received).To(Equal([]string{"Access-Control-Allow-Methods: get, patch"}))
		Expect(both[0].Wanted).To(Equal([]string{"Access-Control-Allow-Methods: PUT"}))
		alone := diagnose.Findings([]diagnose.Evidence{used}, cases.Causes(), nil)
		Expect(alone[0].Received).To(Equal([]string{"allowed (cors)"}))
		Expect(alone[0].Wanted).To(Equal([]string{"blocked"}))
	})

	DescribeTable("of an expression without an end or a beginning are one", func(origins []string, want string) {
		var some []diagnose.Evidence
		for _, o := range origins {
			x := seen(o, fields("Access-Control-Allow-Origin", o))
			some = append(some, evidence(o, &p, x, agent.Symptom{Effect: agent.EffectLetIn, Sendable: true, Predicate: "denies", Asked: agent.Asked{Origin: o}}))
		}
		Expect(named(some, cases.Causes()...)).To(Equal([]string{want}))
	},
		Entry("neither", []string{"https://app.example.evil.test", "https://evilapp.example", "http://app.example", "https://example"}, "origin-contains"),
		Entry("no beginning", []string{"https://evilapp.example", "http://app.example", "https://sub.app.example"}, "origin-any-start"),
		Entry("no end", []string{"https://app.example.evil.test", "https://app.example:8443"}, "origin-any-end"),
	)

	It("show of a time that grows what was measured", func() {
		grows := agent.Symptom{Effect: agent.EffectUnavailable, Predicate: "grow", Expected: "18 µs", Actual: "300 µs"}
		grew := answer("GET", 200, nil)
		grew.Origin, grew.NoOrigin, grew.Grown = "", true, "https://aaaaaaaa.test..."
		list := diagnose.Findings([]diagnose.Evidence{evidence("dos", &p, grew, grows)}, cases.Causes(), nil)
		Expect(list[0].Affects).To(ContainSubstring("https://aaaaaaaa.test..."))
		Expect(list[0].Received).To(Equal([]string{"300 µs"}))
		Expect(list[0].Wanted).To(Equal([]string{"18 µs"}))
		Expect(list[0].Unanswered()).To(BeFalse())
		none := agent.Symptom{Effect: agent.EffectUnavailable, Silent: true}
		list = diagnose.Findings([]diagnose.Evidence{evidence("dos", &p, answer("GET", 0, nil), none)}, nil, nil)
		Expect(list[0].Unanswered()).To(BeTrue())
	})

	It("do not say that headers are missing where the answer takes too long", func() {
		grows := agent.Symptom{Effect: agent.EffectUnavailable, Predicate: "grow"}
		some := []diagnose.Evidence{evidence("dos", &p, answer("GET", 200, nil), grows)}
		Expect(named(some, cases.Causes()...)).To(Equal([]string{"slow-growth"}))
	})
})
