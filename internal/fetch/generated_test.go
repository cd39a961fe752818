package fetch_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/fetch"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

// What is generated for Chrome comes out over real connections as the model decides it of the
// answers alone; eval agrees with what is printed of it, and no page is too high.
func TestGenerated(t *testing.T) {
	replay, err := verify.NewReplay()
	if err != nil {
		t.Fatal(err)
	}
	defer replay.Close()
	gen := verify.NewGenerator(7, replay.Bases())
	seen := map[spec.Result]int{}
	for n := range 250 {
		path := fmt.Sprintf("/e/%d", n)
		xs := gen.Session(n, path)
		replay.Put(path, xs)
		list, err := fetch.Steps(context.Background(), steps(replay, path, xs), fetch.Options{})
		replay.Take(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			seen[list[i].Outcome.Result]++
			rep := &fetch.Report{Results: list[i : i+1]}
			narrow(t, rep)
		}
		if whole := (&fetch.Report{Results: list}); !thrown(list) {
			narrow(t, whole)
			evalAgrees(t, whole)
		}
		if t.Failed() {
			t.Fatalf("session %d: %v", n, xs)
		}
	}
	if seen[spec.Allowed] < 50 || seen[spec.Blocked] < 50 {
		t.Errorf("too few of a kind: %v", seen)
	}
}

func thrown(list []fetch.Result) bool {
	for i := range list {
		if r := list[i].Outcome.Result; r == spec.TypeError || r == spec.Invalid {
			return true
		}
	}
	return false
}

// steps are a session's requests, with what the server has to be told between them.
func steps(replay *verify.Replay, path string, xs []verify.Exchange) []agent.Step {
	list := make([]agent.Step, len(xs))
	for i := range xs {
		list[i] = agent.Step{URL: xs[i].Request.URL, Request: verify.Script(xs[i].Request), Before: func() { replay.Turn(path, i) }, After: xs[i].After}
	}
	return list
}
