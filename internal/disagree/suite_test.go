package disagree_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestDisagree(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "disagree")
}
