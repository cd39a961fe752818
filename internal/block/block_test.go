package block_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/block"
)

// long is a finding of a cause with as much evidence as there may be.
func long(c *cases.Cause) *harness.Finding {
	severe := cases.Critical
	return &harness.Finding{
		ID: c.ID, Cause: c.ID, Title: c.Title, Side: c.Side, Why: c.Why, Fix: c.Do, Severity: &severe, Level: cases.Must, Policies: []string{"exact", "any", "one", "none", "regex"},
		Affects:  "GET, PUT, POST, DELETE, HEAD and 7 more from https://app.example.com, https://admin.example.com and 3 more with credentials: answer 200 and preflight 204",
		Received: []string{"302 Found", "Location: https://login.example.com/" + strings.Repeat("very/", 30), "Access-Control-Allow-Origin: https://one.example", "Access-Control-Allow-Origin: *", "Vary: Accept"},
		Wanted:   []string{"204 No Content", "Access-Control-Allow-Origin: https://app.example.com", "Access-Control-Allow-Credentials: true", "Vary: Origin"},
		Layer:    "the answer names cloudflare (Server: cloudflare)", Sendable: true,
		Says:     "Access to fetch at 'http://127.0.0.1:1/x' from origin 'https://app.example.com' has been blocked by CORS policy: " + strings.Repeat("It does not do. ", 20),
		Explains: []string{"a/exact", "b/exact"},
	}
}

// short is one with as little evidence as that.
func short(c *cases.Cause) *harness.Finding {
	f := long(c)
	f.Layer, f.Affects, f.Says, f.Received, f.Wanted = "", "GET from https://a.test: answer 200", "", f.Received[3:4], f.Wanted[1:2]
	return f
}

// TestMost: no cause with any setting of any stack takes more than a dozen lines, says
// what is wrong in them and something of what to do, and begins with the former.
func TestMost(t *testing.T) {
	policy := &cases.Policy{Name: "p", Origins: []string{"https://app.example.com"}, Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"Content-Type", "Authorization"}, Credentials: true}
	style := block.Style{Most: block.Most, Policies: true, Hint: "--cause %s"}
	for _, c := range cases.Causes() {
		settings := []block.Setting{{}}
		for _, s := range cases.Stacks() {
			if c.Setting != "" {
				settings = append(settings, block.Setting{Stack: s.Name, Text: cases.Fill(&s, c.Setting, policy, cases.Values{})})
			}
		}
		for _, set := range settings {
			for name, f := range map[string]*harness.Finding{"long": long(&c), "short": short(&c)} {
				lines := style.Lines(f, set)
				text := strings.Join(lines, "\n")
				if len(lines) > block.Most {
					t.Errorf("%s, %s, %s: %d lines\n%s", c.ID, name, set.Stack, len(lines), text)
				}
				if c.Do != "" && !strings.Contains(text, "  fix    ") || !strings.Contains(strings.Join(strings.Fields(text), " "), "checks explains 2 checks: --cause "+c.ID) {
					t.Errorf("%s, %s, %s: it does not say what to do, or where there is more\n%s", c.ID, name, set.Stack, text)
				}
				if said := strings.Join(strings.Fields(text), " "); !strings.HasPrefix(said, "FAIL "+c.Title) {
					t.Errorf("%s: it does not begin with the title\n%s", c.ID, text)
				}
			}
		}
	}
}

// TestColumns: no line is wider than 80 columns but for words, and pieces of
// configuration, that are.
func TestColumns(t *testing.T) {
	for _, c := range cases.Causes() {
		for _, most := range []int{0, block.Most} {
			for _, line := range (&block.Style{Most: most}).Lines(long(&c), block.Setting{}) {
				if utf8.RuneCountInString(line) > block.Columns && len(strings.Fields(line)) > 2 {
					t.Errorf("%s: %d columns: %s", c.ID, utf8.RuneCountInString(line), line)
				}
			}
		}
	}
}

// TestWhole: without a limit nothing is left out.
func TestWhole(t *testing.T) {
	for _, c := range cases.Causes() {
		f := long(&c)
		text := strings.Join((&block.Style{}).Lines(f, block.Setting{}), " ")
		said := strings.Join(strings.Fields(text), " ")
		for _, part := range append(append([]string{f.Title, f.Affects, f.Layer, f.Says, f.Why, f.Fix}, f.Received...), f.Wanted...) {
			if part = strings.Join(strings.Fields(part), " "); !strings.Contains(said, part) {
				t.Errorf("%s: it does not say %q\n%s", c.ID, part, text)
			}
		}
	}
}

