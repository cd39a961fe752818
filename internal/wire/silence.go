package wire

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/silence"
	"github.com/corsproof/corsproof/spec"
)

// LeavesPreflights tells whether a server leaves preflights without an answer: it has not answered
// one, and several were waited for as long as anything is.
func (c *Client) LeavesPreflights(ep Endpoint) bool { return c.servers.Of(ep.Addr).Left() }

// Do sends requests without waiting for answers in between: pipelined over
// HTTP/1, as concurrent streams over HTTP/2. There is an Answer for each, in
// order. A request on a connection that had answered before and was ended
// without a byte of an answer is sent again over a new one, whatever its
// method, as browsers do: the server hung up on an idle connection.
//
// An answer to a preflight is not waited for until the context's deadline where
// the server has not answered any in all of the time that the first ones had.
func (c *Conn) Do(ctx context.Context, reqs ...*Request) []Answer {
	s, began := c.client.servers.Of(c.ep.Addr), time.Now()
	var wait time.Duration
	if len(reqs) == 1 && reqs[0].preflight() {
		wait = s.Wait()
	}
	within, cancel := Within(ctx, wait)
	defer cancel()
	answers := c.do(within, reqs)
	if a := &answers[0]; wait > 0 && a.Err != nil && a.Err.Kind == Timeout && ctx.Err() == nil {
		a.Err.Err = fmt.Errorf("no answer within %s, as before it to %d preflights within the whole time limit", wait.Round(time.Millisecond), silence.InVain)
	}
	for i, a := range answers {
		switch preflight := reqs[i].preflight(); {
		case preflight && a.Response != nil:
			s.Answered()
		case preflight && a.Err.Kind == Timeout:
			s.Waited()
		case a.Response != nil:
			s.Other(time.Since(began))
		}
	}
	return answers
}

// preflight tells whether it asks for permission, for what may be a method.
func (r *Request) preflight() bool {
	if r.Method != http.MethodOptions {
		return false
	}
	for _, line := range r.Lines {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Access-Control-Request-Method") {
			return spec.IsToken(strings.TrimSpace(value))
		}
	}
	return false
}
