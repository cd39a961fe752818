package report

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/block"
)

const home = "https://github.com/corsproof/corsproof"

// writeSARIF writes SARIF 2.1.0 (OASIS): a result for each finding, its cause as the
// rule. A finding is at the file of the policy, or else at the URL that was checked.
func (r *Report) writeSARIF(w io.Writer, o Options) error {
	name, version, _ := strings.Cut(r.Tool, " ")
	run := sarif.NewRunWithInformationURI(name, home)
	if version != "" {
		run.Tool.Driver.WithVersion(version)
	}
	run.WithAutomationDetails(sarif.NewRunAutomationDetails().WithID("corsproof/" + url.PathEscape(r.Target) + "/"))
	for i := range r.Findings {
		f := &r.Findings[i]
		r.rule(run.AddRule(f.ID), f)
		run.AddResult(r.sarifResult(f, run.GetRuleIndex(f.ID), r.places(f, o)))
	}
	if len(r.Findings) == 0 {
		run.Results = []*sarif.Result{} // none were found, which is not the same as none were looked for
	}
	run.AddInvocation(r.invocation())
	report := sarif.NewReport()
	report.AddRun(run)
	return report.PrettyWrite(w)
}

// rule describes what is wrong, whatever the target.
func (r *Report) rule(rule *sarif.ReportingDescriptor, f *Finding) {
	rule.WithShortDescription(sarifText(f.Title, ""))
	why := f.Why
	if why == "" {
		why = f.Title
	}
	rule.WithFullDescription(sarifText(why, ""))
	help := strings.TrimSpace(f.Why + "\n\n" + f.Fix)
	if help == "" {
		help = f.Title
	}
	markdown := escapeMarkdown(f.Why) + "\n\n**What to do.** " + escapeMarkdown(f.Fix)
	if f.Setting != "" && r.Stack != nil {
		help += "\n\n" + r.Stack.Name + ":\n" + f.Setting
		markdown += "\n\n" + escapeMarkdown(r.Stack.Name) + ":\n\n" + fenced("", f.Setting)
	}
	if f.Proved != nil && r.Stack != nil {
		says := "A configuration of " + r.Stack.Name + ", " + f.Proved.Note + ":"
		help += "\n\n" + says + "\n" + f.Proved.Text
		markdown += "\n\n" + escapeMarkdown(says) + "\n\n" + fenced("", f.Proved.Text)
	}
	rule.WithHelp(sarifText(help, markdown))
	if links := r.standards(f); len(links) > 0 {
		rule.WithHelpURI(links[0])
	}
	rule.WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(f)))
	bag := sarif.NewPropertyBag()
	tags := []string{"cors", string(f.Effect)}
	if f.Severity != nil {
		tags = append(tags, "security")
		bag.Add("security-severity", securitySeverity[*f.Severity])
	}
	bag.Add("tags", tags)
	rule.WithProperties(bag)
}

// sarifText is a text, with Markdown beside it if there is some.
func sarifText(text, markdown string) *sarif.MultiformatMessageString {
	m := sarif.NewMultiformatMessageString().WithText(text)
	if markdown != "" {
		m.WithMarkdown(markdown)
	}
	return m
}

// securitySeverity are the scores from which code hosts take the word again: the
// middle of each band of CVSS 3.1.
var securitySeverity = map[cases.Severity]string{cases.Critical: "9.5", cases.High: "8.0", cases.Medium: "5.5", cases.Low: "2.0"}

func sarifLevel(f *Finding) string {
	switch {
	case f.Known != "":
		return "note"
	case f.Breaks():
		return "error"
	case f.Level == cases.Should:
		return "warning"
	}
	return "note"
}

// sarifResult is a finding. Code hosts show it at its first location; that of other endpoints are related ones.
func (r *Report) sarifResult(f *Finding, rule int, at []Place) *sarif.Result {
	res := sarif.NewRuleResult(f.ID).WithRuleIndex(rule).WithLevel(sarifLevel(f)).WithKind("fail").
		WithMessage(sarif.NewTextMessage(strings.Join(r.lines(f), "\n")))
	location := sarif.NewLocation().WithPhysicalLocation(r.sarifPlace(at)).
		WithLogicalLocations([]*sarif.LogicalLocation{sarif.NewLogicalLocation().WithName(r.Target).WithFullyQualifiedName(r.URL).WithKind("resource")})
	res.AddLocation(location)
	for i := 1; i < len(at); i++ {
		res.AddRelatedLocation(sarif.NewLocation().WithID(i).WithPhysicalLocation(r.sarifPlace(at[i:])).WithMessage(sarif.NewTextMessage("another endpoint that shows it")))
	}
	res.WithPartialFingerprints(map[string]string{"corsproofFinding/v1": r.fingerprint(f)})
	if f.Known != "" {
		res.AddSuppression(sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(f.Known))
	}
	bag := sarif.NewPropertyBag()
	bag.Add("effect", f.Effect)
	bag.Add("policies", f.Policies)
	bag.Add("checks", f.Explains)
	res.WithProperties(bag)
	return res
}

// sarifPlace is where a finding is shown: SARIF asks for an address, and code hosts for a file.
func (r *Report) sarifPlace(at []Place) *sarif.PhysicalLocation {
	if len(at) > 0 {
		file := (&url.URL{Path: at[0].File}).String()
		return sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewArtifactLocation().WithURI(file)).
			WithRegion(sarif.NewRegion().WithStartLine(at[0].Line))
	}
	address := r.URL
	if u, err := url.Parse(address); err != nil || !u.IsAbs() {
		address = (&url.URL{Path: r.Target}).String()
	}
	return sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewArtifactLocation().WithURI(address))
}

// invocation says whether the run came to its end, and what stood in its way.
func (r *Report) invocation() *sarif.Invocation {
	troubles := r.troubles()
	inv := sarif.NewInvocation().WithExecutionSuccessful(len(troubles) == 0)
	if !r.Started.IsZero() {
		inv.WithStartTimeUtc(r.Started.UTC().Format(time.RFC3339)).WithEndTimeUtc(r.Started.Add(r.Elapsed).UTC().Format(time.RFC3339))
	}
	for _, t := range troubles {
		note := sarif.NewNotification().WithLevel("error").WithMessage(sarif.NewTextMessage(t.text))
		if t.at.File != "" {
			note.WithLocations([]*sarif.Location{sarif.NewLocation().WithPhysicalLocation(r.sarifPlace([]Place{t.at}))})
		}
		inv.AddToolExecutionNotification(note)
	}
	if n := r.Counts.Error; n > 0 {
		inv.AddToolExecutionNotification(sarif.NewNotification().WithLevel("error").WithMessage(sarif.NewTextMessage(undone(n))))
	}
	if n := r.Counts.Undecided; n > 0 {
		inv.AddToolExecutionNotification(sarif.NewNotification().WithLevel("warning").WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s undecided", block.Count(n, "check")))))
	}
	return inv
}
