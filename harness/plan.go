package harness

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/spec"
)

// entry is a check in a run: where it goes, and its result as it grows.
type entry struct {
	index int
	check *cases.Check // fitted to what the endpoint serves
	asked *cases.Check // as it was given to the runner
	place raw.Place

	mu      sync.Mutex
	waiting int // agents that have not reported yet
	result  Result
	began   time.Time
	doubt   bool // what a browser made of it may be the doing of a busy machine
	again   bool // it is done for the second time
	first   Result
	jobs    map[string]performed // what each agent made of it
}

// performed is a job with its result, kept for comparison.
type performed struct {
	steps  []agent.Step
	names  []string
	expect []cases.Step // the steps as the case has them
	result agent.JobResult
}

// newEntry is a check whose result says nothing yet.
func newEntry(i int, c *cases.Check) *entry {
	return &entry{index: i, check: c, asked: c, jobs: map[string]performed{}, result: Result{
		ID: c.ID, Case: c.Case.ID, Policy: c.Policy.Name, Group: c.Case.Group, Title: c.Case.Title,
		Level: c.Case.Level, Verdict: agent.VerdictSkip,
	}}
}

// skip is why a check cannot run on the target; ok is true when it can.
func (r *run) skip(e *entry) (kind SkipKind, reason string, ok bool) {
	c := e.check
	if len(c.Unsaid) > 0 {
		return SkipNotExpressible, r.target.unsaid(c), false
	}
	if c.NotApplicable != "" {
		return SkipNotApplicable, c.NotApplicable, false
	}
	if c.NotServed != "" && len(c.Needs) == 0 {
		return SkipNotServed, c.NotServed, false
	}
	switch s := r.policies[c.Policy.Name]; s.Kind {
	case NotExpressible:
		return SkipNotExpressible, s.Message, false
	case Refused:
		return SkipRefused, s.Message, false
	case NotServed:
		return SkipContract, s.Message, false
	}
	if why := r.missingParts(c); why != "" {
		return SkipContract, why, false
	}
	if _, why := r.where(c); why != "" {
		return SkipTransport, why, false
	}
	if why := r.notAllowed(c); why != "" {
		return SkipNotAllowed, why, false
	}
	if why := r.tooLarge(c); why != "" {
		return SkipNotApplicable, why, false
	}
	if r.failing != 0 && wantsNoServerError(c) {
		return SkipNotApplicable, fmt.Sprintf("the endpoint answers %d to an ordinary request, so that an error of its own would not show", r.failing), false
	}
	return "", "", true
}

// where is the place to which a check goes; why says which transport is missing.
func (r *run) where(c *cases.Check) (at raw.Place, why string) {
	at, why = r.target.place(c)
	if why == "" && origin.IsHTTPS(at.Base) {
		why = r.tlsTrouble[at.Proto]
	}
	return at, why
}

// missingParts names the parts of the contract that a check needs and the
// target does not have.
func (r *run) missingParts(c *cases.Check) string {
	var parts []string
	for _, part := range c.Needs {
		why, missing := r.target.Missing[part]
		switch {
		case part == cases.PartWebSocket:
			if r.target.WebSocket == "" {
				parts = append(parts, "websocket (no path of one is stated)")
			}
		case missing && why != "":
			parts = append(parts, fmt.Sprintf("%s (%s)", part, why))
		case missing, r.target.Declared != nil:
			parts = append(parts, string(part))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "needs of the contract: " + strings.Join(parts, ", ")
}

// notAllowed keeps to what may be sent to the target.
func (r *run) notAllowed(c *cases.Check) string {
	for i := range c.Steps {
		if why := r.target.sendable(stepMethod(&c.Steps[i])); why != "" {
			return why
		}
	}
	if !r.target.Foreign {
		return ""
	}
	return tooMuch(c)
}

// tooMuch: what tries a server's limits is for servers of one's own.
func tooMuch(c *cases.Check) string {
	const manyRequests, manyAtOnce, largeHead = 100, 16, 16 << 10
	total := 0
	for i := range c.Steps {
		s := &c.Steps[i]
		total += max(s.Times, s.Parallel, 1)
		switch {
		case s.Grow != nil:
			return "measures how much work the server can be made to do, which is for servers of one's own"
		case s.Parallel > manyAtOnce:
			return fmt.Sprintf("sends %d requests at once, which is for servers of one's own", s.Parallel)
		case s.Wire != nil && headSize(s.Wire) > largeHead:
			return fmt.Sprintf("sends a head of %d bytes, which is for servers of one's own", headSize(s.Wire))
		}
	}
	if total > manyRequests {
		return fmt.Sprintf("sends %d requests, which is for servers of one's own", total)
	}
	return ""
}

// headSize is the size of a raw request's head in bytes, without the target's
// own path.
func headSize(w *cases.Wire) int {
	n := len(w.Method) + len(w.Path) + len("  HTTP/1.1\r\n\r\n")
	lines := w.Headers
	if !w.Bare {
		before, after := browserfields.BrowserFields(browserfields.RawAsking("https://localhost/", w.Method, w.Headers))
		lines = slices.Concat(before, lines, after)
	}
	for _, line := range lines {
		n += len(line) + len("\r\n")
	}
	return n
}

// stepMethod is the method that a step sends, after normalisation.
func stepMethod(s *cases.Step) string {
	if s.Wire != nil {
		return s.Wire.Method
	}
	if s.Request.API == "beacon" {
		return "POST"
	}
	return spec.NormalizeMethod(s.Request.Method)
}

// tooLarge: a head that the server is declared not to accept proves nothing.
func (r *run) tooLarge(c *cases.Check) string {
	if r.target.HeadBytes == 0 {
		return ""
	}
	for i := range c.Steps {
		w := c.Steps[i].Wire
		if w == nil {
			continue
		}
		if n := headSize(w); n > r.target.HeadBytes {
			return fmt.Sprintf("the request head of %d bytes is larger than the %d that the server is declared to accept", n, r.target.HeadBytes)
		}
	}
	return ""
}

// wantsNoServerError tells whether a raw request that the application answers
// must not be answered with a server error.
func wantsNoServerError(c *cases.Check) bool {
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Wire == nil || s.Wire.Method == "OPTIONS" {
			continue
		}
		for j := range s.Answer {
			if set := s.Answer[j].Status; len(set) > 0 && !judge.AcceptsStatus(set, 500) {
				return true
			}
		}
	}
	return false
}

// alone tells whether a check needs the machine for itself: it measures time,
// or sends so much at once that others would notice.
func alone(c *cases.Check) bool {
	const many = 32
	for i := range c.Steps {
		if c.Steps[i].Parallel >= many || c.Steps[i].Grow != nil {
			return true
		}
	}
	return false
}
