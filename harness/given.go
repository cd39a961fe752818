package harness

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
)

// A browser reports the requests that it made, and not what was added to them on the way
// to the target (package relay). What was given is known, so that evidence can have it.

// asSent completes what a browser reports by what was added on the way.
func (t *Target) asSent(result *agent.JobResult) {
	if t.Requests == nil {
		return
	}
	for _, outcomes := range result.Steps {
		for i := range outcomes {
			for k := range outcomes[i].Exchanges {
				t.dress(&outcomes[i].Exchanges[k])
			}
		}
	}
}

func (t *Target) dress(ex *agent.Exchange) {
	if !t.Requests.Within(ex.URL) {
		return
	}
	sent := t.Requests.Dress(ex.URL, ex.RequestLines(), ex.Preflight, false)
	ex.Way = t.Requests.Curl(ex.URL)
	if len(sent.Given) > 0 {
		ex.Request, ex.Given, ex.Added = agent.FieldsOf(sent.Lines), sent.Given, sent.Added
	}
	cookies, has := ex.Request.Get("Cookie")
	if !has || len(t.Requests.Cookies) == 0 {
		return
	}
	ex.Given = append(ex.Given, "Cookie")
	if !slices.Contains(strings.Split(cookies, "; "), agent.Cookie) {
		ex.Added = append(ex.Added, "Cookie")
	}
}
