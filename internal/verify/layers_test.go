package verify_test

import (
	"context"
	"errors"
	"os"
	"reflect"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

var _ = Describe("exchanges about the layers beside CORS", func() {
	bases := []string{"http://127.0.0.1:8001", "http://localhost:8001", "http://127.0.0.1:8002", "http://localhost:8002"}

	It("are the same for the same seed", func() {
		a, b := verify.NewLayerGenerator(4, bases), verify.NewLayerGenerator(4, bases)
		for i := range 500 {
			x, y := a.Session(i, verify.PathOf(i)), b.Session(i, verify.PathOf(i))
			Expect(reflect.DeepEqual(x, y)).To(BeTrue())
		}
	})
	It("have every layer that a page can have on this machine, in the standard and in Chromium, and are mostly not stopped twice", func() {
		for _, engine := range []spec.Engine{spec.EngineFetch, spec.EngineChromium} {
			g, reasons, allowed := verify.NewLayerGenerator(5, bases), map[spec.Reason]int{}, 0
			for i := range 4000 {
				for _, o := range verify.Decide(g.Session(i, verify.PathOf(i)), engine) {
					reasons[o.Reason]++
					if o.Result == spec.Allowed {
						allowed++
					}
				}
			}
			want := []spec.Reason{spec.ReasonCSP, spec.ReasonMixedContent, spec.ReasonCORPNotSameOrigin, spec.ReasonCORPNotSameSite, spec.ReasonCORPByCOEP, spec.ReasonNosniff}
			if engine == spec.EngineChromium {
				want = append(want[:5], spec.ReasonORB, spec.ReasonPreflightDisallowedRedirect)
			}
			for _, r := range want {
				Expect(reasons[r]).To(BeNumerically(">", 20), string(r))
			}
			Expect(allowed).To(BeNumerically(">", 1200))
		}
	})
	It("are shrunk to what is needed, policies too", func() {
		g := verify.NewLayerGenerator(6, bases)
		for i := range 300 {
			xs := g.Session(i, verify.PathOf(i))
			before := len(xs[0].Request.Context.CSP)
			for _, smaller := range verify.Smaller(xs) {
				Expect(len(smaller[0].Request.Context.CSP)).To(BeNumerically("<=", before))
			}
			Expect(xs[0].Request.Context.CSP).To(HaveLen(before), "a smaller one shares nothing with it")
		}
	})
})

var _ = Describe("The layers beside CORS, in Chrome", Ordered, func() {
	var chrome *browser.Chrome
	BeforeAll(func() {
		var err error
		chrome, err = browser.Start(context.Background(), browser.Options{Flags: verify.LayerFlags(), IgnoreCertificateErrors: true})
		var missing *browser.MissingError
		if errors.As(err, &missing) && os.Getenv("CORSPROOF_REQUIRE_CHROME") == "" {
			Skip(err.Error())
		}
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(chrome.Close)
	})
	It("are decided as by the model, and a departure that is left out shows", func() {
		rep := verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineChromium, N: 120, Seed: 11, Layers: true})
		Expect(rep.Disagreements).To(BeEmpty())
		Expect(rep.Undecided).To(BeNumerically("<", 3))
		rep = verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineFetch, N: 120, Seed: 11, Layers: true, MostDisagreements: 1})
		Expect(rep.Disagreements).To(HaveLen(1))
	})
	It("have sites by the registrable domain alone, for Cross-Origin-Resource-Policy: same-site", func() {
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineChromium, sites)).To(BeEmpty())
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineFetch, sites)).To(HaveLen(5),
			"null to localhost and to intranet, wiki to both, an address to its other port")
	})
})

// sites are requests between hosts of every kind for an answer that only its own site may have.
func sites(bases []string) (xs []verify.Exchange) {
	port := bases[2][strings.LastIndexByte(bases[2], ':'):]
	for _, page := range []string{"http://app.example.com", "https://app.example.com", "http://wiki", "null", bases[0]} {
		for _, host := range []string{"https://a.example.com", "http://a.example.com", "http://api.example.org", "http://intranet", "https://intranet", "http://localhost", "http://127.0.0.1"} {
			to, _ := spec.ParseURL(host + port)
			if strings.HasPrefix(page, "https:") && to.Scheme() == "http" {
				continue // mixed content
			}
			q := spec.Request{API: spec.APIFetch, Origin: page, URL: host + port, Method: "GET", Mode: spec.ModeNoCORS, Credentials: spec.CredentialsOmit, Redirect: spec.RedirectFollow,
				Context: &spec.PageContext{CSP: []string{}, Embedder: spec.EmbedderUnsafeNone, Secure: new(strings.HasPrefix(page, "https:"))}}
			xs = append(xs, verify.Exchange{Request: q, Hops: []verify.Hop{{Response: spec.Response{Status: 200, Header: spec.Header{{Name: "Cross-Origin-Resource-Policy", Value: "same-site"}}}}}})
		}
	}
	return xs
}
