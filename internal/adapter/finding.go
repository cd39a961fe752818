package adapter

import (
	"fmt"
	"slices"
	"strings"
)

// FindingKind tells what is wrong with an adapter from what is only worth knowing.
type FindingKind string

const (
	// Breach: the adapter does not serve the contract, or does not give the framework what
	// the policy says. It is the adapter's, whatever the framework does.
	Breach FindingKind = "breach"
	// Refusal: the CORS layer answers by itself where the contract has a handler. It is
	// the framework's, and the table judges it.
	Refusal FindingKind = "refusal"
	// Routing: what the router makes of an odd path. It is nobody's fault.
	Routing FindingKind = "routing"
	// Apart: a pair of contrary policies that is told apart, as it should be.
	Apart FindingKind = "apart"
	// Excused: a rule of the contract that the manifest has a reason not to keep.
	Excused FindingKind = "excused"
)

// Finding is one thing that a check of an adapter saw.
type Finding struct {
	Kind FindingKind
	// Request is what was asked: "PUT /exact/echo"; in a finding under several
	// policies "PUT /POLICY/echo".
	Request  string
	Policies []string // under which it was seen; empty: not under one
	Want     string   // what the contract says; empty where it says nothing
	Got      string
}

func (f Finding) String() string {
	text := f.Got
	if f.Want != "" {
		text = fmt.Sprintf("the contract wants %s; %s", f.Want, f.Got)
	}
	if f.Request != "" {
		text = f.Request + ": " + text
	}
	return text + f.under()
}

// under names the policies, the first few of many.
func (f Finding) under() string {
	const few = 4
	switch n := len(f.Policies); {
	case n <= 1: // the request names it
		return ""
	case n <= few:
		return " (under " + strings.Join(f.Policies, ", ") + ")"
	default:
		return fmt.Sprintf(" (under %s and %d more)", strings.Join(f.Policies[:few-1], ", "), n-few+1)
	}
}

// Breaches are the findings that are the adapter's.
func Breaches(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Kind != Breach })
}

// merged makes one finding of those that say the same under several policies, and of all
// refusals that are alike.
func merged(findings []Finding) []Finding {
	var all []Finding
	at := map[string]int{}
	for _, f := range findings {
		request := f.withoutPolicy()
		key := strings.Join([]string{string(f.Kind), request, f.Want, f.Got}, "\x00")
		if f.Kind == Refusal {
			request, _, _ = strings.Cut(request, "?")
			key = f.Got
		}
		i, ok := at[key]
		if !ok {
			at[key] = len(all)
			f.Policies = slices.Clone(f.Policies)
			all = append(all, f)
			continue
		}
		all[i].join(request, f.Policies)
	}
	return all
}

// join adds a request, and the policies under which it was made.
func (f *Finding) join(request string, policies []string) {
	f.Request = f.withoutPolicy()
	if f.Kind == Refusal {
		f.Request, _, _ = strings.Cut(f.Request, "?")
	}
	if !slices.Contains(strings.Split(f.Request, ", "), request) {
		f.Request += ", " + request
	}
	for _, p := range policies {
		if !slices.Contains(f.Policies, p) {
			f.Policies = append(f.Policies, p)
		}
	}
}

// withoutPolicy is the request with POLICY for the policy's path.
func (f Finding) withoutPolicy() string {
	if len(f.Policies) == 0 {
		return f.Request
	}
	method, path, _ := strings.Cut(f.Request, " /")
	policy, rest, _ := strings.Cut(path, "/")
	if policy == "POLICY" {
		return f.Request // several already
	}
	return method + " /POLICY/" + rest
}
