package harness

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// How growth is judged. On a machine that does other things too, a request that
// takes long is interrupted more often than a short one, so that linear work looks
// worse than linear. So the times that are compared are of the same amount of
// work: one request with n units, against 4 and 16 requests that share them. Where the work is
// linear all three take the same time, whatever the machine does meanwhile;
// where it is quadratic, one takes 16 times as long as sixteen. Each time is the least of several,
// taken in turn.

const (
	// growthFloor: shorter answers are not judged, since then a single
	// interruption is longer than what is measured.
	growthFloor = 10 * time.Millisecond
	// superlinear is the exponent from which on growth is a finding; n log n is
	// at 1.1 here, quadratic work at 2.
	superlinear = 1.5
	// surelyLinear is the exponent below which one measurement is enough.
	surelyLinear = 1.2
	// growthRounds is how often each time is taken in a measurement, and
	// growthMeasurements how many there are at most.
	growthRounds, growthMeasurements = 3, 4

	// costFloor and costRatio: from when on a field is expensive beside another
	// of its length.
	costFloor = 20 * time.Millisecond
	costRatio = 4
)

// shares are the numbers of requests among which the units are shared.
var shares = [...]int{1, 4, 16}

// timings are the least times for each of the shares, and for one request with
// all the units in a field that nothing asks for: what it costs to send, to read and to
// wait for so many bytes.
type timings struct {
	shared  [len(shares)]time.Duration
	control time.Duration
}

// take measures in turn; ok is false when an answer did not come.
func (g *growth) take(n int) (t timings, ok bool) {
	for round := range growthRounds {
		for i, m := range shares {
			sum, ok := g.together(max(n/m, 1), m)
			if !ok {
				return t, false
			}
			if round == 0 || sum < t.shared[i] {
				t.shared[i] = sum
			}
		}
		control, ok := g.least(g.control(), n, 1)
		if !ok {
			return t, false
		}
		if round == 0 || control < t.control {
			t.control = control
		}
	}
	return t, true
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

// superlinear also wants the one request to take at least twice as long as the
// many, of which nothing was taken off, and as the same bytes elsewhere: a long request
// does not fit into the buffers of a connection, and waits where a short one does not.
func (t timings) superlinear(base time.Duration) bool {
	one, many := t.shared[0], t.shared[len(shares)-1]
	return one-base >= growthFloor && one-t.control >= growthFloor && one >= 2*many && one >= 2*t.control &&
		t.exponent(base) >= superlinear
}

// least is the lesser of each.
func (t timings) least(other timings) timings {
	for i := range t.shared {
		t.shared[i] = min(t.shared[i], other.shared[i])
	}
	t.control = min(t.control, other.control)
	return t
}

// compare judges the growth up to n units. What the least of all times says is
// nearest to the truth; before it is a finding, two measurements by themselves must have said so.
func (g *growth) compare(n int, long time.Duration) (failures []Failure, undecided string) {
	if long-g.base < growthFloor {
		return nil, ""
	}
	var best timings
	superlinear := 0
	for measured := range growthMeasurements {
		t, ok := g.take(n)
		switch {
		case !ok && g.lost != nil:
			return nil, ""
		case !ok:
			return nil, "an answer did not come while times were taken: " + g.broken
		}
		if measured == 0 {
			best = t
		}
		best = best.least(t)
		if t.superlinear(g.base) {
			superlinear++
		}
		switch {
		case superlinear > 1 && best.superlinear(g.base):
			return []Failure{g.failure(n, best)}, ""
		case best.shared[0]-max(g.base, best.control) < growthFloor, best.exponent(g.base) < surelyLinear:
			return nil, ""
		}
	}
	if !best.superlinear(g.base) {
		return nil, ""
	}
	return nil, fmt.Sprintf("the machine was too busy to tell: the time for %s grew with the length to the power of %.1f, as the least of all times has it, but in one of %d measurements at most",
		g.amount(n), best.exponent(g.base), growthMeasurements)
}

func (g *growth) failure(n int, t timings) Failure {
	var each []string
	for i := len(shares) - 1; i >= 0; i-- {
		each = append(each, fmt.Sprintf("%d: %s", max(n/shares[i], 1), roundTime(t.shared[i]/time.Duration(shares[i]))))
	}
	last := len(shares) - 1
	return Failure{
		What:     "the time to answer grows no faster than the request",
		Expected: fmt.Sprintf("one request with %s takes about as long as the %d that share them: %s", g.amount(n), shares[last], roundTime(t.shared[last])),
		Actual: fmt.Sprintf("%s: the time grows with the length to the power of %.1f (%s; the same bytes elsewhere: %s; the least of several times)",
			roundTime(t.shared[0]), t.exponent(g.base), strings.Join(each, ", "), roundTime(t.control)),
	}
}

// beside judges the time for n units beside that for the same bytes in another field.
func (g *growth) beside(n int, long time.Duration) (failures []Failure, undecided string) {
	if long-g.base < costFloor {
		return nil, ""
	}
	var mine, other time.Duration // least of all measurements
	for measured := range 2 {
		a, b, ok := g.pair(n)
		switch {
		case !ok && g.lost != nil:
			return nil, ""
		case !ok:
			return nil, "an answer did not come while times were taken: " + g.broken
		}
		if measured == 0 {
			mine, other = a, b
		}
		mine, other = min(mine, a), min(other, b)
		if !g.expensive(a, b) || !g.expensive(mine, other) {
			return nil, ""
		}
	}
	return []Failure{{
		What:     "a longer field costs little more than any other field of its length",
		Expected: fmt.Sprintf("at most %d times the %s that the server takes when the same bytes follow %q", costRatio, roundTime(other), g.grow.Beside),
		Actual:   fmt.Sprintf("%s with %s behind %q, the least of %d", roundTime(mine), g.amount(n), g.grow.Begin, 2*growthRounds),
	}}, ""
}

func (g *growth) expensive(mine, other time.Duration) bool {
	return mine-g.base >= costFloor && mine-g.base >= costRatio*max(other-g.base, 0)
}

// pair measures both fields in turn.
func (g *growth) pair(n int) (mine, other time.Duration, ok bool) {
	for round := range growthRounds {
		a, ok := g.least(g.grow.Begin, n, 1)
		if !ok {
			return 0, 0, false
		}
		b, ok := g.least(g.control(), n, 1)
		if !ok {
			return 0, 0, false
		}
		if round == 0 {
			mine, other = a, b
		}
		mine, other = min(mine, a), min(other, b)
	}
	return mine, other, true
}

func (g *growth) amount(n int) string {
	part := Grown{Unit: g.grow.Unit, Times: n, Lines: g.grow.Lines}
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
