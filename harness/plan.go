package harness

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/raw"
	"github.com/corsproof/corsproof/spec"
)

// entry is a check as it was planned. Nothing changes it.
type entry struct {
	index  int
	asked  *cases.Check // as it was given to the runner
	check  *cases.Check // fitted to what the endpoint serves
	place  raw.Place    // where it goes
	skip   SkipKind     // empty: it is performed
	reason string       // for skip
}

// plan decides what becomes of a check, once it is known what the target serves.
func (r *run) plan(index int, asked *cases.Check) *entry {
	e := &entry{index: index, asked: asked, check: asked.OnEndpoint(r.endpoint())}
	if e.skip, e.reason = r.skip(e.check); e.skip == "" {
		e.place, _ = r.where(e.check)
	}
	return e
}

// skipped is the result of a check that is not performed.
func (e *entry) skipped() Result {
	res := blank(e.check)
	res.Skip, res.Reason = e.skip, e.reason
	return res
}

// skip is why a check cannot run on the target; the kind is empty when it can.
func (r *run) skip(c *cases.Check) (kind SkipKind, reason string) {
	if len(c.Unsaid) > 0 {
		return SkipNotExpressible, r.target.unsaid(c)
	}
	if c.NotApplicable != "" {
		return SkipNotApplicable, c.NotApplicable
	}
	if c.NotServed != "" && len(c.Needs) == 0 {
		return SkipNotServed, c.NotServed
	}
	switch s := r.policies[c.Policy.Name]; s.Kind {
	case NotExpressible:
		return SkipNotExpressible, s.Message
	case Refused:
		return SkipRefused, s.Message
	case NotServed:
		return SkipContract, s.Message
	}
	if why := r.missingParts(c); why != "" {
		return SkipContract, why
	}
	if _, why := r.where(c); why != "" {
		return SkipTransport, why
	}
	if why := r.notAllowed(c); why != "" {
		return SkipNotAllowed, why
	}
	if why := r.tooLarge(c); why != "" {
		return SkipNotApplicable, why
	}
	if r.status >= 500 && wantsNoServerError(c) {
		return SkipNotApplicable, fmt.Sprintf("the endpoint answers %d to an ordinary request, so that an error of its own would not show", r.status)
	}
	return "", ""
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
