package raw

import (
	"sync"
	"sync/atomic"
	"time"
)

// A machine with more to do than processors lets a computation run for a few
// milliseconds, then lets the others run. A request of half a millisecond meets nothing of
// that and one of 40 takes several times as long as its work, each time: linear work
// looks as if it were not. So the growth of the times of a server is checked against that of
// computations of our own, which are linear for certain and meet the same.

// loops is what computes does; the result is kept, lest the compiler leave it out.
var loops atomic.Uint64

func spin(times int) {
	x := loops.Load() | 1
	for range times {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	loops.Store(x)
}

// pace is how many rounds of spin take a microsecond where nothing interrupts.
var pace = sync.OnceValue(func() float64 {
	const rounds = 50_000
	least := time.Duration(1 << 62)
	for range 20 {
		start := time.Now()
		spin(rounds)
		least = min(least, time.Since(start))
	}
	return rounds * float64(time.Microsecond) / float64(max(least, 1))
})

// compute does so much work as takes d on a machine that does nothing else, and
// returns the time that it took. It rests before, as a server rests between requests.
func compute(d time.Duration) time.Duration {
	rounds := int(pace() * float64(d) / float64(time.Microsecond))
	time.Sleep(restBetween)
	start := time.Now()
	spin(rounds)
	return time.Since(start)
}

// computeShared does the same in parts, and gives the sum of their times.
func computeShared(compute func(time.Duration) time.Duration, d time.Duration, parts int) (sum time.Duration) {
	for range parts {
		sum += compute(d / time.Duration(parts))
	}
	return sum
}

// restBetween is about what a request on loopback takes besides the server's work.
const restBetween = 200 * time.Microsecond
