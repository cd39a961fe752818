package harness

import (
	"fmt"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Whether a request is preflighted can depend on how long ago the one before
// it was. The steps of a check follow one another at once, and on a busy
// machine they do not: what a check would show is then no longer implied, and
// it shows nothing. The windows follow from the answers and the policy, not
// from which check it is.

// permission is what an earlier preflight of a job gave.
type permission struct {
	origin, url string
	credentials bool
	asked       time.Time     // when its request began: it was given later
	lasts       time.Duration // as the answer says; 0 for not at all
}

// lateSteps says of the steps that came too late what they needed and what it
// took, by their index. stated is the policy's max-age in seconds, nil for none.
func lateSteps(steps []agent.Step, expect []cases.Step, result agent.JobResult, stated *int) map[int]string {
	late := map[int]string{}
	var given []permission
	for i := range min(len(steps), len(expect), len(result.Steps)) {
		if steps[i].After > 0 {
			given = nil // time was meant to pass
		}
		for k := range result.Steps[i] {
			o := &result.Steps[i][k]
			if why := tooLate(&steps[i], expect[i].Expect, o, given, stated); why != "" {
				late[i] = why
			}
			given = append(given, permissions(&steps[i], o)...)
		}
	}
	return late
}

// permissions are those that an outcome's preflights gave.
func permissions(step *agent.Step, o *agent.Outcome) (list []permission) {
	if o.Began.IsZero() {
		return nil
	}
	for i := range o.Exchanges {
		if ex := &o.Exchanges[i]; ex.Preflight && ex.Answered() {
			list = append(list, permission{step.Request.Origin, ex.URL, credentialed(step), o.Began, lasting(ex.Response)})
		}
	}
	return list
}

func credentialed(step *agent.Step) bool {
	return step.Request.Spec(step.URL).Credentials == spec.CredentialsInclude
}

// lasting is for how long a browser may take the answer to a preflight for granted.
func lasting(h spec.Header) time.Duration {
	seconds, ok := spec.ParseMaxAge(h)
	if !ok {
		seconds = spec.DefaultMaxAge
	}
	return time.Duration(min(seconds, 1<<30)) * time.Second
}

// tooLate says that whether a request was preflighted may come from the time
// that passed rather than from the answers; empty if it cannot.
func tooLate(step *agent.Step, e *cases.Expect, o *agent.Outcome, given []permission, stated *int) string {
	n := len(o.Hops)
	if e == nil || e.Preflight == nil || n == 0 || !o.Hops[n-1].Preflight || o.Began.IsZero() {
		return "" // without a preflight there was permission still
	}
	for _, p := range given {
		if p.url != o.Hops[n-1].URL || p.origin != step.Request.Origin || p.credentials != credentialed(step) {
			continue
		}
		needed := p.lasts
		if !*e.Preflight {
			// It should have lasted for as long as was stated, whatever the answer says.
			needed = max(needed, spec.DefaultMaxAge*time.Second)
			if stated != nil {
				needed = max(p.lasts, time.Duration(*stated)*time.Second)
			}
		}
		took := o.Began.Add(o.Elapsed).Sub(p.asked)
		if needed > 0 && took >= needed {
			return fmt.Sprintf("came too late (needed within %v, took %v)", needed, took.Round(100*time.Millisecond))
		}
	}
	return ""
}
