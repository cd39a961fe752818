package matrix_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

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
	return matrix.Framework{Name: name, Display: name, Language: "Go", Version: "1", State: matrix.Measured, Findings: []matrix.Finding{}, Results: cells}
}

var _ = Describe("a matrix", func() {
	It("measures a share of what a framework could be held to", func() {
		ne, refused := cell("plain", agent.VerdictSkip), cell("plain", agent.VerdictSkip)
		ne.Skip, refused.Skip = harness.SkipNotExpressible, harness.SkipRefused
		f := framework("f", cell("safe", agent.VerdictFail), cell("plain", agent.VerdictUndecided), cell("safe", agent.VerdictPass), ne, refused)
		s := matrixOf().Score(&f)
		Expect(s).To(Equal(matrix.Score{Checks: 5, Ran: 3, Refused: 1}))
		Expect(s.Share()).To(Equal(75))
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
		f.Kind, f.Version = adapter.Configuration, "1.22.1-9+deb12u11 (Debian GNU/Linux 12)"
		var b strings.Builder
		Expect(matrixOf(f).WriteMarkdown(&b)).To(Succeed())
		Expect(b.String()).To(ContainSubstring("| f (copied configuration, version of Debian 12) | Go | 1.22.1-9+deb12u11 (Debian GNU/Linux 12) | 33 % | none in 33 % |"))
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
		c := cell("plain", agent.VerdictFail)
		c.Reason = "</script><script>alert(1)</script>"
		f := framework("f", c)
		f.Display, f.Version = `<img src=x onerror="alert(1)">`, "</script><script>alert(2)</script>"
		f.Findings = []matrix.Finding{{ID: "</script><b>", Level: cases.Must, Policies: []string{"exact"}, Received: []string{"</script>"}}}
		var b strings.Builder
		Expect(matrixOf(f).WriteHTML(&b)).To(Succeed())
		Expect(strings.Count(b.String(), "</script>")).To(Equal(3), "the script, the words, and the framework")
		Expect(b.String()).NotTo(ContainSubstring("<img"))
		Expect(b.String()).NotTo(MatchRegexp(`(src|href)="https?://`))
	})

	It("keeps what is opened later packed: the page shows no result before", func() {
		c := cell("plain", agent.VerdictFail)
		c.Reason = "a reason that is only in a result"
		var b strings.Builder
		Expect(matrixOf(framework("f", c)).WriteHTML(&b)).To(Succeed())
		Expect(b.String()).NotTo(ContainSubstring(c.Reason))
		text := regexp.MustCompile(`data-part="f/f">([^<]*)<`).FindStringSubmatch(b.String())
		Expect(text).NotTo(BeNil())
		z, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text[1])))
		Expect(err).NotTo(HaveOccurred())
		var f matrix.Framework
		Expect(json.NewDecoder(z).Decode(&f)).To(Succeed())
		Expect(f.Results[0].Reason).To(Equal(c.Reason))
	})

	It("says nothing of causes where nobody looked for them, and none where there are none", func() {
		for text, findings := range map[string][]matrix.Finding{"100 % | ? | ? | ? | ? |": nil, "100 % | none | ? | ? | none |": {}} {
			f := framework("f", cell("safe", agent.VerdictPass))
			f.Findings = findings
			var stored bytes.Buffer
			Expect(matrixOf(f).WriteJSON(&stored)).To(Succeed())
			path := filepath.Join(GinkgoT().TempDir(), "m.json")
			Expect(os.WriteFile(path, stored.Bytes(), 0o600)).To(Succeed())
			back, err := matrix.Read(path)
			Expect(err).NotTo(HaveOccurred())
			var b strings.Builder
			Expect(back.WriteMarkdown(&b)).To(Succeed())
			Expect(b.String()).To(ContainSubstring(text))
		}
	})

	It("is a Markdown file with title, date and legend, whose cells hold", func() {
		f := framework("f | g", cell("plain", agent.VerdictFail))
		f.Explained = "testdata/frameworks/f/FINDINGS.md"
		f.Findings = []matrix.Finding{{ID: "plain", Unknown: true, Effect: agent.EffectLockedOut, Level: cases.Must, Sendable: true, Policies: []string{"exact"}, Checks: 1}}
		m := matrixOf(f)
		m.Started = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
		var b strings.Builder
		Expect(m.WriteMarkdown(&b)).To(Succeed())
		Expect(b.String()).To(HavePrefix("# CORS implementations compared\n\nServers: 1. Cases: 2, each decided by the Fetch Standard's algorithm. corsproof test, 26 November 2026.\n"))
		Expect(b.String()).To(ContainSubstring("A cell counts causes, not checks"))
		Expect(b.String()).To(ContainSubstring(`| f \| g | Go | 1 | 100 % | none | ? | ? | 1 | none | none | none | none |`))
		Expect(b.String()).To(ContainSubstring("- Does not hold: Plain </script> \\| title (`plain`: must; a browser can send it; 1 check)"))
		Expect(b.String()).To(ContainSubstring("](../testdata/frameworks/f/FINDINGS.md)"))
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

	It("tells which causes came and went", func() {
		old, now := matrixOf(framework("f")), matrixOf(framework("f"))
		old.Frameworks[0].Findings = []matrix.Finding{{ID: "gone", Level: cases.Must}, {ID: "same", Level: cases.Must}, {ID: "graver", Level: cases.Must}}
		now.Frameworks[0].Findings = []matrix.Finding{{ID: "graver", Level: cases.Must, Severity: cases.High}, {ID: "same", Level: cases.Must}, {ID: "new", Level: cases.Practice}}
		Expect(now.Changes(old)).To(Equal([]matrix.Change{
			{Framework: "f", Cause: "graver", Before: "must", After: "high"},
			{Framework: "f", Cause: "new", Before: "absent", After: "practice"},
			{Framework: "f", Cause: "gone", Before: "must", After: "absent"},
		}))
		old.Frameworks[0].Findings = nil
		Expect(now.Changes(old)).To(BeEmpty(), "nobody looked for causes")
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
			Manifests: []*adapter.Manifest{manifest("noinstall", "echo no such package in $PWD; false", "true"), manifest("nostart", "true", "echo cannot listen >&2; exit 7")},
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
		By("none of its forms names a folder of this machine")
		for _, m := range m.Frameworks {
			Expect(m.Message).NotTo(ContainSubstring(os.TempDir()))
		}
		for _, write := range []func(io.Writer) error{m.WriteJSON, m.WriteHTML, m.WriteMarkdown} {
			var b bytes.Buffer
			Expect(write(&b)).To(Succeed())
			Expect(b.String()).To(ContainSubstring("nostart"))
			Expect(b.String()).NotTo(ContainSubstring(os.TempDir()))
		}
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
		f := framework("f", cell("safe", agent.VerdictPass), cell("plain", agent.VerdictFail))
		f.Findings = []matrix.Finding{{ID: "vary-missing", Effect: agent.EffectCacheUnsafe, Level: cases.Must, Severity: cases.Low, Browser: []string{"chrome"}, Sendable: true, Policies: []string{"exact"}, Checks: 1}}
		f.Results[1].Causes = []string{"vary-missing"}
		f.Explained, f.AnyCredentials, f.Default = "x/FINDINGS.md", matrix.Refused, matrix.Nobody
		Expect(matrixOf(f).WriteJSON(&b)).To(Succeed())
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
