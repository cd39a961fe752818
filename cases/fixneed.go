package cases

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mostNeeded is how many lines of a whole configuration somebody reads who has one request that
// fails. Of a longer one only the setting is shown.
const mostNeeded = 26

// NeededFix is what to write in a stack's configuration against a cause so that what need states
// is allowed. Where more than one setting is wanted, or its place among others counts, it
// is one whole configuration: that which was measured, with need's values in place of the example's and
// without what need has not; proved tells so. Or one that was measured against other causes, or the
// stack's own; what is to be known of its place stands below it. Else it is the setting's text as Fill
// gives it.
//
// What need does not state somebody else may need: a text that has a list begins with a comment that
// says to keep what else is allowed. Empty where the cause is no setting's, or the stack has nothing to
// say of it.
func NeededFix(stack *Stack, cause *Cause, need *Policy, values Values) (text string, proved bool) {
	if cause.Setting == "" {
		return "", false
	}
	nobodys := len(need.Origins) == 0 && values.Origin == ""
	if len(need.Origins) == 0 {
		known := *need
		known.Origins = []string{cmp.Or(values.Origin, ExampleOrigin)}
		need = &known
	}
	fit := stack.fit(need, cause.Setting)
	settings := fit.wanting(cause.Setting)
	if placed(cause.Setting) || (len(settings) > 1 || sendsNothing(cause)) && stack.Settings[cause.Setting].Option != "" && !stack.PreflightOnly {
		if text, proved = whole(stack, cause, fit, values); text != "" {
			return stack.keeping("your other options, and what your lists already have and you mean to allow", text, nobodys, fit.says) + text, proved && !fit.unnamed()
		}
	}
	lists := false
	var lines []string
	for _, setting := range settings {
		advice := stack.Settings[setting]
		text := advice.textFor(setting, fit.need)
		if fit.more[setting] {
			text = advice.More
		}
		if text != "" {
			lines = append(lines, fillText(text, fit.need, values))
			lists = lists || advice.Option != "" && slices.Contains(listed, setting)
		}
	}
	text = strings.Join(lines, "\n")
	if lists {
		text = stack.keeping("what your list already has and you mean to allow", text, nobodys, fit.says) + text
	}
	return text, false
}

// sendsNothing tells whether a cause is that nothing of CORS is sent, so that a piece of a configuration, without what makes it
// count, may be of no use.
func sendsNothing(c *Cause) bool { return c.ID == "no-cors" || c.ID == "request-no-cors" }

// placed tells whether what counts of a setting is its place among others.
func placed(s Setting) bool { return s == SettingPreflight || s == SettingErrors }

// listed are the settings that are lists.
var listed = []Setting{SettingOrigins, SettingMethods, SettingHeaders, SettingExpose}

// whole is one whole configuration against a cause, with need's values and nothing that need has not;
// empty where there is none.
func whole(stack *Stack, cause *Cause, fit *fitting, values Values) (text string, proved bool) {
	need := fit.need
	if placed(cause.Setting) || cause.Setting == SettingOrigins {
		if text := needed(stack, provedFix(stack.Adapter, cause.ID), fit); text != "" {
			return text + stack.mounted(cause, fit, values), true
		}
	}
	for _, id := range [...]string{"method-not-listed", "header-not-listed"} { // what is mended by the lists alone
		if text = needed(stack, provedFix(stack.Adapter, id), fit); text != "" {
			break
		}
	}
	if text == "" {
		lines, _ := exampleLines(stack, stack.Whole, fit)
		text = fillText(strings.Join(lines, "\n"), need, values)
	}
	switch {
	case text == "":
		return "", false
	case !placed(cause.Setting):
		return text + stack.mounted(cause, fit, values), false
	}
	advice := stack.Settings[cause.Setting]
	if advice.Beside != "" {
		return text + "\n\n" + fillText(advice.Beside, need, values), false
	}
	return text + "\n\n" + Fill(stack, cause.Setting, need, values), false
}

// mounted is what makes a whole configuration count; empty where it does so by itself, or where the cause's setting says it.
func (s *Stack) mounted(cause *Cause, fit *fitting, values Values) string {
	if s.Mount == "" || placed(cause.Setting) {
		return ""
	}
	return "\n\n" + fillText(s.Mount, fit.need, values)
}

