package explain_test

import (
	"slices"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
)

// Of a line that was received twice and is wanted once, one is too many.
func TestSigned(t *testing.T) {
	got := explain.Signed(&explain.Answer{Received: []string{"A: 1", "A: 1", "B: 2"}, Wanted: []string{"A: 1", "C: 3"}})
	want := []string{"         A: 1", "       - A: 1", "       - B: 2", "       + C: 3"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
