package matrix_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/matrix"
	"github.com/corsproof/corsproof/internal/report"
)

func TestCompare(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "compare")
}

func table() *cases.Table {
	return &cases.Table{Cases: []cases.Case{
		{ID: "safe", Group: "one", Title: "Safe", Level: cases.Must},
		{ID: "plain", Group: "two", Title: "Plain </script> | title", Level: cases.Must},
	}}
}

func cell(id string, v agent.Verdict) matrix.Cell {
	return matrix.Cell{ID: id + "/exact", Case: id, Policy: "exact", Verdict: v}
}

func matrixOf(frameworks ...matrix.Framework) *matrix.Matrix {
	m := matrix.New("corsproof test", table(), nil)
	m.Frameworks = frameworks
	return m
}

func framework(name string, cells ...matrix.Cell) matrix.Framework {
	return matrix.Framework{Name: name, Display: name, Language: "Go", Version: "1", State: matrix.Measured, Results: cells}
}

var _ = Describe("a matrix", func() {
	It("keeps security findings, failures and what did not run apart", func() {
		ne, refused := cell("plain", agent.VerdictSkip), cell("plain", agent.VerdictSkip)
		ne.Skip, refused.Skip = harness.SkipNotExpressible, harness.SkipRefused
		leak := cell("safe", agent.VerdictFail)
		leak.Security = cases.High
		f := framework("f", leak, cell("safe", agent.VerdictFail), cell("plain", agent.VerdictFail), cell("plain", agent.VerdictUndecided), cell("safe", agent.VerdictPass), cell("plain", agent.VerdictWarn), ne, refused)
		Expect(matrixOf().Score(&f)).To(Equal(matrix.Score{
			Pass: 1, Must: 2, Security: 1, Warn: 1, Undecided: 1, NotExpressible: 1, Refused: 1, Checks: 8, Ran: 6,
		}))
	})

	It("keeps what gets past the owner's words apart from what the configuration asks for or the documentation forbids", func() {
		leak := func(policy string, severity cases.Severity) matrix.Cell {
			return matrix.Cell{ID: "safe/" + policy, Case: "safe", Policy: policy, Verdict: agent.VerdictFail, Security: severity}
		}
		f := framework("f", leak("exact", cases.High), leak("any-creds", cases.Critical), leak("any-creds", ""), leak("any", cases.High), leak("exact", ""))
		m := matrixOf(f)
		m.Unsafe = []string{"any-creds"}
		score := m.Score(&f)
		Expect([]int{score.Security, score.Must, score.Asked, score.Forbidden}).To(Equal([]int{2, 1, 2, 0}))
		m.Frameworks[0].Forbids = map[string]string{"any-creds": "do not", "any": "nor this"}
		score = m.Score(&m.Frameworks[0])
		Expect([]int{score.Security, score.Must, score.Asked, score.Forbidden}).To(Equal([]int{1, 1, 0, 3}))
		var b strings.Builder
		Expect(m.WriteMarkdown(&b)).To(Succeed())
		Expect(b.String()).To(ContainSubstring("- `safe/any-creds` (security: critical; the documentation forbids this configuration)"))
		m.Frameworks[0].Forbids = nil
		b.Reset()
		Expect(m.WriteMarkdown(&b)).To(Succeed())
		Expect(b.String()).To(ContainSubstring("- `safe/any-creds` (security: critical; the configuration asks for it in so many words)"))
		Expect(b.String()).To(ContainSubstring("- `safe/exact` (security: high)"))
	})

	It("knows the unsafe policies of the table", func() {
		t := table()
		t.Policies = []cases.Policy{{Name: "exact"}, {Name: "any-creds", Unsafe: true}}
		Expect(matrix.New("test", t, nil).Unsafe).To(Equal([]string{"any-creds"}))
	})

	It("says what kind of thing a row is, and how much of the table was measured", func() {
		unsaid := cell("plain", agent.VerdictSkip)
		unsaid.Skip = harness.SkipNotExpressible
		f := framework("f", cell("safe", agent.VerdictPass), unsaid, unsaid)
		f.Kind = adapter.Configuration
		var b strings.Builder
		Expect(matrixOf(f).WriteMarkdown(&b)).To(Succeed())
		Expect(b.String()).To(ContainSubstring("| f | configuration | Go | 1 | 33 % | 1 |"))
		Expect(b.String()).To(ContainSubstring("what fails is its own, not the server's"))
		Expect(b.String()).To(ContainSubstring("Measured in 1 of 3 checks"))
	})

	It("comes back from its JSON, and refuses another version's", func() {
		path := filepath.Join(GinkgoT().TempDir(), "m.json")
		var b bytes.Buffer
		Expect(matrixOf(framework("f", cell("safe", agent.VerdictPass))).WriteJSON(&b)).To(Succeed())
		Expect(os.WriteFile(path, b.Bytes(), 0o600)).To(Succeed())
		back, err := matrix.Read(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(back.Frameworks[0].Results).To(HaveLen(1))
		Expect(os.WriteFile(path, []byte(`{"version": 99}`), 0o600)).To(Succeed())
		_, err = matrix.Read(path)
		Expect(err).To(MatchError(ContainSubstring("format version 99")))
	})

	It("is one HTML page that no result can break out of", func() {
		var b strings.Builder
		c := cell("plain", agent.VerdictFail)
		c.Reason = "</script><script>alert(1)</script>"
		Expect(matrixOf(framework("f", c)).WriteHTML(&b)).To(Succeed())
		Expect(strings.Count(b.String(), "</script>")).To(Equal(1))
		Expect(b.String()).NotTo(MatchRegexp(`(src|href)="https?://`))
	})

	It("is a Markdown table whose cells hold", func() {
		var b strings.Builder
		Expect(matrixOf(framework("f | g", cell("plain", agent.VerdictFail))).WriteMarkdown(&b)).To(Succeed())
		Expect(b.String()).To(ContainSubstring(`| f \| g | library | Go | 1 | 100 % | 0 | 0 | 1 | 0 | 0 | 0 | 0 | 0 |`))
		Expect(b.String()).To(ContainSubstring("- `plain/exact` (must)"))
	})

	It("tells what changed", func() {
		old := matrixOf(framework("f", cell("safe", agent.VerdictPass), cell("plain", agent.VerdictPass)), framework("gone"))
		now := matrixOf(framework("f", cell("safe", agent.VerdictFail)), framework("new"))
		now.Frameworks[0].Version = "2"
		Expect(now.Changes(old)).To(ConsistOf(
			matrix.Change{Framework: "f", Before: "version 1", After: "version 2"},
			matrix.Change{Framework: "f", Check: "safe/exact", Before: "pass", After: "fail"},
			matrix.Change{Framework: "f", Check: "plain/exact", Before: "pass", After: "absent"},
			matrix.Change{Framework: "new", Before: "absent", After: "measured"},
			matrix.Change{Framework: "gone", Before: "measured", After: "absent"},
		))
		Expect(now.Changes(now)).To(BeEmpty())
	})
})

var _ = Describe("a run", func() {
	// broken is an adapter whose install, or start, fails.
	manifest := func(name, install, start string) *adapter.Manifest {
		dir := filepath.Join(GinkgoT().TempDir(), name)
		Expect(os.Mkdir(dir, 0o755)).To(Succeed())
		text := strings.Join([]string{"name: " + name, "display: " + name, "language: Shell", "package: none", "version: echo 1",
			"install: ['" + install + "']", "start: '" + start + "'", ""}, "\n")
		Expect(os.WriteFile(filepath.Join(dir, adapter.ManifestFile), []byte(text), 0o600)).To(Succeed())
		m, err := adapter.Load(dir)
		Expect(err).NotTo(HaveOccurred())
		return m
	}
	policies := []cases.Policy{{Name: "exact", Origins: []string{"https://app.example"}}}

	It("shows what could not be installed or started, with its log, and goes on", func(ctx context.Context) {
		m := matrixOf()
		measured := 0
		err := m.Run(ctx, matrix.Options{
			Manifests: []*adapter.Manifest{manifest("noinstall", "echo no such package; false", "true"), manifest("nostart", "true", "echo cannot listen >&2; exit 7")},
			Policies:  policies,
			Measure: func(context.Context, *harness.Target) (*report.Report, error) {
				measured++
				return nil, errors.New("not reached")
			},
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(measured).To(BeZero())
		states := map[string]matrix.Framework{}
		for _, f := range m.Frameworks {
			states[f.Name] = f
		}
		Expect(states["noinstall"].State).To(Equal(matrix.NotInstalled))
		Expect(states["noinstall"].Log).To(ContainSubstring("no such package"))
		Expect(states["nostart"].State).To(Equal(matrix.NotStarted))
		Expect(states["nostart"].Log).To(ContainSubstring("cannot listen"))
		Expect(m.Unmeasured()).To(Equal(2))
	})

	It("takes over what an earlier run measured with the same table and adapter", func(ctx context.Context) {
		a := manifest("kept", "false", "true")
		hash, err := a.Hash()
		Expect(err).NotTo(HaveOccurred())
		old := matrixOf(framework("kept", cell("safe", agent.VerdictPass)))
		old.Frameworks[0].Key = "key " + hash
		m := matrixOf()
		Expect(m.Run(ctx, matrix.Options{Manifests: []*adapter.Manifest{a}, Policies: policies, Key: "key", Resume: old})).To(Succeed())
		Expect(m.Frameworks[0].State).To(Equal(matrix.Measured))
		other := matrixOf()
		Expect(other.Run(ctx, matrix.Options{Manifests: []*adapter.Manifest{a}, Policies: policies, Key: "another table", Resume: old})).To(Succeed())
		Expect(other.Frameworks[0].State).To(Equal(matrix.NotInstalled))
	})

	It("ends when it is interrupted", func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		m := matrixOf()
		Expect(m.Run(ctx, matrix.Options{Manifests: []*adapter.Manifest{manifest("late", "true", "true")}, Policies: policies})).To(MatchError(context.Canceled))
		Expect(m.Frameworks).To(BeEmpty())
	})

	It("has its results as JSON that validates", func() {
		var b bytes.Buffer
		Expect(matrixOf(framework("f", cell("safe", agent.VerdictPass))).WriteJSON(&b)).To(Succeed())
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(matrix.Schema))
		Expect(err).NotTo(HaveOccurred())
		c := jsonschema.NewCompiler()
		Expect(c.AddResource("matrix.json", schema)).To(Succeed())
		compiled, err := c.Compile("matrix.json")
		Expect(err).NotTo(HaveOccurred())
		value, err := jsonschema.UnmarshalJSON(&b)
		Expect(err).NotTo(HaveOccurred())
		Expect(compiled.Validate(value)).To(Succeed())
		Expect(compiled.Validate(map[string]any{"version": 2})).NotTo(Succeed())
	})
})
