package block_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/block"
)

// TestOdd: a finding says after "who" what is odd in requests that no browser sends, on a page of any height.
func TestOdd(t *testing.T) {
	f := &harness.Finding{Cause: "c", Title: "A title", Affects: "GET from https://a.test: answer 200", Odd: []string{"first", "second", "third", "fourth"}, Explains: []string{"a"}, Received: []string{"x"}, Wanted: []string{"y"}, Fix: "Do it.", Why: "Because."}
	want := "  who    GET from https://a.test: answer 200\n  odd    first; second; third; and 1 more\n       - x\n"
	for _, most := range []int{0, block.Most} {
		if text := strings.Join((&block.Style{Most: most}).Lines(f, block.Setting{}), "\n"); !strings.Contains(text, want[2:]) {
			t.Errorf("%s", text)
		}
	}
}
