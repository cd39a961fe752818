package mutants_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
)

func TestMutants(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "mutants")
}

// readStandard gives the standard policies.
var readStandard = sync.OnceValues(func() ([]cases.Policy, error) {
	table, err := cases.Load()
	if err != nil {
		return nil, err
	}
	return table.Policies, nil
})

// lines builds a header from "Name: value" lines; repeats are kept.
func lines(ss ...string) http.Header {
	h := http.Header{}
	for _, s := range ss {
		name, value, _ := strings.Cut(s, ": ")
		h.Add(name, value)
	}
	return h
}
