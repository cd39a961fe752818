package roster

import (
	"context"
	"sync"
)

// Turns lets one at a time at what has a name, such as a host. The zero value is ready; it holds
// the names that are taken alone.
type Turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

type turn struct {
	free    chan struct{} // holds one element while nobody has the turn
	waiting int           // who has it, and who waits
}

// Take waits for the turn, and gives what ends it. The error is the context's.
func (t *Turns) Take(ctx context.Context, name string) (end func(), err error) {
	mine := t.queue(name)
	select {
	case <-mine.free:
		return func() { mine.free <- struct{}{}; t.leave(name, mine) }, nil
	case <-ctx.Done():
		t.leave(name, mine)
		return nil, ctx.Err()
	}
}

func (t *Turns) queue(name string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.taken[name]
	if mine == nil {
		if t.taken == nil {
			t.taken = map[string]*turn{}
		}
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.taken[name] = mine
	}
	mine.waiting++
	return mine
}

func (t *Turns) leave(name string, mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if mine.waiting--; mine.waiting == 0 {
		delete(t.taken, name)
	}
}
