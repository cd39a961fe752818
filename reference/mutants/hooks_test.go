package mutants

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// all has each hook.
var all = hooks{
	policy:    func(*cases.Policy) {},
	unsafe:    true,
	request:   func(*http.Request) {},
	kind:      func(*exchange) layer.Kind { return layer.Kind(0) },
	allows:    func(*exchange) bool { return true },
	preflight: func(*exchange, http.Handler, int) int { return 0 },
	block:     func(*exchange) int { return 0 },
	head:      func(*exchange, http.Header) {},
	inner:     func(next http.Handler) http.Handler { return next },
	outer:     func(next http.Handler) http.Handler { return next },
	route:     func(_ *http.Request, policy, path string) (string, string) { return policy, path },
	read:      func([]byte) {},
	write:     func(b []byte) []byte { return b },
	socket:    func(*cases.Policy, *http.Request, bool) bool { return true },
}

// set are the names of the hooks that are set.
func set(hk hooks) (names []string) {
	v := reflect.ValueOf(hk)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	return names
}

// TestMerge: merging takes over each hook, and loses none to one that is not set.
func TestMerge(t *testing.T) {
	want := reflect.TypeFor[hooks]().NumField()
	if n := len(set(all)); n != want {
		t.Fatalf("the test has %d of %d hooks", n, want)
	}
	var into hooks
	into.merge(all)
	if got := set(into); len(got) != want {
		t.Errorf("merged into none: %q of %d", got, want)
	}
	into.merge(hooks{})
	if got := set(into); len(got) != want {
		t.Errorf("none merged into all: %q of %d", got, want)
	}
}
