package diagnose

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
)

// inWords is what was expected, where case files have signs for it: as the line of an answer, or as people say it.
func (e *Explained) inWords() string {
	name := http.CanonicalHeaderKey(e.Field)
	switch {
	case fieldOf(&e.Symptom) == "access-control-allow-private-network":
		if e.Effect == agent.EffectLockedOut {
			return name + ": true"
		}
		return "(no " + name + ")"
	case e.Predicate == "status":
		return statuses(e.Expected)
	case name == "":
	case e.Predicate == "absent":
		return "(no " + name + ")"
	case e.Predicate == "present":
		return name + ": (a value)"
	case e.Predicate == "one_line":
		return "one line " + name
	case e.Predicate == "at_most_one_line":
		return "one line " + name + " at most"
	case strings.HasPrefix(e.Expected, doesMatch):
		return name + ": (what matches " + agent.Show(strings.TrimPrefix(e.Expected, doesMatch)) + ")"
	case strings.HasPrefix(e.Expected, doesNotMatch):
		return name + ": (what does not match " + agent.Show(strings.TrimPrefix(e.Expected, doesNotMatch)) + ")"
	}
	return agent.Show(e.Expected)
}

// How package judge begins what it expects of a value.
const doesMatch, doesNotMatch = "matches ", "does not match "

// statuses are those of a case, "<500 or 501" among them, as people say it.
func statuses(set string) string {
	list := strings.Split(set, " or ")
	for i, s := range list {
		rest, not := strings.CutPrefix(s, "not ")
		for _, sign := range []struct{ is, words string }{{"<=", "a status of at most "}, {">=", "a status of at least "}, {"<", "a status below "}, {">", "a status above "}} {
			if n, found := strings.CutPrefix(rest, sign.is); found {
				rest = sign.words + n
				break
			}
		}
		if strings.HasSuffix(rest, "xx") {
			rest = "a status of " + rest
		}
		if not {
			rest = "any status but " + strings.TrimPrefix(rest, "a status of ")
		}
		list[i] = rest
	}
	return strings.Join(list, " or ")
}
