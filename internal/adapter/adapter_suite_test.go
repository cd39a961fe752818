package adapter_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/corsproof/corsproof/internal/adapter"
)

func TestAdapter(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "internal/adapter")
}

// fake is the binary of testdata/fake.
var fake string

var _ = SynchronizedBeforeSuite(func() []byte {
	path, err := gexec.Build("./testdata/fake")
	Expect(err).NotTo(HaveOccurred())
	return []byte(path)
}, func(path []byte) { fake = string(path) })

var _ = SynchronizedAfterSuite(func() {}, gexec.CleanupBuildArtifacts)

// minimal is a manifest whose start command is the fake's, in the given mode.
func minimal(mode string) string {
	return strings.Join([]string{
		"name: fake", "display: The fake", "language: Go", "package: none", "version: echo 1.2.3", "start: exec " + fake + " " + mode, "",
	}, "\n")
}

// directory makes an adapter's directory of a manifest.
func directory(manifest string) string {
	GinkgoHelper()
	dir := filepath.Join(GinkgoT().TempDir(), "fake")
	Expect(os.Mkdir(dir, 0o755)).To(Succeed())
	write(dir, adapter.ManifestFile, manifest)
	return dir
}

func write(dir, name, content string) {
	GinkgoHelper()
	Expect(os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600)).To(Succeed())
}

// load makes a manifest's directory and reads it back.
func load(manifest string) *adapter.Manifest {
	GinkgoHelper()
	m, err := adapter.Load(directory(manifest))
	Expect(err).NotTo(HaveOccurred())
	return m
}
