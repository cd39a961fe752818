package harness_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/contract"
)

// The property: whatever a policy states, a server that is right gives no failure and no
// warning, and one that is right but for a single entry fails, with the entry named.
// CORSPROOF_PROVE is how many policies are tried (make prove); the seed is that of the run.

func policiesToTry() int {
	if n, err := strconv.Atoi(os.Getenv("CORSPROOF_PROVE")); err == nil {
		return n
	}
	return 8
}

// pick are up to n different elements of list, in random order, at least least.
func pick(rnd *rand.Rand, least, n int, list ...string) []string {
	k := min(least+rnd.IntN(n-least+1), len(list))
	var out []string
	for _, i := range rnd.Perm(len(list))[:k] {
		out = append(out, list[i])
	}
	return out
}

// randomPolicy is a policy whose lists have up to six entries of many shapes.
func randomPolicy(rnd *rand.Rand) cases.Policy {
	p := cases.Policy{
		Name: "declared",
		Origins: pick(rnd, 1, 6, "https://app.example.com", "https://a.example:8443", "http://plain.example", "https://xn--bcher-kva.example",
			"http://127.0.0.1:8080", "http://[::1]:3000", "http://localhost:5173", "null", "capacitor://localhost", "https://b.c.d.example"),
		Methods: pick(rnd, 0, 6, "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CHICKEN", "M-SEARCH", "a.b~c"),
		RequestHeaders: pick(rnd, 0, 6, "Content-Type", "Authorization", "X-Trace", "baggage", "z-last", "Accept", "range", "X_Under.Score",
			"9-lives", "a!#$%&'*+-.^_`|~z", "If-Match", "X-"+strings.Repeat("Long", 16)),
		ExposeHeaders: pick(rnd, 0, 6, "ETag", "Link", "X-Request-Id", "x-total-count", "Location", "9-Out", "X_Y.Z", "Content-Type", "Retry-After"),
		Credentials:   rnd.IntN(2) == 0, PrivateNetwork: rnd.IntN(3) == 0,
	}
	switch rnd.IntN(8) {
	case 0:
		p.Origins = []string{"*"}
	case 1:
		p.OriginPatterns = pick(rnd, 1, 2, "https://*.preview.example", "http://*.apps.example:8080")
	case 2:
		p.OriginRegexes = []string{`https://[a-z]+\.regex\.example`}
	}
	for _, list := range []*[]string{&p.Methods, &p.RequestHeaders, &p.ExposeHeaders} {
		if rnd.IntN(12) == 0 {
			*list = []string{"*"}
		}
	}
	if p.AnyOrigin() || slices.Contains(p.Origins, "null") {
		p.Credentials = false // the reference refuses what is unsafe
	}
	if rnd.IntN(2) == 0 {
		p.MaxAge = new(rnd.IntN(3) * 300)
	}
	return p
}

// without is the policy but for one thing that it states.
func without(p cases.Policy, s cases.Stated) cases.Policy {
	but := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(e string) bool { return strings.EqualFold(e, s.Value) })
	}
	switch s.Kind {
	case cases.StatedOrigin:
		p.Origins, p.OriginPatterns, p.OriginRegexes = but(p.Origins), but(p.OriginPatterns), but(p.OriginRegexes)
	case cases.StatedMethod:
		p.Methods = but(p.Methods)
	case cases.StatedHeader:
		p.RequestHeaders = but(p.RequestHeaders)
	case cases.StatedExposed:
		p.ExposeHeaders = but(p.ExposeHeaders)
	case cases.StatedCredentials:
		p.Credentials = false
	case cases.StatedMaxAge:
		p.MaxAge = new(*p.MaxAge + 1)
	case cases.StatedPrivateNetwork:
		p.PrivateNetwork = false
	}
	return p
}

// endpoint serves the methods behind the reference's CORS layer; answers to the method
// lost have no CORS fields.
func endpoint(p cases.Policy, serves []string, lost string) (*harness.Target, func()) {
	GinkgoHelper()
	layer, err := contract.Compile(p)
	Expect(err).NotTo(HaveOccurred())
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !slices.Contains(serves, r.Method) {
			http.Error(w, "no such method", http.StatusMethodNotAllowed)
			return
		}
		fmt.Fprint(w, "{}")
	})
	shared := layer.Wrap(app)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == lost {
			app.ServeHTTP(w, r)
			return
		}
		shared.ServeHTTP(w, r)
	}))
	return &harness.Target{Name: "endpoint", Endpoint: s.URL + "/x"}, s.Close
}

// held runs the checks of the target that keep allows.
func held(ctx context.Context, table *cases.Table, target *harness.Target, stated cases.Policy, keep func(*cases.Check) bool) *harness.Summary {
	GinkgoHelper()
	target.Declared = &stated
	checks := slices.DeleteFunc(target.Expand(table), func(c cases.Check) bool { return !keep(&c) })
	r := harness.Runner{Target: target, Checks: checks, Timeout: time.Minute}
	sum, err := r.Run(ctx)
	Expect(err).NotTo(HaveOccurred())
	return sum
}

