package adapter

import (
	"context"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// Await waits for a server at a base URL, and says why it did not come up.
func Await(base string, patience time.Duration) string {
	p := &process{base: base, done: make(chan struct{})}
	return p.await(context.Background(), cases.Policy{Name: "list", Origins: []string{"https://app.example"}}, patience)
}

// ContractPaths are the paths of the contract that adapters are asked for, without queries.
func ContractPaths() []string {
	var paths []string
	for _, probe := range contract {
		path, _, _ := strings.Cut(probe.path, "?")
		paths = append(paths, path)
	}
	return paths
}

// AlikeFields are the fields that alike may name.
func AlikeFields() []Field { return fields }
