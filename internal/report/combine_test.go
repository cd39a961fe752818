package report_test

import (
	"fmt"
	"testing"

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
