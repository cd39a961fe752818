package harness_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// A server that shares with everybody is held to a policy that names one origin.
func ExampleRunner() {
	target, stop, err := harness.Serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer stop()
	target.Declared = &cases.Policy{Name: "api", Origins: []string{"https://app.example"}}
	target.Endpoint, target.Base, target.TLSBase = target.Base+"/", "", ""

	table, err := cases.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	checks, err := cases.Select(target.Expand(table), []string{"actual-get-disallowed-origin"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	runner := harness.Runner{Target: target, Checks: checks}
	summary, err := runner.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range summary.Results {
		fmt.Println(r.Verdict, r.ID)
		for _, f := range r.Agents[0].Failures {
			fmt.Println(f.What)
			fmt.Println(f.Actual)
		}
	}
	// Output:
	// fail actual-get-disallowed-origin/api
	// no script of https://evil.test can read the answer
	// it passes without credentials; Access-Control-Allow-Origin: *
}

func ExampleExchange_Curl() {
	ex := agent.Exchange{Method: "OPTIONS", URL: "http://127.0.0.1:8080/exact/ok", Request: fields(
		"Host", "127.0.0.1:8080", "Origin", "https://app.example", "Access-Control-Request-Method", "PUT",
	)}
	fmt.Println(ex.Curl())
	// Output:
	// curl -sS -i -X OPTIONS -H 'Origin: https://app.example' -H 'Access-Control-Request-Method: PUT' -H Accept: -H User-Agent: -g http://127.0.0.1:8080/exact/ok
}
