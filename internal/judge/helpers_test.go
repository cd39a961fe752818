package judge_test

import (
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

const app = "https://app.example"

func ptr[T any](v T) *T { return &v }

func shares(origin string) cases.Predicate { return cases.Predicate{Shares: &origin} }

// wireGet is a raw step that wants something of the answer to a GET.
func wireGet(path string, p ...cases.Predicate) cases.Step {
	return cases.Step{Wire: &cases.Wire{Method: "GET", Path: path, Version: "HTTP/1.1", Headers: []string{"Origin: " + app}}, Answer: p}
}

// fields is a header list of names and values.
func fields(pairs ...string) spec.Header {
	var h spec.Header
	for i := 0; i < len(pairs); i += 2 {
		h = append(h, spec.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return h
}
