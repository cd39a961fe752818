package cases

import (
	"slices"
	"strings"
)

// The parts of the contract (testdata/frameworks/README.md). A path implies
// its handler's part, and some expectations imply one; Needs adds others.
const (
	// PartOK: the endpoint answers as the contract's /ok does (200 to every
	// method, body "ok", X-Resp, X-Other and X-Hidden). The path /ok itself needs
	// no part, since an ordinary endpoint stands in for it; expectations that look
	// at the content of its answer do.
	PartOK Part = "ok"
	// PartApp: X-App says whether the application was reached.
	PartApp      Part = "app"
	PartOptions  Part = "options"
	PartEcho     Part = "echo"
	PartRespond  Part = "respond"
	PartPanic    Part = "panic"
	PartCount    Part = "count"
	PartSecret   Part = "secret"
	PartPostOnly Part = "post-only"
	PartStream   Part = "stream"
	// PartWebSocket: the target states where an endpoint of WebSocket is. No target
	// has it of itself, a server of the contract neither (harness.Target.WebSocket).
	PartWebSocket Part = "websocket"
	// PartNope: a path below the policy that is not routed.
	PartNope Part = "nope"
	// PartOuterVary: the outermost layer adds Vary: Accept-Encoding.
	PartOuterVary Part = "outer-vary"
	// PartAnyMethod: a method that is none of HTTP's (CHICKEN, patch) gets as far as
	// the CORS layer; some servers' parsers know a fixed set.
	PartAnyMethod Part = "any-method"
	// PartPolicies: other standard policies are mounted beside this one.
	PartPolicies Part = "policies"
)

// Parts are all the parts, sorted.
func Parts() []Part {
	parts := []Part{PartOK, PartApp, PartOptions, PartEcho, PartRespond, PartPanic, PartCount, PartSecret,
		PartPostOnly, PartStream, PartWebSocket, PartNope, PartOuterVary, PartAnyMethod, PartPolicies}
	slices.Sort(parts)
	return parts
}

// websocket is the API of a request that is the handshake of a WebSocket: no content comes of it.
const websocket = "websocket"

// ordinary says whether an ordinary endpoint can have what a check needs.
func ordinary(needs []Part) bool {
	return !slices.ContainsFunc(needs, func(p Part) bool { return p != PartWebSocket })
}

// PartOf is the part of the contract that a path below a policy's base needs:
// empty for the endpoint itself ("", "/ok", "/ok?x=1") and for a whole request
// target ("=*").
func PartOf(path string) Part {
	path, _, _ = strings.Cut(path, "?")
	switch path {
	case "", "/ok":
		return ""
	case "/count/read":
		return PartCount
	}
	if strings.HasPrefix(path, "=") {
		return ""
	}
	name := Part(strings.TrimPrefix(path, "/"))
	switch name {
	case PartOptions, PartEcho, PartRespond, PartPanic, PartCount, PartSecret, PartPostOnly, PartStream, PartWebSocket:
		return name
	}
	return PartNope
}

// partsOf are the parts that a case needs: those it names, those of its paths,
// and those of what it expects. Sorted.
func partsOf(c *Case) []Part {
	need := map[Part]bool{}
	for _, p := range c.Needs {
		need[p] = true
	}
	for i := range c.Steps {
		s := &c.Steps[i]
		switch {
		case s.Request != nil:
			need[PartOf(s.Request.Path)] = true
			need[expectPart(s.Expect)] = true
			if !scripted(s.Request) && s.Request.API != websocket { // an element needs content of its kind
				need[PartOK] = true
			}
		case s.Wire != nil:
			need[PartOf(s.Wire.Path)] = true
			walkPredicates(s.Answer, "", func(p *Predicate, path string) {
				if implied := p.entry().needs; implied != nil {
					need[implied(p, s.Wire, !strings.Contains(path, ".if[") && !strings.Contains(path, ".any_of["))] = true
				}
			})
		}
	}
	delete(need, "")
	parts := make([]Part, 0, len(need))
	for p := range need {
		parts = append(parts, p)
	}
	slices.Sort(parts)
	return parts
}

// expectPart is PartOK when the expectation looks at what the application
// answers, which on an ordinary endpoint is anything.
func expectPart(e *Expect) Part {
	if e == nil {
		return ""
	}
	names := slices.Concat(e.Readable, e.Hidden)
	if e.Body != nil || slices.ContainsFunc(names, applicationField) || applicationStatus(e.Status) {
		return PartOK
	}
	return ""
}

// applicationField says whether /ok sets the field itself.
func applicationField(name string) bool {
	switch strings.ToLower(name) {
	case "x-resp", "x-other", "x-hidden", "x-app":
		return true
	}
	return strings.Contains(name, "{{expose") // of the contract's policies these are X-Resp, X-Other
}

// applicationStatus says whether a set of statuses is more than "no server error".
func applicationStatus(set StatusSet) bool {
	return len(set) > 0 && !slices.Equal(set, StatusSet{"not 5xx"}) && !slices.Equal(set, StatusSet{"<500"})
}

// partIf is the part when it is needed.
func partIf(part Part, needed bool) Part {
	if needed {
		return part
	}
	return ""
}

// always is what a predicate needs wherever it is demanded.
func always(part Part) func(*Predicate, *Wire, bool) Part {
	return func(*Predicate, *Wire, bool) Part { return part }
}

// ofApplication is PartOK when a predicate is about a field that /ok sets itself.
func ofApplication(q *Predicate, _ *Wire, _ bool) Part {
	return partIf(PartOK, slices.ContainsFunc(q.names(), applicationField))
}