// keeping is a comment in the stack's language, in a line of its own, or a sentence where that has no
// comments: the text below it is for one request. With nobodys the page is not known.
func (s *Stack) keeping(what, text string, nobodys bool, says []string) string {
	before, after := "// ", ""
	switch s.Language {
	case "JSON":
		before = ""
	case "XML":
		before, after = "<!-- ", " -->"
	case "Python", "Ruby", "nginx", "Apache httpd", "Caddyfile", "HAProxy", "VCL", "YAML", "properties":
		before = "# "
	}
	what = "Keep " + what + "."
	for _, said := range says {
		what += after + "\n" + before + said
	}
	if nobodys && strings.Contains(strings.ReplaceAll(text, `\`, ""), ExampleOrigin) {
		what += after + "\n" + before + ExampleOrigin + " stands for the page's origin."
	}
	return before + what + after + "\n"
}

// wanting are the settings that need wants beside one: whoever allows an origin, or what it may
// ask with, allows it all at once.
func wanting(setting Setting, need *Policy) []Setting {
	list := []Setting{setting}
	switch setting {
	case SettingOrigins, SettingMethods, SettingHeaders:
	default:
		return list
	}
	for _, other := range []struct {
		setting Setting
		wanted  bool
	}{{SettingMethods, len(need.Methods) > 0}, {SettingHeaders, len(need.RequestHeaders) > 0}, {SettingCredentials, need.Credentials && setting == SettingOrigins}} {
		if other.wanted && other.setting != setting {
			list = append(list, other.setting)
		}
	}
	return list
}

// needed is a measured configuration with the values of need; empty where there is none, where
// they cannot be written into it, or where it is long.
func needed(stack *Stack, f *ProvedFix, fit *fitting) string {
	if f == nil {
		return ""
	}
	text, own := withOrigin(strings.TrimSuffix(f.Text, "\n"), fit.need)
	lines, ok := exampleLines(stack, text, fit)
	if !own || !ok || len(lines) > mostNeeded {
		return ""
	}
	return strings.Join(lines, "\n")
}

// exampleLines are those of a measured configuration with the values of what is needed beside its origins;
// ok is false where they cannot be written into it.
func exampleLines(stack *Stack, text string, fit *fitting) (out []string, ok bool) {
	need := fit.need
	if !plainNames(need.Methods) || !plainNames(need.RequestHeaders) || !plainNames(need.ExposeHeaders) || len(need.ExposeHeaders) > 1 {
		return nil, false
	}
	for line := range strings.SplitSeq(text, "\n") {
		written, keep := exampleLine(stack, line, fit)
		last := len(out) - 1
		switch {
		case keep:
			out = append(out, written)
		case last >= 0 && !strings.HasSuffix(line, ","): // it was the last of a list
			out[last] = strings.TrimSuffix(out[last], ",")
		}
	}
	return out, slices.Contains(need.Methods, "PUT") || !slices.ContainsFunc(out, exampleRoute.MatchString)
}

// plainNames tells whether names can be written into any configuration unchanged.
func plainNames(list []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !plainName.MatchString(s) })
}

var (
	plainName = regexp.MustCompile(`^(?:[A-Za-z0-9_-]+|\*)$`)

	// What exampleRest states, as the measured configurations write it.
	exampleMethods     = regexp.MustCompile(`(?i)\bGET\b(\W+)(?:HEAD\W+)?POST\W+PUT\b`)
	exampleHeaders     = regexp.MustCompile(`(?i)\bContent-Type\b(\W+)Authorization\b`)
	exampleExpose      = regexp.MustCompile(`\bX-Request-Id\b`)
	exampleMaxAge      = regexp.MustCompile(`\b600\b|10 \* time\.Minute`)
	exampleRoute       = regexp.MustCompile(`(?i)\bput\b`) // its application's, for one
	exampleCredentials = regexp.MustCompile(`(?i)credentials`)
)

// exampleLine is a line of a measured configuration with the values of need; keep is false where
// need has nothing that belongs there.
func exampleLine(stack *Stack, line string, fit *fitting) (written string, keep bool) {
	need, headers := fit.need, stack.Settings[SettingHeaders]
	switch {
	case exampleExpose.MatchString(line):
		return exampleExpose.ReplaceAllString(line, first(need.ExposeHeaders)), len(need.ExposeHeaders) > 0
	case exampleMaxAge.MatchString(line):
		if need.MaxAge == nil {
			return "", false
		}
		return exampleMaxAge.ReplaceAllStringFunc(line, func(was string) string { return exampleAge(was, *need.MaxAge) }), true
	case exampleMethods.MatchString(line):
		return inPlace(exampleMethods, line, methods(need)), !fit.leftOut[SettingMethods]
	case exampleHeaders.MatchString(line) && fit.more[SettingHeaders]:
		return fillText(headers.More, need, Values{}), true
	case exampleHeaders.MatchString(line):
		return inPlace(exampleHeaders, line, need.RequestHeaders), len(need.RequestHeaders) > 0
	case strings.Contains(line, "{{credentials"): // which has to be there
		return line, true
	case exampleCredentials.MatchString(line):
		return line, need.Credentials
	case strings.Contains(line, "{{methods"):
		return line, !fit.leftOut[SettingMethods]
	case strings.Contains(line, "{{headers"):
		return line, headers.Stated || len(need.RequestHeaders) > 0
	case strings.Contains(line, "{{expose"):
		return line, len(need.ExposeHeaders) > 0
	case strings.Contains(line, "{{max_age"):
		return line, need.MaxAge != nil
	}
	return line, true
}

// exampleAge is a number of seconds in the form of the example's, which is a time.Duration in some.
func exampleAge(was string, seconds int) string {
	if !strings.Contains(was, "time.") {
		return strconv.Itoa(seconds)
	}
	return fmt.Sprintf("%d * time.Second", seconds)
}

// inPlace writes names where a line has the example's, with what stands between those; in lower
// case where those are.
func inPlace(example *regexp.Regexp, line string, names []string) string {
	m := example.FindStringSubmatchIndex(line)
	was, between := line[m[0]:m[1]], line[m[2]:m[3]]
	list := strings.Join(names, between)
	if was == strings.ToLower(was) {
		small := make([]string, len(names))
		for i, n := range names {
			small[i] = lower(n)
		}
		list = strings.Join(small, between)
	}
	return line[:m[0]] + list + line[m[1]:]
}
