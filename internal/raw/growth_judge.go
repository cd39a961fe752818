package raw

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
)

// How growth is judged. On a machine that does other things too, a request that
// takes long is interrupted more often than a short one, so that linear work looks
// worse than linear. So the times that are compared are of the same amount of
// work: one request with n units, against 4 and 16 requests that share them. Where the work is
// linear all three take the same time on an idle machine; where it is quadratic, one takes
// 16 times as long as sixteen. On a busy machine the one takes longer, by as much as
// a computation of ours in one piece takes longer than in 16 (yardstick.go), and that is
// taken off. Each time is the least of several, taken in turn.

const (
	// growthFloor: shorter answers are not judged, since then a single
	// interruption is longer than what is measured.
	growthFloor = 10 * time.Millisecond
	// superlinear is the exponent from which on growth is a finding; n log n is
	// at 1.1 here, quadratic work at 2.
	superlinear = 1.5
	// surelyLinear is the exponent below which one measurement is enough.
	surelyLinear = 1.2
	// growthRounds is how often each time is taken in a measurement,
	// growthMeasurements how many there are at most, and growthAgreed how many of them
	// must have found it by themselves.
	growthRounds, growthMeasurements, growthAgreed = 3, 5, 3

	// costFloor and costRatio: from when on a field is expensive beside another
	// of its length.
	costFloor = 20 * time.Millisecond
	costRatio = 4
)

// shares are the numbers of requests among which the units are shared.
var shares = [...]int{1, 4, 16}

// timings are the least times for each of the shares, for one request with
// all the units in a field that nothing asks for (what it costs to send, to read and to
// wait for so many bytes), and for a computation of ours in one piece and in as many as the last share has.
type timings struct {
	shared              [len(shares)]time.Duration
	control             time.Duration
	yardOne, yardShared time.Duration
}

// take measures in turn, and work is how much we compute. Before the times of long
// requests the server has rested. ok is false when an answer did not come.
func (g *growth) take(n int, work time.Duration) (t timings, ok bool) {
	return leastOf(growthRounds, func() (now timings, ok bool) {
		now.yardOne = g.compute(work)
		for i, m := range shares {
			if now.shared[i], ok = g.together(max(n/m, 1), m); !ok {
				return now, false
			}
		}
		now.yardShared = computeShared(g.compute, work, shares[len(shares)-1])
		now.control, ok = g.least(g.control(), n, 1)
		return now, ok
	})
}

// linearWork is the server's work for n units if it is linear: what those who
// share it take beyond what a short request takes.
func (g *growth) linearWork(n int) (work time.Duration, ok bool) {
	last := shares[len(shares)-1]
	for i := range 2 {
		sum, ok := g.together(max(n/last, 1), last)
		if !ok {
			return 0, false
		}
		if sum = max(sum-g.base*time.Duration(last), sum/10); i == 0 || sum < work {
			work = sum
		}
	}
	return min(work, slowEnough), true
}

// exponent is the slope of the time of one request over its length, both as
// logarithms, by least squares. base, the time of a short request, is taken off first.
func (t timings) exponent(base time.Duration) float64 {
	var xs, ys [len(shares)]float64
	var meanX, meanY float64
	for i, m := range shares {
		one := float64(t.shared[i]) / float64(m)
		// What is left after the base may be next to nothing: then noise would decide.
		left := max(one-float64(base), one/10)
		xs[i], ys[i] = -math.Log(float64(m)), math.Log(left)
		meanX, meanY = meanX+xs[i]/float64(len(shares)), meanY+ys[i]/float64(len(shares))
	}
	var up, down float64
	for i := range xs {
		up += (xs[i] - meanX) * (ys[i] - meanY)
		down += (xs[i] - meanX) * (xs[i] - meanX)
	}
	return up / down
}

// stretch is how many times as long as in parts a linear computation took in one piece.
func (t timings) stretch() float64 {
	return max(1, float64(t.yardOne)/float64(max(t.yardShared, 1)))
}

// beyond is the exponent without what the machine adds to any computation.
func (t timings) beyond(base time.Duration) float64 {
	return t.exponent(base) - math.Log(t.stretch())/math.Log(float64(shares[len(shares)-1]))
}

// superlinear also wants the one request to take at least twice as long as the
// many, of which nothing was taken off, and as the same bytes elsewhere: a long request
// does not fit into the buffers of a connection, and waits where a short one does not.
func (t timings) superlinear(base time.Duration) bool {
	one, many := time.Duration(float64(t.shared[0])/t.stretch()), t.shared[len(shares)-1]
	return one-base >= growthFloor && one-t.control >= growthFloor && one >= 2*many && one >= 2*t.control &&
		t.beyond(base) >= superlinear
}

// least is the lesser of each.
func (t timings) least(other timings) timings {
	for i := range t.shared {
		t.shared[i] = min(t.shared[i], other.shared[i])
	}
	t.control = min(t.control, other.control)
	t.yardOne, t.yardShared = min(t.yardOne, other.yardOne), min(t.yardShared, other.yardShared)
	return t
}

