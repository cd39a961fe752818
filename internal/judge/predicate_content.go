package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/wire"
)

func (j *judge) bodyIs(want string) []agent.Symptom {
	if j.ex.Body == want {
		return nil
	}
	return []agent.Symptom{{What: "the content", Expected: agent.Quoted(want), Actual: j.ex.Content()}}
}

func (j *judge) bodyContains(want string) []agent.Symptom {
	if strings.Contains(j.ex.Body, want) {
		return nil
	}
	return []agent.Symptom{{What: "the content has " + agent.Quoted(want), Expected: "that text in it", Actual: j.ex.Content()}}
}

func (j *judge) noBody() []agent.Symptom {
	size := j.ex.BodySize + int64(j.ex.Excess)
	if size <= 0 {
		return nil
	}
	return []agent.Symptom{{
		What: "there is no content", Expected: "nothing after the head",
		Actual: fmt.Sprintf("%s carries %s of content", j.answer(), bytesOf(size)),
	}}
}

// headGrows: a head that is long whatever was asked says nothing about the request.
func (j *judge) headGrows(limit *cases.HeadGrowth) []agent.Symptom {
	ref, failures := j.earlier(limit.Over)
	if ref == nil {
		return failures
	}
	if j.ex.HeadBytes <= ref.HeadBytes+limit.AtMost {
		return nil
	}
	return []agent.Symptom{{
		What:     "the size of the response head",
		Expected: fmt.Sprintf("at most %d bytes more than the %d of the step %s", limit.AtMost, ref.HeadBytes, limit.Over),
		Actual:   fmt.Sprintf("%d bytes", j.ex.HeadBytes),
	}}
}

// app: which handler of the application was reached, as X-App says.
func (j *judge) app(want string) []agent.Symptom {
	values := j.ex.Response.Values("X-App")
	switch {
	case want == "none" && len(values) == 0, want == "any" && len(values) > 0, len(values) == 1 && values[0] == want:
		return nil
	}
	f := agent.Symptom{
		What:     "the application's handler " + agent.Show(want) + " is reached",
		Expected: "X-App: " + agent.Show(want), Actual: fmt.Sprintf("status %d, %s", j.ex.Status, agent.ShowField(j.ex.Response, "X-App")),
	}
	switch want {
	case "none":
		f.What, f.Expected = "the application is not reached", "no X-App"
	case "any":
		f.What, f.Expected = "the application is reached", "X-App with the name of a handler"
	}
	return []agent.Symptom{f}
}

// whole: content that breaks off may have done so by chance, and is asked for again as silence is.
func (j *judge) whole() []agent.Symptom {
	if !j.ex.Cut() {
		return nil
	}
	return []agent.Symptom{{
		What: "all of the content comes", Expected: "as much as the head of the answer announces", Actual: j.ex.BodyError,
		Effect: agent.EffectUnavailable, Silent: true,
	}}
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
func (j *judge) unasked() []agent.Symptom {
	if !j.at.Watched || j.ex.Excess == 0 || !j.ex.Answered() || asksForNoBody(j.at.Step.Answer) {
		return nil
	}
	what := "content"
	if strings.HasPrefix(j.ex.ExcessStart, "HTTP/") {
		what = "an answer that nobody asked for"
	} else if j.ex.Sent != "" {
		return nil
	}
	return []agent.Symptom{{
		What: "the connection carries one answer to each request", Expected: "nothing between the answers",
		Actual: fmt.Sprintf("after %s, %s of %s: %s", j.answer(), bytesOf(int64(j.ex.Excess)), what, agent.Quoted(j.ex.ExcessStart)),
	}}
}

func asksForNoBody(list []cases.Predicate) (asks bool) {
	walk(list, func(p *cases.Predicate) { asks = asks || p.NoBody })
	return asks
}

// Needed is how much of an answer's content its predicates look at; nil
// for none.
func Needed(list []cases.Predicate) func(*wire.Response) bool {
	var needs []func(*wire.Response) bool
	walk(list, func(p *cases.Predicate) {
		if content := predicates[p.Key()].content; content != nil {
			needs = append(needs, func(r *wire.Response) bool { return content(p, r) })
		}
	})
	if len(needs) == 0 {
		return nil
	}
	return func(r *wire.Response) bool {
		return slices.ContainsFunc(needs, func(need func(*wire.Response) bool) bool { return need(r) })
	}
}
