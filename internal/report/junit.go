package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/onsi/ginkgo/v2/reporters"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// WriteJUnit writes the report as JUnit XML: a suite of the findings, in which each
// that breaks a must or has a severity is a failed test case, and the others passed ones
// with their text as output; and a suite of the groups of checks, each a test case that
// passed if something in it did, or else is skipped with the reason. What could not be
// carried out is an error, a test case for each check.
func (r *Report) WriteJUnit(w io.Writer) error {
	out := reporters.JUnitTestSuites{Time: r.Elapsed.Seconds()}
	out.TestSuites = append(out.TestSuites, r.junitFindings(), r.junitGroups())
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

// junitSuite is a suite without test cases.
func (r *Report) junitSuite(name string) reporters.JUnitTestSuite {
	return reporters.JUnitTestSuite{
		Name: "corsproof/" + name, Package: r.Target, Timestamp: r.Started.Format("2006-01-02T15:04:05"),
		Properties: reporters.JUnitProperties{Properties: []reporters.JUnitProperty{{Name: "tool", Value: r.Tool}, {Name: "url", Value: r.URL}}},
	}
}

// junitFindings has a test case for each finding, and for each check that could not
// be carried out.
func (r *Report) junitFindings() reporters.JUnitTestSuite {
	suite := r.junitSuite("findings")
	for i := range r.Findings {
		f := &r.Findings[i]
		tc := reporters.JUnitTestCase{Name: f.Title, Classname: r.Target, Status: string(agent.VerdictWarn), SystemOut: r.text(f)}
		if f.Breaks() {
			tc.Status, tc.SystemOut = string(agent.VerdictFail), ""
			tc.Failure = &reporters.JUnitFailure{Message: f.Title + " " + block.Tag(&f.Finding), Type: f.ID, Description: r.text(f)}
			suite.Failures++
		}
		suite.TestCases = append(suite.TestCases, tc)
	}
	for _, row := range r.Select(agent.VerdictError) {
		suite.Errors++
		suite.Time += row.Elapsed.Seconds()
		suite.TestCases = append(suite.TestCases, reporters.JUnitTestCase{
			Name: row.ID, Classname: r.Target, Status: string(row.Verdict), Time: row.Elapsed.Seconds(),
			Error: &reporters.JUnitError{Message: row.Reason, Type: "error", Description: details(row)},
		})
	}
	suite.Tests = len(suite.TestCases)
	return suite
}

// text is a finding without colour, with the ids of what it explains.
func (r *Report) text(f *Finding) string {
	lines := (&block.Style{Policies: r.manyPolicies()}).Lines(&f.Finding, r.setting(f))
	return strings.Join(lines, "\n") + "\n" + strings.Join(indented(f.Explains), "\n") + "\n"
}

// junitGroups has a test case for each group.
func (r *Report) junitGroups() reporters.JUnitTestSuite {
	suite := r.junitSuite("groups")
	names, counts := r.Groups()
	for _, name := range names {
		c := counts[name]
		tc := reporters.JUnitTestCase{Name: name, Classname: r.Target, Status: string(agent.VerdictPass), SystemOut: groupText(c)}
		if c.Pass+c.Warn+c.Info == 0 {
			tc.Status = string(agent.VerdictSkip)
			tc.Skipped = &reporters.JUnitSkipped{Message: r.unpassed(name)}
			suite.Skipped++
		}
		for _, row := range r.Results {
			if row.Group == name {
				tc.Time += row.Elapsed.Seconds()
			}
		}
		suite.Time += tc.Time
		suite.TestCases = append(suite.TestCases, tc)
	}
	suite.Tests = len(suite.TestCases)
	return suite
}

// groupText are the counts of a group.
func groupText(c *Counts) string {
	return fmt.Sprintf("%d passed, %d failed, %d warnings, %d noted, %d undecided, %d not run, %d errors", c.Pass, c.Fail, c.Warn, c.Info, c.Undecided, c.Skip, c.Error)
}

// unpassed says why nothing in a group passed: each reason once.
func (r *Report) unpassed(group string) string {
	var list reasons
	for _, row := range r.Results {
		if row.Group != group {
			continue
		}
		switch row.Verdict {
		case agent.VerdictFail:
			list.add("failed, see the findings", row.ID)
		case agent.VerdictError:
			list.add("could not be carried out", row.ID)
		case agent.VerdictSkip:
			list.add(fmt.Sprintf("%s: %s", row.Skip, row.Reason), row.ID)
		default:
			list.add(fmt.Sprintf("%s: %s", row.Verdict, row.Reason), row.ID)
		}
	}
	var texts []string
	for _, reason := range list.order {
		texts = append(texts, fmt.Sprintf("%d x %s", len(list.ids[reason]), reason))
	}
	return strings.Join(texts, "; ")
}

// details is a check as plain text, without colour.
func details(row Row) string {
	var b strings.Builder
	(&Printer{W: &b}).check(row, true)
	return b.String()
}
