package cases

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// SelectError says that a glob given to Select selects nothing.
type SelectError struct {
	Glob string
	Near []string // what may have been meant
	Err  error    // of a glob that is not well formed
}

func (e *SelectError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the pattern %q is not a glob: %v", e.Glob, e.Err)
	}
	s := fmt.Sprintf("the pattern %q matches no check", e.Glob)
	if len(e.Near) > 0 {
		s += "; near it are " + strings.Join(e.Near, ", ")
	} else {
		s += "; patterns are matched against CASE, CASE/POLICY, GROUP and GROUP/CASE"
	}
	return s
}

func (e *SelectError) Unwrap() error { return e.Err }

// Select gives the checks that at least one glob of focus matches (all, when
// there is none) and none of skip, in the same order. A glob (* within a segment, **
// across, {a,b}) is matched against CASE, CASE/POLICY, GROUP, GROUP/CASE and
// GROUP/CASE/POLICY. One that matches no check is a *SelectError.
func Select(checks []Check, focus, skip []string) ([]Check, error) {
	keep := make([]bool, len(checks))
	for i := range keep {
		keep[i] = len(focus) == 0
	}
	for _, set := range []struct {
		globs []string
		value bool
	}{{focus, true}, {skip, false}} {
		for _, glob := range set.globs {
			if !doublestar.ValidatePattern(glob) {
				return nil, &SelectError{Glob: glob, Err: doublestar.ErrBadPattern}
			}
			found := false
			for i := range checks {
				if checks[i].matches(glob) {
					keep[i], found = set.value, true
				}
			}
			if !found {
				return nil, &SelectError{Glob: glob, Near: nearChecks(glob, checks)}
			}
		}
	}
	var out []Check
	for i, c := range checks {
		if keep[i] {
			out = append(out, c)
		}
	}
	return out, nil
}

// matches tells whether a glob matches one of the names of a check; those that
// its case and its group had before are among them.
func (c *Check) matches(glob string) bool {
	for _, id := range append([]string{c.Case.ID}, c.Case.Formerly...) {
		names := []string{id, id + "/" + c.Policy.Name}
		for _, group := range append([]string{c.Case.Group}, c.Case.GroupFormerly...) {
			names = append(names, group, group+"/"+id, group+"/"+id+"/"+c.Policy.Name)
		}
		if slices.ContainsFunc(names, func(name string) bool { return doublestar.MatchUnvalidated(glob, name) }) {
			return true
		}
	}
	return false
}

// nearChecks are ids and groups close to a glob.
func nearChecks(glob string, checks []Check) []string {
	word := strings.Trim(strings.NewReplacer("*", "", "?", "").Replace(glob), "/-")
	if word == "" {
		return nil
	}
	var names []string
	seen := map[string]bool{}
	for _, c := range checks {
		all := []string{c.Case.Group, c.Case.ID}
		if strings.Contains(word, "/") {
			all = []string{c.ID, c.Case.Group + "/" + c.Case.ID}
		}
		for _, n := range all {
			if !seen[n] {
				seen[n] = true
				names = append(names, n)
			}
		}
	}
	return nearest(word, names, 5)
}
