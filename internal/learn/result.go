package learn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Result is what was found out about an endpoint. Lists are nil where there is nothing.
type Result struct {
	URL string
	// Statuses are the answers to GET and HEAD without Origin, and to a preflight for GET
	// (under OPTIONS), of an origin that is let in where there is one; 0: no answer came.
	Statuses map[string]int
	// DeniedGET and DeniedPreflight are those to an origin that is not let in; 0: there is none, or no answer came.
	DeniedGET, DeniedPreflight int
	// Malformed are values of Access-Control-Allow-Origin that let in no page, of one answer.
	Malformed []string
	// Allow are the methods that the server itself names in Allow.
	Allow   []string
	Sharing Sharing
	// Origins are those that were let in, of those that were tried or that the server
	// names; Refused those that were tried and were not.
	Origins, Refused []string
	// Credentials: requests with credentials are let in as well.
	Credentials bool
	// Methods are those that a preflight lets pass, besides GET, HEAD and POST; "*": any.
	Methods []string
	// OtherCase are methods that the server lists, and that browsers send in capitals, as put.
	OtherCase []string
	// RequestHeaders are those that a preflight lets pass, of those that are usual or that
	// the server names; "*": any.
	RequestHeaders []string
	// Expose are the response fields that scripts may read, of those in the answer; "*": all.
	Expose []string
	// Unread are the response fields of the answer that scripts cannot read and may want to.
	Unread []string
	// MaxAge is how long a preflight may be cached, in seconds; nil: it is not said.
	MaxAge *int
	// PrivateNetwork: the preflight for a private network is granted.
	PrivateNetwork bool
	// Requests is how many were sent.
	Requests int
	// Questions are what only a person can answer.
	Questions []Question
}

// Sharing says whom a server lets in.
type Sharing string

// The values of Sharing.
const (
	Nobody    Sharing = "nobody"    // none of the origins that were tried
	Some      Sharing = "some"      // some of them, and no stranger
	Everyone  Sharing = "everyone"  // whoever asks, by *
	Reflected Sharing = "reflected" // whoever asks, by the origin that asks
)

// Question is what a person has to say about a part of the policy.
type Question struct {
	Part string // the key in a policy file: "origins", "methods"
	Text string
}

// example stands for an origin that a person has to name.
const example = "https://app.example.com"

// Policy is a policy that allows what the server does today: the start of one that says
// what is meant. Who lets everybody in by repeating the origin hardly means it, so that
// such an origin is not stated.
func (r *Result) Policy() cases.Policy {
	p := cases.Policy{
		Name: "declared", Credentials: r.Credentials && r.Sharing != Everyone, Methods: r.Methods, RequestHeaders: r.RequestHeaders,
		ExposeHeaders: r.Expose, MaxAge: r.MaxAge, PrivateNetwork: r.PrivateNetwork,
	}
	if slices.Contains(p.RequestHeaders, "*") {
		p.RequestHeaders = []string{"*"} // which means Authorization too
	}
	switch r.Sharing {
	case Everyone:
		p.Origins = []string{"*"}
	case Some:
		p.Origins = r.named()
	}
	if len(p.Origins) == 0 {
		p.Origins = []string{r.Example()}
	}
	return p
}

// Example is the made-up origin in Policy, in place of which a person has to name one; empty where
// Policy has those that the server lets in.
func (r *Result) Example() string {
	if r.Sharing == Everyone || r.Sharing == Some && len(r.named()) > 0 {
		return ""
	}
	return example
}

// named are the origins that are let in, without null: every site can have that one, in a sandboxed frame, so that nobody
// can be taken to mean it.
func (r *Result) named() []string {
	return slices.DeleteFunc(slices.Clone(r.Origins), func(o string) bool { return o == "null" })
}

