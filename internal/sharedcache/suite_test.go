package sharedcache_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestSharedCache(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "sharedcache")
}
