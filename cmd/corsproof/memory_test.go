package main

import "testing"

// The heap is collected at the floor, and never sooner than the runtime would by itself.
func TestPercentFor(t *testing.T) {
	for live := uint64(0); live < 4*heapFloor; live += 1 << 20 {
		percent := percentFor(live)
		at := max(live, 1<<20) * uint64(100+percent) / 100
		if percent < 100 || at > max(heapFloor, 2*live) || live < heapFloor/2 && at < heapFloor*98/100 {
			t.Fatalf("with %d bytes in use the heap is collected at %d (%d %%)", live, at, percent)
		}
	}
}
