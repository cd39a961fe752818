package mistakes

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

// Load reads the pairs of all adapters below root, in the order of their names.
func Load(root string) ([]Pair, error) {
	dirs, err := filepath.Glob(filepath.Join(root, "*", adapter.MistakesDir))
	if err != nil {
		return nil, err
	}
	var all []Pair
	for _, dir := range dirs {
		m, err := adapter.Load(filepath.Dir(dir))
		if err != nil {
			return nil, err
		}
		pairs, err := Find(m)
		if err != nil {
			return nil, err
		}
		all = append(all, pairs...)
	}
	return all, nil
}

// Document is cases/fixes.yaml for the pairs: a text that mends several mistakes of an adapter is
// there once.
func Document(pairs []Pair) ([]byte, error) {
	var list []cases.ProvedFix
	for _, p := range pairs {
		text, err := os.ReadFile(p.Fixed)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(f cases.ProvedFix) bool { return f.Adapter == p.Adapter && f.Text == string(text) })
		if i < 0 {
			i, list = len(list), append(list, cases.ProvedFix{Adapter: p.Adapter, Text: string(text)})
		}
		for id, reason := range p.Known {
			if list[i].Remains == nil {
				list[i].Remains = map[string]string{}
			}
			list[i].Remains[id] = reason
		}
		list[i].Mistakes = append(list[i].Mistakes, p.Name)
	}
	return write(list), nil
}

// write is by hand, so that a text stands in the file as it is, whatever characters it has.
func write(list []cases.ProvedFix) []byte {
	var b strings.Builder
	b.WriteString("# Written by make fixes from the files fixed.* below testdata/frameworks/*/mistakes, which make mistakes proves.\nfixes:\n")
	for _, f := range list {
		fmt.Fprintf(&b, "  - adapter: %s\n    mistakes: [%s]\n    text: |\n", f.Adapter, strings.Join(f.Mistakes, ", "))
		for line := range strings.Lines(f.Text) {
			if strings.TrimSpace(line) != "" {
				line = "      " + line
			}
			b.WriteString(line)
		}
		if len(f.Remains) > 0 {
			b.WriteString("    remains:\n")
		}
		for _, id := range slices.Sorted(maps.Keys(f.Remains)) {
			fmt.Fprintf(&b, "      %s: %q\n", id, f.Remains[id])
		}
	}
	return []byte(b.String())
}
