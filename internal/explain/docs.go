package explain

import (
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// docsPage is the address of the page about a cause, or about a reason where no cause is
// known; empty for a reason of which no browser prints anything.
func docsPage(reason spec.Reason, cause string) string {
	if c := cases.FindCause(cause); c != nil {
		return c.Page()
	}
	if slices.ContainsFunc(printed, func(p Printed) bool { return p.Reason == reason || onPreflight(p.Reason) == reason }) {
		return cases.ErrorPages + string(reason) + ".md"
	}
	return ""
}
