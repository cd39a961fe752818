package adapter_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/adapter"
)

// entry is a release in a manifest, complete but for what each test leaves out.
func entry(lines ...string) string {
	return "releases:\n  - " + strings.Join(append([]string{"version: 1.0.0", "fixed: 1.0.1", "advisory: CVE-1", "what: it is wrong"}, lines...), "\n    ") + "\n"
}

// withFiles writes a file below the adapter's directory, and the directories that it needs.
func withFiles(dir string, files map[string]string) {
	GinkgoHelper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
		Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	}
}

func read(parts ...string) string {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(parts...))
	Expect(err).NotTo(HaveOccurred())
	return string(content)
}

var _ = Describe("Releases", func() {
	DescribeTable("says what is wrong with an entry, and where",
		func(releases string, wants ...string) {
			dir := directory(minimal("") + releases)
			withFiles(dir, map[string]string{"releases/1.0.0/lock": "1.0.0", "releases/1.0.1/lock": "1.0.1"})
			_, err := adapter.Load(dir)
			Expect(err).To(HaveOccurred())
			for _, want := range wants {
				Expect(err.Error()).To(ContainSubstring(want))
			}
		},
		Entry("an unknown key", entry("cases: [vary-*]", "tests: []"), "adapter.yaml:13:", "tests"),
		Entry("what is missing", "releases:\n  - version: ''\n    cases: [x]\n", "adapter.yaml:8: releases[0]: version is", "fixed is", "advisory is missing", "what is missing"),
		Entry("neither cases nor the reason", entry(), "adapter.yaml:8: releases[0]: cases are"),
		Entry("both", entry("cases: [vary-*]", "not_expressible: no"), "adapter.yaml:12: releases[0]: cases are"),
		Entry("another verdict", entry("cases: [vary-*]", "verdict: error"), `adapter.yaml:13: releases[0]: verdict is "error"; it is fail or warn`),
		Entry("a release without files", strings.Replace(entry("cases: [x]"), "1.0.1", "1.0.2", 1), "adapter.yaml:9: releases[0]: there is no directory releases/1.0.2"),
		Entry("files without an entry", strings.Replace(entry("cases: [x]"), "1.0.1", "0.9.9", 1), "adapter.yaml:7: releases: nothing names the directory releases/1.0.1"),
	)

	It("needs no files for what no case can find", func() {
		Expect(load(minimal("") + entry("not_expressible: only its log shows it")).Releases).To(HaveLen(1))
	})
})

var _ = Describe("At", func() {
	var dir, cache string
	BeforeEach(func() {
		cache = GinkgoT().TempDir()
		dir = directory(minimal("genuine") + "inputs: [../shared]\noutputs: [built]\nmissing: {panic: it dies}\n" +
			"install: ['cat lock ../shared/code >built', 'printf . >>\"$CORSPROOF_CACHE/runs\"']\n" + entry("cases: [x]"))
		withFiles(dir, map[string]string{
			"lock": "own", "server": "own", "sub/deep": "own", "FINDINGS.md": "none", "built": "own", "../shared/code": "+shared",
			"releases/1.0.0/lock": "1.0.0", "releases/1.0.0/adapter.yaml": "version: cat lock\nmissing: {echo: not yet}\n",
			"releases/1.0.1/lock": "1.0.1",
		})
	})
	at := func(version string) *adapter.Manifest {
		GinkgoHelper()
		m, err := adapter.Load(dir)
		Expect(err).NotTo(HaveOccurred())
		copied, err := m.At(version, cache)
		Expect(err).NotTo(HaveOccurred())
		return copied
	}

	install := func(ctx context.Context, m *adapter.Manifest) {
		GinkgoHelper()
		_, err := m.Install(ctx, m.Cache(""))
		Expect(err).NotTo(HaveOccurred())
	}

	It("lays the release's files over a copy, and joins the manifests", func(ctx context.Context) {
		copied := at("1.0.0")
		Expect(read(copied.Dir, "lock")).To(Equal("1.0.0"))
		Expect(read(copied.Dir, "server") + read(copied.Dir, "sub", "deep")).To(Equal("ownown"))
		for _, absent := range []string{"built", "FINDINGS.md", "releases"} {
			Expect(filepath.Join(copied.Dir, absent)).NotTo(BeAnExistingFile())
		}
		Expect(copied.Missing).To(And(HaveKeyWithValue(BeEquivalentTo("panic"), "it dies"), HaveKeyWithValue(BeEquivalentTo("echo"), "not yet")))
		Expect(copied.AskVersion(ctx, cache)).To(Equal("1.0.0"))
		Expect(copied.Releases).To(BeEmpty())
		Expect(at("1.0.1").Missing).To(HaveLen(1), "1.0.1 has a manifest of its own")
	})

	It("installs each release for itself, once", func(ctx context.Context) {
		for range 2 {
			for _, version := range []string{"1.0.0", "1.0.1"} {
				copied := at(version)
				install(ctx, copied)
				Expect(read(copied.Dir, "built")).To(Equal(version + "+shared"))
				Expect(read(copied.Cache(""), "runs")).To(Equal("."))
			}
		}
		Expect(read(dir, "built")).To(Equal("own"))
	})

	It("follows changes of the adapter, of the release and of what is shared", func(ctx context.Context) {
		copied := at("1.0.0")
		install(ctx, copied)
		Expect(os.Remove(filepath.Join(dir, "server"))).To(Succeed())
		withFiles(dir, map[string]string{"releases/1.0.0/lock": "1.0.0 again", "sub/deep": "changed", "../shared/code": "+new"})
		copied = at("1.0.0")
		Expect(filepath.Join(copied.Dir, "server")).NotTo(BeAnExistingFile())
		Expect(read(copied.Dir, "sub", "deep")).To(Equal("changed"))
		install(ctx, copied)
		Expect(read(copied.Dir, "built")).To(Equal("1.0.0 again+new"))
	})

	It("leaves the adapter's own installed state alone", func() {
		m, err := adapter.Load(dir)
		Expect(err).NotTo(HaveOccurred())
		before, err := m.Hash()
		Expect(err).NotTo(HaveOccurred())
		withFiles(dir, map[string]string{"releases/1.0.0/lock": "another"})
		Expect(m.Hash()).To(Equal(before))
	})

	It("names the releases that there are when one is not there", func() {
		m, err := adapter.Load(dir)
		Expect(err).NotTo(HaveOccurred())
		_, err = m.At("9", cache)
		Expect(err).To(MatchError("fake has no release 9; it has 1.0.0, 1.0.1"))
		_, err = load(minimal("")).At("9", cache)
		Expect(err).To(MatchError(ContainSubstring("it has none but its own")))
	})
})
