// Package draft writes the first corsproof.yaml of a project: its endpoints, of a URL or an OpenAPI
// document, and the policies that the server has today, for a person to confirm. What could
// not be known is a question in the file.
package draft

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/learn"
)

// Endpoint is one of the draft.
type Endpoint struct {
	Path    string
	Methods []string // that it has; nil: not known
	// Question is what a person has to say about it; empty: nothing.
	Question string
	// Body is the content that its method needs, of an example; empty: none is known.
	Body   string
	Probed bool // its answers were looked at
	Status int  // of GET, if it was
	// Named are the methods that the server names (Allow), with an answer by which GET is not among them.
	Named []string
	// Anonymous is what it answers without the request fields of the target; nil: not known, or the same.
	Anonymous *learn.Anonymous
	policy    string
}

// Draft is a project that was looked at.
type Draft struct {
	Name      string
	URL       string // of the server, without the paths
	From      string // what it was made of
	Endpoints []Endpoint
	Policies  []Policy
	Requests  int // that were sent
	// Unanswered is the URL of the first endpoint that did not answer; empty: all did.
	Unanswered string
	// Headers are request fields of the target, as the file has them: with ${NAME}.
	Headers, GateHeaders [][2]string
}

// Policy is a policy that some endpoints have today.
type Policy struct {
	Name      string
	Is        cases.Policy
	Questions []learn.Question
	Seen      []string // what was seen, in lines
}

// Options say how the server is asked.
type Options struct {
	Requests *ask.Options
	Timeout  time.Duration
	Rate     float64
	// Most is how many endpoints are looked at; the others get the policy of the first.
	Most int
}

// Learn looks at the endpoints, by requests that change nothing (GET, HEAD and OPTIONS), and gives
// each the policy that it has today. The error is that of the first endpoint, if none answers.
func (d *Draft) Learn(ctx context.Context, o Options) error {
	var first error
	probed := 0
	for i := range d.Endpoints {
		e := &d.Endpoints[i]
		if probed >= o.Most || !e.readable() {
			continue
		}
		requests := *o.Requests
		requests.Scope = d.URL + e.Path
		found, err := learn.Endpoint(ctx, learn.Options{URL: d.URL + e.Path, Requests: &requests, Timeout: o.Timeout, Rate: o.Rate})
		if err != nil {
			if first == nil {
				first, d.Unanswered = err, d.URL+e.Path
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue
		}
		probed++
		d.Requests += found.Requests
		e.Probed, e.Status = true, found.Statuses["GET"]
		if e.Status >= 400 && !slices.Contains(found.Allow, "GET") {
			e.Named = found.Allow
		}
		e.policy = d.policy(found)
		d.anonymous(ctx, e, found, learn.Options{URL: d.URL + e.Path, Requests: &requests, Timeout: o.Timeout, Rate: o.Rate})
	}
	if probed == 0 && first != nil {
		return first
	}
	d.rest()
	return nil
}

// anonymous looks what an endpoint answers to a page whose login has expired.
func (d *Draft) anonymous(ctx context.Context, e *Endpoint, found *learn.Result, opt learn.Options) {
	if len(d.Headers) == 0 || len(found.Origins) == 0 {
		return
	}
	d.Requests++
	if a, err := learn.WithoutLogin(ctx, opt, found.Origins[0]); err == nil && a.Status != e.Status {
		e.Anonymous = a
	}
}

// readable tells whether GET may say something about an endpoint.
func (e *Endpoint) readable() bool {
	return (e.Methods == nil || slices.Contains(e.Methods, "GET")) && !strings.Contains(e.Path, "{")
}

// policy is the name of what was found, the same for what is the same.
func (d *Draft) policy(found *learn.Result) string {
	is := found.Policy()
	for i := range d.Policies {
		if same(&d.Policies[i].Is, &is) {
			return d.Policies[i].Name
		}
	}
	name := "api"
	if n := len(d.Policies); n > 0 {
		name = fmt.Sprintf("api-%d", n+1)
	}
	d.Policies = append(d.Policies, Policy{Name: name, Is: is, Questions: found.Questions, Seen: found.Lines()})
	return name
}

// same tells whether two policies allow the same. What an answer exposes depends on what it has.
func same(a, b *cases.Policy) bool {
	age := func(p *cases.Policy) int {
		if p.MaxAge == nil {
			return -1
		}
		return *p.MaxAge
	}
	return slices.Equal(a.Origins, b.Origins) && a.Credentials == b.Credentials && slices.Equal(a.Methods, b.Methods) &&
		slices.Equal(a.RequestHeaders, b.RequestHeaders) && slices.Equal(a.ExposeHeaders, b.ExposeHeaders) && age(a) == age(b) && a.PrivateNetwork == b.PrivateNetwork
}

// rest gives the endpoints that were not looked at the policy that most of the others have.
func (d *Draft) rest() {
	if len(d.Policies) == 0 {
		d.Policies = []Policy{{Name: "api", Is: cases.Policy{Origins: []string{"https://app.example.com"}},
			Questions: []learn.Question{{Part: "origins", Text: "nothing was looked at: which pages may read the answers, with what?"}}}}
	}
	count := map[string]int{}
	most := d.Policies[0].Name
	for _, e := range d.Endpoints {
		if count[e.policy]++; e.policy != "" && count[e.policy] > count[most] {
			most = e.policy
		}
	}
	for i := range d.Endpoints {
		if d.Endpoints[i].policy == "" {
			d.Endpoints[i].policy = most
		}
	}
}
