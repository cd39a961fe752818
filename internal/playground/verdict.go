package playground

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// Saw is what the script of the page saw.
type Saw struct {
	Error   string      `json:"error"` // of the exception; empty for none
	Type    string      `json:"type"`  // of the response: basic, cors, opaque
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
}

// Asked is what the page asks of a run.
type Asked struct {
	ID    string `json:"id"`
	Agent string `json:"agent"` // what the browser calls itself
	Stack string `json:"stack"` // whose setting is shown; empty for none
	Saw   Saw    `json:"saw"`
}

// Verdict is what is said of a run.
type Verdict struct {
	Readable bool            `json:"readable"` // by the standard, a script reads the answer
	Wire     []Message       `json:"wire"`
	Model    json.RawMessage `json:"model"` // an output line of package exchange, with the trace
	Text     string          `json:"text"`  // what the reason means; empty where nothing failed
	Explain  *explain.Answer `json:"explain"`
	// Lines are those that were received and are wanted, each with its sign: "- ", "+ ", or "  " where it stays.
	Lines  []string `json:"lines"`
	Hidden []string `json:"hidden"` // fields of the answer that the script cannot read
	// Differs is what the browser did otherwise than the model of it says, and Departs
	// what it did otherwise than the standard, as is known of it.
	Differs []string `json:"differs"`
	Departs []string `json:"departs"`
}

func (p *Playground) verdict(q Asked) (any, error) {
	r := p.find(q.ID)
	if r == nil {
		return nil, &Error{Field: "page", Text: "this request is not kept any more: send it again"}
	}
	stack := cases.FindStack(q.Stack)
	if stack == nil && q.Stack != "" {
		return nil, &Error{Field: "stack", Text: "\"" + clip(q.Stack) + "\" is not known"}
	}
	v := &Verdict{Wire: r.messages()}
	line := exchange.NewLine("playground", r.request, exchange.Hop{Preflight: &r.preflight, Response: &r.response})
	v.Model, _ = exchange.NewEvaluator(exchange.Options{}).AppendEval(nil, string(line.Append(nil)), 1)
	standard := decide(line, spec.EngineFetch)
	v.Readable = standard.Result == spec.Allowed && standard.Type != spec.TypeOpaque
	v.Text = standard.Error
	if standard.Reason != "" {
		v.Text = standard.Reason.Explain()
	}
	v.Explain, _ = explain.Explain(string(line.Append(nil)), explain.KindEval, explain.Context{Stack: stack})
	v.Lines = []string{}
	if v.Explain != nil {
		for _, l := range explain.Signed(v.Explain) {
			v.Lines = append(v.Lines, l[signed:])
		}
	}
	v.Hidden = hidden(&r.response, &standard)
	v.Departs = q.Saw.differences(v.Wire, &standard)
	own := decide(line, engineOf(q.Agent))
	if v.Differs = q.Saw.differences(v.Wire, &own); len(v.Differs) > 0 {
		v.Departs = []string{}
	}
	return v, nil
}

// signed is the column of the signs that explain.Signed writes.
const signed = 7

func decide(line exchange.Line, e spec.Engine) spec.Outcome {
	return exchange.NewEvaluator(exchange.Options{Engine: e}).Eval(line)
}

// engineOf is the engine of a browser, by what it calls itself; the standard
// where that says nothing.
func engineOf(agent string) spec.Engine {
	switch {
	case strings.Contains(agent, "Firefox/"):
		return spec.EngineFirefox
	case strings.Contains(agent, "Chrome/"), strings.Contains(agent, "Chromium/"):
		return spec.EngineChromium
	case strings.Contains(agent, "Safari/"), strings.Contains(agent, "AppleWebKit/"):
		return spec.EngineWebKit
	}
	return spec.EngineFetch
}

// hidden are the names of an answer's fields that a script cannot read.
func hidden(r *spec.Response, out *spec.Outcome) []string {
	list := []string{}
	for _, f := range r.Header {
		name := strings.ToLower(f.Name)
		if _, ok := out.Readable[name]; !ok && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// differences are in what a browser did otherwise than out says, one sentence each.
func (s *Saw) differences(wire []Message, out *spec.Outcome) []string {
	list := []string{}
	add := func(what string, browser, model any) {
		if browser != model {
			list = append(list, fmt.Sprintf("%s: %v in this browser, %v by the model", what, browser, model))
		}
	}
	preflight, sent := false, false
	for i := range out.Hops {
		preflight, sent = preflight || out.Hops[i].Preflight, sent || out.Hops[i].Sent
	}
	has := func(p bool) bool { return slices.ContainsFunc(wire, func(m Message) bool { return m.Preflight == p }) }
	add("a preflight was sent", has(true), preflight)
	add("the request itself was sent", has(false), sent)
	add("the script got a response", s.Error == "", out.Result == spec.Allowed)
	if s.Error == "" && out.Result == spec.Allowed {
		add("the type of the response", s.Type, string(out.Type))
		add("the status that the script saw", s.Status, out.Status)
		add("the headers that the script saw", s.names(), modelNames(out))
	}
	return list
}

// framing are fields that the server's HTTP library adds: nobody chose them.
var framing = []string{"content-length", "date", "connection"}

func (s *Saw) names() string {
	var list []string
	for _, f := range s.Headers {
		if name := strings.ToLower(f[0]); !slices.Contains(framing, name) {
			list = append(list, name)
		}
	}
	return sorted(list)
}

func modelNames(out *spec.Outcome) string {
	var list []string
	for name := range out.Readable {
		list = append(list, name)
	}
	return sorted(list)
}

func sorted(names []string) string {
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// StackName is a stack that the page offers.
type StackName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func stacks() []StackName {
	var list []StackName
	for _, s := range cases.Stacks() {
		list = append(list, StackName{s.ID, s.Name})
	}
	return list
}
