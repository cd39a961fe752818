package ginkgocors_test

import (
	"net/http"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/corstest"
	"github.com/corsproof/corsproof/harness/ginkgocors"
	"github.com/corsproof/corsproof/internal/contract"
)

func TestGinkgocors(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "ginkgocors")
}

var policy = cases.Policy{Name: "api", Origins: []string{"https://app.example"}, Methods: []string{"PUT"}}

func newServer() http.Handler {
	m, err := contract.Compile(policy)
	Expect(err).NotTo(HaveOccurred())
	return m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
}

var _ = ginkgocors.DescribeChecks("a server with a policy of its own", func() corstest.Target { return corstest.Handler(newServer()) }, corstest.Policy(policy))

var _ = ginkgocors.DescribeChecks("a library, in part", func() corstest.Target {
	return corstest.Middleware(func(p cases.Policy) (func(http.Handler) http.Handler, error) {
		m, err := contract.Compile(p)
		if err != nil {
			return nil, err
		}
		return m.Wrap, nil
	})
}, corstest.Focus("creds-*"))
