package matrix

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
)

// skipped are the checks of a framework that did not run for one reason.
type skipped struct {
	Skip   harness.SkipKind `json:"skip"`
	Reason string           `json:"reason,omitempty"`
	Checks []string         `json:"checks"` // ids
}

// framework is a Framework as JSON has it: thousands of checks passed, or were
// skipped for the same reason, and their ids say all there is to say.
type framework struct {
	*plain
	Passed  []string  `json:"passed"` // ids of checks
	Skipped []skipped `json:"skipped"`
	Results []Cell    `json:"results"` // all others
}

type plain Framework

// MarshalJSON writes passed and skipped checks as lists of their ids.
func (f Framework) MarshalJSON() ([]byte, error) {
	out := framework{plain: (*plain)(&f), Passed: []string{}, Skipped: []skipped{}, Results: []Cell{}}
	for _, c := range f.Results {
		switch {
		case c.Verdict == agent.VerdictPass && len(c.Disagreement) == 0:
			out.Passed = append(out.Passed, c.ID)
		case c.Verdict == agent.VerdictSkip:
			i := slices.IndexFunc(out.Skipped, func(s skipped) bool { return s.Skip == c.Skip && s.Reason == c.Reason })
			if i < 0 {
				i = len(out.Skipped)
				out.Skipped = append(out.Skipped, skipped{Skip: c.Skip, Reason: c.Reason})
			}
			out.Skipped[i].Checks = append(out.Skipped[i].Checks, c.ID)
		default:
			out.Results = append(out.Results, c)
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Framework) UnmarshalJSON(data []byte) error {
	in := framework{plain: (*plain)(f)}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	f.Results = in.Results
	for _, id := range in.Passed {
		f.Results = append(f.Results, newCell(id, agent.VerdictPass))
	}
	for _, s := range in.Skipped {
		for _, id := range s.Checks {
			c := newCell(id, agent.VerdictSkip)
			c.Skip, c.Reason = s.Skip, s.Reason
			f.Results = append(f.Results, c)
		}
	}
	return nil
}

// newCell is the cell of a check's id, CASE/POLICY.
func newCell(id string, v agent.Verdict) Cell {
	c := Cell{ID: id, Verdict: v}
	for i := len(id) - 1; i >= 0; i-- {
		if id[i] == '/' {
			c.Case, c.Policy = id[:i], id[i+1:]
			break
		}
	}
	return c
}

// WriteJSON writes the matrix as JSON, a line for each case and for each
// framework, so that a committed file gives differences that can be read.
func (m *Matrix) WriteJSON(w io.Writer) error {
	b := bufio.NewWriter(w)
	head := *m
	head.Cases, head.Causes, head.Frameworks = nil, nil, nil
	text, err := json.Marshal(struct {
		Matrix
		Cases      *struct{} `json:"cases,omitempty"`
		Causes     *struct{} `json:"causes,omitempty"`
		Frameworks *struct{} `json:"frameworks,omitempty"`
	}{Matrix: head})
	if err != nil {
		return fmt.Errorf("writing the comparison as JSON: %w", err)
	}
	_, _ = b.Write(text[:len(text)-1]) // errors stay with the writer until Flush
	if err := lines(b, ",\n\"cases\":[", m.Cases); err != nil {
		return err
	}
	if len(m.Causes) > 0 {
		if err := lines(b, ",\n\"causes\":[", m.Causes); err != nil {
			return err
		}
	}
	if err := lines(b, ",\n\"frameworks\":[", m.Frameworks); err != nil {
		return err
	}
	_, _ = b.WriteString("}\n")
	return b.Flush()
}

func lines[T any](b *bufio.Writer, open string, items []T) error {
	_, _ = b.WriteString(open)
	for i, item := range items {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		text, err := json.Marshal(item)
		if err != nil {
			return fmt.Errorf("writing the comparison as JSON: %w", err)
		}
		_ = b.WriteByte('\n')
		_, _ = b.Write(text)
	}
	_, _ = b.WriteString("]")
	return nil
}
