package judge_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
)

var _ = Describe("Two answers that should be the same", func() {
	of := func(name, method, origin string, p []cases.Predicate, lines ...string) judge.WireStep {
		x := answered(200, lines...)
		x.Method, x.Request = method, fields("Origin", origin)
		return judge.WireStep{Step: cases.Step{Name: name, Answer: p}, Exchanges: []agent.Exchange{x}}
	}
	sameAs := []cases.Predicate{{SameAs: "get"}}
	right := []string{"Access-Control-Allow-Origin: " + app, "Vary: Origin"}

	It("show the one as wrong that who asked cannot read, be it the first or the second", func() {
		for _, wrong := range [][]string{{}, {"Vary: Accept-Encoding"}, {"Access-Control-Allow-Origin: https://admin.example", "Vary: Origin"}} {
			for _, first := range []bool{true, false} {
				get, head, step, method := wrong, right, "get", "GET"
				if !first {
					get, head, step, method = right, wrong, "head", "HEAD"
				}
				failures := judge.JudgeWire(of("get", "GET", app, nil, get...), of("head", "HEAD", app, sameAs, head...))
				Expect(failures).NotTo(BeEmpty())
				for _, f := range failures {
					Expect(f.Step).To(Equal(step))
					Expect(f.Seen.Method).To(Equal(method))
					Expect(f.Seen.AllowOrigin.Text).NotTo(Equal(app))
				}
				Expect(failures).To(ContainElement(HaveField("Expected", "Access-Control-Allow-Origin: "+app)))
			}
		}
	})

	It("show the second as wrong where who asked can read both or neither, or others asked", func() {
		for _, pair := range [][2][]string{{right, {right[0]}}, {{"Vary: Origin"}, nil}} {
			Expect(judge.JudgeWire(of("get", "GET", app, nil, pair[0]...), of("head", "HEAD", app, sameAs, pair[1]...))).To(HaveExactElements(And(HaveField("Step", "head"), HaveField("Field", "Vary"))))
		}
		Expect(judge.JudgeWire(of("get", "GET", "https://evil.test", nil), of("head", "HEAD", app, sameAs, right[0]))).To(HaveExactElements(HaveField("Step", "head")))
	})
})
