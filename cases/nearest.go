package cases

import (
	"cmp"
	"slices"
	"strings"
)

// nearest gives the up to n candidates that somebody who wrote word may have
// meant, the likeliest first: those that contain it, then those a few typing
// mistakes away.
func nearest(word string, candidates []string, n int) []string {
	type scored struct {
		word string
		cost int
	}
	var found []scored
	low := strings.ToLower(word)
	for _, c := range candidates {
		lc := strings.ToLower(c)
		cost := EditDistance(low, lc)
		switch {
		case len(low) >= 3 && strings.Contains(lc, low):
			cost = min(cost, 2)
		case cost > 1+min(len(low), len(lc))/3:
			continue
		}
		found = append(found, scored{c, cost})
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(a.cost, b.cost) })
	var out []string
	for _, f := range found[:min(n, len(found))] {
		out = append(out, f.word)
	}
	return out
}

// didYouMean is `, did you mean "x"?`, or nothing.
func didYouMean(word string, candidates []string) string {
	if near := nearest(word, candidates, 1); len(near) > 0 {
		return ", did you mean " + quoted(near[0]) + "?"
	}
	return ""
}

func quoted(s string) string { return `"` + s + `"` }

// EditDistance is the Levenshtein distance of two texts, in bytes.
func EditDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diag
			if a[i] != b[j] {
				cost++
			}
			diag = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
