package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/page.css
var pageCSS string

//go:embed page/page.js
var pageJS string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"visible": block.Visible, "lines": visibleLines}).Parse(pageHTML))

// writeHTML writes one page that needs nothing else and works without a network. The
// causes are in it as they are, so that they can be read where no script may run; the checks
// are data that the page's script shows. Nothing that a server said can become markup or
// script: it is escaped where it is text, a text node where a script shows it, and the page's
// own policy (CSP) lets nothing run or load but that one script and style.
func (r *Report) writeHTML(w io.Writer, _ Options) error {
	data, err := json.Marshal(r.pageData())
	if err != nil {
		return err
	}
	verdict, kind := r.Verdict()
	if kind == agent.VerdictPass && len(r.incomplete()) > 0 {
		kind = agent.VerdictError
	}
	csp := "default-src 'none'; base-uri 'none'; form-action 'none'; script-src '" + sourceHash(pageJS) + "'; style-src '" + sourceHash(pageCSS) + "'"
	var b bytes.Buffer
	err = pageTemplate.Execute(&b, map[string]any{
		"Report": r, "Verdict": verdict, "Kind": kind, "Sum": r.sum(), "Incomplete": texts(r.incomplete()), "About": r.pageAbout(), "Causes": r.pageCauses(),
		"Stack": r.stackText(), "Checks": block.Count(len(r.Results), "check"), "NotLookedAt": r.NotLookedAt,
		"CSP": csp, "CSS": template.CSS(pageCSS), "JS": template.JS(pageJS), "Data": template.JS(data), // json.Marshal escapes <, > and &
	})
	if err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// visibleLines is a text of several lines with what could not be seen written out.
func visibleLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.ReplaceAll(block.Visible(lines[i]), `\t`, "    ")
	}
	return strings.Join(lines, "\n")
}

// sourceHash is a source of a Content Security Policy: this text and no other.
func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// pageAbout are lines about the run.
func (r *Report) pageAbout() [][2]string {
	var agents []string
	for _, a := range r.Agents {
		agents = append(agents, a.Short())
	}
	list := [][2]string{{"target", r.Target}}
	if r.URL != "" && r.URL != r.Target {
		list = append(list, [2]string{"address", r.URL})
	}
	if r.Declared != nil {
		list = append(list, [2]string{"held to", Held(r.Declared)})
	}
	if r.Shard != nil {
		list = append(list, [2]string{"part", r.Shard.Shard.About()})
	}
	list = append(list, [2]string{"run with", strings.Join(append([]string{r.Tool}, agents...), ", ")})
	if !r.Started.IsZero() {
		list = append(list, [2]string{"at", r.Started.UTC().Format(time.DateTime) + " UTC, in " + r.Elapsed.Round(10*time.Millisecond).String()})
	}
	return list
}

// pageCause is a finding as the page has it.
type pageCause struct {
	*Finding
	Breaking  bool
	Tag       string
	Lines     []pageLine
	Stack     string
	Standards []pageStandard
	Count     string
}

// pageStandard is a section of a standard.
type pageStandard struct{ URL, Name string }

// pageStandards are the sections that a finding is about.
func (r *Report) pageStandards(f *Finding) []pageStandard {
	var list []pageStandard
	for _, u := range r.standards(f) {
		name := strings.TrimPrefix(u, "https://")
		if a := cases.StandardAnchors().Of(u); a != nil {
			name = a.Spec + ": " + a.Title
		}
		list = append(list, pageStandard{u, name})
	}
	return list
}

// pageLine is a line of an answer: received (-), wanted (+), or both ( ).
type pageLine struct{ Sign, Kind, Text string }

func (r *Report) pageCauses() []pageCause {
	var list []pageCause
	for i := range r.Findings {
		f := &r.Findings[i]
		c := pageCause{Finding: f, Breaking: f.Breaks(), Tag: strings.Trim(block.Tag(&f.Finding), "[]"), Standards: r.pageStandards(f), Count: block.Count(len(f.Explains), "check")}
		if r.Stack != nil {
			c.Stack = r.Stack.Name
		}
		for _, line := range block.Compare(f.Received, f.Wanted).Lines() {
			sign := line[:1]
			c.Lines = append(c.Lines, pageLine{sign, map[string]string{" ": "same", "-": "got", "+": "want"}[sign], line[2:]})
		}
		list = append(list, c)
	}
	return list
}

