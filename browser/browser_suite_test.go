package browser_test

import (
	"context"
	"errors"
	"os"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
)

// EnvRequire makes a missing browser a failure instead of a skip.
const envRequire = "CORSPROOF_REQUIRE_CHROME"

func TestBrowser(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "the Chrome agent")
}

var chrome *browser.Chrome

var _ = BeforeSuite(func() {
	var err error
	chrome, err = browser.Start(context.Background(), browser.Options{})
	var missing *browser.MissingError
	if errors.As(err, &missing) && os.Getenv(envRequire) == "" {
		Skip("no browser, so nothing of this package is tested: " + err.Error())
	}
	Expect(err).NotTo(HaveOccurred())
})

var _ = AfterSuite(func() {
	if chrome != nil {
		Expect(chrome.Close()).To(Succeed())
	}
})
