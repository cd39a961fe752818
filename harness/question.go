package harness

import (
	"context"
	"net/http"
	"slices"

	"github.com/corsproof/corsproof/cases"
)

// What a person states of the requests that are judged (ask.Options): the method,
// the content, the methods that the endpoint has.

// question is the stated method of the requests that are judged; empty: none was stated.
func (t *Target) question() string { return t.Requests.QuestionMethod() }

// endpoint is what checks are fitted to.
func (r *run) endpoint() cases.Endpoint {
	e := cases.Endpoint{Methods: r.methods}
	if r.target.Declared == nil || r.target.Requests == nil {
		return e
	}
	if e.Carrier = r.target.question(); e.Carrier == http.MethodGet {
		e.Carrier = ""
	}
	e.Content = r.target.Requests.Data
	return e
}

// content is what a request with a method is sent with.
func (r *run) content(method string) string {
	if r.target.Requests == nil || r.target.Requests.Data == nil || method != r.target.question() {
		return ""
	}
	return *r.target.Requests.Data
}

// stated tells whether the methods of the endpoint were stated, so that it is not asked.
func (r *run) stated() bool {
	return r.target.Requests != nil && r.target.Requests.Serves != nil
}

// stateMethods sets what is known of the methods by what was stated.
func (r *run) stateMethods() {
	question := r.target.question()
	has := slices.Concat(r.target.Requests.Serves, r.target.Declared.Methods, []string{question})
	for _, m := range slices.Concat(has, []string{http.MethodGet, http.MethodHead, http.MethodPost}) {
		r.methods[m] = slices.Contains(has, m)
	}
	if question != "" && question != http.MethodGet {
		r.methods[http.MethodGet] = false // another method carries the question
	}
	delete(r.methods, "")
}

// askQuestion asks for the method that carries the question, then for the others that the
// checks need, and gives the status of the first.
func (r *run) askQuestion(ctx context.Context, checks []cases.Check, question string) int {
	r.methods[http.MethodGet] = false // another method carries the question
	for _, m := range r.wanted(checks, func(m string) bool { return m != question && !mayEnd(m) }) {
		r.askFor(ctx, m)
	}
	status := r.askFor(ctx, question)
	r.methods[question] = true
	return status
}
