package causedoc

import "github.com/corsproof/corsproof/cases"

// Wordless are the values of a set that stand as they are written, of facts whose
// values have words.
func Wordless(m *cases.Match) []string {
	var list []string
	values := valuesOf(m)
	for _, f := range factWords {
		for _, v := range values[f.key] {
			if _, ok := f.words[v]; f.words != nil && !ok && (f.key != "status" && f.key != "coding") {
				list = append(list, f.key+": "+v)
			}
		}
	}
	return list
}
