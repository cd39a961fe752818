package report_test

import (
	"bytes"
	"encoding/json"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/report"
)

var _ = Describe("what a code host shows of a project", func() {
	// several is a run of three endpoints: the first is right, the others show one cause.
	several := func() *report.Report {
		f := spoilt
		f.Policies, f.Explains = []string{"prices", "upload"}, []string{"first/prices", "first/upload"}
		f.Received, f.Wanted = []string{"401 Unauthorized", "Vary: Origin"}, []string{"204 No Content", "Vary: Origin"}
		rep := withFindings([]harness.Finding{f}, result("first", "items", agent.VerdictPass), failing(result("first", "prices", agent.VerdictFail)), failing(result("first", "upload", agent.VerdictFail)))
		rep.PolicyFile = "ci/corsproof.yaml"
		rep.Endpoints = []report.Endpoint{{Name: "items", Line: 11, Counts: report.Counts{Pass: 1}}, {Name: "prices", Line: 12}, {Name: "upload", Line: 15, Trouble: "it answers 500"}}
		rep.Baseline = &report.Baseline{File: "ci/baseline.yaml", Stale: []string{"ci/baseline.yaml:4: x (why) is no longer there: take it off the list"}, StaleLines: []int{4}}
		return rep
	}
	written := func(format string, rep *report.Report, at report.Place) string {
		var b bytes.Buffer
		Expect(report.FindFormat(format).Write(&b, rep, report.Options{At: at})).To(Succeed())
		return b.String()
	}

	It("is at the line of the first endpoint that shows it, and at that of what is out of date", func() {
		rep := several()
		Expect(written("github", rep, report.Place{})).To(And(
			ContainSubstring("::error file=ci/corsproof.yaml,line=12,title="),
			ContainSubstring("::error file=ci/corsproof.yaml,line=15,title=corsproof::upload: it answers 500"),
			ContainSubstring("::error file=ci/baseline.yaml,line=4,title=corsproof::ci/baseline.yaml:4: x")))
		Expect(written("azure", rep, report.Place{})).To(And(
			ContainSubstring("sourcepath=ci/corsproof.yaml;linenumber=12;"), ContainSubstring("sourcepath=ci/baseline.yaml;linenumber=4;")))
		var issues []struct {
			Location struct {
				Path  string
				Lines struct{ Begin int }
			}
		}
		Expect(json.Unmarshal([]byte(written("gitlab", rep, report.Place{})), &issues)).To(Succeed())
		var places []report.Place
		for _, i := range issues {
			places = append(places, report.Place{File: i.Location.Path, Line: i.Location.Lines.Begin})
		}
		Expect(places).To(Equal([]report.Place{{File: "ci/corsproof.yaml", Line: 12}, {File: "ci/corsproof.yaml", Line: 15}, {File: "ci/baseline.yaml", Line: 4}}))
		var bucket struct{ Annotations []struct{ Line int } }
		Expect(json.Unmarshal([]byte(written("bitbucket", rep, report.Place{})), &bucket)).To(Succeed())
		Expect(bucket.Annotations).To(HaveLen(1))
		Expect(bucket.Annotations[0].Line).To(Equal(12))
		type location struct {
			PhysicalLocation struct {
				ArtifactLocation struct{ URI string }
				Region           struct{ StartLine int }
			}
		}
		var doc struct {
			Runs []struct {
				Results     []struct{ Locations, RelatedLocations []location }
				Invocations []struct {
					ToolExecutionNotifications []struct{ Locations []location }
				}
			}
		}
		Expect(json.Unmarshal([]byte(written("sarif", rep, report.Place{})), &doc)).To(Succeed())
		line := func(list []location) (lines []int) {
			for _, l := range list {
				lines = append(lines, l.PhysicalLocation.Region.StartLine)
			}
			return lines
		}
		run := doc.Runs[0]
		Expect(line(run.Results[0].Locations)).To(Equal([]int{12}))
		Expect(line(run.Results[0].RelatedLocations)).To(Equal([]int{15}))
		var notes []int
		for _, n := range run.Invocations[0].ToolExecutionNotifications {
			notes = append(notes, line(n.Locations)...)
		}
		Expect(notes).To(Equal([]int{15, 4}))
	})

	It("is where somebody said, if somebody did", func() {
		text := written("github", several(), report.Place{File: "src/app.js"})
		Expect(text).To(ContainSubstring("::error file=src/app.js,line=1,title=CORS"))
		Expect(text).NotTo(ContainSubstring("line=12"))
	})

	It("names the endpoints in Markdown, and what came of each", func() {
		text := written("markdown", several(), report.Place{})
		Expect(text).To(And(ContainSubstring("| Endpoints |"), ContainSubstring("| `prices`, `upload` |"), ContainSubstring("**Where.** `prices`, `upload`"),
			ContainSubstring("| `items` | all right |"), ContainSubstring("| `upload` | it answers 500 |")))
		one := withFindings([]harness.Finding{spoilt}, failing(result("first", "exact", agent.VerdictFail)))
		Expect(written("markdown", one, report.Place{})).NotTo(Or(ContainSubstring("Endpoints"), ContainSubstring("Where.")))
	})

	It("has no line twice that is received and wanted", func() {
		for _, format := range []string{"markdown", "github"} {
			text := written(format, several(), report.Place{})
			Expect(text).To(And(ContainSubstring("- 401 Unauthorized"), ContainSubstring("+ 204 No Content"), ContainSubstring("  Vary: Origin")))
			Expect(text).NotTo(Or(ContainSubstring("- Vary"), ContainSubstring("+ Vary")))
		}
	})
})
