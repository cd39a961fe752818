package cases

import (
	"fmt"
	"strconv"
	"strings"
)

// enumerate is "A, B and C"; last is the word before the last item.
func enumerate(items []string, last string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	n := len(items) - 1
	return strings.Join(items[:n], ", ") + " " + last + " " + items[n]
}

// words name the request that a preflight asks for.
func (a *Ask) words() string {
	text := fmt.Sprintf("%s from %s", a.Method, a.Origin)
	if len(a.Headers) > 0 {
		text += " with request headers " + strings.Join(a.Headers, ", ")
	}
	if a.Credentials {
		text += " and credentials"
	}
	return text
}

// reached says which handler of the application was reached.
func reached(app string) string {
	switch app {
	case "none":
		return "the application was not reached (no X-App)"
	case "any":
		return "the application was reached (X-App is there)"
	}
	return "the application's handler " + app + " was reached (X-App: " + app + ")"
}

// alternatives are lettered, and what one demands further is indented.
func alternatives(list [][]Predicate) []string {
	lines := []string{"one of:"}
	for i, alternative := range list {
		for j, line := range indented("", alternative) {
			mark := "    "
			if j == 0 {
				mark = fmt.Sprintf("  %c) ", 'a'+i)
			}
			lines = append(lines, mark+line)
		}
	}
	return lines
}

// indented are the words of each predicate of a list.
func indented(by string, list []Predicate) (lines []string) {
	for i := range list {
		for _, line := range list[i].Words() {
			lines = append(lines, by+line)
		}
	}
	return lines
}

// Words says what must come of a request in a browser, for people; nothing of nil.
func (e *Expect) Words() []string {
	if e == nil {
		return nil
	}
	outcome := map[string]string{
		"allowed":    "the script gets the response",
		"blocked":    "the request fails as a network error",
		"type-error": "the call throws a TypeError and nothing is sent",
	}[e.Outcome]
	if outcome == "" {
		outcome = e.Outcome
	}
	if len(e.Reasons) > 0 {
		outcome += " (" + enumerate(e.Reasons, "or") + ")"
	}
	lines := []string{outcome}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	yes := func(b *bool, is, isNot string) {
		if b != nil && *b {
			lines = append(lines, is)
		} else if b != nil {
			lines = append(lines, isNot)
		}
	}
	if e.Type != "" {
		add("the response's type is %s", e.Type)
	}
	yes(e.Preflight, "a CORS-preflight request is made", "no CORS-preflight request is made")
	yes(e.Sent, "the actual request is sent", "the actual request is not sent")
	field := func(name string, value *string) {
		if value != nil && *value == "" {
			add("no %s is sent", name)
		} else if value != nil {
			add("%s: %s is sent", name, *value)
		}
	}
	field("Access-Control-Request-Method", e.ACRM)
	field("Access-Control-Request-Headers", e.ACRH)
	field("Origin", e.Origin)
	yes(e.Cookie, "the cookie is sent", "no cookie is sent")
	if len(e.Status) > 0 {
		add("the script reads status %s", strings.Join(e.Status, " or "))
	}
	if len(e.Readable) > 0 {
		add("the script can read %s", enumerate(e.Readable, "and"))
	}
	if len(e.Hidden) > 0 {
		add("the script cannot read %s", enumerate(e.Hidden, "or"))
	}
	if e.Body != nil {
		add("the script reads content that contains %s", strconv.Quote(*e.Body))
	}
	yes(e.Redirected, "the response was redirected", "the response was not redirected")
	return lines
}
