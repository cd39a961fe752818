package raw_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestRaw(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "raw")
}
