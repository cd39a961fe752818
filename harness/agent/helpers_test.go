package agent_test

import "github.com/corsproof/corsproof/spec"

// fields is a header list of names and values.
func fields(pairs ...string) spec.Header {
	var h spec.Header
	for i := 0; i < len(pairs); i += 2 {
		h = append(h, spec.Field{Name: pairs[i], Value: pairs[i+1]})
	}
	return h
}
