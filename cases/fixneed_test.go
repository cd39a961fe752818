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
// credentials, method, header or age that the request did not need. A text with a list also says to keep what
// other requests need.
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
		lists := placed && stack.Settings[setting].Option != ""
		for _, v := range values {
			if cause.Setting != setting && allowedUnset(stack, setting, v) {
				continue
			}
			if (cause.Setting == setting && strings.Contains(template, "{{") || proved || lists && strings.Contains(template, "{{")) && !has(v) && !cannotTake(stack, setting, v, text) {
				wrong = append(wrong, v+" is missing")
			}
		}
	}
	wants(cases.SettingOrigins, need.Origins)
	wants(cases.SettingHeaders, need.RequestHeaders)
	wants(cases.SettingMethods, need.Methods)
	if (placed || cause.Setting == cases.SettingOrigins) && need.Credentials && stack.Settings[cases.SettingCredentials].Option != "" && !has("credentials") {
		wrong = append(wrong, "credentials are missing")
	}
	wants(cases.SettingExpose, need.ExposeHeaders)
	lists := slices.Contains([]cases.Setting{cases.SettingOrigins, cases.SettingMethods, cases.SettingHeaders, cases.SettingExpose}, cause.Setting)
	says := regexp.MustCompile(`^(// |# |<!-- |)Keep .* mean to allow\.( -->)?\n`).MatchString(text)
	if (placed || cause.Setting == cases.SettingOrigins) && stack.Settings[cases.SettingVary].Option != "" && !has("vary") {
		wrong = append(wrong, "Vary is missing")
	}
	if (placed || lists && stack.Settings[cause.Setting].Option != "") && !says || says && !placed && !lists {
		wrong = append(wrong, "whether it has a list, and whether it says to keep what is in it, differ")
	}
	if proved || cause.Setting == cases.SettingOrigins {
		if has("app.example.com") || has("x-request-id") || has("content-type") && !allowedUnset(stack, cases.SettingHeaders, "content-type") || regexp.MustCompile(`\b600\b`).MatchString(low) {
			wrong = append(wrong, "it has what stands for the reader's own")
		}
		if !slices.Contains(need.Methods, "PUT") && !strings.Contains(stack.Settings[cases.SettingMethods].Text, "PUT") && !allowedUnset(stack, cases.SettingMethods, "PUT") && regexp.MustCompile(`(?i)\bput\b`).MatchString(text) {
			wrong = append(wrong, "PUT was not asked for")
		}
		if got := has("credentials") && !has("AllowCredentials: false"); got && !need.Credentials {
			wrong = append(wrong, "credentials were not asked for")
		} else if proved && !got && need.Credentials {
			wrong = append(wrong, "credentials are missing")
		}
	}
	if strings.Contains(text, ",\n  end") || strings.Contains(text, "{{") {
		wrong = append(wrong, "it is no text to paste")
	}
	if n := strings.Count(text, "\n"); n > 31 {
		wrong = append(wrong, fmt.Sprintf("%d lines", n))
	}
	return wrong
}

// cannotTake tells whether a stack's option cannot have a name, and the text says so.
func cannotTake(stack *cases.Stack, setting cases.Setting, name, text string) bool {
	takes := stack.Settings[setting].Takes
	return len(takes) > 0 && !slices.Contains(takes, name) && strings.Contains(text, " cannot allow "+name+": ")
}

// allowedUnset tells whether a stack allows a name where the option is not set.
func allowedUnset(stack *cases.Stack, setting cases.Setting, name string) bool {
	return slices.ContainsFunc(stack.Settings[setting].Unset, func(u string) bool { return u == "*" || strings.EqualFold(u, name) })
}

// Every stack has one whole configuration: several settings, or one that counts by its place, cannot be pasted
// piece by piece, since the last piece would replace the others.
func TestEveryStackHasOneWholeConfiguration(t *testing.T) {
	cause := cases.FindCause("preflight-refused")
	for _, stack := range cases.Stacks() {
		maxAge := 77
		need := cases.Policy{Name: "page", Origins: []string{"https://shop.test"}, Credentials: true, Methods: []string{"PURGE"}, RequestHeaders: []string{"x-trace-id"}, ExposeHeaders: []string{"X-Total-Count"}, MaxAge: &maxAge}
		full, _ := cases.NeededFix(&stack, cause, &need, cases.Values{})
		for setting, want := range map[cases.Setting]string{cases.SettingOrigins: "://shop", cases.SettingMethods: "purge", cases.SettingHeaders: "x-trace-id", cases.SettingCredentials: "credentials", cases.SettingExpose: "x-total-count", cases.SettingMaxAge: "77"} {
			if a := stack.Settings[setting]; a.Option != "" && strings.Contains(a.Text+a.Option, "{{") && !strings.Contains(strings.ToLower(full), want) && !(stack.ID == "apigateway-rest" && setting == cases.SettingExpose) && !allowedUnset(&stack, setting, "*") && len(a.Takes) == 0 { // that is the function's
				t.Errorf("%s has no %s:\n%s", stack.ID, want, full)
			}
		}
		unknown, alike := need, need
		unknown.Origins, alike.Origins = nil, []string{"https://app.example"} // which is that of the example
		need.Credentials, need.RequestHeaders, need.ExposeHeaders, need.MaxAge = false, nil, nil, nil
		for name, text := range map[string]string{
			"full": full, "of a page that is named alike": first(cases.NeededFix(&stack, cause, &alike, cases.Values{})), "bare": first(cases.NeededFix(&stack, cause, &need, cases.Values{})),
			"of an unknown page": first(cases.NeededFix(&stack, cases.FindCause("reflects-any-origin"), &unknown, cases.Values{})),
		} {
			if says := strings.Contains(text, "https://app.example stands for the page's origin."); says != (name == "of an unknown page") {
				t.Errorf("%s, %s: an origin that is nobody's is said to be one, or is not\n%s", stack.ID, name, text)
			}
			code, _, _ := strings.Cut(text, "\n\n") // what is said below it is in words
			for _, pair := range [...][2]string{{"(", ")"}, {"[", "]"}, {"{", "}"}} {
				if n, m := strings.Count(code, pair[0]), strings.Count(code, pair[1]); n != m {
					t.Errorf("%s, %s: %d %s and %d %s\n%s", stack.ID, name, n, pair[0], m, pair[1], code)
				}
			}
			if strings.Count(text, "Access-Control-Allow-Methods") > 1 || strings.Count(text, "cors.New(") > 1 || strings.Count(text, "app.use(cors(") > 1 || strings.Count(text, "addMapping(") > 1 || strings.Count(text, "add_middleware(") > 1 || strings.Count(text, "CorsLayer::new()") > 1 {
				t.Errorf("%s, %s: one configuration is more than one\n%s", stack.ID, name, text)
			}
			for line := range strings.Lines(text) {
				if len(line) > 125 && !strings.Contains(line, "X-Requested-With") { // a list with what is allowed by default
					t.Errorf("%s, %s: %d columns: %s", stack.ID, name, len(line), line)
				}
			}
		}
	}
}

func first(text string, _ bool) string { return text }
