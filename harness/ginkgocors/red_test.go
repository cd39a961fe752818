package ginkgocors_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"testing/fstest"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/types"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/corstest"
	"github.com/corsproof/corsproof/harness/ginkgocors"
)

// inner is set in the process that the specs below start: a suite of somebody
// who has bad servers, which must fail.
var inner = os.Getenv("CORSPROOF_TEST_INNER") != ""

var table = corstest.Cases(cases.Source{FS: fstest.MapFS{"red.yaml": {Data: []byte(`
group: red
doc: One case of each kind.
x-defs:
  - &because {why: It is so., fix: Make it otherwise., spec: [fetch#concept-cors-check]}
cases:
  - {<<: *because, id: red-denied, title: A denied origin is not let in, level: must, policies: [exact], wire: {headers: ["Origin: {{denied}}"]}, answer: [{denies: "{{denied}}"}]}
  - {<<: *because, id: red-allowed, title: The allowed origin is let in, level: must, policies: [exact], wire: {headers: ["Origin: {{allowed}}"]}, answer: [{shares: "{{allowed}}"}]}
  - {<<: *because, id: red-advice, title: Vary repeats nothing, level: practice, policies: [exact], wire: {headers: ["Origin: {{allowed}}"]}, answer: [{no_repeats: Vary}]}
  - {<<: *because, id: red-contract, title: The count is there, level: must, policies: [exact], wire: {path: /count}, answer: [{answered: true}]}
`)}}, Label: "red"})

var two = cases.Policy{Name: "api", Origins: []string{"https://app.example", "https://admin.example"}}

// reflects lets everybody in, and says so twice in Vary.
func reflects(w http.ResponseWriter, r *http.Request) {
	w.Header()["Vary"] = []string{"Origin", "Origin"}
	if o := r.Header.Get("Origin"); o != "" {
		w.Header().Set("Access-Control-Allow-Origin", o)
	}
}

// dies hangs up on every request after the first n.
func dies(n int32) http.Handler {
	var left atomic.Int32
	left.Store(n)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if left.Add(-1) < 0 {
			panic(http.ErrAbortHandler)
		}
		reflects(w, r)
	})
}

// declaredTarget has a policy that the options do not tell.
func declaredTarget() corstest.Target {
	t, stop, err := harness.Serve(http.HandlerFunc(reflects))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(stop)
	return corstest.Harness(&harness.Target{Declared: &two, Endpoint: t.Base + "/"})
}

// containers are what the inner suite has; how their specs must end, by id,
// and what must be told.
var containers = []struct {
	text   string
	target func() corstest.Target
	opts   []corstest.Option
	ends   map[string]types.SpecState
	says   []string
}{
	{
		"bad", func() corstest.Target { return corstest.Handler(http.HandlerFunc(reflects)) }, []corstest.Option{corstest.Policy(two), table, corstest.Focus("red/*")},
		map[string]types.SpecState{"red-denied/api": types.SpecStateFailed, "red-allowed/api": types.SpecStatePassed, "red-advice/api": types.SpecStatePassed, "red-contract/api": types.SpecStateSkipped},
		[]string{"FAIL     Every origin is repeated in Access-Control-Allow-Origin", "- Access-Control-Allow-Origin: https://evil.test", "  try    curl ", "         red-denied/api"},
	},
	{
		"strict", func() corstest.Target { return corstest.Handler(http.HandlerFunc(reflects)) }, []corstest.Option{corstest.Policy(two), table, corstest.Focus("red-advice"), corstest.Strict()},
		map[string]types.SpecState{"red-advice/api": types.SpecStateFailed},
		[]string{"A list in a header of the answer names something twice"},
	},
	{
		"known", func() corstest.Target { return corstest.Handler(http.HandlerFunc(reflects)) },
		[]corstest.Option{corstest.Policy(two), table, corstest.Focus("red-denied", "red-allowed"), corstest.Known("red-denied", "open on purpose"), corstest.Known("red-allowed", "long ago")},
		map[string]types.SpecState{"red-denied/api": types.SpecStateSkipped, "red-allowed/api": types.SpecStateFailed},
		[]string{"known failure: open on purpose", "listed as a known failure (long ago)"},
	},
	{
		"dying", func() corstest.Target { return corstest.Handler(dies(8)) }, []corstest.Option{corstest.Policy(two)},
		map[string]types.SpecState{"runs to its end": types.SpecStateFailed},
		[]string{"the run ended early"},
	},
	{
		"no target", func() corstest.Target { return corstest.URL("http://127.0.0.1:1/") }, []corstest.Option{corstest.Policy(two), table, corstest.Focus("red-allowed")},
		map[string]types.SpecState{"red-allowed/api": types.SpecStateFailed},
		[]string{"hint: "},
	},
	{
		"no selection", func() corstest.Target { return corstest.Handler(http.HandlerFunc(reflects)) }, []corstest.Option{corstest.Policy(two), table, corstest.Focus("nothing-*")},
		map[string]types.SpecState{"has a table and a selection": types.SpecStateFailed},
		[]string{"nothing-*"},
	},
	{
		"another plan", declaredTarget, []corstest.Option{table, corstest.Focus("red-allowed")},
		map[string]types.SpecState{"red-allowed/exact": types.SpecStateFailed},
		[]string{"red-allowed/api was run and has no spec"},
	},
}

var _ = inner && func() bool {
	for _, c := range containers {
		ginkgocors.DescribeChecks("red: "+c.text, c.target, c.opts...)
	}
	return ReportAfterEach(func(r SpecReport) {
		fmt.Printf("ended: %s: %s: %s\n", strings.Join(r.ContainerHierarchyTexts, " "), r.LeafNodeText, r.State)
	})
}()

var _ = inner || Describe("The suite of somebody who has a bad server", Ordered, func() {
	var out string
	ends := map[string]string{}
	BeforeAll(func(ctx SpecContext) {
		self, err := os.Executable()
		Expect(err).NotTo(HaveOccurred())
		cmd := exec.CommandContext(ctx, self, "-test.run=^TestGinkgocors$", "-ginkgo.focus=red: ", "-ginkgo.v", "-ginkgo.no-color")
		cmd.Env = append(os.Environ(), "CORSPROOF_TEST_INNER=1")
		b, err := cmd.CombinedOutput()
		out = string(b)
		Expect(err).To(HaveOccurred(), "it fails")
		for _, m := range regexp.MustCompile(`(?m)^ended: red: (.*): (\S+)$`).FindAllStringSubmatch(out, -1) {
			ends[m[1]] = m[2]
		}
	})
	for _, c := range containers {
		for id, state := range c.ends {
			It(fmt.Sprintf("%s: %s has %s", c.text, id, state), func() {
				Expect(ends).To(HaveKeyWithValue(c.text+": "+id, state.String()), out)
			})
		}
		for _, text := range c.says {
			It(fmt.Sprintf("%s: it says %q", c.text, text), func() { Expect(out).To(ContainSubstring(text)) })
		}
	}
})