// judgeGrowth judges the growth up to n units.
func (g *growth) judgeGrowth(n int, long time.Duration) (failures []agent.Symptom, undecided string) {
	if long-g.base < growthFloor {
		return nil, ""
	}
	work, ok := g.linearWork(n)
	if !ok {
		return nil, g.interrupted()
	}
	return decide(g, question[timings]{
		take:  func() (timings, bool) { return g.take(n, work) },
		found: func(t timings) bool { return t.superlinear(g.base) },
		dismissed: func(best timings, first bool) bool {
			return best.shared[0]-max(g.base, best.control) < growthFloor || best.exponent(g.base) < surelyLinear ||
				!first && best.beyond(g.base) < surelyLinear
		},
		failure: func(best timings) agent.Symptom { return g.failure(n, best) },
		undecided: func(best timings, agreed int) string {
			if best.exponent(g.base) < superlinear {
				return ""
			}
			return fmt.Sprintf("the machine was too busy to tell: the time for %s grew with the length to the power of %.1f, and that for a computation that is linear to the power of %.1f (the least of all times; %d of %d measurements alone show a difference)",
				g.amount(n), best.exponent(g.base), 1+best.exponent(g.base)-best.beyond(g.base), agreed, growthMeasurements)
		},
	})
}

func (g *growth) failure(n int, t timings) agent.Symptom {
	var each []string
	for i := len(shares) - 1; i >= 0; i-- {
		each = append(each, fmt.Sprintf("%d: %s", max(n/shares[i], 1), roundTime(t.shared[i]/time.Duration(shares[i]))))
	}
	last := len(shares) - 1
	return agent.Symptom{
		What:     "the time to answer grows no faster than the request",
		Expected: fmt.Sprintf("one request with %s takes about as long as the %d that share them: %s", g.amount(n), shares[last], roundTime(t.shared[last])),
		Actual: fmt.Sprintf("%s: the time grows with the length to the power of %.1f (%s; the same bytes elsewhere: %s; the least of several times)",
			roundTime(t.shared[0]), t.exponent(g.base), strings.Join(each, ", "), roundTime(t.control)),
	}
}

// interrupted is why measuring ended without an answer; empty where that says
// nothing of the target.
func (g *growth) interrupted() string {
	switch {
	case g.late && g.base > 0:
		return fmt.Sprintf("%s: a short request took %s at least", errSpent, roundTime(g.base))
	case g.late:
		return errSpent.Error()
	case g.lost != nil:
		return ""
	}
	return "an answer did not come while times were taken: " + g.broken
}

// costs are the least times for n units in the field of the step and in the one
// beside it, and for a computation of ours that takes as long as the first may.
type costs struct{ mine, other, yard time.Duration }

func (c costs) least(o costs) costs {
	return costs{min(c.mine, o.mine), min(c.other, o.other), min(c.yard, o.yard)}
}

func (c costs) expensive(base time.Duration) bool { return c.mine-base >= c.yard }

// judgeCost judges the time for n units beside that for the same bytes in another field.
func (g *growth) judgeCost(n int, long time.Duration) (failures []agent.Symptom, undecided string) {
	if long-g.base < costFloor {
		return nil, ""
	}
	return decide(g, question[costs]{
		take:  func() (costs, bool) { return g.pair(n) },
		found: func(c costs) bool { return c.expensive(g.base) },
		dismissed: func(best costs, first bool) bool {
			return best.mine-g.base < costFloor || !first && best.mine-g.base < g.allowed(best.other)
		},
		failure: func(best costs) agent.Symptom { return g.costly(n, best) },
		undecided: func(best costs, _ int) string {
			return fmt.Sprintf("the machine was too busy to tell: %s with %s behind %q, %s with the same bytes behind %q, and a computation of %s took %s (the least of all times)",
				roundTime(best.mine), g.amount(n), g.grow.Begin, roundTime(best.other), g.grow.Beside, roundTime(g.allowed(best.other)), roundTime(best.yard))
		},
	})
}

func (g *growth) costly(n int, c costs) agent.Symptom {
	return agent.Symptom{
		What:     "a longer field costs little more than any other field of its length",
		Expected: fmt.Sprintf("at most %d times the %s that the server takes when the same bytes follow %q", costRatio, roundTime(c.other), g.grow.Beside),
		Actual:   fmt.Sprintf("%s with %s behind %q, the least of several", roundTime(c.mine), g.amount(n), g.grow.Begin),
	}
}

// allowed is what a field may cost beside another.
func (g *growth) allowed(other time.Duration) time.Duration {
	return max(costFloor, costRatio*(other-g.base))
}

// pair measures both fields in turn, and what is allowed.
func (g *growth) pair(n int) (c costs, ok bool) {
	return leastOf(growthRounds, func() (now costs, ok bool) {
		if now.other, ok = g.least(g.control(), n, 1); !ok {
			return now, false
		}
		now.yard = g.compute(g.allowed(now.other))
		now.mine, ok = g.least(g.grow.Begin, n, 1)
		return now, ok
	})
}

func (g *growth) amount(n int) string {
	part := agent.Grown{Unit: g.grow.Unit, Times: n, Lines: g.grow.Lines}
	return part.String()
}

// roundTime shows a time with two or three digits.
func roundTime(d time.Duration) string {
	switch {
	case d > 100*time.Millisecond:
		return d.Round(time.Millisecond).String()
	case d > time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}
