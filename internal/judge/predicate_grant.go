package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Grants are judged by the model of the browser's checks: an answer shares
// with an origin when a script of it could read it, however the headers are spelled.

func credentialsMode(credentials bool) (spec.CredentialsMode, string) {
	if credentials {
		return spec.CredentialsInclude, "with credentials"
	}
	return spec.CredentialsOmit, "without credentials"
}

// shares: a script of the origin can read the answer.
func (j *judge) shares(origin string, credentials bool) []agent.Symptom {
	mode, how := credentialsMode(credentials)
	reason := spec.CheckCORS(origin, mode, j.ex.Response)
	if reason == "" {
		return nil
	}
	return []agent.Symptom{{
		What:     fmt.Sprintf("a script of %s can read the answer %s", agent.Show(origin), how),
		Expected: "the browser's CORS check passes",
		Actual:   because(reason, "", grantOf(j.ex.Response)),
		Reason:   string(reason),
		Asked:    agent.Asked{Origin: origin, Credentials: credentials, Preflight: j.preflight()},
	}}
}

// preflight tells whether the answer is one to a preflight.
func (j *judge) preflight() bool {
	return j.ex.Method == "OPTIONS" && j.ex.Request.Has("Access-Control-Request-Method")
}

// denies: it cannot, neither with nor without credentials, or not with them.
func (j *judge) denies(origin string, onlyWithCredentials bool) []agent.Symptom {
	for _, credentials := range []bool{false, true} {
		if onlyWithCredentials && !credentials {
			continue
		}
		mode, how := credentialsMode(credentials)
		if spec.CheckCORS(origin, mode, j.ex.Response) == "" {
			return []agent.Symptom{{
				What:     fmt.Sprintf("no script of %s can read the answer%s", agent.Show(origin), map[bool]string{true: " with credentials"}[onlyWithCredentials]),
				Expected: "the browser's CORS check fails",
				Actual:   fmt.Sprintf("it passes %s; %s", how, grantOf(j.ex.Response)),
				Asked:    agent.Asked{Origin: origin},
			}}
		}
	}
	return nil
}

// times: a page of the origin may learn how long the load took, or not.
func (j *judge) times(origin string, may bool) []agent.Symptom {
	passes := spec.CheckTAO(origin, spec.TypeOpaque, j.ex.Response)
	if passes == may {
		return nil
	}
	f := agent.Symptom{
		What:   fmt.Sprintf("a page of %s can read how long the load took", agent.Show(origin)),
		Actual: agent.ShowField(j.ex.Response, "Timing-Allow-Origin"), Field: "Timing-Allow-Origin", Expected: "the TAO check passes",
		Asked: agent.Asked{Origin: origin},
	}
	if !may {
		f.What, f.Expected = strings.Replace(f.What, "can read", "cannot read", 1), "the TAO check fails"
	}
	return []agent.Symptom{f}
}

// allows: the answer, as that to a preflight, lets the request through.
func (j *judge) allows(ask *cases.Ask) []agent.Symptom {
	mode, how := credentialsMode(ask.Credentials)
	reason, parameter := spec.CheckPreflight(ask.Origin, mode, ask.Method, unsafeNames(ask), j.ex.Status, j.ex.Response)
	if reason == "" {
		return nil
	}
	return []agent.Symptom{{
		What:     fmt.Sprintf("the preflight allows %s %s", describeAsk(ask), how),
		Expected: "the browser's check of the preflight response passes",
		Actual:   because(reason, parameter, fmt.Sprintf("status %d, %s", j.ex.Status, preflightGrantOf(j.ex.Response))),
		Reason:   string(reason),
		Asked:    agent.Asked{Origin: ask.Origin, Credentials: ask.Credentials, Preflight: true, Parameter: parameter},
	}}
}

// refuses: it does not.
func (j *judge) refuses(ask *cases.Ask) []agent.Symptom {
	for _, credentials := range []bool{false, true} {
		if ask.Credentials && !credentials {
			continue
		}
		mode, how := credentialsMode(credentials)
		if reason, _ := spec.CheckPreflight(ask.Origin, mode, ask.Method, unsafeNames(ask), j.ex.Status, j.ex.Response); reason == "" {
			return []agent.Symptom{{
				What:     fmt.Sprintf("the preflight refuses %s", describeAsk(ask)),
				Expected: "the browser's check of the preflight response fails",
				Actual:   fmt.Sprintf("it passes %s; status %d, %s", how, j.ex.Status, preflightGrantOf(j.ex.Response)),
			}}
		}
	}
	return nil
}

// because says why a check failed and what it read, but not twice that the one
// header that matters is not there.
func because(reason spec.Reason, parameter, read string) string {
	s := reason.Explain()
	switch {
	case reason == spec.ReasonMissingAllowOriginHeader:
		return s
	case parameter != "":
		s += " (" + agent.Show(parameter) + ")"
	}
	return s + "; " + read
}

// unsafeNames are the names as a browser would ask for them.
func unsafeNames(ask *cases.Ask) []string {
	names := make([]string, len(ask.Headers))
	for i, h := range ask.Headers {
		names[i] = strings.ToLower(h)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func describeAsk(ask *cases.Ask) string {
	s := fmt.Sprintf("%s from %s", agent.Show(ask.Method), agent.Show(ask.Origin))
	if len(ask.Headers) > 0 {
		s += " with the headers " + agent.Show(strings.Join(ask.Headers, ", "))
	}
	return s
}

// grantOf shows the two headers that the CORS check reads.
func grantOf(h spec.Header) string {
	s := agent.ShowField(h, "Access-Control-Allow-Origin")
	if h.Has("Access-Control-Allow-Credentials") {
		s += ", " + agent.ShowField(h, "Access-Control-Allow-Credentials")
	}
	return s
}

// preflightGrantOf shows those that the check of a preflight response reads.
func preflightGrantOf(h spec.Header) string {
	s := grantOf(h)
	for _, name := range []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers"} {
		s += ", " + agent.ShowField(h, name)
	}
	return s
}
