package judge

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

func equalBytes(a, b string) bool { return a == b }

// lists: the field has every value as an element, or none.
func (j *judge) lists(want *cases.FieldList, equal func(a, b string) bool, positive bool) []agent.Symptom {
	have := j.ex.Response.Elements(want.Name)
	var wrong []string
	for _, v := range want.Values {
		found := false
		for _, e := range have {
			// Vary: * says that anything may matter, every field included
			// (RFC 9110 section 12.5.5).
			if equal(e, v) || (positive && e == "*" && strings.EqualFold(want.Name, "Vary")) {
				found = true
			}
		}
		if found != positive {
			wrong = append(wrong, v)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	what, expected := " lists ", "in the list: "
	if !positive {
		what, expected = " does not list ", "not in the list: "
	}
	return []agent.Symptom{{
		What:     want.Name + what + agent.Show(strings.Join(wrong, ", ")),
		Expected: expected + agent.Show(strings.Join(want.Values, ", ")), Actual: agent.ShowField(j.ex.Response, want.Name), Field: want.Name,
	}}
}

// listsOnly: the field grants nothing else. A list that browsers cannot parse grants nothing.
func (j *judge) listsOnly(want *cases.FieldList) []agent.Symptom {
	have, _ := spec.ExtractTokenList(j.ex.Response, want.Name)
	more := cases.Grants(want.Name, have, want.Values)
	if len(more) == 0 {
		return nil
	}
	return []agent.Symptom{{
		What:     want.Name + " grants nothing else: it lists " + agent.Show(strings.Join(more, ", ")),
		Expected: "not in the list: " + agent.Show(strings.Join(more, ", ")), Actual: agent.ShowField(j.ex.Response, want.Name), Field: want.Name,
	}}
}

// noRepeats: no element appears twice. Methods are case-sensitive (RFC 9110
// section 9.1), field names are not.
func (j *judge) noRepeats(names cases.Names) []agent.Symptom {
	var failures []agent.Symptom
	for _, name := range names {
		fold := strings.ToLower
		if strings.EqualFold(name, "Access-Control-Allow-Methods") || strings.EqualFold(name, "Allow") {
			fold = strings.Clone
		}
		seen := map[string]bool{}
		for _, e := range j.ex.Response.Elements(name) {
			if k := fold(e); !seen[k] {
				seen[k] = true
				continue
			}
			failures = append(failures, agent.Symptom{
				What:     name + " lists nothing twice",
				Expected: "each element once", Actual: agent.Show(e) + " appears twice in " + agent.ShowField(j.ex.Response, name), Field: name,
			})
			break
		}
	}
	return failures
}

// tokens: the combined list parses as #token. An absent field does.
func (j *judge) tokens(names cases.Names) []agent.Symptom {
	var failures []agent.Symptom
	for _, name := range names {
		if _, ok := spec.ExtractTokenList(j.ex.Response, name); !ok {
			failures = append(failures, agent.Symptom{
				What:     name + " is a list of tokens",
				Expected: "names separated by commas", Actual: fmt.Sprintf("no browser can parse %s", agent.ShowField(j.ex.Response, name)), Field: name,
			})
		}
	}
	return failures
}