// brief leaves out what lets time pass or wants many connections.
func brief(c *cases.Check) bool {
	return c.Case.Group != "robustness" &&
		!slices.ContainsFunc(c.Steps, func(s cases.Step) bool { return s.After > 0 || s.Parallel > 4 })
}

func ofStated(c *cases.Check) bool {
	return c.Case.Group == "stated-policy" || c.Case.Group == "max-age-wire"
}

// accusations are the results with a verdict against the target.
func accusations(sum *harness.Summary) []harness.Result {
	return slices.DeleteFunc(slices.Clone(sum.Results), func(r harness.Result) bool {
		return r.Verdict == agent.VerdictPass || r.Verdict == agent.VerdictSkip || r.Verdict == agent.VerdictInfo
	})
}

// names tells whether a failure names the entry in what failed, not only in what was sent.
func names(list []harness.Result, entry string) bool {
	return slices.ContainsFunc(list, func(r harness.Result) bool {
		return slices.ContainsFunc(r.Agents, func(a agent.Result) bool {
			return slices.ContainsFunc(a.Failures, func(f agent.Symptom) bool {
				said := strings.ToLower(fmt.Sprintln(f.Step, f.What, f.Expected, f.Actual))
				return strings.Contains(said, strings.ToLower(entry))
			})
		})
	})
}

// shows is what a failure about the stated thing must have in it.
func shows(p *cases.Policy, s cases.Stated) string {
	switch {
	case s.Kind == cases.StatedCredentials:
		return "credentials"
	case s.Kind == cases.StatedPrivateNetwork:
		return "private-network"
	case s.Value == "*":
		return ""
	case s.Kind == cases.StatedOrigin && !slices.Contains(p.Origins, s.Value): // an example is asked with
		return "example"
	}
	return s.Value
}

var _ = Describe("whatever a policy states", Label("property"), func() {
	It("is looked at: a server without one entry fails, the right one passes", func(ctx SpecContext) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		rnd := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 9))
		for range policiesToTry() {
			p := randomPolicy(rnd)
			serves := append(pick(rnd, 1, 3, "GET", "POST", "HEAD"), pick(rnd, 0, len(p.Methods), p.Methods...)...)
			if i := slices.Index(serves, "*"); i >= 0 {
				serves[i] = "PATCH"
			}
			judgePolicy(ctx, table, p, serves)
		}
	})
})

var _ = Describe("an endpoint that serves HEAD alone", func() {
	It("is held to what is stated, and no more", func(ctx SpecContext) {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		rnd := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 10))
		for _, methods := range [][]string{nil, {"HEAD"}, {"HEAD", "POST"}} {
			p := randomPolicy(rnd)
			p.Methods, p.Origins = methods, []string{"https://a.example", "https://b.example:8443"}
			judgePolicy(ctx, table, p, []string{"HEAD"})
		}
	})
})

// judgePolicy tries one policy: the right server, then one without each entry.
func judgePolicy(ctx context.Context, table *cases.Table, p cases.Policy, serves []string) {
	GinkgoHelper()
	text, err := json.Marshal(p)
	Expect(err).NotTo(HaveOccurred())
	about := func(what string) string { return fmt.Sprintf("%s; policy %s; serves %v", what, text, serves) }

	target, stop := endpoint(p, serves, "")
	sum := held(ctx, table, target, p, brief)
	stop()
	Expect(accusations(sum)).To(BeEmpty(), about("the right server"))
	for _, n := range sum.NotLookedAt {
		Expect(n.Reason).NotTo(BeEmpty(), about("not looked at: "+n.Part.String()))
	}

	for _, s := range p.Stated() {
		if s.Kind == cases.StatedHeaders || s.Kind == cases.StatedMethod && slices.Contains([]string{"GET", "HEAD", "POST"}, s.Value) {
			continue // no entry of its own; browsers look for the safelisted methods in no list
		}
		target, stop := endpoint(without(p, s), serves, "")
		found := accusations(held(ctx, table, target, p, ofStated))
		stop()
		Expect(names(found, shows(&p, s))).To(BeTrue(), about("without "+s.String()))
		if s.Kind != cases.StatedMaxAge {
			Expect(found).To(ContainElement(HaveField("Verdict", agent.VerdictFail)), about("without "+s.String()))
		}
	}
	for _, m := range serves {
		if m != "GET" && m != "HEAD" && m != "POST" && !p.AllowsMethod(m) {
			continue
		}
		target, stop := endpoint(p, serves, m)
		found := accusations(held(ctx, table, target, p, brief))
		stop()
		Expect(found).To(ContainElement(HaveField("Verdict", agent.VerdictFail)), about("answers to "+m+" are not shared"))
	}
}
