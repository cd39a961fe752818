package report

import (
	"encoding/json"
	"io"
	"strings"
)

// writeGitLab writes a Code Quality report (docs.gitlab.com: Code Quality, report
// format): an array with an issue for each finding, and one for each reason why there
// may be more.
func (r *Report) writeGitLab(w io.Writer, o Options) error {
	type lines struct {
		Begin int `json:"begin"`
	}
	type location struct {
		Path  string `json:"path"`
		Lines lines  `json:"lines"`
	}
	type content struct {
		Body string `json:"body"`
	}
	type issue struct {
		Type        string   `json:"type"`
		Check       string   `json:"check_name"`
		Description string   `json:"description"`
		Content     content  `json:"content"`
		Categories  []string `json:"categories"`
		Severity    string   `json:"severity"` // info, minor, major, critical, blocker
		Fingerprint string   `json:"fingerprint"`
		Location    location `json:"location"`
	}
	severity := map[string]string{"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "must": "major", "should": "minor", "practice": "info", "info": "info"}
	place := func(at Place) location { return location{at.File, lines{at.Line}} }
	list := []issue{}
	for i := range r.Findings {
		f := &r.Findings[i]
		category := "Compatibility"
		if f.Severity != nil {
			category = "Security"
		}
		list = append(list, issue{"issue", f.ID, "CORS: " + f.Title, content{r.markdownFinding(f)}, []string{category}, severity[graveOf(f)], r.fingerprint(f), place(r.shownAt(f, o))})
	}
	for _, t := range r.incomplete() {
		f := &Finding{}
		f.ID = t.text
		list = append(list, issue{"issue", "corsproof", t.text, content{escapeMarkdown(t.text)}, []string{"Bug Risk"}, "major", r.fingerprint(f), place(r.troublePlace(t, o))})
	}
	return indentedJSON(w, list)
}

// writeBitbucket writes what Bitbucket Cloud's Code Insights take (developer.atlassian.com:
// Reports): the report, to be sent with PUT, and its annotations, at most 100, for the POST
// that follows.
func (r *Report) writeBitbucket(w io.Writer, o Options) error {
	type number struct {
		Title string `json:"title"`
		Type  string `json:"type"`
		Value int    `json:"value"`
	}
	type about struct {
		Title    string   `json:"title"`
		Details  string   `json:"details"`
		Type     string   `json:"report_type"`
		Reporter string   `json:"reporter"`
		Result   string   `json:"result"`
		Data     []number `json:"data"`
	}
	type annotation struct {
		ID       string `json:"external_id"`
		Title    string `json:"title"`
		Type     string `json:"annotation_type"`
		Summary  string `json:"summary"`
		Details  string `json:"details"`
		Result   string `json:"result"`
		Severity string `json:"severity"`
		Path     string `json:"path,omitempty"`
		Line     int    `json:"line,omitempty"`
	}
	const mostAnnotations, longestSummary, longestDetails = 100, 450, 2000
	severity := map[string]string{"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW", "must": "HIGH", "should": "MEDIUM", "practice": "LOW", "info": "LOW"}
	verdict, _ := r.Verdict()
	details := strings.Join(append([]string{verdict, r.sum()}, texts(r.incomplete())...), "\n")
	result := "PASSED"
	if len(r.Breaking())+len(r.incomplete()) > 0 {
		result = "FAILED"
	}
	c := &r.Counts
	doc := struct {
		Report      about        `json:"report"`
		Annotations []annotation `json:"annotations"`
	}{about{"CORS: " + r.Target, shortened(details, longestDetails), "TEST", "corsproof", result, []number{
		{"Passed", "NUMBER", c.Pass}, {"Failed", "NUMBER", c.Fail}, {"Warnings", "NUMBER", c.Warn}, {"Undecided", "NUMBER", c.Undecided}, {"Errors", "NUMBER", c.Error}, {"Not run", "NUMBER", c.Skip},
	}}, []annotation{}}
	for i := range r.Findings[:min(len(r.Findings), mostAnnotations)] {
		f := &r.Findings[i]
		at := r.shownAt(f, o)
		a := annotation{
			ID: "corsproof-" + r.fingerprint(f), Title: f.Title, Type: "BUG", Summary: shortened(f.Title, longestSummary), Details: shortened(r.brief(f), longestDetails),
			Result: "PASSED", Severity: severity[graveOf(f)], Path: at.File, Line: at.Line,
		}
		if f.Severity != nil {
			a.Type = "VULNERABILITY"
		}
		if f.Breaks() {
			a.Result = "FAILED"
		}
		doc.Annotations = append(doc.Annotations, a)
	}
	return indentedJSON(w, doc)
}

// shortened is a text of at most so many characters.
func shortened(text string, most int) string {
	if list := []rune(text); len(list) > most {
		return string(list[:most-3]) + "..."
	}
	return text
}

func indentedJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
