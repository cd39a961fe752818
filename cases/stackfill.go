package cases

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Values are what a check was about, for placeholders in the singular. What is
// empty comes from the policy.
type Values struct {
	Origin string // that was refused, or granted
	Method string
	Header string // a request header
}

// Fill gives the text of a stack for a setting with the policy's values in it;
// empty when the stack has nothing to say of it. Origins that a policy gives
// as a pattern or an expression, and "any", have texts of their own.
//
// A placeholder is {{NAME}}, {{NAME|ITEM}} or {{NAME|ITEM|BETWEEN}}: each
// value of NAME is written as ITEM ("%v"), and BETWEEN them (", ", \n for a new
// line). In ITEM, %v is the value, %r the value as a regular expression, %R the
// same with its backslashes doubled for a string literal, %p the value with
// Spring's [*] for any port, %l in lower case, %c with a capital letter, %m a
// method of Rust's http crate. So [{{origins|'%v'}}] is
// ['https://a.example', 'https://b.example'].
//
// What the policy leaves out is filled with what changes nothing, as adapters
// do it: methods always begin with GET, HEAD and POST, which need no permission;
// no request headers are Accept, no exposed ones Cache-Control; no max-age is 600.
func Fill(stack *Stack, setting Setting, policy *Policy, values Values) string {
	advice, ok := stack.Settings[setting]
	if !ok {
		return ""
	}
	return fillText(advice.textFor(setting, policy), policy, values)
}

func fillText(text string, policy *Policy, values Values) string {
	filled := placeholders(policy, values)
	var out []string
	for _, line := range strings.Split(text, "\n") {
		out = append(out, fillLine(line, filled))
	}
	return strings.Join(out, "\n")
}

// columns is what fits beside the margin of a report.
const columns = 90

