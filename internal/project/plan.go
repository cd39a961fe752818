package project

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/secret"
)

// Plan is a run of a project: its file with all values in it, and the endpoints.
type Plan struct {
	File        *File
	Environment string // empty: none
	Jobs        []Job

	secrets []string // values of the process's variables
}

// Job is an endpoint to be checked.
type Job struct {
	Name   string
	Target *harness.Target // Declared is its policy, by the name of the endpoint
	Policy string          // the policy's own name
	Stack  *cases.Stack    // nil: not given
	Status int             // what it is known to answer; 0: not stated
	Focus  []string
	Skip   []string
	Wait   time.Duration
	Line   int // of the file
}

// Plan puts the values into the file and gives the endpoints whose names match one of the
// globs (all where there is none). The error is a cases.Problems, each with its line.
func (f *File) Plan(v Values, globs []string) (*Plan, error) {
	full, e := f.expand(v)
	if len(e.problems) > 0 {
		return nil, e.problems
	}
	p := &planner{expander: e, full: full, taken: map[string]int{}, local: map[string]bool{}}
	p.policies()
	var jobs []Job
	for i := range full.Endpoints {
		if job, ok := p.job(&full.Endpoints[i], fmt.Sprintf("endpoints[%d]", i)); ok {
			jobs = append(jobs, job)
		}
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	jobs, err := chosen(jobs, globs)
	return &Plan{File: full, Environment: e.chosen, Jobs: jobs, secrets: e.secrets}, err
}

// chosen are the jobs that the globs name; one that names none is a mistake.
func chosen(jobs []Job, globs []string) ([]Job, error) {
	keep := map[string]bool{}
	for _, glob := range globs {
		found := false
		for _, j := range jobs {
			if ok, _ := doublestar.Match(glob, j.Name); ok {
				keep[j.Name], found = true, true
			}
		}
		if !found {
			var names []string
			for _, j := range jobs {
				names = append(names, j.Name)
			}
			return nil, fmt.Errorf("no endpoint is called %q; there are %s", glob, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(jobs, func(j Job) bool { return len(globs) > 0 && !keep[j.Name] }), nil
}

// Secrets hides what is a secret of any of the endpoints.
func (p *Plan) Secrets() *secret.Redactor {
	by := &secret.Redactor{Endpoint: true}
	by.Add(p.secrets...)
	for i := range p.Jobs {
		t := p.Jobs[i].Target
		by.AddURL(t.Endpoint)
		t.Requests.AddSecrets(by)
	}
	return by
}

// planner makes jobs of endpoints.
type planner struct {
	*expander
	full  *File
	taken map[string]int  // names, and the endpoints that have them
	local map[string]bool // by target: it is on this machine
}

// policies checks the policies, with all values in them.
func (p *planner) policies() {
	for _, key := range slices.Sorted(maps.Keys(p.full.Policies)) {
		policy := p.full.Policies[key]
		policy.Name = key
		p.full.Policies[key] = policy
		for _, err := range policy.Validate() {
			p.bad("policies."+key+"."+err.Field, err.What, err.Want)
		}
	}
}

// job is what an endpoint asks for.
func (p *planner) job(e *Endpoint, path string) (Job, bool) {
	before := len(p.problems)
	key := cmp.Or(e.Target, p.onlyTarget())
	target := p.full.Targets[key]
	o := p.options(key, &target, e, path)
	policy := p.policyOf(e, path)
	address := strings.TrimRight(target.URL, "/") + e.Path
	p.address(address, "targets."+key+".url")
	job := Job{
		Policy: policy, Status: e.Status, Focus: e.Focus, Skip: e.Skip, Wait: target.Wait, Line: e.line,
		Name: p.nameOf(e, path),
	}
	if target.Stack != "" {
		job.Stack = cases.FindStack(target.Stack)
	}
	if len(p.problems) > before {
		return job, false
	}
	declared := p.full.Policies[policy]
	declared.Name = job.Name
	job.Target = &harness.Target{
		Name: job.Name, Endpoint: address, Declared: &declared, Requests: o, WebSocket: e.WebSocket,
		NoChanges: target.NoChanges || e.NoChanges,
	}
	p.limit(job.Target, key, &target)
	return job, true
}

func (p *planner) onlyTarget() string {
	for key := range p.full.Targets { // where there are several, check has asked for one
		return key
	}
	return ""
}

// policyOf is the name of the policy that an endpoint is held to.
func (p *planner) policyOf(e *Endpoint, path string) string {
	if e.Policy != "" {
		return e.Policy
	}
	plain, _, _ := strings.Cut(e.Path, "?")
	for _, rule := range p.full.ByPath {
		if ok, _ := doublestar.Match(rule.Path, plain); ok {
			return rule.Policy
		}
	}
	all := slices.Sorted(maps.Keys(p.full.Policies))
	if len(all) == 1 && len(p.full.ByPath) == 0 {
		return all[0]
	}
	p.bad(path, "no policy is about "+plain, "policy: with one of "+strings.Join(all, ", ")+", or an entry of policies_by_path that matches")
	return ""
}

// nameOf is the name of an endpoint, which no other has.
func (p *planner) nameOf(e *Endpoint, path string) string {
	n := e.Name
	if n == "" {
		n = NameOf(e.MethodOf(), e.Path)
	}
	if other, ok := p.taken[n]; ok {
		p.bad(path, fmt.Sprintf("the endpoint at line %d is called %s too", other, n), "name: with another name")
	}
	p.taken[n] = e.line
	return n
}

// NameOf makes a name of a method and a path: "items-id" of GET /items/{id}.
func NameOf(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	words := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if len(words) == 0 {
		words = []string{"root"}
	}
	if method != "" && method != "GET" {
		words = append(words, strings.ToLower(method))
	}
	return strings.Join(words, "-")
}

// MethodOf is the method of the requests that are judged; empty: GET, or what the endpoint has.
func (e *Endpoint) MethodOf() string {
	if e.Method == "" && (e.Body != nil || e.BodyFile != "" || e.BodyBytes > 0) {
		return "POST"
	}
	return e.Method
}
