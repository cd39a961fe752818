package reference_test

import (
	"os/exec"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("the imports of the middleware", func() {
	It("leave out YAML, the table of cases, the suite and the mutants", func(ctx SpecContext) {
		out, err := exec.CommandContext(ctx, "go", "list", "-deps", ".").CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(out))
		all := strings.Fields(string(out))
		const module = "github.com/corsproof/corsproof/"
		Expect(all).To(ContainElements("net/http", module+"reference"), "these are its imports")
		var ours []string
		for _, path := range all {
			Expect(path).NotTo(ContainSubstring("yaml"))
			if name, ok := strings.CutPrefix(path, module); ok {
				ours = append(ours, name)
			}
		}
		Expect(ours).To(ConsistOf("spec", "reference", "reference/internal/layer"))
	})
})
