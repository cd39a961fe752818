package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/input"
)

// Read reads what WriteJSON wrote. The error says what is there instead: no JSON,
// another kind of file, or a report of another version of the format.
func Read(r io.Reader) (*Report, error) {
	data, err := input.All(r, "it", input.Made)
	if err != nil {
		return nil, err
	}
	var head struct {
		Version *int            `json:"version"`
		Tool    *string         `json:"tool"`
		Results json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, notJSON(data, err)
	}
	switch {
	case head.Version == nil || head.Tool == nil || head.Results == nil:
		return nil, errors.New("it is JSON, and not a report of a run: it lacks version, tool or results")
	case *head.Version != FormatVersion:
		return nil, fmt.Errorf("it is a report of version %d of the format, and this corsproof reads version %d", *head.Version, FormatVersion)
	}
	var rep Report
	if err := json.Unmarshal(data, &rep); err != nil {
		return nil, notJSON(data, err)
	}
	if err := rep.names(); err != nil {
		return nil, err
	}
	rep.recount()
	return &rep, nil
}

// notJSON says at which line a text stops being what is expected.
func notJSON(data []byte, err error) error {
	at := int64(-1)
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case len(data) == 0:
		return errors.New("it is empty: the run that was to write it did not end")
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &wrong):
		at = wrong.Offset
	}
	if at < 0 || at > int64(len(data)) {
		return err
	}
	line := 1
	for _, b := range data[:at] {
		if b == '\n' {
			line++
		}
	}
	return fmt.Errorf("line %d: %w", line, err)
}

// names tells whether the ids and names are such: whoever reads them on a terminal, or
// as part of a command, sees nothing else than they are. A report may come from
// somebody else's pull request.
func (r *Report) names() error {
	var list []string
	for i := range r.Findings {
		list = append(list, r.Findings[i].ID, r.Findings[i].Cause, string(r.Findings[i].Level), string(r.Findings[i].Side))
		list = append(list, r.Findings[i].Explains...)
	}
	for i := range r.Results {
		row := &r.Results[i]
		list = append(list, row.ID, row.Case, row.Policy, row.Group, string(row.Level), string(row.Skip), string(row.Verdict), string(row.Security))
		for k := range row.Agents {
			list = append(list, row.Agents[k].Agent)
		}
	}
	for i := range r.Endpoints {
		list = append(list, r.Endpoints[i].Name, r.Endpoints[i].Policy, r.Endpoints[i].Method)
	}
	for _, name := range list {
		if name != block.Visible(name) {
			return fmt.Errorf("%s is no id or name", block.Visible(name))
		}
	}
	return nil
}

// Recount adds the results up again, after some of them were marked as known.
func (r *Report) Recount() { r.recount() }

// recount adds the results up again, so that no page says other numbers than its
// results have, and fills in the lists that are never missing.
func (r *Report) recount() {
	r.Counts = Counts{}
	for i := range r.Results {
		r.Counts.row(&r.Results[i])
	}
	for i := range r.Endpoints {
		e := &r.Endpoints[i]
		e.Counts = Counts{}
		for k := range r.Results {
			if r.Results[k].Policy == e.Name {
				e.Counts.row(&r.Results[k])
			}
		}
	}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	for i := range r.Results {
		for k := range r.Results[i].Agents {
			if a := &r.Results[i].Agents[k]; a.Verdict == "" {
				a.Verdict = agent.VerdictError
			}
		}
	}
}
