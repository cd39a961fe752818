// Package silence keeps in mind that a server answers no preflight. What stands before it may drop them
// all without a word. A run has hundreds, and would wait the whole time limit for each: so where some
// were waited for in vain and none was ever answered, the others get less time. It is still many times
// what other answers take.
package silence

import (
	"sync"
	"time"
)

const (
	// InVain is how many preflights have all of their time before others get less.
	InVain    = 4
	leastWait = time.Second // what they get
	manyTimes = 10          // or so many times the slowest answer to anything else
)

// Preflights is what a server has made of preflights. The zero value is for one that was not asked.
type Preflights struct {
	mu       sync.Mutex
	answered bool          // one of them, ever
	waited   int           // for so many in vain
	slowest  time.Duration // answer to another request
}

// Answered takes note of an answer to a preflight.
func (p *Preflights) Answered() {
	p.mu.Lock()
	p.answered = true
	p.mu.Unlock()
}

// Waited takes note of a preflight whose time was over.
func (p *Preflights) Waited() {
	p.mu.Lock()
	p.waited++
	p.mu.Unlock()
}

// Other takes note of what an answer to another request took.
func (p *Preflights) Other(took time.Duration) {
	p.mu.Lock()
	p.slowest = max(p.slowest, took)
	p.mu.Unlock()
}

// Left tells whether InVain preflights were left without an answer, and none has got one.
func (p *Preflights) Left() bool { return p.Wait() > 0 }

// Wait is how long to wait for the answer to a preflight; 0: as long as for any other.
func (p *Preflights) Wait() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answered || p.waited < InVain {
		return 0
	}
	return max(leastWait, manyTimes*p.slowest)
}

// Servers are those of a run, by address or whatever tells them apart. The zero value has none.
type Servers struct {
	mu sync.Mutex
	by map[string]*Preflights
}

// Of is what a server has made of preflights, to be added to.
func (s *Servers) Of(server string) *Preflights {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[string]*Preflights{}
	}
	if s.by[server] == nil {
		s.by[server] = &Preflights{}
	}
	return s.by[server]
}
