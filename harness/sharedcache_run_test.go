package harness_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

var _ = Describe("a check that goes through the shared cache", func() {
	It("shows which servers poison a cache, to the wire and to the model", func(ctx SpecContext) {
		for vary, want := range map[string]agent.Verdict{"Origin": agent.VerdictPass, "Accept-Encoding": agent.VerdictFail} {
			s := appServer(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Vary", vary)
				w.Header().Set("Cache-Control", "max-age=60")
				if o := r.Header.Get("Origin"); o != "" {
					w.Header().Set("Access-Control-Allow-Origin", o)
				}
			})
			plain := cases.Step{Wire: &cases.Wire{Method: "GET", Path: "/ok", Version: "HTTP/1.1"}}
			onWire := wireCheck("wire", plain, wireGet("/ok", shares(app)))
			allowed := cases.Expect{Outcome: "allowed"}
			other := browserCheck("model", cases.Request{}, allowed)
			evil := other.Steps[0]
			evil.Request = &cases.Request{Method: "GET", Path: "/ok", Origin: "https://other.example"}
			other.Steps = append([]cases.Step{evil}, other.Steps...)
			onWire.Case.Via, other.Case.Via = "shared-cache", "shared-cache"
			sum, err := run(ctx, s.URL, onWire, other)
			Expect(err).NotTo(HaveOccurred())
			Expect(verdicts(sum)).To(Equal(map[string]agent.Verdict{"wire/exact": want, "model/exact": want}), vary)
			for _, r := range sum.Results {
				for _, ex := range r.Agents[0].Exchanges {
					Expect(ex.URL).NotTo(HavePrefix(s.URL), "it goes through the cache")
					_, err := http.Get(ex.URL)
					Expect(err).To(MatchError(ContainSubstring("refused")), "the cache ends with the run")
				}
			}
		}
	})
})
