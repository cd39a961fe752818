package report

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/internal/block"
)

// known writes a line for each finding that the baseline has, with its reason, and what of the
// baseline is out of date.
func (p *Printer) known(r *Report) {
	if r.Baseline == nil {
		return
	}
	var lines []string
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Known != "" {
			where := ""
			if r.manyPolicies() {
				where = " (" + strings.Join(f.Policies, ", ") + ")"
			}
			line := fmt.Sprintf("%s%s, %s: %s", f.ID, where, block.Count(len(f.Explains), "check"), f.Known)
			lines = append(lines, block.Cut(block.Visible(line), block.Columns-nameWidth))
		}
	}
	p.named("Known:", lines...)
	lines = nil
	for _, text := range r.Baseline.Stale {
		lines = append(lines, block.Wrap(block.Visible(text), block.Columns-nameWidth)...)
	}
	p.named("Out of date:", lines...)
}
