package reference_test

import (
	"os"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/cases"
)

func TestReference(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "reference")
}

// readStandard reads the standard policies, in the order of the file.
func readStandard() ([]cases.Policy, error) {
	data, err := os.ReadFile("../cases/data/policies.yaml")
	if err != nil {
		return nil, err
	}
	var file struct {
		Policies []cases.Policy `yaml:"policies"`
	}
	return file.Policies, yaml.Unmarshal(data, &file)
}

// standard returns the standard policies by name.
func standard() map[string]cases.Policy {
	list, err := readStandard()
	Expect(err).NotTo(HaveOccurred())
	byName := make(map[string]cases.Policy, len(list))
	for _, p := range list {
		byName[p.Name] = p
	}
	return byName
}
