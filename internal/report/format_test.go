package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	markdown "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/report"
)

// hostile is what a server may send, for every reader: of HTML, Markdown, terminals,
// TAP, and the commands of code hosts.
const hostile = "</script><img src=x onerror=\"pwned=1\">|`` ` *b* [l](javascript:pwned=1) @someone #1 ::error::no\r\n::error::no\n##vso[task.complete]\n  ...\nnot ok 99 # TODO\x1b[31m\u202e%0A;]&amp;"

// hostileReport has it in each text that comes from a server, and in others.
func hostileReport() *report.Report {
	f := spoilt
	f.Browser = []string{"chrome"}
	f.Affects, f.Says, f.Layer, f.Received, f.Wanted = hostile, hostile, hostile, []string{"X: " + hostile}, []string{hostile}
	mere := harness.Finding{ID: "second", Title: hostile, Level: cases.Practice, Effect: agent.EffectMalformed, Browser: []string{}, Why: hostile, Fix: hostile, Policies: []string{"a"}, Explains: []string{"second/a"}}
	broke, skip := result("third", "a", agent.VerdictError), result("third", "b", agent.VerdictSkip)
	broke.Reason, skip.Reason, skip.Skip = hostile, hostile, harness.SkipRefused
	rep := withFindings([]harness.Finding{f, mere}, failing(result("first", "exact", agent.VerdictFail)), result("second", "a", agent.VerdictWarn), broke, skip)
	rep.Target, rep.Started, rep.Elapsed = "t "+hostile, time.Date(2026, 11, 27, 3, 4, 5, 6, time.UTC), time.Second
	rep.Stack, rep.Findings[0].Setting = &report.Stack{ID: "flask", Name: "Flask"}, "CORS(app)\n\t"+hostile
	return rep
}

// stoppedReport is one of a run that was cut short, in which nothing was found.
func stoppedReport() *report.Report {
	rep := newReport(result("first", "a", agent.VerdictPass))
	rep.Stopped = &harness.Stopped{Reason: "the target died"}
	return rep
}

func as(format string, rep *report.Report) string {
	var b bytes.Buffer
	Expect(report.FindFormat(format).Write(&b, rep, report.Options{At: report.Place{File: "src/a,b:c.js", Line: 7}})).To(Succeed())
	return b.String()
}

func compiled(schema []byte) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("schema.json")
}

// schema is that of the JSON report.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := compiled(report.Schema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(schema []byte, text string) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	Expect(err).NotTo(HaveOccurred())
	s, err := compiled(schema)
	Expect(err).NotTo(HaveOccurred())
	Expect(s.Validate(doc)).To(Succeed())
}

