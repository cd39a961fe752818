package project

import (
	"math/rand/v2"
	"testing"

	"github.com/corsproof/corsproof/harness"
)

// Every check of every endpoint is one shard's, and no shard has none if there are as many checks
// as shards, however small the endpoints are.
func TestShare(t *testing.T) {
	for range 500 {
		sizes, total := make([]int, 1+rand.IntN(5)), 0
		for i := range sizes {
			sizes[i] = 1 + rand.IntN(6)
			total += sizes[i]
		}
		n := 1 + rand.IntN(total)
		got := make([]int, n)
		before := 0
		for _, size := range sizes {
			taken := make([]int, size)
			for i := range n {
				part, ok := share(harness.Shard{Index: i + 1, Of: n}, before, size)
				for k := range size {
					if ok && k%part.Of == part.Index-1 {
						taken[k]++
						got[i]++
					}
				}
			}
			for k, times := range taken {
				if times != 1 {
					t.Fatalf("%v in %d shards: check %d of one with %d is in %d", sizes, n, k, size, times)
				}
			}
			before += size
		}
		for i, checks := range got {
			if checks == 0 {
				t.Fatalf("%v in %d shards: shard %d has nothing", sizes, n, i+1)
			}
		}
	}
	if part, ok := share(harness.Shard{}, 3, 1); !ok || part != (harness.Shard{}) {
		t.Error("a whole run is no shard")
	}
}
