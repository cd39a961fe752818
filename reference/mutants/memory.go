package mutants

import "sync"

// maxKeys bounds a memory, so that hostile requests cannot fill it.
const maxKeys = 1 << 16

// perKey counts by key. It is the memory of defects that differ from one
// request to the next, kept apart by key so that they fail the same way
// whatever else is going on. It forgets everything when there is too much.
type perKey struct {
	mu sync.Mutex
	n  map[string]int
}

// next returns how often the key has been seen, this time included.
func (p *perKey) next(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n == nil || len(p.n) >= maxKeys {
		p.n = map[string]int{}
	}
	p.n[key]++
	return p.n[key]
}