var _ = Describe("a form of the report", func() {
	It("is written of every run, says whose it is, and has nothing in it that disturbs a reader of lines", func() {
		for _, f := range report.Formats() {
			for _, rep := range []*report.Report{hostileReport(), stoppedReport(), newReport()} {
				text := as(f.Name, rep)
				Expect(text).NotTo(BeEmpty(), f.Name)
				Expect(utf8.ValidString(text)).To(BeTrue(), f.Name)
				Expect(text).NotTo(ContainSubstring("\x1b"), f.Name)
				Expect(text).NotTo(ContainSubstring("verysecret"), f.Name)
			}
		}
	})

	It("shows no run that was cut short as one that passed", func() {
		for format, want := range map[string]string{
			"terminal": "cut short", "markdown": "⚠️", "junit": `errors="1"`, "sarif": `"executionSuccessful": false`, "github": "::error ", "gitlab": "cut short", "azure": "type=error",
			"bitbucket": `"result": "FAILED"`, "tap": "Bail out! ", "html": `<header class="error">`, "badge": "not decided", "shields": `"isError": true`, "json": `"stopped"`,
		} {
			Expect(as(format, stoppedReport())).To(ContainSubstring(want), format)
		}
	})

	It("that shows findings at a line of a file needs one", func() {
		var b strings.Builder
		rep := hostileReport()
		Expect(report.FindFormat("gitlab").Write(&b, rep, report.Options{})).To(MatchError(ContainSubstring("none was named")))
		rep.PolicyFile = "policy.yaml"
		Expect(report.FindFormat("gitlab").Write(&b, rep, report.Options{})).To(Succeed())
		Expect(b.String()).To(ContainSubstring(`"path": "policy.yaml"`))
	})

	It("JSON is valid by its schema, and read again is the same", func() {
		for _, rep := range []*report.Report{hostileReport(), stoppedReport(), newReport()} {
			text := as("json", rep)
			valid(report.Schema, text)
			back, err := report.Read(strings.NewReader(text))
			Expect(err).NotTo(HaveOccurred())
			Expect(as("json", back)).To(Equal(text))
			for _, f := range report.Formats() {
				Expect(as(f.Name, back)).To(Equal(as(f.Name, rep)), f.Name)
			}
		}
	})

	DescribeTable("JSON that is no report is refused in words that say what it is", func(text, want string) {
		_, err := report.Read(strings.NewReader(text))
		Expect(err).To(MatchError(ContainSubstring(want)))
	},
		Entry("nothing", "", "it is empty"),
		Entry("no JSON", "{\n\"version\": 2,\n oops", "line 3: "),
		Entry("cut off", as0(), "unexpected end of JSON"),
		Entry("another kind", `{"version": 1, "frameworks": []}`, "not a report of a run"),
		Entry("an older version", `{"version": 1, "tool": "corsproof", "results": []}`, "version 1 of the format"),
		Entry("an id that is none", `{"version": 2, "tool": "corsproof", "findings": [{"id": "\u001b[31m"}], "results": []}`, `\x1b[31m is no id`),
		Entry("a wrong type", "{\"version\": 2, \"tool\": \"corsproof\",\n \"results\": 7}", "line 2: "),
	)

	It("SARIF is valid by the schema of OASIS, with each cause as a rule that has help", func() {
		for _, rep := range []*report.Report{hostileReport(), stoppedReport(), newReport()} {
			log, err := sarif.FromString(as("sarif", rep), sarif.WithStrictValidation())
			Expect(err).NotTo(HaveOccurred())
			Expect(log.Validate()).To(Succeed())
			run := log.Runs[0]
			Expect(run.Results).To(HaveLen(len(rep.Findings)))
			for _, res := range run.Results {
				rule := run.Tool.Driver.Rules[res.RuleIndex]
				Expect(*rule.ID).To(Equal(*res.RuleID))
				Expect(*rule.Help.Text).NotTo(BeEmpty())
				Expect(*res.Locations[0].PhysicalLocation.Region.StartLine).To(Equal(7))
			}
		}
		Expect(as("sarif", hostileReport())).To(ContainSubstring(`"uri": "src/a,b:c.js"`))
	})

	It("SARIF tells the same finding of two runs by the same fingerprint, and another target's by another", func() {
		mark := func(rep *report.Report) string {
			log, err := sarif.FromString(as("sarif", rep))
			Expect(err).NotTo(HaveOccurred())
			return log.Runs[0].Results[0].PartialFingerprints["corsproofFinding/v1"]
		}
		other := hostileReport()
		other.Results, other.Elapsed = other.Results[:1], time.Hour
		Expect(mark(other)).To(And(Equal(mark(hostileReport())), HaveLen(32)))
		other.Target = "another"
		Expect(mark(other)).NotTo(Equal(mark(hostileReport())))
	})

	It("JUnit has what the strictest schema in use demands: each element in its place, and no number with an exponent", func() {
		d := xml.NewDecoder(strings.NewReader(as("junit", hostileReport())))
		var inSuite []string
		for {
			token, err := d.Token()
			if token == nil {
				Expect(err).To(MatchError("EOF"))
				break
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			for _, a := range e.Attr {
				if a.Name.Local == "time" {
					Expect(a.Value).To(MatchRegexp(`^\d+\.\d+$`))
				}
			}
			switch e.Name.Local {
			case "testsuites":
				Expect(e.Attr).To(BeEmpty())
			case "testsuite":
				inSuite = append(inSuite, "|")
				Expect(e.Attr).To(HaveLen(10))
			case "properties", "testcase", "system-out", "system-err":
				inSuite = append(inSuite, e.Name.Local)
			}
		}
		Expect(strings.Join(inSuite, " ")).To(MatchRegexp(`^(\| properties( testcase)* system-out system-err ?)+$`))
	})

	It("annotations are one command a line, whatever the server said", func() {
		lines := strings.Split(strings.TrimSuffix(as("github", hostileReport()), "\n"), "\n")
		Expect(lines).To(HaveLen(3), "two findings, and a check that could not be carried out")
		for _, line := range lines {
			Expect(line).To(MatchRegexp(`^::(error|warning|notice) file=src/a%2Cb%3Ac\.js,line=7,title=[^:,\r\n]+::[^\r\n]+$`))
		}
		lines = strings.Split(strings.TrimSuffix(as("azure", hostileReport()), "\n"), "\n")
		Expect(lines).To(HaveLen(3))
		for _, line := range lines {
			Expect(line).To(MatchRegexp(`^##vso\[task\.logissue type=(error|warning);sourcepath=src/a,b:c\.js;linenumber=7;code=[^;\]]+;\][^\r\n]+$`))
		}
	})

	It("Code Quality has what GitLab requires, and Code Insights what Bitbucket takes", func() {
		valid([]byte(`{"type": "array", "items": {"type": "object", "required": ["description", "check_name", "fingerprint", "severity", "location"], "properties": {
			"severity": {"enum": ["info", "minor", "major", "critical", "blocker"]}, "fingerprint": {"minLength": 16}, "description": {"minLength": 1},
			"location": {"required": ["path", "lines"], "properties": {"path": {"const": "src/a,b:c.js"}, "lines": {"properties": {"begin": {"const": 7}}}}}}}}`), as("gitlab", hostileReport()))
		valid([]byte(`{"required": ["report", "annotations"], "properties": {
			"report": {"required": ["title", "details", "report_type"], "properties": {"details": {"maxLength": 2000}, "report_type": {"enum": ["SECURITY", "COVERAGE", "TEST", "BUG"]},
				"result": {"enum": ["PASSED", "FAILED", "PENDING"]}, "data": {"maxItems": 10}}},
			"annotations": {"maxItems": 100, "items": {"required": ["external_id", "annotation_type", "summary"], "properties": {"summary": {"minLength": 1, "maxLength": 450}, "details": {"maxLength": 2000},
				"annotation_type": {"enum": ["VULNERABILITY", "CODE_SMELL", "BUG"]}, "severity": {"enum": ["CRITICAL", "HIGH", "MEDIUM", "LOW"]}, "result": {"enum": ["PASSED", "FAILED", "SKIPPED", "IGNORED"]}}}}}}`),
			as("bitbucket", hostileReport()))
	})

	It("Markdown makes no link, image or mention of what a server said", func() {
		md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(markdown.WithUnsafe()))
		var b bytes.Buffer
		Expect(md.Convert([]byte(as("markdown", hostileReport())), &b)).To(Succeed())
		doc, err := html.Parse(&b)
		Expect(err).NotTo(HaveOccurred())
		var text strings.Builder
		seen := map[string]int{}
		for n := range doc.Descendants() {
			switch {
			case n.Type == html.TextNode && n.Parent.Data != "code":
				text.WriteString(n.Data)
			case n.Type == html.ElementNode:
				seen[n.Data]++
				for _, a := range n.Attr {
					Expect(a.Key).NotTo(HavePrefix("on"))
					if a.Key == "href" {
						Expect(a.Val).To(HavePrefix("https://fetch.spec.whatwg.org/"))
					}
				}
			}
		}
		Expect(seen).NotTo(Or(HaveKey("img"), HaveKey("script")))
		Expect(seen["tr"]).To(Equal(3), "a head and two findings")
		Expect(seen["details"]).To(Equal(2))
		Expect(seen["h2"]).To(Equal(1))
		Expect(text.String()).NotTo(MatchRegexp(`@\w`))
		Expect(text.String()).To(ContainSubstring("*b* [l](javascript:pwned=1)"), "what is no code is shown as it is")
	})

	It("Markdown stays shorter than a comment may be", func() {
		var list []harness.Finding
		for range 40 {
			f := spoilt
			f.Says = strings.Repeat("long ", 1000)
			list = append(list, f)
		}
		text := as("markdown", withFindings(list, failing(result("first", "exact", agent.VerdictFail))))
		Expect(len(text)).To(BeNumerically("<", 65536))
		Expect(text).To(ContainSubstring(" more in full: "))
		Expect(strings.Count(text, "\n| ❌ |")).To(Equal(40))
	})

	It("TAP is read by Perl's harness: what breaks a must fails, and nothing else", func() {
		if _, err := exec.LookPath("perl"); err != nil {
			Skip("no perl: " + err.Error())
		}
		read := func(rep *report.Report) string {
			cmd := exec.Command("perl", "-MTAP::Parser", "-e", `local $/; my $p = TAP::Parser->new({tap => <STDIN>});
				while (my $r = $p->next) { printf "%s %s\n", $r->is_ok ? "ok" : "no", $r->description if $r->is_test; print "bail\n" if $r->is_bailout }
				print "errors: ", join(", ", $p->parse_errors), "\n"`)
			cmd.Stdin = strings.NewReader(as("tap", rep))
			out, err := cmd.CombinedOutput()
			Expect(err).NotTo(HaveOccurred(), string(out))
			return string(out)
		}
		out := strings.Split(read(hostileReport()), "\n")
		Expect(out[0]).To(HavePrefix("no - " + spoilt.Title))
		Expect(out[1]).To(HavePrefix("ok - "))
		Expect(out[2]).To(Equal("no - third/a could not be carried out"))
		Expect(out[3]).To(HavePrefix("ok - group one: 0 passed, 1 failed, 1 warnings"))
		Expect(out[4:]).To(ContainElement("errors: "))
		Expect(read(stoppedReport())).To(ContainSubstring("bail\n"))
	})

	It("a badge is SVG that says the state, and the endpoint of shields.io says the same", func() {
		for rep, want := range map[*report.Report]string{hostileReport(): "1 wrong", stoppedReport(): "not decided", newReport(result("first", "a", agent.VerdictPass)): "passing"} {
			var svg struct {
				XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
				Title   string   `xml:"title"`
			}
			Expect(xml.Unmarshal([]byte(as("badge", rep)), &svg)).To(Succeed())
			Expect(svg.Title).To(Equal("CORS: " + want))
			var endpoint map[string]any
			Expect(json.Unmarshal([]byte(as("shields", rep)), &endpoint)).To(Succeed())
			Expect(endpoint).To(And(HaveKeyWithValue("schemaVersion", 1.0), HaveKeyWithValue("message", want)))
		}
	})
})

// as0 is the beginning of a report.
func as0() string {
	var b strings.Builder
	if err := newReport(result("first", "a", agent.VerdictPass)).WriteJSON(&b); err != nil {
		panic(err)
	}
	return b.String()[:300]
}
