package browser_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
)

// envRequire makes a missing browser a failure instead of a skip.
const envRequire = "CORSPROOF_REQUIRE_CHROME"

// withoutBrowser labels the specs that need none.
const withoutBrowser = "without a browser"

func TestBrowser(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "the Chrome agent")
}

var (
	chrome  *browser.Chrome
	missing *browser.MissingError
)

var _ = BeforeSuite(func() {
	var err error
	chrome, err = browser.Start(context.Background(), browser.Options{})
	if errors.As(err, &missing) && os.Getenv(envRequire) == "" {
		return
	}
	Expect(err).NotTo(HaveOccurred())
})

var _ = BeforeEach(func() {
	if missing != nil && !slices.Contains(CurrentSpecReport().Labels(), withoutBrowser) {
		Skip("no browser to test with: " + missing.Error())
	}
})

var _ = AfterSuite(func() {
	if chrome != nil {
		Expect(chrome.Close()).To(Succeed())
	}
})
