package explain

import (
	"slices"
	"strings"
)

const (
	// policySources is what a directive of a policy has behind its name.
	policySources = `(?: +(?:'[^\s']+'|[^\s',;]+))*`
	// directive is how Chromium and WebKit quote one, which may be cut: then value is not there.
	directive = `'?(?:(?P<value>(?P<param>[a-z-]+)` + policySources + `)'(?:.{0,9}note that '(?P<instead>[a-z-]+)' was not explicitly set)?|(?P<param2>[a-z-]*))`
)

// violated is the directive that a message quotes, and those of its sources that another one keeps; no
// name: it quotes none to its end, so that what it has is not known.
func (s *sighting) violated() (name string, sources []string) {
	if s.value == nil {
		return "", nil
	}
	parts := strings.Fields(*s.value)
	return parts[0], slices.DeleteFunc(parts[1:], func(p string) bool { return strings.EqualFold(p, "'none'") })
}

// policyLine is the directive that lets in one more source, and keeps what the directive that forbade it has.
func (s *sighting) policyLine(source string) string {
	kept := "(what it has)"
	if name, sources := s.violated(); name != "" {
		kept = strings.Join(sources, " ")
	}
	return "Content-Security-Policy: " + strings.Join(strings.Fields(orSome(s.param, "connect-src")+" "+kept+" "+source), " ")
}

// hereDirective says which directive it was.
func (s *sighting) hereDirective() string {
	switch name, _ := s.violated(); name {
	case "":
		return "The directive is " + s.param + "."
	case s.param:
		return "The directive is: " + *s.value
	default:
		return "The directive is: " + *s.value + " (for want of one called " + s.param + ")"
	}
}
