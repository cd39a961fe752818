package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapFloor is the size in bytes to which the heap grows before it is collected, however little of it is
// in use. A run is short: with the runtime's own rule, which begins at 4 MB, a fifth of its CPU time went into collections.
const heapFloor = 64 << 20

// collectLate has the heap collected at heapFloor, and from twice of what is in use where that is more.
func collectLate() {
	if os.Getenv("GOGC") != "" { // who sets it knows
		return
	}
	const first = 4 << 20 // where the runtime collects at 100 percent, with nothing in use
	debug.SetGCPercent(100 * (heapFloor / first))
	afterCollection(func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(percentFor(live[0].Value.Uint64()))
	})
}

// percentFor is the growth, in percent of so many bytes in use, after which the heap is collected.
func percentFor(live uint64) int {
	return max(100, int(100*heapFloor/max(live, 1<<20))-100)
}

// afterCollection calls do after each collection: then an object that nobody uses is gone.
func afterCollection(do func()) {
	runtime.AddCleanup(&struct{ p *int }{}, func(int) {
		do()
		afterCollection(do)
	}, 0)
}
