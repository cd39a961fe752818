package project

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/secret"
)

// WriteDry writes what a run of the plan would send, and to whom. No value of a field or a cookie
// is in it.
func (p *Plan) WriteDry(w io.Writer, checks [][]cases.Check) {
	fmt.Fprintf(w, "%s: %s, of %s\n", block.Visible(p.Title()), block.Count(len(p.Jobs), "endpoint"), block.Visible(p.File.path))
	by := p.Secrets()
	for i := range p.Jobs {
		j := &p.Jobs[i]
		if len(checks[i]) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", j.Name)
		for _, line := range j.lines(checks[i], by) {
			fmt.Fprintf(w, "      %s\n", block.Visible(line))
		}
	}
	all := slices.Concat(checks...)
	fmt.Fprintf(w, "\n%s, of which %d at most are run: the others need paths of the contract, or the policy says nothing that they\nare about. A run leaves out besides what an endpoint does not serve, and what only a browser shows where there is none.\n", block.Count(len(all), "check"), runnable(all))
}

// lines say what is sent to an endpoint.
func (j *Job) lines(checks []cases.Check, by *secret.Redactor) []string {
	o := j.Target.Requests
	list := []string{orGet(o.QuestionMethod()) + " " + by.URL(j.Target.Endpoint)}
	if o.Data != nil {
		list[0] += fmt.Sprintf(", with content of %s", block.Count(len(*o.Data), "byte"))
	}
	if j.Status != 0 {
		list[0] += fmt.Sprintf(", known to be answered with %d", j.Status)
	}
	list = append(list, "policy "+j.Policy+": "+report.Held(j.Target.Declared), Sends(j.Target, checks))
	for _, part := range []struct {
		what   string
		fields []ask.Field
	}{{"with request fields of the page: ", o.Page}, {"with fields for what is in front of the server, on preflights too: ", o.Gate}} {
		if len(part.fields) > 0 {
			list = append(list, part.what+names(part.fields))
		}
	}
	if len(o.Cookies) > 0 {
		var list2 []string
		for _, c := range o.Cookies {
			list2 = append(list2, c.Name)
		}
		list = append(list, "with cookies, where credentials go: "+strings.Join(list2, ", "))
	}
	if j.Target.RateLimit > 0 {
		list = append(list, fmt.Sprintf("at most %g requests a second", j.Target.RateLimit))
	}
	return append(list, fmt.Sprintf("%s, of which %d at most are run", block.Count(len(checks), "check"), runnable(checks)))
}

// runnable is how many checks an ordinary endpoint can be asked for, before it has said what it serves.
func runnable(checks []cases.Check) int {
	n := 0
	for i := range checks {
		if len(checks[i].Needs) == 0 && checks[i].NotApplicable == "" {
			n++
		}
	}
	return n
}

func names(fields []ask.Field) string {
	var list []string
	for _, f := range fields {
		n := f.Name
		if f.Variable != "" {
			n += " (of $" + f.Variable + ")"
		}
		list = append(list, n)
	}
	return strings.Join(list, ", ")
}

// Sends announces the methods that an endpoint will get.
func Sends(t *harness.Target, checks []cases.Check) string {
	sure, wrongly := t.Sends(checks)
	line := "sends " + strings.Join(sure, ", ")
	if len(wrongly) > 0 {
		line += " (and " + strings.Join(wrongly, ", ") + " if a preflight wrongly lets it)"
	}
	return line
}

// Methods are all that some endpoint will get, each once.
func (p *Plan) Methods(checks [][]cases.Check) []string {
	var list []string
	for i := range p.Jobs {
		sure, _ := p.Jobs[i].Target.Sends(checks[i])
		for _, m := range sure {
			if !slices.Contains(list, m) {
				list = append(list, m)
			}
		}
	}
	return list
}
