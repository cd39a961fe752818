package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/block"
)

// Annotations that code hosts take from the output of a step, a line each. Text is
// escaped as the hosts say it; what it says cannot end the line or begin another command.

// writeGitHub writes workflow commands of GitHub Actions
// (docs.github.com: Workflow commands for GitHub Actions).
func (r *Report) writeGitHub(w io.Writer, o Options) error {
	out := &keeping{w: w}
	line := func(at Place, kind, title, text string) {
		props := "title=" + githubProperty(block.Visible(title))
		if at.File != "" {
			props = fmt.Sprintf("file=%s,line=%d,", githubProperty(at.File), at.Line) + props
		}
		fmt.Fprintf(out, "::%s %s::%s\n", kind, props, githubData(text))
	}
	list := r.unknown()
	for i := range list {
		f := &list[i]
		line(r.shownAt(f, o), map[string]string{"error": "error", "warning": "warning", "note": "notice"}[sarifLevel(f)], "CORS: "+f.Title, r.brief(f))
	}
	for _, t := range r.incomplete() {
		line(r.troublePlace(t, o), "error", "corsproof", t.text)
	}
	return out.err
}

func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}

// writeAzure writes logging commands of Azure Pipelines (learn.microsoft.com: Logging
// commands). It knows errors and warnings.
func (r *Report) writeAzure(w io.Writer, o Options) error {
	out := &keeping{w: w}
	line := func(at Place, kind, code, text string) {
		props := "type=" + kind + ";"
		if at.File != "" {
			props += fmt.Sprintf("sourcepath=%s;linenumber=%d;", azureProperty(at.File), at.Line)
		}
		fmt.Fprintf(out, "##vso[task.logissue %scode=%s;]%s\n", props, azureProperty(code), azureData(text))
	}
	list := r.unknown()
	for i := range list {
		f := &list[i]
		kind := "warning"
		if f.Breaks() {
			kind = "error"
		}
		line(r.shownAt(f, o), kind, f.ID, block.Visible(f.Title)+"\n"+r.brief(f))
	}
	for _, t := range r.incomplete() {
		line(r.troublePlace(t, o), "error", "corsproof", t.text)
	}
	return out.err
}

func azureData(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func azureProperty(s string) string {
	return strings.NewReplacer("%", "%AZP25", "\r", "%0D", "\n", "%0A", ";", "%3B", "]", "%5D").Replace(s)
}

// brief is a finding in a few lines below its title: who is affected, what was received
// and wanted, and what to do.
func (r *Report) brief(f *Finding) string {
	var list []string
	add := func(name, text string) {
		if text != "" {
			list = append(list, name+block.Visible(text))
		}
	}
	add("who: ", f.Affects)
	for _, line := range block.Compare(f.Received, f.Wanted).Lines() {
		add("", line)
	}
	add("fix: ", f.Fix)
	add("target: ", strings.TrimSpace(r.Target+" "+strings.Join(f.Policies, ", ")))
	return strings.Join(list, "\n")
}

// gravity in the words of Code Quality and Code Insights.
func graveOf(f *Finding) string {
	switch {
	case f.Known != "":
		return "info"
	case f.Severity != nil:
		return string(*f.Severity)
	case f.Level == cases.Must:
		return "must"
	}
	return string(f.Level)
}
