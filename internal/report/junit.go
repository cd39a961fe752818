package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// The elements of JUnit XML, as the schema of Ant's JUnit task has them, which is
// the strictest in use: what is valid by it is valid by that of Jenkins (junit-10.xsd),
// which is wider. So there are no attributes of testsuites, each suite ends with
// system-out and system-err, and a test case has one element at most.
type (
	junitSuites struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		ID         int             `xml:"id,attr"`
		Name       string          `xml:"name,attr"`
		Package    string          `xml:"package,attr"`
		Timestamp  string          `xml:"timestamp,attr"`
		Hostname   string          `xml:"hostname,attr"` // where the tests ran
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       seconds         `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
		Out        string          `xml:"system-out"`
		Err        string          `xml:"system-err"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    seconds     `xml:"time,attr"`
		Failure *junitWrong `xml:"failure"`
		Error   *junitWrong `xml:"error"`
		Skipped *junitSkip  `xml:"skipped"`
	}
	junitWrong struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkip struct {
		Message string `xml:"message,attr"`
	}
)

// seconds are written as a decimal number, never with an exponent.
type seconds float64

func (s seconds) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%.3f", float64(s)), nil }

// WriteJUnit writes the report as JUnit XML: a suite of the findings, in which each
// that breaks a must or has a severity is a failed test case, and the others passed ones
// with their text in the output of the suite; and a suite of the groups of checks, each a test case that
// passed if something in it did, or else is skipped with the reason. What could not be
// carried out is an error, a test case for each check.
func (r *Report) WriteJUnit(w io.Writer) error {
	out := junitSuites{Suites: []junitSuite{r.junitFindings(), r.junitGroups()}}
	for i := range out.Suites {
		out.Suites[i].ID, out.Suites[i].Tests = i, len(out.Suites[i].Cases)
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
func (r *Report) junitSuite(name string) junitSuite {
	return junitSuite{
		Name: "corsproof/" + name, Package: r.Target, Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost",
		Properties: []junitProperty{{"tool", r.Tool}, {"url", r.URL}},
	}
}

// junitFindings has a test case for each finding, and for each check that could not
// be carried out.
func (r *Report) junitFindings() junitSuite {
	suite := r.junitSuite("findings")
	for i := range r.Findings {
		f := &r.Findings[i]
		tc := junitCase{Name: f.Title, Class: r.Target}
		if f.Known != "" {
			tc.Skipped = &junitSkip{Message: "known: " + f.Known}
			suite.Skipped++
		} else if f.Breaks() {
			tc.Failure = &junitWrong{Message: f.Title + " " + block.Tag(&f.Finding), Type: f.ID, Text: r.text(f)}
			suite.Failures++
		} else {
			suite.Out += r.text(f) + "\n"
		}
		suite.Cases = append(suite.Cases, tc)
	}
	for _, row := range r.Select(agent.VerdictError) {
		suite.Time += seconds(row.Elapsed.Seconds())
		suite.wrong(row.ID, r.Target, seconds(row.Elapsed.Seconds()), row.Reason, details(row))
	}
	for _, t := range r.troubles() {
		suite.wrong("the whole run", r.Target, 0, t.text, t.text)
	}
	return suite
}

// wrong adds a test case that could not be carried out.
func (s *junitSuite) wrong(name, class string, took seconds, message, text string) {
	s.Errors++
	s.Cases = append(s.Cases, junitCase{Name: name, Class: class, Time: took, Error: &junitWrong{Message: message, Type: "error", Text: text}})
}

// text is a finding without colour, with the ids of what it explains.
func (r *Report) text(f *Finding) string {
	lines := (&block.Style{Policies: r.manyPolicies()}).Lines(&f.Finding, r.setting(f))
	return strings.Join(lines, "\n") + "\n" + strings.Join(indented(f.Explains), "\n") + "\n"
}

// junitGroups has a test case for each group.
func (r *Report) junitGroups() junitSuite {
	suite := r.junitSuite("groups")
	names, counts := r.Groups()
	for _, name := range names {
		tc := junitCase{Name: name, Class: r.Target}
		if counts[name].none() {
			tc.Skipped = &junitSkip{Message: r.unpassed(name)}
			suite.Skipped++
		}
		for _, row := range r.Results {
			if row.Group == name {
				tc.Time += seconds(row.Elapsed.Seconds())
			}
		}
		suite.Time += tc.Time
		suite.Out += name + ": " + groupText(counts[name]) + "\n"
		suite.Cases = append(suite.Cases, tc)
	}
	return suite
}

// none tells whether nothing passed, and there is nothing to be said beside the findings.
func (c *Counts) none() bool { return c.Pass+c.Warn+c.Info == 0 }

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
		if row.Known != "" {
			list.add("known: "+row.Known, row.ID)
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
