package fetch

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/disagree"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Browsed is what a real browser made of the same request.
type Browsed struct {
	Name    string      `json:"name"`
	Outcome spec.Result `json:"outcome,omitempty"` // empty: it cannot tell, see Trouble
	Reason  spec.Reason `json:"reason,omitempty"`
	Status  int         `json:"status,omitempty"`
	Console string      `json:"console,omitempty"` // what it printed
	// Differs is where it comes to another end than the model with its engine's profile.
	Differs string `json:"differs,omitempty"`
	// Trouble is why it cannot tell.
	Trouble string `json:"trouble,omitempty"`
}

// Browse lets a real browser make the same requests, once more, and puts what comes of them into
// the report. The error is of the browser itself.
func Browse(ctx context.Context, a agent.Agent, rep *Report, timeout time.Duration) error {
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	job := agent.Job{ID: "fetch", Timeout: timeout, Steps: rep.Question.steps()[:len(rep.Results)]}
	if ok, why := a.Can(job); !ok {
		for i := range rep.Results {
			rep.Results[i].Browser = &Browsed{Name: a.Version(), Trouble: why}
		}
		return nil
	}
	var got agent.JobResult
	if err := a.Perform(ctx, []agent.Job{job}, func(r agent.JobResult) { got = r }); err != nil {
		return fmt.Errorf("letting %s make the request: %w", a.Name(), err)
	}
	for i := range rep.Results {
		b := &Browsed{Name: a.Version()}
		rep.Results[i].Browser = b
		switch {
		case i < len(got.Steps) && len(got.Steps[i]) > 0:
			b.take(&rep.Results[i], &got.Steps[i][0])
		case got.Err != nil:
			b.Trouble = got.Err.Error()
		default:
			b.Trouble = "it gave no result"
		}
	}
	return nil
}

// take takes over an outcome, and compares it.
func (b *Browsed) take(r *Result, o *agent.Outcome) {
	b.Outcome, b.Reason, b.Status, b.Console = o.Result, o.Reason, o.Status, strings.TrimSpace(o.Console)
	b.Differs = differs(r, o)
}

// differs is where a browser comes to another end than Chromium's profile; empty where the two
// agree, or where the profile does not say.
func differs(r *Result, o *agent.Outcome) string {
	j := r.chromium()
	switch {
	case j == nil || j.Unknown != "" || r.malformed():
		return ""
	case j.Outcome.Result != o.Result:
		return fmt.Sprintf("the model says %s%s", j.Outcome.Result, reasonOf(&j.Outcome))
	case o.Result == spec.Allowed && j.Outcome.Type != o.Type && o.Type != "":
		return fmt.Sprintf("the model says the answer is %s, the browser %s", j.Outcome.Type, o.Type)
	case o.Result == spec.Allowed && j.Outcome.Status != o.Status:
		return fmt.Sprintf("the model read the status %d, the browser %d: the server may answer one thing now and another then", j.Outcome.Status, o.Status)
	case o.Result == spec.Blocked:
		x := disagree.BlockedRequest{Origin: r.Line.Request.Origin, Mode: r.Line.Request.Mode, Refused: r.refused()}
		if what, m, b, _ := disagree.Reasons(x, &j.Outcome, &o.Outcome); what != "" {
			return fmt.Sprintf("another %s: the model says %s, the browser %s", what, m, b)
		}
	}
	return ""
}

// malformed tells whether the last answer is not HTTP as its standard has it: a browser may take it all
// the same, each in its own way (https://www.rfc-editor.org/rfc/rfc9112#section-2.2).
func (r *Result) malformed() bool {
	n := len(r.Sent)
	return n > 0 && r.Sent[n-1].Exchange.ErrorKind == string(wire.Malformed)
}

func (r *Result) chromium() *Judged {
	for i := range r.Engines {
		if r.Engines[i].Engine == spec.EngineChromium {
			return &r.Engines[i]
		}
	}
	return nil
}

// refused are the headers that the last preflight does not allow.
func (r *Result) refused() []string {
	j := r.chromium()
	i := j.Outcome.FailedHop
	if i < 0 || i >= len(r.Line.Hops) || j.Outcome.Hops[i].ACRH == nil || r.Line.Hops[i].Preflight == nil {
		return nil
	}
	return spec.RefusedHeaders(r.Line.Request.Credentials, strings.Split(*j.Outcome.Hops[i].ACRH, ","), r.Line.Hops[i].Preflight.Header)
}

// browsed is what the page says of it.
func (r *Result) browsed() part {
	b := r.Browser
	if b == nil {
		return part{}
	}
	var said string
	switch {
	case b.Trouble != "":
		said = "it could not tell: " + b.Trouble
	case b.Outcome == spec.Allowed:
		said = fmt.Sprintf("the page could read it, status %d", b.Status)
		if b.Status == 0 {
			said = "the page got an opaque answer"
		}
	case b.Reason != "":
		said = fmt.Sprintf("blocked, %s", b.Reason)
	default:
		said = "blocked"
	}
	switch j := r.chromium(); {
	case b.Differs != "":
		said += ". That is not what was expected: " + b.Differs
	case b.Trouble == "" && r.malformed() && b.Outcome == spec.Allowed:
		said += ". The answer breaks the rules of HTTP, and this browser takes it all the same; others may not"
	case b.Trouble == "" && j != nil && j.Unknown == "":
		said += ", as expected"
	}
	name, _, _ := strings.Cut(b.Name, " (") // with what it was started
	return field("tried", "in "+name+": "+said, 2, 7)
}
