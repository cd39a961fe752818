package report

import (
	"fmt"
	"io"
)

// Format is a form in which a report can be written.
type Format struct {
	Name string // of the command line
	Doc  string // what it is, in a line
	// Placed: the readers of this form show nothing that is not at a line of a file.
	Placed bool
	write  func(r *Report, w io.Writer, o Options) error
}

// Options are what a form may need besides the report. The zero value will do, but for
// forms that are Placed.
type Options struct {
	// At is where a code host shows the findings; the zero value: in the file of the
	// policy, if there is one, and in that of a project at the lines of endpoints.
	At Place
	// Printer says how the terminal page is laid out. Its W is not used.
	Printer Printer
}

// at is At, at its first line where none is named.
func (o Options) at() Place { return Place{o.At.File, max(o.At.Line, 1)} }

// Place is a line of a file in a repository. The zero value is none.
type Place struct {
	File string // relative to the repository, with slashes
	Line int    // from 1
}

var formats = []Format{
	{Name: "terminal", Doc: "the page of corsproof run", write: (*Report).writeTerminal},
	{Name: "html", Doc: "one HTML file that works offline: causes, checks, exchanges", write: (*Report).writeHTML},
	{Name: "markdown", Doc: "Markdown for a step summary or a pull request", write: (*Report).writeMarkdown},
	{Name: "json", Doc: "the JSON report, which all other forms are made from", write: func(r *Report, w io.Writer, _ Options) error { return r.WriteJSON(w) }},
	{Name: "junit", Doc: "JUnit XML", write: func(r *Report, w io.Writer, _ Options) error { return r.WriteJUnit(w) }},
	{Name: "sarif", Doc: "SARIF 2.1.0, with the causes as rules", write: (*Report).writeSARIF},
	{Name: "github", Doc: "annotations of GitHub Actions, for standard output of a step", write: (*Report).writeGitHub},
	{Name: "gitlab", Doc: "GitLab Code Quality", Placed: true, write: (*Report).writeGitLab},
	{Name: "azure", Doc: "issues of Azure Pipelines, for standard output of a step", write: (*Report).writeAzure},
	{Name: "bitbucket", Doc: "a report with annotations for Bitbucket's Code Insights", write: (*Report).writeBitbucket},
	{Name: "tap", Doc: "Test Anything Protocol 13", write: (*Report).writeTAP},
	{Name: "badge", Doc: "a small SVG", write: (*Report).writeBadge},
	{Name: "shields", Doc: "JSON for the endpoint badge of shields.io", write: (*Report).writeShields},
}

// Formats are all forms.
func Formats() []Format { return append([]Format(nil), formats...) }

// FindFormat is the form of that name; nil if there is none.
func FindFormat(name string) *Format {
	for i := range formats {
		if formats[i].Name == name {
			return &formats[i]
		}
	}
	return nil
}

// Write writes a report in this form.
func (f *Format) Write(w io.Writer, r *Report, o Options) error {
	if f.Placed && o.At.File == "" && r.PolicyFile == "" {
		return fmt.Errorf("the form %s shows each finding at a line of a file, and none was named", f.Name)
	}
	if err := f.write(r, w, o); err != nil {
		return fmt.Errorf("writing the report as %s: %w", f.Name, err)
	}
	return nil
}

// writeTerminal writes the page for people, with what was run against what.
func (r *Report) writeTerminal(w io.Writer, o Options) error {
	p := o.Printer
	out := &keeping{w: w}
	p.W = out
	var agents, about []string
	for _, a := range r.Agents {
		agents = append(agents, a.Short())
	}
	if r.Declared != nil {
		about = append(about, "held to "+Held(r.Declared))
	}
	if r.Shard != nil {
		about = append(about, r.Shard.Shard.About())
	}
	p.Header(r.Tool, r.Target, r.URL, agents, about...)
	p.Print(r)
	return out.err
}

// keeping keeps the first error, and writes nothing after it.
type keeping struct {
	w   io.Writer
	err error
}

func (k *keeping) Write(b []byte) (int, error) {
	if k.err != nil {
		return 0, k.err
	}
	n, err := k.w.Write(b)
	k.err = err
	return n, err
}
