package diagnose

import "github.com/corsproof/corsproof/cases"

// odd says why no browser sends the requests of symptoms, each reason once.
func odd(list []Explained) (reasons []string) {
	for i := range list {
		e := &list[i]
		for j := range e.Check.Steps {
			if e.Check.Steps[j].Name != e.Step {
				continue
			}
			if _, why := cases.Sendable(&e.Check.Steps[j]); why != "" {
				reasons = add(reasons, why)
			}
		}
	}
	return reasons
}