// Flags are the flags of `corsproof run` that state Policy.
func (r *Result) Flags() []string {
	p := r.Policy()
	var flags []string
	for _, o := range p.Origins {
		flags = append(flags, "--origin", o)
	}
	if p.Credentials {
		flags = append(flags, "--credentials")
	}
	for _, f := range []struct {
		name string
		list []string
	}{{"--methods", p.Methods}, {"--request-headers", p.RequestHeaders}, {"--expose", p.ExposeHeaders}} {
		if len(f.list) > 0 {
			flags = append(flags, f.name, strings.Join(f.list, ","))
		}
	}
	if p.MaxAge != nil {
		flags = append(flags, "--max-age", fmt.Sprint(*p.MaxAge))
	}
	if p.PrivateNetwork {
		flags = append(flags, "--private-network")
	}
	return flags
}

// Lines say in five lines what was found out.
func (r *Result) Lines() []string {
	none := func(list []string, none string) string {
		if len(list) == 0 {
			return none
		}
		return strings.Join(list, ", ")
	}
	lines := []string{"answers   " + r.answers(), "origins   " + r.origins()}
	if r.Sharing == Nobody {
		return append(lines, "methods   not known, as no origin is let in", "headers   not known", "preflight not known")
	}
	credentials := "without credentials alone"
	if r.Credentials {
		credentials = "with credentials too"
	}
	lines = append(lines,
		"methods   those of GET, HEAD, POST that it serves; by preflight "+none(r.Methods, "no other that was tried")+"; "+credentials,
		"headers   of requests: "+none(r.RequestHeaders, "none that was tried")+"; exposed: "+none(r.Expose, "none"))
	cached := "does not say for how long it is cached"
	if r.MaxAge != nil {
		cached = fmt.Sprintf("is cached for %d s", *r.MaxAge)
	}
	if r.PrivateNetwork {
		cached += "; private network access is granted"
	}
	return append(lines, "preflight "+cached)
}

func (r *Result) answers() string {
	var parts []string
	for _, m := range []string{"GET", "HEAD", "OPTIONS"} {
		status, asked := r.Statuses[m]
		what := map[string]string{"OPTIONS": "a preflight"}[m]
		if what == "" {
			what = m
		}
		switch {
		case !asked:
		case status == 0:
			parts = append(parts, "nothing to "+what)
		default:
			parts = append(parts, fmt.Sprintf("%d to %s", status, what))
		}
	}
	text := strings.Join(parts, ", ")
	var denied []string
	if s := r.DeniedGET; s != 0 && s != r.Statuses["GET"] {
		denied = append(denied, fmt.Sprintf("%d to GET", s))
	}
	if s := r.DeniedPreflight; s != 0 && s != r.Statuses["OPTIONS"] {
		denied = append(denied, fmt.Sprintf("%d to a preflight", s))
	}
	if len(denied) > 0 {
		text += "; to an origin that is not let in, " + strings.Join(denied, " and ")
	}
	if len(r.Allow) > 0 {
		text += "; names the methods " + strings.Join(r.Allow, ", ")
	}
	return text
}

func (r *Result) origins() string {
	text := r.lets()
	switch len(r.Malformed) {
	case 0:
		return text
	case 1:
		return text + "; sends Access-Control-Allow-Origin: " + r.Malformed[0] + ", which lets in no page"
	}
	return text + "; sends Access-Control-Allow-Origin several times, " + strings.Join(r.Malformed, " and ") + ", which lets in no page"
}

func (r *Result) lets() string {
	switch r.Sharing {
	case Everyone:
		return "lets everybody in, by *"
	case Reflected:
		return "lets everybody in: it repeats whatever origin asks"
	case Some:
		text := "lets in " + strings.Join(r.Origins, ", ")
		if len(r.Refused) > 0 {
			text += "; not " + strings.Join(brief(r.Refused), ", ")
		}
		return text
	}
	return "lets in none of " + strings.Join(brief(r.Refused), ", ")
}

// brief are the first few of a list.
func brief(list []string) []string {
	const few = 4
	if len(list) <= few {
		return list
	}
	return append(slices.Clone(list[:few]), fmt.Sprintf("%d more", len(list)-few))
}
