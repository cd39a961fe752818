package report_test

import (
	"fmt"
	"testing"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/report"
)

// TestCombineURL: the report of several endpoints names the URL of a single one, the server
// that all are of, and none where they are of several.
func TestCombineURL(t *testing.T) {
	for want, urls := range map[string][]string{
		"http://a.example/x":    {"http://a.example/x"},
		"http://a.example":      {"http://a.example/x", "http://a.example/y", "http://a.example/z"},
		"http://a.example:8080": {"http://a.example:8080/x", "http://a.example:8080/y"},
		"":                      {"http://a.example/x", "http://a.example/y", "https://a.example/z"},
	} {
		var endpoints []report.Endpoint
		for _, u := range urls {
			endpoints = append(endpoints, report.Endpoint{Name: u, URL: u})
		}
		if got := report.Combine("corsproof", "t", endpoints, make([]*report.Report, len(urls))).URL; got != want {
			t.Errorf("of %v it names %q, not %q", urls, got, want)
		}
	}
}

// TestCombineStack: what does CORS is named where all endpoints have the same, and nowhere else.
func TestCombineStack(t *testing.T) {
	nginx, express := &report.Stack{ID: "nginx"}, &report.Stack{ID: "express"}
	for _, c := range []struct {
		stacks []*report.Stack
		want   string
	}{
		{[]*report.Stack{nginx, nginx}, "nginx"},
		{[]*report.Stack{nginx}, "nginx"},
		{[]*report.Stack{nginx, express}, ""},
		{[]*report.Stack{nginx, nil}, ""},
		{[]*report.Stack{nil, nginx}, ""},
	} {
		var endpoints []report.Endpoint
		var reports []*report.Report
		for i, s := range c.stacks {
			endpoints = append(endpoints, report.Endpoint{URL: fmt.Sprintf("http://a.example/%d", i)})
			reports = append(reports, &report.Report{Stack: s})
		}
		got := ""
		if s := report.Combine("corsproof", "t", endpoints, reports).Stack; s != nil {
			got = s.ID
		}
		if got != c.want {
			t.Errorf("of %v it names %q, not %q", c.stacks, got, c.want)
		}
	}
}

// TestCombineStopped: a run of several endpoints that was cut short says at which one first, and that the user
// ended it where that was so.
func TestCombineStopped(t *testing.T) {
	died, later, ended := &harness.Stopped{Reason: "it died"}, &harness.Stopped{Reason: "no answer"}, &harness.Stopped{Reason: "ended", Cancelled: true}
	for _, c := range []struct {
		stopped []*harness.Stopped
		want    string
	}{
		{[]*harness.Stopped{nil, nil}, ""},
		{[]*harness.Stopped{died, nil}, "e0: it died"},
		{[]*harness.Stopped{nil, died}, "e1: it died"},
		{[]*harness.Stopped{died, later}, "e0: it died"},
		{[]*harness.Stopped{died, ended}, "e1: ended"},
	} {
		var endpoints []report.Endpoint
		var reports []*report.Report
		for i, s := range c.stopped {
			endpoints = append(endpoints, report.Endpoint{Name: fmt.Sprintf("e%d", i), URL: "http://a.example"})
			reports = append(reports, &report.Report{Stopped: s})
		}
		got := ""
		if s := report.Combine("corsproof", "t", endpoints, reports).Stopped; s != nil {
			got = s.Reason
		}
		if got != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}
