package raw_test

import (
	"math"
	"math/rand/v2"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/raw"
)

// pace is the time for n units.
type pace func(n float64) float64

// commas grow in a field; beside them the cost of another field.
var (
	commas = cases.Grow{Begin: "X-A: x", Unit: ","}
	beside = cases.Grow{Begin: "X-A: x", Unit: ",", Beside: "X-B: x"}
)

// of gives the times of a server with this pace on a machine that interrupts
// each millisecond of work with a probability, for some milliseconds.
func of(p pace, r *rand.Rand, interrupted float64) func(string, int) time.Duration {
	return func(begin string, n int) time.Duration {
		if begin != commas.Begin && begin != beside.Beside {
			return max(1, time.Duration(n)*10) // the same bytes elsewhere
		}
		work := p(float64(n))
		took := work
		for left := work * 1e3; left > 0; left-- { // milliseconds
			if r.Float64() < interrupted*min(left, 1) {
				took += r.Float64() * 0.012
			}
		}
		return max(1, time.Duration(took*1e9))
	}
}

var _ = Describe("growth", func() {
	linear := func(perUnit float64) pace { return func(n float64) float64 { return 3e-4 + n*perUnit } }
	quadratic := func(perPair float64) pace { return func(n float64) float64 { return 3e-4 + n*1e-7 + n*n*perPair } }

	DescribeTable("is judged by its exponent, whatever the machine does", func(p pace, most, failures int, noise ...float64) {
		if noise == nil {
			noise = []float64{0, 0.05, 0.5, 0.95}
		}
		for seed := range uint64(100) {
			r := rand.New(rand.NewPCG(seed, 1))
			for _, interrupted := range noise {
				found, undecided, _ := raw.MeasureGrowth(commas, most, of(p, r, interrupted))
				if undecided != "" {
					Expect(interrupted).To(BeNumerically(">", 0), "a quiet machine decides")
					continue
				}
				Expect(found).To(HaveLen(failures), "seed %d, interrupted %g", seed, interrupted)
			}
		}
	},
		Entry("constant", linear(0), 1<<20, 0),
		Entry("linear and quick", linear(1e-8), 1<<20, 0),
		Entry("linear and slow, as an interpreted language is", linear(3e-6), 1<<17, 0),
		Entry("n log n", pace(func(n float64) float64 { return n * math.Log2(n) * 1e-8 }), 1<<20, 0),
		Entry("quadratic within 16 KiB", quadratic(2e-9), 16<<10, 1),
		Entry("quadratic within 4 KiB, just to be seen", quadratic(2e-9), 4000, 1, 0.0, 0.05),
		Entry("quadratic, to be seen near 1 MiB only", quadratic(1e-13), 1<<20, 1),
		Entry("exponential", pace(func(n float64) float64 { return math.Exp2(min(n/8, 12)) * 1e-4 }), 16<<10, 1),
		Entry("quadratic and harmless", quadratic(1e-10), 8<<10, 0),
	)

	It("ends where answers take long now and then, undecided", func() {
		for seed := range uint64(100) {
			r := rand.New(rand.NewPCG(seed, 2))
			var waited time.Duration
			found, undecided, _ := raw.MeasureGrowth(commas, 1<<20, func(string, int) time.Duration {
				took := time.Duration((0.001 + 8*r.Float64()*float64(r.IntN(2))) * 1e9)
				waited += took
				return took
			})
			Expect(found).To(BeEmpty(), "seed %d", seed)
			Expect(waited).To(BeNumerically("<", 70*time.Second), "seed %d", seed)
			if waited > time.Minute {
				Expect(undecided).To(ContainSubstring("times could not be taken within 1m0s"))
			}
		}
	})

	// A machine that runs each computation for three milliseconds and then others,
	// so that the rest of it takes a multiple; how much changes by chance.
	busy := func(r *rand.Rand, stretch float64) func(time.Duration) time.Duration {
		const slice = 3 * time.Millisecond
		return func(d time.Duration) time.Duration {
			by := 1 + (stretch-1)*(0.7+0.6*r.Float64())
			return min(d, slice) + time.Duration(float64(max(d-slice, 0))*by)
		}
	}
	DescribeTable("is judged beside a computation that meets the same on a busy machine", func(grow cases.Grow, p pace, most, failures int) {
		for seed := range uint64(30) {
			for _, stretch := range []float64{1, 2, 4, 10, 20} {
				compute := busy(rand.New(rand.NewPCG(seed, 3)), stretch)
				quiet := of(p, rand.New(rand.NewPCG(seed, 4)), 0)
				found, undecided, _ := raw.MeasureGrowthBeside(grow, most, compute, func(begin string, n int) time.Duration {
					if begin == beside.Beside {
						return compute(max(1, time.Duration(n)*10))
					}
					return compute(quiet(begin, n))
				})
				if undecided != "" { // honest where the machine gives a twentieth of itself
					Expect(stretch).To(BeNumerically(">", 4), undecided)
					continue
				}
				Expect(found).To(HaveLen(failures), "seed %d, stretched %g times", seed, stretch)
			}
		}
	},
		Entry("linear, at each length that meets it otherwise", commas, linear(1e-8), 1<<20, 0),
		Entry("linear, three slices long", commas, linear(1e-8), 900_000, 0),
		Entry("linear, of many slices", commas, linear(4e-8), 1<<20, 0),
		Entry("linear, of hundreds", commas, linear(1e-6), 1<<18, 0),
		Entry("quadratic within 16 KiB", commas, quadratic(1e-9), 16<<10, 1),
		Entry("a field that costs ten times the other, and little", beside, linear(1e-8), 1<<20, 0),
		Entry("a field that costs a hundred times the other", beside, linear(1e-6), 1<<17, 1),
	)

	It("is checked against the same bytes elsewhere, from the first on", func() {
		_, _, _ = raw.MeasureGrowth(cases.Grow{Begin: "X-A: a", Unit: " ", End: "b"}, 4096, func(begin string, n int) time.Duration {
			Expect(begin).To(HaveSuffix(": a"), "blanks that begin a value are other work")
			return time.Duration(n) * time.Duration(n) * 10
		})
	})

	It("goes as far as the server takes the head", func() {
		for _, limit := range []int{100, 4000, 8190, 16000, 65000} {
			found, _, longest := raw.MeasureGrowth(commas, 1<<20, func(begin string, n int) time.Duration {
				switch {
				case n > limit:
					return 0
				case begin != commas.Begin:
					return time.Millisecond
				}
				return time.Millisecond + time.Duration(float64(n)*float64(n)/float64(limit)/float64(limit)*1e8)
			})
			Expect(longest).To(And(BeNumerically("<=", limit), BeNumerically(">", limit*3/4)), "limit %d", limit)
			Expect(found).To(HaveLen(1), "limit %d", limit)
		}
	})

	It("is not a finding where any field of that length takes so long", func() {
		found, undecided, _ := raw.MeasureGrowth(commas, 1<<20, func(_ string, n int) time.Duration {
			if n > 64<<10 { // more than the buffers of a connection take
				return 40 * time.Millisecond
			}
			return 300*time.Microsecond + time.Duration(n)
		})
		Expect(found).To(BeEmpty())
		Expect(undecided).To(BeEmpty())
	})

	It("is undecided when only one measurement shows it, but the least of all times does", func() {
		asked := 0
		found, undecided, _ := raw.MeasureGrowth(commas, 4096, func(begin string, n int) time.Duration {
			if begin != commas.Begin {
				return time.Microsecond
			}
			took := time.Duration(n) * time.Duration(n) * 6
			if n != 4096 && n <= 1024 {
				if asked++; asked > 3*20 { // requests that share, after the first measurement
					took += 30 * time.Millisecond
				}
			}
			return time.Microsecond + took
		})
		Expect(found).To(BeEmpty())
		Expect(undecided).To(ContainSubstring("too busy"))
	})

	DescribeTable("the cost of a field is judged beside another of its length", func(mine, other pace, failures int) {
		for seed := range uint64(100) {
			r := rand.New(rand.NewPCG(seed, 2))
			for _, interrupted := range []float64{0, 0.05, 0.5} {
				a, b := of(mine, r, interrupted), of(other, r, interrupted)
				found, _, _ := raw.MeasureGrowth(beside, 1<<20, func(begin string, n int) time.Duration {
					if begin == beside.Beside {
						return b(begin, n)
					}
					return a(begin, n)
				})
				Expect(found).To(HaveLen(failures), "seed %d, interrupted %g", seed, interrupted)
			}
		}
	},
		Entry("as any other", linear(5e-8), linear(5e-8), 0),
		Entry("twice as much", linear(1e-7), linear(5e-8), 0),
		Entry("ten times as much, of next to nothing", linear(4e-9), linear(4e-10), 0),
		Entry("twenty times as much", linear(2e-7), linear(1e-8), 1),
	)
})
