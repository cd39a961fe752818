package report

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// standards are the addresses of the sections that a finding is about: those of its
// cause, or of the checks that it explains.
func (r *Report) standards(f *Finding) []string {
	if c := cases.FindCause(f.Cause); c != nil {
		return cases.StandardAnchors().URLs(c.Spec)
	}
	var list []string
	for i := range r.Results {
		row := &r.Results[i]
		if !slices.Contains(f.Explains, row.ID) {
			continue
		}
		for _, u := range row.Spec {
			if !slices.Contains(list, u) {
				list = append(list, u)
			}
		}
	}
	return list
}

// fingerprint tells a finding from others: it stays the same from run to run, however many
// checks show it.
func (r *Report) fingerprint(f *Finding) string {
	id := r.Target + "\x00" + f.ID
	if f.Cause == "" {
		id += "\x00" + strings.Join(f.Policies, " ") // one check
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}
