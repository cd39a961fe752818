package adapter_test

import (
	"context"
	"os"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/adapter"
)

var _ = Describe("Install", func() {
	// runs is how often the install command of the manifests below has run.
	runs := func(cache string) int {
		data, err := os.ReadFile(filepath.Join(cache, "runs"))
		if os.IsNotExist(err) {
			return 0
		}
		Expect(err).NotTo(HaveOccurred())
		return len(data)
	}
	const counting = "install:\n  - printf . >>\"$CORSPROOF_CACHE/runs\"\n"

	var cache string
	BeforeEach(func() { cache = GinkgoT().TempDir() })
	install := func(ctx context.Context, m *adapter.Manifest) error {
		_, err := m.Install(ctx, cache)
		return err
	}

	It("tells how long it took, and when there was nothing to do", func(ctx context.Context) {
		m := load(minimal("") + "install: [sleep 0.3]\n")
		took, err := m.Install(ctx, cache)
		Expect(err).NotTo(HaveOccurred())
		Expect(time.Duration(took)).To(BeNumerically(">=", 300*time.Millisecond))
		Expect(took.String()).To(MatchRegexp(`^installed in \d+\.\d s$`))
		took, err = m.Install(ctx, cache)
		Expect(err).NotTo(HaveOccurred())
		Expect(took.String()).To(Equal("installed before"))
	})

	It("runs once for the same files, whatever the tools left behind", func(ctx context.Context) {
		m := load(minimal("") + counting)
		Expect(install(ctx, m)).To(Succeed())
		Expect(os.Mkdir(filepath.Join(m.Dir, "node_modules"), 0o755)).To(Succeed())
		write(m.Dir, "node_modules/x.js", "1")
		write(m.Dir, "FINDINGS.md", "none")
		Expect(install(ctx, m)).To(Succeed())
		Expect(runs(cache)).To(Equal(1))
	})

	DescribeTable("runs again when something changed that the build depends on",
		func(ctx context.Context, change func(dir string)) {
			dir := directory(minimal("") + counting + "inputs: [../shared]\noutputs: [built]\n")
			shared := filepath.Join(dir, "..", "shared")
			Expect(os.Mkdir(shared, 0o755)).To(Succeed())
			write(shared, "app.js", "1")
			write(dir, "package-lock.json", "1")
			write(dir, "built", "1")
			m, err := adapter.Load(dir)
			Expect(err).NotTo(HaveOccurred())
			Expect(install(ctx, m)).To(Succeed())
			change(dir)
			Expect(install(ctx, m)).To(Succeed())
			Expect(runs(cache)).To(Equal(2))
		},
		Entry("a lock file", func(dir string) { write(dir, "package-lock.json", "2") }),
		Entry("an input", func(dir string) { write(dir, "../shared/app.js", "2") }),
		Entry("a file that came", func(dir string) { write(dir, "go.sum", "") }),
		Entry("a file that went", func(dir string) { Expect(os.Remove(filepath.Join(dir, "package-lock.json"))).To(Succeed()) }),
		Entry("an output that went", func(dir string) { Expect(os.Remove(filepath.Join(dir, "built"))).To(Succeed()) }),
	)

	It("keeps what a failing command printed, and tries again", func(ctx context.Context) {
		m := load(minimal("") + counting + "  - echo no compiler >&2; exit 3\n  - echo unreached\n")
		var failed *adapter.InstallError
		err := install(ctx, m)
		Expect(err).To(BeAssignableToTypeOf(failed))
		Expect(err).To(MatchError(And(ContainSubstring("installing fake"), ContainSubstring("exit status 3"), ContainSubstring("no compiler"))))
		log, err := os.ReadFile(filepath.Join(cache, "install.log"))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(log)).To(And(ContainSubstring("no compiler"), Not(ContainSubstring("unreached"))))
		Expect(install(ctx, m)).NotTo(Succeed())
		Expect(runs(cache)).To(Equal(2))
	})

	It("ends with its context, the commands' children too", func(ctx context.Context) {
		m := load(minimal("") + "install:\n  - sleep 600 & echo $! >\"$CORSPROOF_CACHE/child\"; wait\n")
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- install(ctx, m) }()
		Eventually(filepath.Join(cache, "child")).Should(BeAnExistingFile())
		Eventually(func() string { return childOf(cache) }).ShouldNot(BeEmpty())
		cancel()
		Eventually(ended).Should(Receive(MatchError(context.Canceled)))
		Eventually(func() bool { return alive(childOf(cache)) }).Should(BeFalse())
	})

	It("asks for the version, of which the first line counts", func(ctx context.Context) {
		Expect(load(minimal("")).AskVersion(ctx, cache)).To(Equal("1.2.3"))
	})
})
