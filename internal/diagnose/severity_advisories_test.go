package diagnose_test

import (
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/diagnose"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// A server of an advisory, as far as an answer shows it: it gets the request's
// header fields and gives those of the answer.
type server func(request spec.Header) spec.Header

func fields(pairs ...string) spec.Header {
	var h spec.Header
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// reflecting grants whatever is asked for to whoever asks.
func reflecting(more ...string) server {
	return func(req spec.Header) spec.Header {
		origin, _ := req.Get("Origin")
		h := fields("Access-Control-Allow-Origin", origin, "Vary", "Origin")
		if m, ok := req.Get("Access-Control-Request-Method"); ok {
			h.Add("Access-Control-Allow-Methods", m)
		}
		return append(h, fields(more...)...)
	}
}

func saying(pairs ...string) server {
	return func(spec.Header) spec.Header { return fields(pairs...) }
}

var withCredentials = []string{"Access-Control-Allow-Credentials", "true"}

// symptoms are those that a check sees in a server: of its raw steps.
func symptoms(c *cases.Check, s server) []agent.Symptom {
	const base = "http://127.0.0.1:8080"
	var performed []judge.Performed
	for i := range c.Steps {
		w := c.Steps[i].Wire
		if w == nil {
			continue
		}
		ex := agent.Exchange{Proto: "HTTP/1.1", Method: w.Method, URL: base + w.Path, Status: 200}
		if ex.Method == "" {
			ex.Method = "GET"
		}
		for _, line := range w.Headers {
			name, value, _ := strings.Cut(line, ": ")
			ex.Request.Add(name, value)
		}
		ex.Response = s(ex.Request)
		performed = append(performed, judge.Performed{Step: &c.Steps[i], Exchanges: []agent.Exchange{ex}})
	}
	return judge.Wire(performed)
}

func gravest(c *cases.Check, list []agent.Symptom) (most cases.Severity) {
	for i := range list {
		most = diagnose.Graver(most, diagnose.Severity(&list[i], c))
	}
	return most
}

// with is a standard policy that also allows credentials: what advisories are about
// unless they say otherwise.
func with(t *cases.Table, name string) cases.Policy {
	GinkgoHelper()
	for _, p := range t.Policies {
		if p.Name == name {
			p.Credentials = true
			return p
		}
	}
	Fail("no policy " + name)
	return cases.Policy{}
}

func checkOf(t *cases.Table, id string, p cases.Policy) *cases.Check {
	GinkgoHelper()
	one := *t
	one.Cases = slices.DeleteFunc(slices.Clone(t.Cases), func(c cases.Case) bool { return c.ID != id })
	for _, c := range one.Expand([]cases.Policy{p}, false, cases.Env{Target: "http://127.0.0.1:8080", TLSTarget: "https://127.0.0.1:8443"}) {
		if c.Case.ID == id {
			return &c
		}
	}
	Fail("no check " + id + " under " + p.Name)
	return nil
}

var load = sync.OnceValues(func() (*cases.Table, error) { return cases.Load() })

// The published severities are those of the GitHub Advisory Database (score by its
// CVSS vector), where nothing else is said.
var _ = Describe("The severity of what published advisories are about", func() {
	var table *cases.Table
	BeforeEach(func() {
		var err error
		table, err = load()
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("is theirs, or differs for a reason",
		func(published cases.Severity, score, policy string, credentials bool, id string, s server, want cases.Severity, why string) {
			p := with(table, policy)
			p.Credentials = credentials
			c := checkOf(table, id, p)
			found := symptoms(c, s)
			Expect(found).NotTo(BeEmpty(), "the case does not find it")
			Expect(gravest(c, found)).To(Equal(want))
			Expect(why == "").To(Equal(want == published), "a difference has a reason, and what is the same needs none")
			Expect(score).NotTo(BeEmpty())
		},
		Entry("gorilla/handlers, CVE-2017-20146: every origin is reflected", cases.Critical, "9.8", "exact-creds", true,
			"actual-get-disallowed-origin", reflecting(withCredentials...), cases.Critical, ""),
		Entry("Tomcat, CVE-2018-8014: so does the default, with credentials", cases.Critical, "9.8", "default", false,
			"creds-default-config-safe", reflecting(withCredentials...), cases.Critical, ""),
		Entry("http4s, CVE-2021-39185: the same", cases.Critical, "9.1", "default", false,
			"creds-default-config-safe", reflecting(withCredentials...), cases.Critical, ""),
		Entry("Glances, CVE-2026-32610: the same", cases.High, "8.1", "default", false,
			"creds-default-config-safe", reflecting(withCredentials...), cases.Critical,
			"the same defect as in Tomcat and http4s; here the visit to the page counts as user interaction, which every attack by CORS needs"),
		Entry("hono, CVE-2026-54290: * with credentials is reflected", cases.High, "7.1", "any-creds", true,
			"creds-any-not-reflected", reflecting(withCredentials...), cases.High, ""),
		Entry("rs/cors and Fiber, CVE-2018-20744: the same", cases.Medium, "5.9", "any-creds", true,
			"creds-any-not-reflected", reflecting(withCredentials...), cases.High,
			"the vector says that nothing is read (C:N), which is what the answer allows; hono has 7.1 for it"),
		Entry("Fiber, CVE-2024-25124: * stands beside credentials", cases.Critical, "9.4", "any-creds", true,
			"creds-any-not-star-true", saying("Access-Control-Allow-Origin", "*", "Access-Control-Allow-Credentials", "true"), cases.Severity(""),
			"no browser lets a page read such an answer with credentials (Fetch, CORS check, step 6): the pair is malformed, and nobody gets in"),
		Entry("@koa/cors, CVE-2023-49803: the default reflects any origin, without credentials", cases.High, "8.6", "default", false,
			"config-default-any-by-star", reflecting(), cases.Severity(""),
			"without credentials it is another way to write *, which is the documented default of many libraries; a warning"),
		Entry("gin-contrib/cors, CVE-2019-25211: a host that goes on behind the allowed one", cases.Critical, "9.1", "exact", true,
			"origin-suffix-domain", reflecting(withCredentials...), cases.Critical, ""),
		Entry("the same, where the policy has no credentials", cases.Critical, "9.1", "exact", false,
			"origin-suffix-domain", reflecting(), cases.Medium,
			"the advisory is about the worst configuration, we about the one that was seen: the answer cannot be read with credentials"),
		Entry("go-restful, CVE-2022-1996 (Critical as Trivy shows it): an expression without an end", cases.Critical, "critical", "exact", true,
			"origin-suffix-domain", reflecting(withCredentials...), cases.Critical, ""),
		Entry("rack-cors, CVE-2017-11173: the same", cases.High, "8.8", "exact", true,
			"origin-suffix-domain", reflecting(withCredentials...), cases.Critical,
			"the same as in gin and go-restful; the visit counts as user interaction"),
		Entry("Litestar, CVE-2026-25478: a dot is any letter", cases.High, "7.4", "exact-creds", true,
			"origin-unescaped-dot-exact", reflecting(withCredentials...), cases.Critical,
			"the visit counts as user interaction, and no writing (I:N), which the token that was read may allow"),
		Entry("sanic-cors, CVE-2026-37737: an expression without an end", cases.Medium, "6.5", "regex-creds", true,
			"origin-regex-credentials", reflecting(withCredentials...), cases.Critical,
			"as before; rack-cors has 8.8, and gin 9.1, for the same"),
		Entry("jupyter-server, CVE-2026-40110: the same", cases.High, "7.6 (CVSS 4.0, of cvelogic.com)", "regex-creds", true,
			"origin-regex-credentials", reflecting(withCredentials...), cases.Critical,
			"CVSS 4.0 counts that the configuration has an expression (AT:P), which is so where we see it"),
		Entry("elysia-cors, CVE-2025-50864: a host that ends with the allowed one", cases.Medium, "6.5", "null", false,
			"origin-null-suffix", reflecting(), cases.Medium, ""),
		Entry("StackStorm, CVE-2019-9580 (High in its own announcement): null to everybody", cases.High, "high", "exact-creds", true,
			"actual-get-disallowed-not-null", saying("Access-Control-Allow-Origin", "null", "Access-Control-Allow-Credentials", "true"), cases.Critical,
			"every page can make a frame whose origin is null, and reads with the user's credentials: as where every origin is reflected"),
		Entry("Flask-CORS, CVE-2024-6221: the field for private networks, unasked", cases.High, "7.5", "exact", false,
			"pna-off-not-granted", reflecting("Access-Control-Allow-Private-Network", "true"), cases.Severity(""),
			"it added to a grant that an origin has anyway, and browsers have given up asking for it since; the case is a must all the same"),
		Entry("Flask-CORS, CVE-2024-6844: the policy of another path", cases.Medium, "5.3", "plus", false,
			"iso-path-plus-own", reflecting(), cases.Severity(""),
			"what can be seen from outside is a grant on an answer in which there is nothing, to an origin that the owner trusts with another resource; the case is a must all the same"),
		Entry("rack-cors, CVE-2019-18978: dot segments lead to the policy of another path", cases.Medium, "5.3", "strict", false,
			"iso-path-dot-segments", reflecting("X-App", "ok"), cases.Severity(""),
			"no browser sends dot segments, encoded or not: the URL parser resolves them first, and a page gets what it gets at the plain path"),
		Entry("Flask-CORS, CVE-2020-25032: the same", cases.High, "7.5", "strict", false,
			"iso-path-dot-segments", reflecting("X-App", "ok"), cases.Severity(""), "as before"),
		Entry("hono, GHSA-q7jf-gf43-6x6p: Vary of the request in the answer", cases.Medium, "4.2", "exact", false,
			"vary-not-from-request", saying("Access-Control-Allow-Origin", "https://app.example", "Vary", "Origin, x-attack"), cases.Medium, ""),
		Entry("Quarkus, CVE-2022-4147: a simple request of a denied origin reaches the application", cases.High, "7.5", "exact", false,
			"preflight-app-not-called", saying("X-App", "ok"), cases.Severity(""),
			"no browser asks before a simple request, so that CORS cannot keep it from the application; the answer cannot be read"),
	)

	It("of hono, CVE-2026-69207 (medium, 5.3): the time of a preflight grows with the square of its blanks", func() {
		c := checkOf(table, "dos-acrh-spaces", with(table, "exact"))
		grown := agent.Symptom{Effect: agent.EffectUnavailable, Predicate: "grow", Step: c.Steps[0].Name}
		Expect(diagnose.Severity(&grown, c)).To(Equal(cases.Medium))
	})

	It("of Vitest, CVE-2025-24964 (critical, 9.6): a WebSocket opens in every site's page", func() {
		c := checkOf(table, "ws-denied", with(table, "exact"))
		opened := agent.Outcome{Outcome: spec.Outcome{Result: spec.Allowed}, Exchanges: []agent.Exchange{{
			Method: "GET", URL: "http://127.0.0.1:8080/exact-creds/websocket", Status: 101, Request: fields("Origin", c.Steps[0].Request.Origin),
		}}}
		list := judge.Outcomes(&c.Steps[0], agent.StepOutcomes{opened})
		Expect(list).NotTo(BeEmpty())
		Expect(gravest(c, list)).To(Equal(cases.Critical))
	})
})
