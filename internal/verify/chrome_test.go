package verify_test

import (
	"context"
	"errors"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("Chrome", Ordered, func() {
	var chrome *browser.Chrome
	BeforeAll(func() {
		var err error
		chrome, err = browser.Start(context.Background(), browser.Options{})
		var missing *browser.MissingError
		if errors.As(err, &missing) && os.Getenv("CORSPROOF_REQUIRE_CHROME") == "" {
			Skip(err.Error())
		}
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(chrome.Close)
	})

	It("decides as the model with its documented departures", func() {
		rep := verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineChromium, N: 400, Seed: 1})
		Expect(rep.Disagreements).To(BeEmpty())
		Expect(rep.Undecided).To(BeZero())
	})
	It("does over real connections what corsproof fetch does", func() {
		rep := verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineChromium, N: 300, Seed: 3, Live: true})
		Expect(rep.Disagreements).To(BeEmpty())
		Expect(rep.Undecided).To(BeZero())
		Expect(rep.Named).To(BeNumerically("<", 15))
	})
	It("gives its reasons on the console, too", func() {
		rep := verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineChromium, N: 800, Seed: 2, Followed: 1})
		Expect(rep.Disagreements).To(BeEmpty())
		Expect(rep.Unstable+rep.Undecided).To(BeNumerically("<", 8), "what is not understood there is asked again on the wire")
	})
	It("sends what a cache mode adds, and a script's own field of that name in mode cors only", func() {
		var xs []verify.Exchange
		for _, mode := range []spec.Mode{spec.ModeNoCORS, spec.ModeCORS} {
			for _, cache := range []string{"", "default", "no-store", "reload", "no-cache", "force-cache"} {
				for _, name := range []string{"Pragma", "Cache-Control"} {
					for _, method := range []string{"GET", "POST"} {
						xs = append(xs, verify.Exchange{Request: spec.Request{
							API: spec.APIFetch, Origin: "https://app.example.com", Method: method, Mode: mode, Cache: cache,
							Header: spec.Header{{Name: name, Value: "x\ty"}}, Credentials: spec.CredentialsSameOrigin, Redirect: spec.RedirectFollow,
						}})
					}
				}
			}
		}
		Expect(verify.Differences(context.Background(), chrome, xs)).To(BeEmpty())
	})
	It("is not said to send what the agent asks once more, since others were redirected there as well", func() {
		replay, err := verify.NewReplay()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(replay.Close)
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineChromium, replay, func(bases []string) []verify.Exchange {
			var xs []verify.Exchange
			for range 4 {
				xs = append(xs, verify.Exchange{
					Request: spec.Request{
						API: spec.APIFetch, Origin: "https://app.example.com", URL: bases[0], Method: "GET", Mode: spec.ModeCORS,
						Credentials: spec.CredentialsSameOrigin, Redirect: spec.RedirectManual,
					},
					Hops: []verify.Hop{{Response: response(302, "Access-Control-Allow-Origin", "*", "X-One", "\xff", "Location", "http://user@example.test/")}},
				})
			}
			return xs
		})).To(BeEmpty())
	})
	It("does not decide as the standard has it, which a run finds and shrinks", func() {
		rep := verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineFetch, N: 400, Seed: 3, MostDisagreements: 1})
		Expect(rep.Disagreements).To(HaveLen(1))
		d := rep.Disagreements[0]
		Expect(d.Attempts).To(BeNumerically(">", 1))
		Expect(blamed(d)).NotTo(BeEmpty(), "a documented departure")
	})
})
