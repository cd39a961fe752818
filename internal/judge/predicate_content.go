package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/record"
	"github.com/corsproof/corsproof/internal/wire"
)

// content evaluates the predicates about who answered and what the answer holds.
func (j *judge) content(p *cases.Predicate) []agent.Failure {
	switch {
	case p.App != nil:
		return j.app(*p.App)
	case p.BodyIs != nil && j.ex.Body != *p.BodyIs:
		return []agent.Failure{{What: "the content", Expected: agent.Quoted(*p.BodyIs), Actual: j.ex.Content()}}
	case p.BodyContains != nil && !strings.Contains(j.ex.Body, *p.BodyContains):
		return []agent.Failure{{What: "the content has " + agent.Quoted(*p.BodyContains), Expected: "that text in it", Actual: j.ex.Content()}}
	case p.NoBody && j.ex.BodySize+int64(j.ex.Excess) > 0:
		return []agent.Failure{{
			What: "there is no content", Expected: "nothing after the head",
			Actual: fmt.Sprintf("%s carries %s of content", j.answer(), bytesOf(j.ex.BodySize+int64(j.ex.Excess))),
		}}
	case p.HeadBytes > 0 && j.ex.HeadBytes > p.HeadBytes:
		return []agent.Failure{{What: "the size of the response head", Expected: fmt.Sprintf("at most %d bytes", p.HeadBytes), Actual: fmt.Sprintf("%d bytes", j.ex.HeadBytes)}}
	}
	return nil
}

// app: which handler of the application was reached, as X-App says.
func (j *judge) app(want string) []agent.Failure {
	values := j.ex.Response.Values("X-App")
	switch {
	case want == "none" && len(values) == 0, want == "any" && len(values) > 0, len(values) == 1 && values[0] == want:
		return nil
	}
	f := agent.Failure{
		What:     "the application's handler " + agent.Show(want) + " is reached",
		Expected: "X-App: " + agent.Show(want), Actual: fmt.Sprintf("status %d, %s", j.ex.Status, agent.ShowField(j.ex.Response, "X-App")),
	}
	switch want {
	case "none":
		f.What, f.Expected = "the application is not reached", "no X-App"
	case "any":
		f.What, f.Expected = "the application is reached", "X-App with the name of a handler"
	}
	return []agent.Failure{f}
}

// answer names the answer in a sentence.
func (j *judge) answer() string {
	if j.ex.Method == "HEAD" {
		return "the " + strconv.Itoa(j.ex.Status) + " to HEAD"
	}
	return "the " + strconv.Itoa(j.ex.Status)
}

func bytesOf(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// unasked: on a connection that goes on there is one answer to each request.
// What else comes is an answer to what the server took for a request, or
// content of an answer that has none. The latter is told where a predicate
// speaks of it, and not after a request with content, which asks whether the
// server took that for another request.
func (j *judge) unasked() []agent.Failure {
	if !j.at.Watched || j.ex.Excess == 0 || !j.ex.Answered() || asksForNoBody(j.at.Step.Answer) {
		return nil
	}
	what := "content"
	if strings.HasPrefix(j.ex.ExcessStart, "HTTP/") {
		what = "an answer that nobody asked for"
	} else if j.ex.Sent != "" {
		return nil
	}
	return []agent.Failure{{
		What: "the connection carries one answer to each request", Expected: "nothing between the answers",
		Actual: fmt.Sprintf("after %s, %s of %s: %s", j.answer(), bytesOf(int64(j.ex.Excess)), what, agent.Quoted(j.ex.ExcessStart)),
	}}
}

func asksForNoBody(list []cases.Predicate) bool {
	return slices.ContainsFunc(list, func(p cases.Predicate) bool {
		return p.NoBody || asksForNoBody(p.If) || asksForNoBody(p.Then) || slices.ContainsFunc(p.AnyOf, asksForNoBody)
	})
}

// Needed is how much of an answer's content its predicates look at; nil
// for none.
func Needed(list []cases.Predicate) func(*wire.Response) bool {
	var needs []func(*wire.Response) bool
	for i := range list {
		p := &list[i]
		switch {
		case p.NoBody:
			needs = append(needs, func(r *wire.Response) bool { return r.Size == 0 })
		case p.BodyIs != nil:
			needs = append(needs, func(*wire.Response) bool { return true })
		case p.BodyContains != nil:
			needs = append(needs, func(r *wire.Response) bool {
				text, _ := record.Decoded(r.Header, r.Body, true)
				return !strings.Contains(text, *p.BodyContains)
			})
		}
		for _, inner := range append([][]cases.Predicate{p.If, p.Then}, p.AnyOf...) {
			if need := Needed(inner); need != nil {
				needs = append(needs, need)
			}
		}
	}
	if len(needs) == 0 {
		return nil
	}
	return func(r *wire.Response) bool {
		return slices.ContainsFunc(needs, func(need func(*wire.Response) bool) bool { return need(r) })
	}
}
