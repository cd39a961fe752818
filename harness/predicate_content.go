package harness

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// content evaluates the predicates about who answered and what the answer holds.
func (j *judge) content(p *cases.Predicate) []Failure {
	switch {
	case p.App != nil:
		return j.app(*p.App)
	case p.BodyIs != nil && j.ex.Body != *p.BodyIs:
		return []Failure{{What: "the content", Expected: quoted(*p.BodyIs), Actual: quoted(j.ex.Body)}}
	case p.BodyContains != nil && !strings.Contains(j.ex.Body, *p.BodyContains):
		return []Failure{{What: "the content has " + quoted(*p.BodyContains), Expected: "that text in it", Actual: quoted(j.ex.Body)}}
	case p.NoBody && j.ex.BodySize+int64(j.ex.Excess) > 0:
		return []Failure{{What: "there is no content", Expected: "nothing after the head", Actual: fmt.Sprintf("%d bytes", j.ex.BodySize+int64(j.ex.Excess))}}
	case p.HeadBytes > 0 && j.ex.HeadBytes > p.HeadBytes:
		return []Failure{{What: "the size of the response head", Expected: fmt.Sprintf("at most %d bytes", p.HeadBytes), Actual: fmt.Sprintf("%d bytes", j.ex.HeadBytes)}}
	}
	return nil
}

// app: which handler of the application was reached, as X-App says.
func (j *judge) app(want string) []Failure {
	values := j.ex.Response.Values("X-App")
	switch {
	case want == "none" && len(values) == 0, want == "any" && len(values) > 0, len(values) == 1 && values[0] == want:
		return nil
	}
	f := Failure{
		What:     "the application's handler " + show(want) + " is reached",
		Expected: "X-App: " + show(want), Actual: fmt.Sprintf("status %d, %s", j.ex.Status, showField(j.ex.Response, "X-App")),
	}
	switch want {
	case "none":
		f.What, f.Expected = "the application is not reached", "no X-App"
	case "any":
		f.What, f.Expected = "the application is reached", "X-App with the name of a handler"
	}
	return []Failure{f}
}
