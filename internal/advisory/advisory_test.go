package advisory_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/advisory"
)

func TestAdvisory(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "advisory")
}

// fake is the binary of the adapters' tests: the reference server, or a mutant of it.
var fake string

var _ = SynchronizedBeforeSuite(func() []byte {
	path, err := gexec.Build("../adapter/testdata/fake")
	Expect(err).NotTo(HaveOccurred())
	return []byte(path)
}, func(path []byte) { fake = string(path) })

var _ = SynchronizedAfterSuite(func() {}, gexec.CleanupBuildArtifacts)

// manifest is an adapter whose releases 1, 2 and 3 are servers with the defects
// of these names ("" for none), with the entries given.
func manifest(defects [3]string, entries ...string) *adapter.Manifest {
	GinkgoHelper()
	dir := filepath.Join(GinkgoT().TempDir(), "package")
	files := map[string]string{
		adapter.ManifestFile: strings.Join([]string{
			"name: package", "display: The package", "language: Go", "package: package", "version: cat version", "install: [test ! -e broken]",
			"start: exec " + fake + " genuine $(cat defect)", "releases:", "",
		}, "\n") + strings.Join(entries, ""),
		"version": "0", "defect": "",
	}
	for i, defect := range defects {
		version := string(rune('1' + i))
		if !strings.Contains(strings.Join(entries, ""), version) {
			continue
		}
		files[filepath.Join("releases", version, "defect")] = defect
		files[filepath.Join("releases", version, "version")] = version
		if defect == "broken" {
			files[filepath.Join("releases", version, "broken")] = ""
		}
		if defect == "another" {
			files[filepath.Join("releases", version, "version")] = "7"
		}
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		Expect(os.MkdirAll(filepath.Dir(path), 0o755)).To(Succeed())
		Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	}
	m, err := adapter.Load(dir)
	Expect(err).NotTo(HaveOccurred())
	return m
}

func entry(version, fixed, cases string) string {
	return "  - {version: '" + version + "', fixed: '" + fixed + "', advisory: ADV-" + version + fixed + ", what: a defect, " + cases + "}\n"
}

func try(ctx context.Context, m *adapter.Manifest, only ...string) []advisory.Outcome {
	GinkgoHelper()
	table, err := cases.Load()
	Expect(err).NotTo(HaveOccurred())
	outcomes, err := advisory.Run(ctx, advisory.Options{Manifests: []*adapter.Manifest{m}, Table: table, Cache: GinkgoT().TempDir(), Only: only})
	Expect(err).NotTo(HaveOccurred())
	return outcomes
}

const reflected = "cases: ['creds-any-not-reflected/any-creds', 'creds-any-null/*']"

var _ = Describe("Run", func() {
	DescribeTable("says whether the cases find what they should, where they should",
		func(ctx context.Context, defects [3]string, cases string, state advisory.State, checks int, problem string) {
			outcomes := try(ctx, manifest(defects, entry("1", "2", cases)))
			Expect(outcomes).To(HaveLen(1))
			Expect(outcomes[0].State).To(Equal(state), "%v", outcomes[0].Problems)
			Expect(outcomes[0].Checks).To(Equal(checks))
			if problem == "" {
				Expect(outcomes[0].Problems).To(BeEmpty())
			} else {
				Expect(outcomes[0].Problems).To(ContainElement(ContainSubstring(problem)))
			}
		},
		Entry("found and gone", [3]string{"any-creds-reflected", ""}, reflected, advisory.Found, 2, ""),
		Entry("one of the cases misses it", [3]string{"any-creds-null-reflected", ""}, reflected, advisory.Wrong, 2, "1: creds-any-not-reflected/any-creds gives pass, not fail"),
		Entry("not fixed", [3]string{"any-creds-reflected", "any-creds-reflected"}, reflected, advisory.Wrong, 2, "2: creds-any-null/any-creds gives fail, not pass"),
		Entry("it fails where a warning is stated", [3]string{"any-creds-reflected", ""}, reflected+", verdict: warn", advisory.Wrong, 2, "gives fail, not warn"),
		Entry("no such case", [3]string{"", ""}, "cases: [creds-nobody-*]", advisory.Broken, 0, "creds-nobody-*"),
		Entry("not under that policy", [3]string{"", ""}, reflected+", policies: [exact]", advisory.Broken, 0, "creds-any-not-reflected/any-creds"),
		Entry("it does not install", [3]string{"broken", ""}, reflected, advisory.Broken, 0, "installing package"),
		Entry("another version is installed", [3]string{"", "another"}, reflected, advisory.Broken, 0, "the files of package 2 install 7"),
		Entry("it does not start", [3]string{"no-such-mutant", ""}, reflected, advisory.Broken, 0, "no-such-mutant"),
	)

	It("goes on after what is wrong, shares a release's files, and can be told which", func(ctx context.Context) {
		m := manifest([3]string{"any-creds-reflected", "any-creds-null-reflected", ""},
			entry("1", "2", reflected), entry("1", "3", reflected), entry("1", "9", "not_expressible: only the log shows it"))
		outcomes := try(ctx, m)
		Expect(outcomes).To(HaveExactElements(HaveField("State", advisory.Wrong), HaveField("State", advisory.Found), HaveField("State", advisory.NotExpressible)))
		Expect(try(ctx, m, "ADV-13")).To(HaveExactElements(HaveField("State", advisory.Found)))
		var page strings.Builder
		advisory.Print(&page, outcomes)
		Expect(page.String()).To(And(
			MatchRegexp(`package +1 +3 +ADV-13 +2 +\d.* +found\n`),
			ContainSubstring("package, ADV-12: 2: creds-any-null/any-creds gives fail, not pass"),
			ContainSubstring("only the log shows it"),
			HaveSuffix("3 advisories in 1 packages: 1 found and gone, 1 wrong, 0 broken, 1 not expressible\n"),
		))
	})

	It("counts a policy that only the fixed release refuses as fixed", func(ctx context.Context) {
		// The reference server refuses any origin with credentials; a mutant takes it.
		outcomes := try(ctx, manifest([3]string{"any-creds-reflected", ""}, entry("1", "2", reflected)))
		Expect(outcomes[0].State).To(Equal(advisory.Found))
	})
})

var _ = Describe("the releases of the adapters", func() {
	var table *cases.Table
	releases := map[string][]adapter.Release{} // by the manifest's file
	BeforeEach(func() {
		var err error
		table, err = cases.Load()
		Expect(err).NotTo(HaveOccurred())
		manifests, err := filepath.Glob("../../testdata/*/*/" + adapter.ManifestFile)
		Expect(err).NotTo(HaveOccurred())
		Expect(manifests).NotTo(BeEmpty())
		for _, file := range manifests {
			m, err := adapter.Load(filepath.Dir(file))
			Expect(err).NotTo(HaveOccurred(), file)
			releases[file] = m.Releases
		}
	})

	It("name cases that there are", func() {
		checks := table.Expand(table.Policies, false, cases.Env{})
		for file, all := range releases {
			for _, release := range all {
				if release.NotExpressible == "" {
					_, err := advisory.Select(checks, release)
					Expect(err).NotTo(HaveOccurred(), file)
				}
			}
		}
	})

	It("are named by no case when no case can find them", func() {
		for file, all := range releases {
			for _, release := range all {
				for _, c := range table.Cases {
					named := strings.Contains(strings.Join(c.SeenIn, " "), release.Advisory)
					Expect(named && release.NotExpressible != "").To(BeFalse(), "%s: %s is not expressible, and %s names it under seen_in", file, release.Advisory, c.ID)
				}
			}
		}
	})
})
