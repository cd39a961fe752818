package cases

import (
	"slices"
	"sync"

	"github.com/corsproof/corsproof/spec"
)

// reasons are the reason codes that an expectation may name.
var reasons = sync.OnceValue(func() []string {
	var names []string
	for _, r := range spec.Reasons() {
		names = append(names, string(r))
	}
	return names
})

func knownReason(name string) bool { return slices.Contains(reasons(), name) }