// fillLine fills one line of a text. Where it would become too long, each item
// of a list gets a line of its own: all of these languages allow that after a comma.
func fillLine(line string, filled map[string][]fillValue) string {
	if out := fillWith(line, filled, ", "); utf8.RuneCountInString(out) <= columns {
		return out
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	return fillWith(line, filled, ",\n    "+indent)
}

// fillWith fills a line; comma stands between items that have a form of their
// own and nothing else between them.
func fillWith(line string, filled map[string][]fillValue, comma string) string {
	return placeholder.ReplaceAllStringFunc(line, func(s string) string {
		p := placeholder.FindStringSubmatch(s)
		if p[2] == "" { // a list in one string, as in the header itself
			return written(filled[p[1]], "%v", ", ")
		}
		return written(filled[p[1]], lines(p[2]), lines(cmp.Or(p[3], comma)))
	})
}

// textFor is the text that fits what the policy says.
func (a *Advice) textFor(setting Setting, p *Policy) string {
	list := map[Setting][]string{SettingOrigins: p.Origins, SettingMethods: p.Methods, SettingHeaders: p.RequestHeaders, SettingExpose: p.ExposeHeaders}[setting]
	switch {
	case a.Any != "" && slices.Equal(list, []string{"*"}):
		return a.Any
	case a.Patterns != "" && len(p.Origins) == 0 && len(p.OriginPatterns)+len(p.OriginRegexes) > 0:
		return a.Patterns
	}
	return a.Text
}

var (
	// An item holds no bar and no brace; what is between items no brace.
	placeholder = regexp.MustCompile(`\{\{([a-z_]+)(?:\|([^|}]*)(?:\|([^}]*))?)?\}\}`)
	verb        = regexp.MustCompile(`%.?`)

	verbs            = []string{"%v", "%r", "%R", "%p", "%l", "%c", "%m"}
	placeholderNames = []string{"origin", "origins", "wildcards", "subdomains", "patterns", "method", "methods", "header", "headers", "expose", "max_age", "credentials"}
)

// fillValue is one value of a placeholder: text, or an expression already.
type fillValue struct{ text, regex string }

func texts(list ...string) []fillValue {
	var out []fillValue
	for _, s := range list {
		out = append(out, fillValue{s, regexp.QuoteMeta(s)})
	}
	return out
}

// ExampleOrigin is the origin of which the causes speak, and stands for that of a page that is not known.
const ExampleOrigin = "https://app.example"

// placeholders are the values of each of placeholderNames.
func placeholders(p *Policy, v Values) map[string][]fillValue {
	origin := cmp.Or(v.Origin, first(p.Origins), ExampleOrigin)
	age := 600
	if p.MaxAge != nil {
		age = *p.MaxAge
	}
	return map[string][]fillValue{
		"origin":      texts(origin),
		"origins":     texts(orElse(p.Origins, origin)...),
		"wildcards":   texts(orElse(p.OriginPatterns, origin)...),
		"subdomains":  texts(orElse(subdomains(p), origin)...),
		"patterns":    patterns(p, origin),
		"method":      texts(cmp.Or(v.Method, first(p.Methods), "GET")),
		"methods":     texts(methods(p)...),
		"header":      texts(cmp.Or(v.Header, first(p.RequestHeaders), "Accept")),
		"headers":     texts(orElse(p.RequestHeaders, "Accept")...),
		"expose":      texts(orElse(p.ExposeHeaders, "Cache-Control")...),
		"max_age":     texts(strconv.Itoa(age)),
		"credentials": texts(strconv.FormatBool(p.Credentials)),
	}
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func orElse(list []string, one string) []string {
	if len(list) == 0 {
		return []string{one}
	}
	return list
}

// methods are those of the policy after the safelisted ones, which several
// stacks refuse in a preflight unless they are listed too.
func methods(p *Policy) []string {
	if slices.Contains(p.Methods, "*") {
		return []string{"*"}
	}
	list := []string{"GET", "HEAD", "POST"}
	for _, m := range p.Methods {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// subdomains are the patterns that every stack with a "*" has: any port is not.
func subdomains(p *Policy) []string {
	return slices.DeleteFunc(slices.Clone(p.OriginPatterns), func(s string) bool { return strings.HasSuffix(s, ":*") })
}

// patterns are the policy's expressions for whole origins, without anchors.
func patterns(p *Policy, origin string) []fillValue {
	var out []fillValue
	for _, pattern := range p.OriginPatterns {
		quoted := regexp.QuoteMeta(pattern)
		quoted = strings.Replace(quoted, `://\*\.`, `://([a-z0-9-]+\.)+`, 1)
		if host, ok := strings.CutSuffix(quoted, `:\*`); ok {
			quoted = host + `(:[0-9]+)?`
		}
		out = append(out, fillValue{quoted, quoted})
	}
	for _, regex := range p.OriginRegexes {
		if strings.Contains(regex, "|") { // what stands around it, such as anchors, is for all of it
			regex = "(" + regex + ")"
		}
		out = append(out, fillValue{regex, regex})
	}
	if len(out) == 0 {
		quoted := regexp.QuoteMeta(origin)
		out = []fillValue{{quoted, quoted}}
	}
	return out
}

// written joins the values, each as the item says.
func written(values []fillValue, item, sep string) string {
	var out []string
	for _, v := range values {
		out = append(out, verb.ReplaceAllStringFunc(item, func(s string) string { return v.as(s, item) }))
	}
	return strings.Join(out, sep)
}

// as is the value by a verb. Of what may end a string literal only the
// apostrophe is a character of header names.
func (v fillValue) as(verb, item string) string {
	text := v.text
	if strings.Contains(item, "'"+verb+"'") {
		text = strings.ReplaceAll(text, "'", `\'`)
	}
	switch verb {
	case "%r":
		return v.regex
	case "%R":
		return strings.ReplaceAll(v.regex, `\`, `\\`)
	case "%p":
		if host, ok := strings.CutSuffix(text, ":*"); ok {
			return host + ":[*]"
		}
	case "%l":
		return lower(text)
	case "%m":
		if slices.Contains(rustMethods, text) || text == UnnamedMethod {
			return "Method::" + text
		}
		return `Method::from_bytes(b"` + text + `").unwrap()`
	case "%c":
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return text
}

// rustMethods are those of which the http crate has a constant (https://docs.rs/http/latest/http/method/struct.Method.html).
var rustMethods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

func lines(s string) string { return strings.ReplaceAll(s, `\n`, "\n") }

// badPlaceholders are the mistakes in a template.
func badPlaceholders(text string) []string {
	var out []string
	for _, p := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(placeholderNames, p[1]) {
			out = append(out, fmt.Sprintf("%s is no placeholder%s", p[0], didYouMean(p[1], placeholderNames)))
		}
		for _, s := range verb.FindAllString(p[2], -1) {
			if !slices.Contains(verbs, s) {
				out = append(out, fmt.Sprintf("%s has the verb %s", p[0], s))
			}
		}
		if p[2] != "" && !strings.Contains(p[2], "%") {
			out = append(out, p[0]+" has no value in its item")
		}
	}
	return out
}
