package raw

import "github.com/corsproof/corsproof/harness/agent"

// measured are times of one measurement; least has the lesser of each.
type measured[T any] interface{ least(other T) T }

// leastOf measures n times and keeps the least of each time; ok is false when an
// answer did not come.
func leastOf[T measured[T]](n int, measure func() (T, bool)) (best T, ok bool) {
	for i := range n {
		now, ok := measure()
		if !ok {
			return best, false
		}
		if i == 0 {
			best = now
		}
		best = best.least(now)
	}
	return best, true
}

// question is what is asked of the target: how it is measured, and how
// measurements are read.
type question[T measured[T]] struct {
	take      func() (T, bool)              // one measurement; false when an answer did not come
	found     func(T) bool                  // a measurement by itself shows the defect
	dismissed func(best T, first bool) bool // no more measurements are needed: there is no defect
	failure   func(best T) agent.Symptom
	undecided func(best T, agreed int) string // why no answer could be found; empty where it does not matter
}

// decide measures until it can tell. What the least of all times says is nearest to
// the truth; before it is a finding, several measurements by themselves must have said so.
func decide[T measured[T]](g *growth, q question[T]) (failures []agent.Symptom, undecided string) {
	var best T
	agreed := 0
	for i := range growthMeasurements {
		now, ok := q.take()
		if !ok {
			return nil, g.interrupted()
		}
		if i == 0 {
			best = now
		}
		best = best.least(now)
		if q.found(now) {
			agreed++
		}
		switch {
		case agreed >= growthAgreed && q.found(best):
			return []agent.Symptom{q.failure(best)}, ""
		case q.dismissed(best, i == 0):
			return nil, ""
		}
	}
	return nil, q.undecided(best, agreed)
}
