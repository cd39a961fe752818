package judge

import (
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// AcceptsStatus tells whether a set has the status. The forms are "2xx",
// "204", "not 5xx", "<500", "<=", ">", ">="; an empty set accepts all.
func AcceptsStatus(set cases.StatusSet, status int) bool {
	if len(set) == 0 {
		return true
	}
	for _, s := range set {
		if statusIs(strings.TrimSpace(s), status) {
			return true
		}
	}
	return false
}

func statusIs(s string, status int) bool {
	if rest, ok := strings.CutPrefix(s, "not "); ok {
		return !statusIs(strings.TrimSpace(rest), status)
	}
	for _, op := range []string{"<=", ">=", "<", ">"} {
		rest, ok := strings.CutPrefix(s, op)
		if !ok {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(rest))
		if err != nil {
			return false
		}
		switch op {
		case "<=":
			return status <= n
		case ">=":
			return status >= n
		case "<":
			return status < n
		default:
			return status > n
		}
	}
	if len(s) == 3 && strings.HasSuffix(s, "xx") {
		return status/100 == int(s[0]-'0')
	}
	n, err := strconv.Atoi(s)
	return err == nil && n == status
}

func (j *judge) status(set cases.StatusSet) []agent.Symptom {
	if AcceptsStatus(set, j.ex.Status) {
		return nil
	}
	return []agent.Symptom{{What: "the status", Expected: strings.Join(set, " or "), Actual: strconv.Itoa(j.ex.Status)}}
}
