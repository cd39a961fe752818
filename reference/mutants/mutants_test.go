package mutants_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/corsproof/corsproof/reference/mutants"
)

var (
	kebab = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(-[A-Za-z0-9]+)+$`)
	// A source is an address, or the id of an advisory.
	source = regexp.MustCompile(`^(https://[a-z0-9.-]+\.[a-z]+/\S*|CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|GO-\d{4}-\d{4})$`)
)

// serve sends one request to a server that does not listen.
func serve(s http.Handler, method, target string, header http.Header) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

var _ = Describe("mutants", func() {
	It("say what they are, each by its own name", func() {
		seen := map[string]bool{}
		classes := map[mutants.Class]int{}
		for _, m := range mutants.All() {
			Expect(seen[m.Name]).To(BeFalse(), "twice: %s", m.Name)
			seen[m.Name] = true
			classes[m.Class]++
			Expect(m.Name).To(MatchRegexp(kebab.String()))
			Expect(m.Doc).To(HaveSuffix("."), m.Name)
			Expect(m.Sources).NotTo(BeEmpty(), m.Name)
			for _, s := range m.Sources {
				Expect(s).To(MatchRegexp(source.String()), m.Name)
			}
			Expect(m.Targets).NotTo(BeEmpty(), m.Name)
			for _, g := range m.Targets {
				Expect(doublestar.ValidatePattern(g)).To(BeTrue(), "%s: %s", m.Name, g)
			}
		}
		Expect(len(seen)).To(BeNumerically(">=", 130))
		for _, c := range []mutants.Class{
			mutants.ReflectAny, mutants.UnusablePair, mutants.OriginLoose, mutants.OriginInexact, mutants.SeveralOrigins,
			mutants.VaryDenied, mutants.VaryMissing, mutants.VaryClobbered, mutants.OptionsHijacked, mutants.PreflightNoOrigin,
			mutants.PreflightThrough, mutants.RequestHeaderList, mutants.LiteralWildcard, mutants.SafelistedBlocked,
			mutants.MaxAgeWrong, mutants.ErrorLosesGrant, mutants.TwoValues, mutants.GrantOnDenied,
		} {
			Expect(classes[c]).To(BeNumerically(">", 0), string(c))
		}
	})

	It("are servers that answer, alike but for one thing", func() {
		list, err := readStandard()
		Expect(err).NotTo(HaveOccurred())
		for _, m := range mutants.All() {
			s, err := mutants.New(m.Name, list)
			Expect(err).NotTo(HaveOccurred(), m.Name)
			resp := serve(s, "GET", "/maxage-0/ok", nil)
			Expect(resp.StatusCode).To(Equal(200), m.Name)
			Expect(resp.Header.Get("X-App")).To(Equal("ok"), m.Name)
		}
	})

	It("leave the good server alone", func() {
		list, err := readStandard()
		Expect(err).NotTo(HaveOccurred())
		_, err = mutants.New("any-creds-reflected", list)
		Expect(err).NotTo(HaveOccurred())
		good, err := mutants.Good(list)
		Expect(err).NotTo(HaveOccurred())
		Expect(serve(good, "GET", "/any-creds/ok", nil).StatusCode).To(Equal(501))
	})

	It("are known by name only", func() {
		_, err := mutants.New("no-such", nil)
		Expect(err).To(MatchError(mutants.ErrUnknownMutant))
	})

	DescribeTable("have the defect that they are named for",
		func(name, method, target string, header http.Header, field, want string) {
			list, err := readStandard()
			Expect(err).NotTo(HaveOccurred())
			bad, err := mutants.New(name, list)
			Expect(err).NotTo(HaveOccurred())
			good, err := mutants.Good(list)
			Expect(err).NotTo(HaveOccurred())
			value := func(s *mutants.Server) string {
				return strings.Join(serve(s, method, target, header.Clone()).Header.Values(field), ", ")
			}
			Expect(value(bad)).To(Equal(want))
			Expect(value(good)).NotTo(Equal(want))
		},
		Entry(nil, "any-creds-reflected", "GET", "/any-creds/ok", lines("Origin: https://evil.test"), "Access-Control-Allow-Credentials", "true"),
		Entry(nil, "origin-prefix-dot", "GET", "/exact/ok", lines("Origin: https://app.example.evil.test"), "Access-Control-Allow-Origin", "https://app.example.evil.test"),
		Entry(nil, "origin-concatenated", "GET", "/hosts/ok", lines("Origin: https://foobar.test"), "Access-Control-Allow-Origin", "https://foobar.test"),
		Entry(nil, "pattern-apex", "OPTIONS", "/pattern/ok", lines("Origin: https://apps.example", "Access-Control-Request-Method: PUT"), "Access-Control-Allow-Origin", "https://apps.example"),
		Entry(nil, "vary-from-request", "GET", "/exact/ok", lines("Origin: https://app.example", "Vary: X-Attack"), "Vary", "Accept-Encoding, Origin, X-Attack"),
		Entry(nil, "maxage-exponent", "OPTIONS", "/exact/ok", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT"), "Access-Control-Max-Age", "6E+02"),
		Entry(nil, "iso-dot-segments", "GET", "/any/../strict/ok", lines("Origin: https://evil.test"), "X-App", "ok"),
		Entry(nil, "panic-loses", "GET", "/exact/panic", lines("Origin: https://app.example"), "Access-Control-Allow-Origin", ""),
		Entry(nil, "preflight-runs-app", "OPTIONS", "/exact/count", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT"), "X-App", "count"),
		Entry(nil, "pna-always", "OPTIONS", "/exact/ok", lines("Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Private-Network: true"), "Access-Control-Allow-Private-Network", "true"),
	)
})

var _ = Describe("variants", func() {
	It("say what they do, and what lets them", func() {
		seen := map[string]bool{}
		for _, v := range mutants.Lawful() {
			Expect(seen[v.Name]).To(BeFalse(), v.Name)
			seen[v.Name] = true
			Expect(v.Name).To(MatchRegexp(kebab.String()))
			Expect(v.Doc).To(HaveSuffix("."), v.Name)
			Expect(v.Basis).NotTo(BeEmpty(), v.Name)
			for _, b := range v.Basis {
				Expect(b).To(MatchRegexp(source.String()), v.Name)
			}
		}
		Expect(len(seen)).To(BeNumerically(">=", 8))
	})

	It("are known by name only", func() {
		_, err := mutants.NewLawful("no-such", nil)
		Expect(err).To(MatchError(mutants.ErrUnknownVariant))
	})
})
