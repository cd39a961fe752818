package disagree

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/judge"
	"github.com/corsproof/corsproof/spec"
)

// Answers says that the model and a browser were answered
// differently although they had done the same until then, how, and in which
// fields their requests differed; empty if they were not. Each is right about
// what it got, so that this is not a disagreement.
func Answers(model, other agent.JobResult, agent string) string {
	for i := range min(len(model.Steps), len(other.Steps)) {
		m, o := model.Steps[i], other.Steps[i]
		for k := range min(len(m), len(o)) {
			if text, ended := firstDifference(m[k].Exchanges, o[k].Exchanges, agent); ended {
				return text
			}
		}
	}
	return ""
}

// firstDifference compares the answers to a request, one after another. It has
// ended when nothing after it can be compared.
func firstDifference(model, other []agent.Exchange, agent string) (text string, ended bool) {
	for i := range min(len(model), len(other)) {
		m, o := &model[i], &other[i]
		if m.Preflight != o.Preflight || m.Method != o.Method || pathOf(m.URL) != pathOf(o.URL) {
			return "", true // they asked for different things
		}
		if !m.Answered() || !o.Answered() {
			return "", m.Answered() != o.Answered()
		}
		if names := decisiveDifferences(m, o); len(names) > 0 {
			return fmt.Sprintf("%s was answered differently: to the same %s the model got %s, %s got %s%s",
				agent, m.Method, decisive(m, names), agent, decisive(o, names), requestsDiffer(m.Request, o.Request)), true
		}
	}
	return "", len(model) != len(other)
}

// pathOf is a URL without its query, which has a nonce.
func pathOf(url string) string {
	path, _, _ := strings.Cut(url, "?")
	return path
}

// decisiveDifferences are the parts of two answers, of those that a browser
// decides by, that are not the same.
func decisiveDifferences(a, b *agent.Exchange) []string {
	var names []string
	if a.Status != b.Status {
		names = append(names, "status")
	}
	names = append(names, judge.Differing(judge.Comparable(a.Response, false), judge.Comparable(b.Response, false))...)
	if a.Response.Has("Location") != b.Response.Has("Location") {
		names = append(names, "location")
	}
	return names
}

// decisive shows those parts of an answer.
func decisive(ex *agent.Exchange, names []string) string {
	parts := []string{strconv.Itoa(ex.Status)}
	for _, name := range names {
		switch {
		case name == "status":
		case !ex.Response.Has(name):
			parts = append(parts, "no "+name)
		case name == "location": // its value may hold secrets
			parts = append(parts, "a "+name)
		default:
			parts = append(parts, name+": "+agent.Show(strings.Join(ex.Response.Values(name), ", ")))
		}
	}
	return strings.Join(parts, ", ")
}

// requestsDiffer names the fields in which two requests differ, without their
// values, which may be secrets.
func requestsDiffer(a, b spec.Header) string {
	var names []string
	for _, h := range []spec.Header{a, b} {
		for _, f := range h {
			name := strings.ToLower(f.Name)
			if name != "host" && !slices.Contains(names, name) && !slices.Equal(a.Values(name), b.Values(name)) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return "; their requests had the same fields"
	}
	slices.Sort(names)
	return "; their requests differed in " + strings.Join(names, ", ")
}
