package project

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/report"
)

// checker collects what is wrong with a file.
type checker struct {
	file     *File
	problems cases.Problems
}

// add says what is wrong with the value at path, and what was expected.
func (c *checker) add(kind cases.ProblemKind, path, what, want string) {
	c.problems = append(c.problems, &cases.Problem{Kind: kind, Pos: cases.Position{File: c.file.path, Line: c.file.lines.Line(path)}, What: path + ": " + what, Want: want})
}

func (c *checker) bad(path, what, want string) { c.add(cases.BadValue, path, what, want) }

var (
	name     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

const wantName = "lower-case letters, digits and hyphens, such as staging-api"

// check gives what is wrong with a file whatever the values of its variables.
func (f *File) check() cases.Problems {
	c := &checker{file: f}
	if f.Version != 1 {
		c.bad("version", fmt.Sprintf("%d is not a version that this corsproof reads", f.Version), "version: 1")
	}
	c.names()
	c.variables()
	c.references()
	c.settings()
	return c.problems
}

// names checks what is named, and that there is something of each kind.
func (c *checker) names() {
	f := c.file
	for _, kind := range []struct {
		key  string
		keys []string
		want string
	}{
		{"targets", slices.Sorted(maps.Keys(f.Targets)), "a server: targets: {api: {url: https://api.example.com}}"},
		{"policies", slices.Sorted(maps.Keys(f.Policies)), "what it is meant to allow: policies: {api: {origins: [https://app.example.com]}}"},
		{"environments", slices.Sorted(maps.Keys(f.Environments)), ""},
	} {
		if len(kind.keys) == 0 && kind.want != "" {
			c.add(cases.MissingKey, kind.key, "there is none", kind.want)
		}
		for _, key := range kind.keys {
			if !name.MatchString(key) {
				c.bad(kind.key+"."+key, fmt.Sprintf("%q cannot be a name", key), wantName)
			}
		}
	}
	if len(f.Endpoints) == 0 {
		c.add(cases.MissingKey, "endpoints", "there is none", "what is to be checked: endpoints: [{path: /items}]")
	}
	for _, key := range slices.Sorted(maps.Keys(f.Policies)) {
		if p := f.Policies[key]; p.Name != "" || p.Path != "" {
			c.bad("policies."+key, "name and path belong to a policy in a file of its own", "neither: the key is its name, and policies_by_path says where it holds")
		}
	}
	if f.Environment != "" {
		c.known("environment", f.Environment, "environment", slices.Sorted(maps.Keys(f.Environments)))
	}
}

// variables checks the names of variables.
func (c *checker) variables() {
	all := map[string]map[string]string{"variables": c.file.Variables}
	for key, e := range c.file.Environments {
		all["environments."+key+".variables"] = e.Variables
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		for _, key := range slices.Sorted(maps.Keys(all[path])) {
			if !variable.MatchString(key) {
				c.bad(path+"."+key, fmt.Sprintf("%q cannot be the name of a variable", key), "letters, digits and underscores, such as API_URL")
			}
		}
	}
}

// known checks that a name is one of those that there are.
func (c *checker) known(path, value, kind string, all []string) {
	if slices.Contains(all, value) {
		return
	}
	if len(all) == 0 {
		c.bad(path, fmt.Sprintf("there is no %s %q", kind, value), "a name of the mapping of "+kind+"s, which is empty")
		return
	}
	c.bad(path, fmt.Sprintf("there is no %s %q", kind, value), "one of "+strings.Join(all, ", "))
}

// references checks what endpoints and paths say of targets and policies.
func (c *checker) references() {
	f := c.file
	targets, policies := slices.Sorted(maps.Keys(f.Targets)), slices.Sorted(maps.Keys(f.Policies))
	for i, p := range f.ByPath {
		path := fmt.Sprintf("policies_by_path[%d]", i)
		c.known(path+".policy", p.Policy, "policy", policies)
		if !strings.HasPrefix(p.Path, "/") || !doublestar.ValidatePattern(p.Path) {
			c.bad(path+".path", fmt.Sprintf("%q is not a glob of paths", p.Path), "such as /public/** or /v1/*/items")
		}
	}
	for _, key := range targets {
		t := f.Targets[key]
		if t.URL == "" {
			c.add(cases.MissingKey, "targets."+key, "url is missing", "url: https://api.example.com")
		}
		if s := t.Stack; s != "" && cases.FindStack(s) == nil {
			c.bad("targets."+key+".stack", fmt.Sprintf("there is no stack %q", s), "an id that corsproof run --stack takes, such as express or nginx")
		}
		if h := t.HTTP; h != "" && h != "1.1" && h != "2" {
			c.bad("targets."+key+".http", fmt.Sprintf("%q is not a version that can be asked for alone", h), `"1.1" or "2"`)
		}
	}
	for i := range f.Endpoints {
		e, path := &f.Endpoints[i], fmt.Sprintf("endpoints[%d]", i)
		if e.Target != "" {
			c.known(path+".target", e.Target, "target", targets)
		} else if len(targets) > 1 {
			c.add(cases.MissingKey, path, "it does not say on which target it is", "target: with one of "+strings.Join(targets, ", "))
		}
		if e.Policy != "" {
			c.known(path+".policy", e.Policy, "policy", policies)
		}
		c.endpoint(e, path)
	}
}

// endpoint checks what an endpoint says by itself.
func (c *checker) endpoint(e *Endpoint, path string) {
	switch {
	case e.Name != "" && !name.MatchString(e.Name):
		c.bad(path+".name", fmt.Sprintf("%q cannot be a name", e.Name), wantName)
	case e.Path == "":
		c.add(cases.MissingKey, path, "path is missing", "path: /items")
	case !strings.HasPrefix(e.Path, "/") && !strings.HasPrefix(e.Path, "${"):
		c.bad(path+".path", fmt.Sprintf("%q is not a path", e.Path), "one with a slash at its beginning: the target's URL is before it")
	}
	contents := 0
	for _, given := range []bool{e.Body != nil, e.BodyFile != "", e.BodyBytes != 0} {
		if given {
			contents++
		}
	}
	if contents > 1 {
		c.add(cases.Conflict, path, "body, body_file and body_bytes each say what the content is", "one of them")
	}
	if e.BodyBytes < 0 || e.BodyBytes > mostBody {
		c.bad(path+".body_bytes", fmt.Sprintf("%d bytes cannot be sent", e.BodyBytes), fmt.Sprintf("a number up to %d", mostBody))
	}
	if m := strings.ToUpper(e.Method); contents > 0 && (m == "GET" || m == "HEAD") {
		c.add(cases.Conflict, path+".method", "a browser sends no content with "+m, "another method, or no body")
	}
	if e.Status != 0 && (e.Status < 200 || e.Status > 599) {
		c.bad(path+".status", fmt.Sprintf("%d is not the status of an answer", e.Status), "a number from 200 to 599: what an ordinary request is known to be answered with")
	}
	if e.WebSocket != "" && !strings.HasPrefix(e.WebSocket, "/") {
		c.bad(path+".websocket", fmt.Sprintf("%q is not a path", e.WebSocket), "such as /socket")
	}
}

// mostBody is the most filler that is sent, in bytes: it is kept in memory.
const mostBody = 64 << 20

// settings checks what is said of the run.
func (c *checker) settings() {
	f := c.file
	if !slices.Contains([]string{"", "auto", "chrome", "none"}, f.Browser) {
		c.bad("browser", fmt.Sprintf("there is no browser %q", f.Browser), "auto (Chrome if there is one), chrome or none")
	}
	if !slices.Contains([]string{"", "must", "should", "practice", "info"}, f.Level) {
		c.bad("level", fmt.Sprintf("there is no level %q", f.Level), "must, should, practice or info")
	}
	for _, form := range slices.Sorted(maps.Keys(f.Reports)) {
		if report.FindFormat(form) == nil {
			var forms []string
			for _, known := range report.Formats() {
				forms = append(forms, known.Name)
			}
			c.bad("reports."+form, fmt.Sprintf("there is no form %q", form), "one of "+strings.Join(forms, ", "))
		}
	}
}
