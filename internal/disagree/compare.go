package disagree

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// outcomes compares what the model and a browser made of the same steps. Only
// what both can tell is compared: an agent leaves zero what it does not see.
func outcomes(steps []agent.Step, names []string, model, other agent.JobResult, name string) []agent.Difference {
	var diffs []agent.Difference
	for i := range steps {
		if i >= len(model.Steps) || i >= len(other.Steps) {
			break
		}
		d := comparison{agent: name, step: names[i], request: &steps[i], typed: seesType(steps[i].Request.API)}
		m, o := model.Steps[i], other.Steps[i]
		if steps[i].Parallel > 1 {
			// In what order they came is nobody's fault.
			d.differ("results", resultCounts(m), resultCounts(o))
		} else {
			for k := range min(len(m), len(o)) {
				d.outcome(&m[k], &o[k])
			}
		}
		for _, x := range d.found {
			if !slices.Contains(diffs, x) {
				diffs = append(diffs, x)
			}
		}
	}
	return diffs
}

type comparison struct {
	agent, step string
	request     *agent.Step
	typed       bool // a script sees the type of the response
	found       []agent.Difference
}

// seesType: only fetch tells a script the type of the response.
func seesType(api string) bool { return api == "" || api == "fetch" }

func (c *comparison) differ(what, model, other string) {
	if model != other {
		c.found = append(c.found, agent.Difference{Agent: c.agent, Step: c.step, What: what, Model: model, Other: other})
	}
}

// known compares what the other agent may not know.
func (c *comparison) known(what, model, other string) {
	if other != "" {
		c.differ(what, model, other)
	}
}

func (c *comparison) outcome(m, o *agent.Outcome) {
	c.differ("outcome", string(m.Result), string(o.Result))
	if m.Result == spec.Allowed && o.Result == spec.Allowed {
		if c.typed {
			c.known("type", string(m.Type), string(o.Type))
		}
		if m.Status != 0 && o.Status != 0 {
			c.differ("status", fmt.Sprint(m.Status), fmt.Sprint(o.Status))
		}
		if m.Timing != nil && o.Timing != nil {
			c.differ("times of the load", judge.Yes(*m.Timing), judge.Yes(*o.Timing))
		}
		if o.Readable != nil && m.Readable != nil {
			c.differ("readable headers", readableNames(m), readableNames(o))
		}
	}
	if m.Result == spec.Blocked && o.Result == spec.Blocked {
		c.reason(m, o)
	}
	c.hops(m, o)
}

// reason compares why a request was blocked, as far as the other agent tells.
func (c *comparison) reason(m, o *agent.Outcome) {
	if o.Reason == "" || m.Reason == o.Reason && o.FailedParameter == "" {
		return
	}
	r := &c.request.Request
	x := BlockedRequest{Origin: r.Origin, Mode: r.Spec(c.request.URL).Mode, Refused: c.refused(o)}
	if what, model, other, _ := Reasons(x, &m.Outcome, &o.Outcome); what != "" {
		c.differ(what, model, other)
	}
}

// refused are the headers that the answer to the browser's last preflight does
// not allow.
func (c *comparison) refused(o *agent.Outcome) []string {
	for _, ex := range slices.Backward(o.Exchanges) {
		if ex.Preflight && ex.Request.Has("Access-Control-Request-Headers") {
			mode := c.request.Request.Spec(c.request.URL).Credentials
			return spec.RefusedHeaders(mode, ex.Request.Elements("Access-Control-Request-Headers"), ex.Response)
		}
	}
	return nil
}

// hops compares what went out.
func (c *comparison) hops(m, o *agent.Outcome) {
	if len(o.Hops) == 0 {
		return
	}
	entered := o.Hops
	if n := len(entered) - 1; m.Type == spec.TypeOpaqueRedirect && n > 0 && !entered[n].Sent && !entered[n].Preflight {
		entered = entered[:n] // a browser prepares the next request, and then does not follow
	}
	c.differ("number of URLs entered", fmt.Sprint(len(m.Hops)), fmt.Sprint(len(entered)))
	for i := range min(len(m.Hops), len(entered)) {
		a, b := m.Hops[i], entered[i]
		at := ""
		if i > 0 {
			at = fmt.Sprintf(" of hop %d", i)
		}
		c.differ("preflight"+at, judge.Yes(a.Preflight), judge.Yes(b.Preflight))
		if a.Preflight && b.Preflight {
			c.differ("Access-Control-Request-Method"+at, optional(a.ACRM), optional(b.ACRM))
			c.differ("Access-Control-Request-Headers"+at, optional(a.ACRH), optional(b.ACRH))
			if b.PreflightOrigin != nil {
				c.differ("Origin of the preflight"+at, optional(a.PreflightOrigin), optional(b.PreflightOrigin))
			}
		}
		if !b.Sent && (i < len(entered)-1 || o.FromCache) {
			continue // its HTTP cache answered, or it would not have gone on
		}
		c.differ("actual request sent"+at, judge.Yes(a.Sent), judge.Yes(b.Sent))
		if a.Sent && b.Sent {
			c.differ("Origin"+at, optional(a.Origin), optional(b.Origin))
			c.known("method"+at, a.Method, b.Method)
		}
	}
}

func resultCounts(list agent.StepOutcomes) string {
	counts := map[spec.Result]int{}
	for i := range list {
		counts[list[i].Result]++
	}
	var parts []string
	for r, n := range counts {
		parts = append(parts, fmt.Sprintf("%d %s", n, r))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// readableNames are the names that a script reads, without those that depend
// on the connection or the content coding, which no two agents share.
func readableNames(o *agent.Outcome) string {
	var names []string
	for name := range o.Readable {
		switch name {
		case "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "age", "cache-status", "proxy-connection":
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func optional(s *string) string {
	if s == nil {
		return "(none)"
	}
	return *s
}
