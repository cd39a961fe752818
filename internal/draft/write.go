package draft

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/project"
)

// SchemaPath is where the file's first line says that its schema is, seen from the file.
const SchemaPath = ".corsproof/project.schema.json"

// The reports of the file, beside it.
const junit, markdown = "cors-junit.xml", "cors-report.md"

// Reports are the files that a run of the draft writes.
func Reports() []string { return []string{junit, markdown} }

// Write writes the file. It is one that project.Load reads.
func (d *Draft) Write(w io.Writer) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# yaml-language-server: $schema=%s", SchemaPath)
	line("# Written by corsproof init %s: what the server does today, by %s (GET, HEAD, OPTIONS).", comment(d.From), block.Count(d.Requests, "request"))
	line("# Is it what is meant? Lines that begin with \"# ?\" are what only a person can say. Then: corsproof run --dry-run")
	line("version: 1\nname: %s\n\ntargets:\n  api:\n    url: %s", quoted(d.Name), quoted(d.URL))
	fields(&b, "headers", d.Headers)
	fields(&b, "gate_headers", d.GateHeaders)
	line("\npolicies:")
	for i := range d.Policies {
		d.Policies[i].write(&b)
	}
	line("\nendpoints:")
	for i := range d.Endpoints {
		d.Endpoints[i].write(&b, len(d.Policies) > 1, len(d.Headers)+len(d.GateHeaders) > 0)
		d.Endpoints[i].writeAnonymous(&b, d.Headers, len(d.Policies) > 1)
	}
	line("\nbaseline: corsproof-baseline.yaml   # corsproof run --update-baseline writes it\nreports:   # written anew by each run: they belong into .gitignore, as .corsproof/ does\n  junit: %s\n  markdown: %s", junit, markdown)
	_, err := io.WriteString(w, b.String())
	return err
}

// fields writes request fields.
func fields(b *strings.Builder, key string, list [][2]string) {
	if len(list) > 0 {
		fmt.Fprintf(b, "    %s:\n", key)
	}
	for _, f := range list {
		fmt.Fprintf(b, "      %s: %s\n", quoted(f[0]), quoted(f[1]))
	}
}

func (p *Policy) write(b *strings.Builder) {
	fmt.Fprintf(b, "  %s:\n", p.Name)
	for _, line := range p.Seen {
		fmt.Fprintf(b, "    # %s\n", comment(line))
	}
	for _, q := range p.Questions {
		for _, line := range block.Wrap(q.Part+": "+comment(q.Text), 100) {
			fmt.Fprintf(b, "    # ? %s\n", line)
		}
	}
	parts(b, &p.Is)
}

// parts writes what a policy allows.
func parts(b *strings.Builder, p *cases.Policy) {
	list := func(key string, values []string) {
		if len(values) == 0 {
			return
		}
		var texts []string
		for _, v := range values {
			texts = append(texts, quoted(v))
		}
		fmt.Fprintf(b, "    %s: [%s]\n", key, strings.Join(texts, ", "))
	}
	list("origins", p.Origins)
	fmt.Fprintf(b, "    credentials: %v\n", p.Credentials)
	list("methods", p.Methods)
	list("request_headers", p.RequestHeaders)
	list("expose_headers", p.ExposeHeaders)
	if p.MaxAge != nil {
		fmt.Fprintf(b, "    max_age: %d\n", *p.MaxAge)
	}
	if p.PrivateNetwork {
		fmt.Fprint(b, "    private_network: true\n")
	}
}

// write gives an endpoint; given: the target has request fields of its own, such as a token.
func (e *Endpoint) write(b *strings.Builder, several, given bool) {
	if e.Question != "" {
		fmt.Fprintf(b, "  # ? %s\n", comment(e.Question))
	}
	switch own := e.ofItsOwn(); {
	case e.Status >= 400 && own != "":
		fmt.Fprintf(b, "  # ? GET is answered with %d, and the server names %s. Do pages send that? Then, in the place of status, with the content that it needs (body):\n  #   method: %s\n", e.Status, comment(strings.Join(e.Named, ", ")), own)
	case e.Status >= 400:
		fmt.Fprintf(b, "  # ? GET is answered with %d. If that is not meant: remove status, and say what the request lacks (headers, a path that is there)\n", e.Status)
	}
	fmt.Fprintf(b, "  - path: %s\n", quoted(e.Path))
	if len(e.Methods) > 0 {
		if first := e.carrier(); first != "GET" {
			fmt.Fprintf(b, "    method: %s\n", quoted(first))
		}
		fmt.Fprintf(b, "    serves: [%s]\n", strings.Join(e.Methods, ", "))
	}
	if e.Body != "" && e.carrier() != "GET" {
		fmt.Fprintf(b, "    body: %s\n", quoted(e.Body))
	}
	if several {
		fmt.Fprintf(b, "    policy: %s\n", e.policy)
	}
	if e.Status >= 400 || given && e.Status >= 200 && e.Status < 300 && e.carrier() == "GET" {
		fmt.Fprintf(b, "    status: %d\n", e.Status) // without the token it is another: an expired one ends the run
	}
}

// writeAnonymous gives the endpoint once more, as it answers to a page whose login has expired.
// Where no page can read that answer, a person has to say whether one is meant to.
func (e *Endpoint) writeAnonymous(b *strings.Builder, fields [][2]string, several bool) {
	a := e.Anonymous
	if a == nil {
		return
	}
	var without []string
	for _, f := range fields {
		without = append(without, quoted(f[0])+`: ""`)
	}
	policy := ""
	if several {
		policy = ", policy: " + e.policy
	}
	line := fmt.Sprintf("- {path: %s, name: %s, headers: {%s}, status: %d%s}", quoted(e.Path), project.NameOf("", e.Path)+"-without-login", strings.Join(without, ", "), a.Status, policy)
	if a.Shared {
		fmt.Fprintf(b, "  # without these fields, as when a login has expired: a page can read that it is %d\n  %s\n", a.Status, line)
		return
	}
	fmt.Fprintf(b, "  # ? Without these fields, as when a login has expired, GET is answered with %d, and no page can read that: is one meant to? Then:\n  # %s\n", a.Status, line)
}

// ofItsOwn is the method to ask with, of those that the server names where GET is not one; empty: it names none.
func (e *Endpoint) ofItsOwn() string {
	named := slices.DeleteFunc(slices.Clone(e.Named), func(m string) bool { return m == "HEAD" || m == "OPTIONS" || !ask.IsMethod(m) })
	if len(e.Methods) > 0 || len(named) == 0 {
		return ""
	}
	return (&Endpoint{Methods: named}).carrier()
}

// carrier is the method that asks the least of the server.
func (e *Endpoint) carrier() string {
	for _, m := range []string{"GET", "POST", "PUT", "PATCH"} {
		for _, has := range e.Methods {
			if has == m {
				return m
			}
		}
	}
	if len(e.Methods) == 0 {
		return "GET"
	}
	return e.Methods[0]
}

// plain are strings that need no quotes in YAML.
var plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./+-]*(://[A-Za-z0-9._:/-]*[A-Za-z0-9/])?$`)

// quoted is a string as YAML.
func quoted(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return strconv.Quote(s)
	}
	if plain.MatchString(s) {
		return s
	}
	return strconv.QuoteToASCII(s)
}

// comment is a text in a comment.
func comment(s string) string { return block.Visible(strings.Join(strings.Fields(s), " ")) }