// TestBrief: in brief a finding has its whole title, and of what to do the first two lines of the shortest form, the second
// with "..." where there are more.
func TestBrief(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                nil,
		"one":                             {"fix    S: one"},
		"one\ntwo":                        {"fix    S:", "           one ..."},
		"one\ntwo\nthree":                 {"fix    S:", "           one ..."},
		strings.Repeat("w", 70) + "\ntwo": {"fix    S:", "           " + strings.Repeat("w", 66) + "..."},
	} {
		f := &harness.Finding{ID: "c", Cause: "c", Title: strings.Repeat("A long title ", 12), Explains: []string{"a"}, Sendable: true}
		brief, whole := (&block.Style{}).Brief(f, block.Setting{Stack: "S", Text: text}), (&block.Style{}).Lines(f, block.Setting{Stack: "S", Text: text})
		title := (&block.Style{}).Title(f)
		if got := brief[len(title) : len(brief)-1]; strings.TrimSpace(strings.Join(got, "\n")) != strings.Join(want, "\n") {
			t.Errorf("%q: %q", text, got)
		}
		if !slices.Equal(brief[:len(title)], whole[:len(title)]) || brief[len(brief)-1] != whole[len(whole)-1] {
			t.Errorf("%q: it does not begin and end as the whole one:\n%s", text, strings.Join(brief, "\n"))
		}
	}
}

// TestSeen: it is said who saw it, and when no browser can.
func TestSeen(t *testing.T) {
	for want, f := range map[string]*harness.Finding{
		"explains 1 check, seen in chrome":                    {Cause: "c", Browser: []string{"chrome"}, Sendable: true, Explains: []string{"a"}},
		"explains 2 checks":                                   {Cause: "c", Sendable: true, Explains: []string{"a", "b"}},
		"explains 1 check, by requests that no browser sends": {Cause: "c", Explains: []string{"a"}},
	} {
		if lines := (&block.Style{}).Lines(f, block.Setting{}); lines[len(lines)-1] != "  checks "+want {
			t.Errorf("%q, not %q", lines[len(lines)-1], want)
		}
	}
}

// TestValue: a value that fits a row is not broken.
func TestValue(t *testing.T) {
	f := &harness.Finding{Received: []string{"Access-Control-Allow-Origin: http://localhost:3000 http://localhost:3001"}, Wanted: []string{"Access-Control-Allow-Origin: http://localhost:3000"}}
	want := `       - Access-Control-Allow-Origin:
           http://localhost:3000 http://localhost:3001
       + Access-Control-Allow-Origin: http://localhost:3000`
	for _, most := range []int{0, block.Most} {
		if text := strings.Join((&block.Style{Most: most}).Lines(f, block.Setting{}), "\n"); !strings.Contains(text, want) {
			t.Errorf("%s", text)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""}, {"one", "one"}, {"one two three", "one two|three"}, {"a-word-that-is-longer than", "a-word-that-is-longer|than"}, {"äöü äöü äö", "äöü äöü|äö"},
	} {
		if got := strings.Join(block.Wrap(c.text, 8), "|"); got != c.want {
			t.Errorf("%q: %q, not %q", c.text, got, c.want)
		}
	}
	for text, want := range map[string]string{"12345678": "12345678", "123456789": "12345...", "1234 6789": "1234..."} {
		if got := block.Cut(text, 8); got != want {
			t.Errorf("%q: %q, not %q", text, got, want)
		}
	}
}

// TestVisible: nothing that disturbs a terminal is written as it came.
func TestVisible(t *testing.T) {
	for text, want := range map[string]string{"a\tb": `a\tb`, "\x1b[31m": `\x1b[31m`, "a ": `a\x20`, "x\u202ey": `x\u202ey`, "\xff": `\xff`, "ä": "ä", "": ""} {
		if got := block.Visible(text); got != want {
			t.Errorf("%q: %s, not %s", text, got, want)
		}
	}
	f := &harness.Finding{Title: "t\x1b", Affects: "\x1ba", Received: []string{"r\x1b"}, Wanted: []string{"w\u202e"}, Says: "s\x1b", Why: "y\x1b", Fix: "f\x1b"}
	text := strings.Join((&block.Style{}).Lines(f, block.Setting{Stack: "S", Text: "c\x1b\td\n\x1b"}), "\n")
	if strings.ContainsAny(text, "\x1b\u202e") {
		t.Errorf("%q", text)
	}
}
