package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Held is a policy in a line. What it leaves out is mentioned too: the server
// must not allow that.
func Held(p *cases.Policy) string {
	names := func(what string, list []string, none string) string {
		if len(list) == 0 {
			return none
		}
		return what + some(list)
	}
	origins := slices.Concat(p.Origins, p.OriginPatterns, p.OriginRegexes)
	if p.OriginFunc != nil {
		origins = append(origins, "those of a function")
	}
	parts := []string{
		names("origins ", origins, "no origin"),
		map[bool]string{true: "credentials", false: "no credentials"}[p.Credentials],
		names("methods ", p.Methods, "no method but GET, HEAD and POST"),
		names("request headers ", p.RequestHeaders, "no request header of its own"),
		names("exposes ", p.ExposeHeaders, "nothing exposed"),
		"any max-age",
		map[bool]string{true: "private network access", false: "no private network access"}[p.PrivateNetwork],
	}
	if p.MaxAge != nil {
		parts[len(parts)-2] = fmt.Sprintf("max-age %d", *p.MaxAge)
	}
	if len(p.TimingOrigins) > 0 {
		parts = append(parts, "times of loads for "+some(p.TimingOrigins))
	}
	return strings.Join(parts, "; ")
}

// some names the entries of a list, of a long one the first.
func some(list []string) string {
	const most = 20
	if len(list) <= most+1 {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(list[:most], ", "), len(list)-most)
}
