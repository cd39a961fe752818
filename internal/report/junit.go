package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/onsi/ginkgo/v2/reporters"

	"github.com/corsproof/corsproof/harness/agent"
)

// WriteJUnit writes the report as JUnit XML: a suite for each group, a test
// case for each check. Warnings and notes pass there, with their text as output;
// what is undecided is skipped there, with the reason.
func (r *Report) WriteJUnit(w io.Writer) error {
	out := reporters.JUnitTestSuites{Time: r.Elapsed.Seconds()}
	index := map[string]int{}
	for _, row := range r.Results {
		i, ok := index[row.Group]
		if !ok {
			i = len(out.TestSuites)
			index[row.Group] = i
			out.TestSuites = append(out.TestSuites, reporters.JUnitTestSuite{
				Name:      "corsproof/" + row.Group,
				Package:   r.Target,
				Timestamp: r.Started.Format("2006-01-02T15:04:05"),
				Properties: reporters.JUnitProperties{Properties: []reporters.JUnitProperty{
					{Name: "tool", Value: r.Tool}, {Name: "url", Value: r.URL},
				}},
			})
		}
		suite := &out.TestSuites[i]
		tc := reporters.JUnitTestCase{
			Name:      row.ID,
			Classname: "corsproof." + row.Group,
			Status:    string(row.Verdict),
			Time:      row.Elapsed.Seconds(),
		}
		switch row.Verdict {
		case agent.VerdictFail:
			tc.Failure = &reporters.JUnitFailure{Message: row.Title, Type: string(row.Level), Description: details(row)}
			suite.Failures++
		case agent.VerdictError:
			tc.Error = &reporters.JUnitError{Message: row.Reason, Type: "error", Description: details(row)}
			suite.Errors++
		case agent.VerdictSkip:
			tc.Skipped = &reporters.JUnitSkipped{Message: fmt.Sprintf("%s: %s", row.Skip, row.Reason)}
			suite.Skipped++
		case agent.VerdictUndecided:
			tc.Skipped = &reporters.JUnitSkipped{Message: "undecided: " + row.Reason}
			suite.Skipped++
		case agent.VerdictWarn, agent.VerdictInfo:
			tc.SystemOut = details(row)
		}
		suite.Tests++
		suite.Time += row.Elapsed.Seconds()
		suite.TestCases = append(suite.TestCases, tc)
	}
	for _, s := range out.TestSuites {
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Disabled += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// details is a finding as plain text, without colour.
func details(row Row) string {
	var b strings.Builder
	(&Printer{W: &b}).check(row, true)
	return b.String()
}
