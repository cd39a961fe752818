package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

var testBases = []string{"http://127.0.0.1:8001", "http://localhost:8001", "http://127.0.0.1:8002", "http://localhost:8002"}

// generated makes n sessions.
func generated(seed uint64, n int) [][]verify.Exchange {
	g := verify.NewGenerator(seed, testBases)
	out := make([][]verify.Exchange, n)
	for i := range out {
		out[i] = g.Session(i+1, verify.PathOf(i+1))
	}
	return out
}

var _ = Describe("The generator", func() {
	It("makes the same of the same seed, and something else of another", func() {
		Expect(generated(7, 300)).To(Equal(generated(7, 300)))
		Expect(generated(7, 300)).NotTo(Equal(generated(8, 300)))
	})

	It("makes exchanges of which a third at least is allowed and every reason occurs", func() {
		var outcomes [][]spec.Outcome
		for _, xs := range generated(1, 12000) {
			outcomes = append(outcomes, verify.Decide(xs, spec.EngineChromium))
		}
		rep := verify.Count(1, outcomes)
		share := func(r spec.Result) float64 { return float64(rep.Results[r]) / float64(rep.Exchanges) }
		Expect(share(spec.Allowed)).To(BeNumerically(">", 0.4))
		Expect(share(spec.Blocked)).To(BeNumerically(">", 0.25))
		Expect(share(spec.TypeError)).To(BeNumerically("~", 0.06, 0.04))
		Expect(rep.Results[spec.Invalid]).To(BeZero())
		Expect(rep.Missing()).To(BeEmpty())
		for reason, n := range rep.Reasons {
			Expect(n).To(BeNumerically("<", rep.Exchanges/10), string(reason))
		}
		Expect(rep.Redirected).To(BeNumerically(">", rep.Exchanges/15))
		Expect(rep.Saved).To(BeNumerically(">", rep.Exchanges/100))
	})

	It("makes use of every modelled departure of Chromium that a browser shows without HTTP/2", func() {
		servers, err := verify.NewLayerReplay()
		Expect(err).NotTo(HaveOccurred())
		defer servers.Close()
		used := map[string]bool{}
		sessions, layers := generated(2, 12000), verify.NewLayerGenerator(2, servers)
		for i := range 5000 {
			sessions = append(sessions, layers.Session(i, verify.PathOf(i)))
		}
		for _, xs := range sessions {
			for _, ids := range verify.Attribute(xs, verify.Decide(xs, spec.EngineChromium), spec.EngineChromium) {
				for _, id := range ids {
					used[id] = true
				}
			}
		}
		for _, d := range spec.ProfileOf(spec.EngineChromium).Departures {
			if d.Modelled() && d.ID != "local-network-from-public" { // all pages of the agent are public
				Expect(used).To(HaveKey(d.ID))
			}
		}
	})

	It("keeps the HTTP cache out of sessions and has them share a URL", func() {
		several := 0
		for _, xs := range generated(3, 2000) {
			if len(xs) == 1 {
				continue
			}
			several++
			for _, x := range xs {
				Expect(verify.BaseOf(x.Request.URL)).NotTo(BeEmpty())
				for _, h := range x.Hops {
					Expect(h.Response.Header.Values("Cache-Control")).To(Equal([]string{"no-store"}))
				}
			}
		}
		Expect(several).To(BeNumerically("~", 250, 120))
	})

	It("makes what the exchange format can say: eval decides the lines as the model does", func() {
		var lines []byte
		var want []spec.Outcome
		for _, xs := range generated(4, 1500) {
			cacheModes := false
			for _, x := range xs {
				cacheModes = cacheModes || x.Request.Cache != "" // the format has none
			}
			if cacheModes {
				continue
			}
			want = append(want, verify.Decide(xs, spec.EngineChromium)...)
			for _, l := range (verify.Disagreement{Exchanges: xs}).Lines() {
				lines = append(l.Append(lines), '\n')
			}
		}
		var out bytes.Buffer
		_, err := exchange.Eval(context.Background(), bytes.NewReader(lines), &out, exchange.Options{Engine: spec.EngineChromium})
		Expect(err).NotTo(HaveOccurred())
		results := strings.Split(strings.TrimSpace(out.String()), "\n")
		Expect(results).To(HaveLen(len(want)))
		for i, text := range results {
			var got struct {
				Outcome  spec.Result
				Reason   *spec.Reason
				Error    string
				Readable map[string]string
			}
			Expect(json.Unmarshal([]byte(text), &got)).To(Succeed())
			Expect(got.Outcome).To(Equal(want[i].Result), "%s\n%s", got.Error, text)
			if want[i].Result == spec.Blocked {
				Expect(*got.Reason).To(Equal(want[i].Reason))
			}
			Expect(got.Readable).To(HaveLen(len(want[i].Readable)))
		}
	})
})
