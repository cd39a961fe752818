package wire

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What stands before a server may drop every preflight without a word. A run has hundreds, and would
// wait the whole time limit for each: so where some were waited for in vain and none was ever
// answered, the others get less time. It is still many times what other answers take.

const (
	inVain    = 4           // preflights without an answer in all of their time, after which others get less
	leastWait = time.Second // what they get
	manyTimes = 10          // or so many times the slowest answer to anything else
)

// silence is what a server has made of preflights.
type silence struct {
	mu       sync.Mutex
	answered bool          // one of them, ever
	waited   int           // for so many in vain
	slowest  time.Duration // answer to another request
}

// silenceOf is what is known of an address.
func (c *Client) silenceOf(addr string) *silence {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silences == nil {
		c.silences = map[string]*silence{}
	}
	if c.silences[addr] == nil {
		c.silences[addr] = &silence{}
	}
	return c.silences[addr]
}

// wait is how long an answer to the requests is waited for; 0: as long as it is wanted.
func (s *silence) wait(reqs []*Request) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(reqs) != 1 || !reqs[0].preflight() || s.answered || s.waited < inVain {
		return 0
	}
	return max(leastWait, manyTimes*s.slowest)
}

// heard takes note of what became of requests.
func (s *silence) heard(reqs []*Request, answers []Answer, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, a := range answers {
		switch preflight := reqs[i].preflight(); {
		case preflight && a.Response != nil:
			s.answered = true
		case preflight && a.Err.Kind == Timeout:
			s.waited++
		case a.Response != nil:
			s.slowest = max(s.slowest, took)
		}
	}
}

// preflight tells whether it asks for permission, as a browser does.
func (r *Request) preflight() bool {
	if r.Method != http.MethodOptions {
		return false
	}
	for _, line := range r.Lines {
		name, _, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Access-Control-Request-Method") {
			return true
		}
	}
	return false
}

// Do sends requests without waiting for answers in between: pipelined over
// HTTP/1, as concurrent streams over HTTP/2. There is an Answer for each, in
// order. A request on a connection that had answered before and was ended
// without a byte of an answer is sent again over a new one, whatever its
// method, as browsers do: the server hung up on an idle connection.
//
// An answer to a preflight is not waited for until the context's deadline where
// the server has not answered any in all of the time that the first ones had.
func (c *Conn) Do(ctx context.Context, reqs ...*Request) []Answer {
	s, began := c.client.silenceOf(c.ep.Addr), time.Now()
	wait := s.wait(reqs)
	within, cancel := Within(ctx, wait)
	defer cancel()
	answers := c.do(within, reqs)
	if a := &answers[0]; wait > 0 && a.Err != nil && a.Err.Kind == Timeout && ctx.Err() == nil {
		a.Err.Err = fmt.Errorf("no answer within %s, as before it to %d preflights within the whole time limit", wait.Round(time.Millisecond), inVain)
	}
	s.heard(reqs, answers, time.Since(began))
	return answers
}
