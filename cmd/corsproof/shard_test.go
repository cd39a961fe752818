package main

import (
	"testing"

	"github.com/corsproof/corsproof/harness"
)

// TestShards: each engine counts as its documentation says, and what names no shard is none.
func TestShards(t *testing.T) {
	for _, p := range parallels {
		for i := range 3 {
			vars := map[string]string{p.index: string(rune('0' + i + p.from)), p.total: "3", p.only: "true"}
			got, err := shardFrom(func(name string) string { return vars[name] })
			if want := (harness.Shard{Index: i + 1, Of: 3}); err != nil || got != want {
				t.Errorf("%s: %v, %v", p.name, got, err)
			}
		}
		for _, index := range []string{string(rune('0' + p.from - 1)), string(rune('3' + p.from)), "x", "1.5"} {
			vars := map[string]string{p.index: index, p.total: "3", p.only: "true"}
			if got, err := shardFrom(func(name string) string { return vars[name] }); err == nil {
				t.Errorf("%s: %s gives %v", p.name, index, got)
			}
		}
	}
	for _, text := range []string{"0/2", "3/2", "-1/2", "1/0", "1", "/", "a/b", "1/2/3", "1,2"} {
		if got, err := shardOf(text); err == nil {
			t.Errorf("%s gives %v", text, got)
		}
	}
}
