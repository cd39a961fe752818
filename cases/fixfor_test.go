package cases_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
)

// TestMeasuredFix: what was measured has the policy's origin only where that is one that can
// stand there, and as many of its other values; of what is the example's it says so.
func TestMeasuredFix(t *testing.T) {
	maxAge := 600
	full := cases.Policy{Origins: []string{"https://app.example.com"}, Credentials: true, Methods: []string{"PUT"}, RequestHeaders: []string{"authorization", "content-type"}, ExposeHeaders: []string{"X-Request-Id"}, MaxAge: &maxAge}
	with := func(change func(*cases.Policy)) *cases.Policy { p := full; change(&p); return &p }
	n, remaining := 0, 0
	for _, s := range cases.Stacks() {
		for _, c := range cases.Causes() {
			same := cases.MeasuredFix(&s, &c, &full)
			if same == nil {
				continue
			}
			n++
			_, left := cases.Remaining(&s, &c)
			note, still, _ := strings.Cut(same.Note, "; still found, since the stack itself gets it wrong: ")
			if same.Note = note; still != left {
				t.Errorf("%s, %s: still found is %q, and not %q", s.ID, c.ID, left, still)
			}
			remaining += len(left)
			if same.Note != "measured to be right; your origin is in it" || !strings.Contains(same.Text, "app") {
				t.Errorf("%s, %s: %s", s.ID, c.ID, same.Note)
			}
			own := cases.MeasuredFix(&s, &c, with(func(p *cases.Policy) { p.Origins, p.Credentials = []string{"http://shop.test:8080"}, false }))
			if strings.Contains(own.Text, "app.example") || !strings.Contains(strings.ReplaceAll(own.Text, `\`, ""), "http://shop.test:8080") || !strings.HasPrefix(own.Note, "measured to be right with other values; yours are in it") || strings.Contains(strings.ToLower(own.Text), "credentials") {
				t.Errorf("%s, %s: %s\n%s", s.ID, c.ID, own.Note, own.Text)
			}
			other := cases.MeasuredFix(&s, &c, with(func(p *cases.Policy) {
				age := 77
				p.Methods, p.RequestHeaders, p.ExposeHeaders, p.MaxAge = []string{"PUT", "DELETE"}, []string{"X-Trace"}, []string{"X-Total"}, &age
			}))
			for _, want := range []string{"delete", "x-trace", "x-total", "77"} {
				if text := strings.ToLower(other.Text); !strings.Contains(text, want) && strings.Contains(strings.ToLower(same.Text), map[string]string{"delete": "put", "x-trace": "content-type", "x-total": "x-request-id", "77": "600"}[want]) {
					t.Errorf("%s, %s: no %s\n%s", s.ID, c.ID, want, other.Text)
				}
			}
			if strings.Contains(other.Note, "put in your own") || strings.Contains(other.Text, "600") {
				t.Errorf("%s, %s: %s\n%s", s.ID, c.ID, other.Note, other.Text)
			}
			for name, p := range map[string]*cases.Policy{
				"several":   with(func(p *cases.Policy) { p.Origins = []string{"https://a.test", "https://b.test"} }),
				"any":       with(func(p *cases.Policy) { p.Origins = []string{"*"} }),
				"null":      with(func(p *cases.Policy) { p.Origins = []string{"null"} }),
				"a pattern": with(func(p *cases.Policy) { p.OriginPatterns = []string{"https://*.a.test"} }),
				"quotes":    with(func(p *cases.Policy) { p.Origins = []string{"https://a'b\".test"} }),
			} {
				if m := cases.MeasuredFix(&s, &c, p); m.Text != same.Text || !strings.Contains(m.Note, "with the example's origin: put in your own") {
					t.Errorf("%s, %s, %s: %s", s.ID, c.ID, name, m.Note)
				}
			}
		}
	}
	if own, left := cases.Remaining(cases.FindStack("nginx"), cases.FindCause("request-field-misread")); own == "" || left != "" || remaining == 0 {
		t.Errorf("of nginx it is known that %q, and that %q is left", own, left)
	}
	if n < 50 {
		t.Errorf("only %d configurations were measured", n)
	}
}
