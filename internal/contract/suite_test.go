package contract_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

func TestContract(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "contract")
}

// readStandard gives the standard policies.
var readStandard = sync.OnceValues(func() ([]cases.Policy, error) {
	table, err := cases.Load()
	if err != nil {
		return nil, err
	}
	return table.Policies, nil
})

// readOne gives one of the standard policies as a list.
func readOne(name string) []cases.Policy {
	return []cases.Policy{standard()[name]}
}

// standard gives the standard policies by name.
func standard() map[string]cases.Policy {
	list, err := readStandard()
	Expect(err).NotTo(HaveOccurred())
	byName := make(map[string]cases.Policy, len(list))
	for _, p := range list {
		byName[p.Name] = p
	}
	return byName
}

// lines builds a header from "Name: value" lines; repeats are kept.
func lines(ss ...string) http.Header {
	h := http.Header{}
	for _, s := range ss {
		name, value, _ := strings.Cut(s, ": ")
		h.Add(name, value)
	}
	return h
}

// cors keeps the CORS fields and Vary of a head, as "Name: value" lines.
func cors(h http.Header) []string {
	var out []string
	for name, values := range h {
		if name == "Vary" || strings.HasPrefix(name, "Access-Control-") {
			for _, v := range values {
				out = append(out, name+": "+v)
			}
		}
	}
	return out
}