// pageCheck is a check as the page's script reads it; what is missing there is empty.
type pageCheck struct {
	ID       string             `json:"id"`
	Group    string             `json:"group"`
	Title    string             `json:"title"`
	Level    string             `json:"level"`
	Security string             `json:"security,omitempty"`
	Verdict  agent.Verdict      `json:"verdict"`
	Skip     string             `json:"skip,omitempty"`
	Reason   string             `json:"reason,omitempty"`
	Note     string             `json:"note,omitempty"`
	Causes   []string           `json:"causes,omitempty"`
	Why      string             `json:"why,omitempty"`
	Fix      string             `json:"fix,omitempty"`
	Spec     []string           `json:"spec,omitempty"`
	Agents   []pageAgent        `json:"agents,omitempty"`
	Differ   []agent.Difference `json:"differ,omitempty"`
}

type pageAgent struct {
	Agent     string          `json:"agent"`
	Verdict   agent.Verdict   `json:"verdict"`
	Error     string          `json:"error,omitempty"`
	Note      string          `json:"note,omitempty"`
	Failures  []agent.Symptom `json:"failures,omitempty"`
	Exchanges []pageExchange  `json:"exchanges,omitempty"`
	Curl      []string        `json:"curl,omitempty"`
}

// pageExchange is an exchange as lines of text, as the terminal page has it.
type pageExchange struct {
	Preflight  bool     `json:"preflight,omitempty"`
	Connection string   `json:"connection,omitempty"`
	First      string   `json:"first"`
	Request    []string `json:"request"`
	Sent       string   `json:"sent,omitempty"`
	Error      string   `json:"error,omitempty"`
	Status     string   `json:"status,omitempty"`
	Response   []string `json:"response"`
}

func (r *Report) pageData() map[string]any {
	causes := map[string][]string{}
	for i := range r.Findings {
		for _, id := range r.Findings[i].Explains {
			causes[id] = append(causes[id], r.Findings[i].ID)
		}
	}
	titles := map[string]string{}
	for i := range r.Findings {
		titles[r.Findings[i].ID] = block.Visible(r.Findings[i].Title)
	}
	list := make([]pageCheck, 0, len(r.Results))
	for i := range r.Results {
		list = append(list, newPageCheck(&r.Results[i], causes[r.Results[i].ID]))
	}
	return map[string]any{"checks": list, "titles": titles, "policies": r.manyPolicies()}
}

func newPageCheck(row *Row, causes []string) pageCheck {
	c := pageCheck{
		ID: row.ID, Group: row.Group, Title: row.Title, Level: string(row.Level), Security: string(row.Security), Verdict: row.Verdict, Skip: string(row.Skip),
		Reason: row.Reason, Note: row.Answered, Causes: causes, Differ: row.Disagreement,
	}
	if row.Verdict != agent.VerdictSkip {
		c.Why, c.Fix, c.Spec = row.Why, row.Fix, row.Spec
	}
	if row.Verdict == agent.VerdictPass {
		c.Fix = ""
	}
	for i := range row.Agents {
		a := &row.Agents[i]
		if row.Verdict == agent.VerdictSkip {
			break
		}
		p := pageAgent{Agent: a.Agent, Verdict: a.Verdict, Error: a.Error, Note: a.Note, Failures: a.Failures}
		for k := range a.Exchanges {
			p.Exchanges = append(p.Exchanges, newPageExchange(&a.Exchanges[k]))
		}
		if len(a.Exchanges) > 0 {
			p.Curl = agent.Commands(a.Exchanges)
		}
		c.Agents = append(c.Agents, p)
	}
	return c
}

func newPageExchange(x *agent.Exchange) pageExchange {
	request := x.RequestLines()
	if grown := x.GrownLine(); grown != "" {
		request = append(request[:len(request):len(request)], grown)
	}
	p := pageExchange{Preflight: x.Preflight, Connection: x.Connection, First: x.First(), Request: shownLines(request), Sent: block.Visible(block.Cut(x.Sent, longestLine)), Error: x.Error, Response: []string{}}
	if x.Error == "" {
		p.Status, p.Response = strings.TrimSpace(fmt.Sprint(x.Proto, " ", x.Status)), shownLines(fieldLines(x.Response))
	}
	return p
}

// shownLines are lines as they are shown: the first ones, and of each the beginning, with
// what could not be seen written out.
func shownLines(lines []string) []string {
	list := []string{}
	for i, line := range lines {
		if i == mostLines {
			return append(list, "... "+block.Count(len(lines)-i, "more line"))
		}
		if len(line) > longestLine {
			line = line[:longestLine] + "..."
		}
		list = append(list, block.Visible(line))
	}
	return list
}
