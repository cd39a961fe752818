package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Intent is what a policy's owner wants to become of a request.
type Intent struct {
	Outcome spec.Outcome
	// Certain is false where the policy, or the freedom that servers have,
	// leaves it open; Outcome is then one possibility.
	Certain bool
	// omitted: a preflight asks for a safelisted method that the policy does not list (omits).
	omitted bool
}

// Intends gives what must become of an (expanded) request to url, an endpoint
// under the policy: the model of the Fetch Standard against the answers that
// grant what the policy allows and nothing else.
func (p *Policy) Intends(r *Request, url string) Intent {
	ideal := idealServer{policy: p, certain: !p.ZeroConfig}
	f := spec.Begin(r.Spec(url), spec.Options{})
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		f.Deliver(ideal.answer(a))
	}
	out := f.Outcome()
	return Intent{Outcome: out, Certain: ideal.certain && out.Result != spec.Invalid, omitted: ideal.omitted}
}

// idealServer answers as the policy means.
type idealServer struct {
	policy  *Policy
	certain bool
	omitted bool
}

func (s *idealServer) answer(a spec.Action) spec.Response {
	p := s.policy
	resp := spec.Response{Status: 200}
	origin, cross := a.Header.Get("Origin")
	if !cross {
		return resp
	}
	allowed, certain := p.AllowsOrigin(origin)
	if p.Unsafe && a.Credentials { // refusing the configuration, or not granting it, is as good
		certain = false
	}
	s.certain = s.certain && certain
	if !allowed {
		return resp
	}
	if p.AnyOrigin() && !p.Credentials {
		origin = "*"
	}
	resp.Header.Add("Access-Control-Allow-Origin", origin)
	if p.Credentials {
		resp.Header.Add("Access-Control-Allow-Credentials", "true")
	}
	if a.Kind != spec.ActionPreflight {
		return resp
	}
	s.preflight(a, &resp)
	return resp
}

// preflight grants methods and headers. Any means whatever is asked for.
func (s *idealServer) preflight(a spec.Action, resp *spec.Response) {
	p := s.policy
	resp.Status = 204
	method, _ := a.Header.Get("Access-Control-Request-Method")
	names, _ := a.Header.Get("Access-Control-Request-Headers")
	if p.Unsafe {
		s.certain = false
	}
	s.omitted = s.omitted || slices.Contains(safelistedMethods, method) && p.omits(method)
	if slices.Contains(p.Methods, "*") {
		resp.Header.Add("Access-Control-Allow-Methods", method)
	} else {
		resp.Header.Add("Access-Control-Allow-Methods", strings.Join(p.Methods, ", "))
	}
	if slices.Contains(p.RequestHeaders, "*") {
		// A "*" in the answer does not cover Authorization, a list that echoes the names does.
		if slices.Contains(a.Header.Elements("Access-Control-Request-Headers"), "authorization") {
			s.certain = false
		}
		resp.Header.Add("Access-Control-Allow-Headers", names)
	} else {
		resp.Header.Add("Access-Control-Allow-Headers", strings.Join(p.RequestHeaders, ", "))
	}
}

// intent compares what a request step expects with what the policy means.
func (k *caseChecker) intent(p *Policy, s *Step, i int) {
	if s.Request == nil || s.Expect == nil || k.c.Intent != "" || !scripted(s.Request) || !ownAnswer(PartOf(s.Request.Path)) {
		return
	}
	target := sampleEnv.Target
	if transport(k.c.Over) != "" {
		target = sampleEnv.TLSTarget
	}
	want := p.Intends(s.Request, target+"/"+p.Mount()+s.Request.Path)
	if !want.Certain || s.Expect.Outcome == string(want.Outcome.Result) {
		return
	}
	what := fmt.Sprintf("steps[%d] expects %q, but under the policy %s the request must be %q", i, s.Expect.Outcome, p.Name, want.Outcome.Result)
	if r := want.Outcome.Reason; r != "" {
		what += " (" + string(r) + ")"
	} else if want.Outcome.Error != "" {
		what += " (" + want.Outcome.Error + ")"
	}
	k.bad(BadIntent, at("steps", i)+".expect.outcome", what, `that outcome; or intent: "skip: REASON"`)
}
