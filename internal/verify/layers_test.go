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
	var servers *verify.Replay
	BeforeEach(func() {
		var err error
		servers, err = verify.NewLayerReplay()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(servers.Close)
	})

	It("are the same for the same seed", func() {
		a, b := verify.NewLayerGenerator(4, servers), verify.NewLayerGenerator(4, servers)
		for i := range 500 {
			x, y := a.Session(i, verify.PathOf(i)), b.Session(i, verify.PathOf(i))
			Expect(reflect.DeepEqual(x, y)).To(BeTrue())
		}
	})
	It("say of each server where it is", func() {
		g := verify.NewLayerGenerator(5, servers)
		elsewhere := 0
		for i := range 3000 {
			for _, x := range g.Session(i, verify.PathOf(i)) {
				Expect(x.Request.Context.Servers).NotTo(ContainElement(spec.AddressSpace("")))
				for _, h := range x.Hops { // a redirect to another scheme has no server
					if l, ok := h.Response.Header.Get("Location"); ok && strings.HasPrefix(l, "mailto:") {
						elsewhere++
					}
				}
			}
		}
		Expect(elsewhere).To(BeNumerically(">", 0))
	})
	It("have every layer that a page can have on this machine, in the standard and in Chromium, and are mostly not stopped twice", func() {
		for _, engine := range []spec.Engine{spec.EngineFetch, spec.EngineChromium} {
			g, reasons, allowed := verify.NewLayerGenerator(5, servers), map[spec.Reason]int{}, 0
			for i := range 8000 {
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
			want = append(want, spec.ReasonIntegrity, spec.ReasonIntegrityPolicy, spec.ReasonLocalPermission, spec.ReasonInsecureLocalNetwork, spec.ReasonLocalTarget)
			for _, r := range want {
				Expect(reasons[r]).To(BeNumerically(">", 20), string(r))
			}
			Expect(allowed).To(BeNumerically(">", 2400))
		}
	})
	It("are shrunk to what is needed, policies too", func() {
		g := verify.NewLayerGenerator(6, servers)
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
	var servers *verify.Replay
	BeforeAll(func() {
		var err error
		servers, err = verify.NewLayerReplay()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(servers.Close)
		var cookies []browser.Cookie
		for _, url := range verify.LayerCookies() {
			cookies = append(cookies, browser.Cookie{URL: url, Name: "c", Value: "1"})
		}
		chrome, err = browser.Start(context.Background(), browser.Options{Flags: verify.LayerFlags(servers), LocalNetwork: true, Cookies: cookies, IgnoreCertificateErrors: true})
		var missing *browser.MissingError
		if errors.As(err, &missing) && os.Getenv("CORSPROOF_REQUIRE_CHROME") == "" {
			Skip(err.Error())
		}
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(chrome.Close)
	})
	It("are decided as by the model, and a departure that is left out shows", func() {
		rep := verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineChromium, N: 120, Seed: 11, Layers: servers})
		Expect(rep.Disagreements).To(BeEmpty())
		Expect(rep.Undecided).To(BeNumerically("<", 3))
		rep = verifyRun(verify.Options{Agent: chrome, Engine: spec.EngineFetch, N: 120, Seed: 11, Layers: servers, MostDisagreements: 1})
		Expect(rep.Disagreements).To(HaveLen(1))
	})
	It("refuse an element's URL with a user name, and one that a redirect leads to", func() {
		element := func(bases []string) []verify.Exchange {
			var xs []verify.Exchange
			for destination := range map[string]string{"image": "", "script": "", "style": ""} {
				c := &spec.PageContext{Destination: destination, AddressSpace: spec.SpacePublic, Servers: []spec.AddressSpace{spec.SpacePublic}, CSP: []string{}, Embedder: spec.EmbedderUnsafeNone, Secure: new(false)}
				q := spec.Request{API: spec.APIElement, Origin: "http://app.example.com", URL: strings.Replace(bases[0], "//", "//user@", 1), Method: "GET", Mode: spec.ModeNoCORS, Credentials: spec.CredentialsInclude, Redirect: spec.RedirectFollow, Context: c}
				xs = append(xs, verify.Exchange{Request: q, Hops: []verify.Hop{{Response: spec.Response{Status: 200, Header: spec.Header{{Name: "Content-Type", Value: "text/css"}}}}}})
				q.URL = bases[0]
				location := spec.Header{{Name: "Location", Value: strings.Replace(bases[2], "//", "//user@", 1) + verify.PathOf(len(xs)) + "/1"}}
				xs = append(xs, verify.Exchange{Request: q, Hops: []verify.Hop{{Response: spec.Response{Status: 302, Header: location}}, {Response: spec.Response{Status: 200}}}})
			}
			return xs
		}
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineChromium, servers, element)).To(BeEmpty())
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineFetch, servers, element)).To(HaveLen(6))
	})
	It("have sites by the registrable domain alone, for Cross-Origin-Resource-Policy: same-site", func() {
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineChromium, servers, sites)).To(BeEmpty())
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineFetch, servers, sites)).To(HaveLen(5),
			"null to localhost and to intranet, wiki to both, an address to its other port")
	})
	It("let pages reach the local network and this machine where the user has allowed it, the page is secure, and the script says where the server is", func() {
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineChromium, servers, nearby)).To(BeEmpty())
		Expect(verify.DifferencesAt(context.Background(), chrome, spec.EngineFetch, servers, nearby)).NotTo(BeEmpty())
	})
})

// nearby are requests of pages of every kind to servers of every address space.
func nearby(bases []string) (xs []verify.Exchange) {
	tls := func(base string) string { return strings.Replace(base, "http:", "https:", 1) }
	for _, page := range []string{"https://app.example.com", "http://app.example.com", "null", bases[4], tls(bases[4]), bases[6]} {
		for i, base := range []string{bases[0], bases[4], bases[6]} {
			for _, target := range []spec.AddressSpace{"", spec.SpaceLocal, spec.SpaceLoopback} {
				for _, url := range []string{base, tls(base)} {
					for _, method := range []string{"GET", "PUT"} {
						c := &spec.PageContext{AddressSpace: spec.SpacePublic, Servers: []spec.AddressSpace{spec.AddressSpaces()[i]}, TargetAddressSpace: target, LocalNetwork: len(xs)%3 == 0,
							CSP: []string{}, Embedder: spec.EmbedderUnsafeNone, Secure: new(page == "null" || strings.HasPrefix(page, "https:"))}
						q := spec.Request{API: spec.APIFetch, Origin: page, URL: url, Method: method, Mode: spec.ModeCORS, Credentials: spec.CredentialsOmit, Redirect: spec.RedirectFollow, Context: c}
						grant := spec.Header{{Name: "Access-Control-Allow-Origin", Value: "*"}, {Name: "Access-Control-Allow-Methods", Value: "*"}}
						xs = append(xs, verify.Exchange{Request: q, Hops: []verify.Hop{{Preflight: spec.Response{Status: 204, Header: grant}, Response: spec.Response{Status: 200, Header: grant}}}})
					}
				}
			}
		}
	}
	return xs
}

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
				Context: &spec.PageContext{AddressSpace: spec.SpacePublic, Servers: []spec.AddressSpace{spec.SpacePublic}, CSP: []string{}, Embedder: spec.EmbedderUnsafeNone, Secure: new(strings.HasPrefix(page, "https:"))}}
			xs = append(xs, verify.Exchange{Request: q, Hops: []verify.Hop{{Response: spec.Response{Status: 200, Header: spec.Header{{Name: "Cross-Origin-Resource-Policy", Value: "same-site"}}}}}})
		}
	}
	return xs
}
