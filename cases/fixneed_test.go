package cases_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
)

// needs are what requests need that were blocked.
func needs() []cases.Policy {
	var list []cases.Policy
	for _, origin := range []string{"https://shop.test", "http://localhost:5173"} {
		for _, method := range []string{"", "PATCH"} {
			for _, header := range []string{"", "x-trace-id"} {
				for _, credentials := range []bool{false, true} {
					p := cases.Policy{Name: "page", Origins: []string{origin}, Credentials: credentials}
					if method != "" {
						p.Methods = []string{method}
					}
					if header != "" {
						p.RequestHeaders = []string{header}
					}
					list = append(list, p)
				}
			}
		}
	}
	return list
}

// What is to be written against a cause has what was blocked, and nothing that lets in more: no
// credentials, method, header or age that the request did not need.
func TestNeededFixHasWhatWasBlocked(t *testing.T) {
	measured := 0
	for _, stack := range cases.Stacks() {
		said := map[string]bool{} // what causes of one setting share
		for _, cause := range cases.Causes() {
			text, _ := cases.Fix(&stack, &cause, &cases.Policy{}, cases.Values{})
			text += string(cause.Setting)
			if said[text] {
				continue
			}
			said[text] = true
			for _, need := range needs() {
				if cause.Setting == cases.SettingExpose {
					need.ExposeHeaders = []string{"X-Total-Count"}
				}
				text, proved := cases.NeededFix(&stack, &cause, &need, cases.Values{Origin: need.Origins[0]})
				if proved {
					measured++
				}
				for _, what := range wrongWith(&stack, &cause, &need, text, proved) {
					t.Fatalf("%s, %s, %+v: %s\n%s", stack.ID, cause.ID, need, what, text)
				}
			}
		}
	}
	if measured == 0 {
		t.Error("no configuration that was measured is among them")
	}
}

// wrongWith is what a text lacks or has too much.
func wrongWith(stack *cases.Stack, cause *cases.Cause, need *cases.Policy, text string, proved bool) (wrong []string) {
	low := strings.ToLower(strings.ReplaceAll(text, `\`, ""))
	has := func(s string) bool { return strings.Contains(low, strings.ToLower(s)) }
	placed := cause.Setting == cases.SettingPreflight || cause.Setting == cases.SettingErrors
	wants := func(setting cases.Setting, values []string) {
		template := stack.Settings[setting].Text
		lists := placed && setting != cases.SettingOrigins && stack.Settings[setting].Option != "" && !strings.HasPrefix(text, "No option") && strings.Count(text, "\n") < 4 // it has room
		for _, v := range values {
			if (cause.Setting == setting && strings.Contains(template, "{{") || proved || lists && strings.Contains(template, "{{")) && !has(v) {
				wrong = append(wrong, v+" is missing")
			}
		}
	}
	wants(cases.SettingOrigins, need.Origins)
	wants(cases.SettingHeaders, need.RequestHeaders)
	wants(cases.SettingMethods, need.Methods)
	if cause.Setting == cases.SettingOrigins && need.Credentials && stack.Settings[cases.SettingCredentials].Option != "" && !has("credentials") {
		wrong = append(wrong, "credentials are missing")
	}
	wants(cases.SettingExpose, need.ExposeHeaders)
	if proved || cause.Setting == cases.SettingOrigins {
		if has("app.example.com") || has("x-request-id") || has("content-type") || regexp.MustCompile(`\b600\b`).MatchString(low) {
			wrong = append(wrong, "it has what stands for the reader's own")
		}
		if !slices.Contains(need.Methods, "PUT") && !strings.Contains(stack.Settings[cases.SettingMethods].Text, "PUT") && regexp.MustCompile(`(?i)\bput\b`).MatchString(text) {
			wrong = append(wrong, "PUT was not asked for")
		}
		if got := has("credentials"); got && !need.Credentials {
			wrong = append(wrong, "credentials were not asked for")
		} else if proved && !got && need.Credentials {
			wrong = append(wrong, "credentials are missing")
		}
	}
	if strings.Contains(text, ",\n  end") || strings.Contains(text, "{{") {
		wrong = append(wrong, "it is no text to paste")
	}
	if n := strings.Count(text, "\n"); n > 15 {
		wrong = append(wrong, fmt.Sprintf("%d lines", n))
	}
	return wrong
}
