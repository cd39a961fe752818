package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// form says how the value of a field differs from what was wanted there.
func form(field string, s *agent.Symptom, p *cases.Policy) []string {
	l := s.Seen.Field(field)
	switch {
	case l.N == 0:
		return []string{"absent"}
	case l.N > 1 && !listed(field):
		return []string{"several-lines"}
	case s.Predicate == "lists_only":
		return []string{"unstated"}
	}
	switch field {
	case "access-control-allow-origin":
		return []string{originForm(l.Text, &s.Seen, p)}
	case "access-control-allow-credentials":
		return []string{booleanForm(l.Text)}
	case "access-control-allow-methods", "access-control-allow-headers":
		return []string{listForm(field, s)}
	case "access-control-expose-headers":
		form := exposeForm(s.Seen.Header())
		if s.Predicate == "absent" && (form == "name-missing" || form == "star") { // no name is missing
			form = "unstated"
		}
		return []string{form}
	case "access-control-max-age":
		return ageForm(l.Text, p)
	case "vary":
		if slices.Contains(s.Seen.Header().Elements("Vary"), "*") {
			return []string{"star"}
		}
		if s.Predicate == "lists" && !strings.Contains(s.Expected, "Origin") {
			return []string{"overwritten"}
		}
		return []string{"other"}
	}
	return []string{"other"}
}

// listed tells whether several lines of a field are one list.
func listed(field string) bool {
	return !slices.Contains([]string{"access-control-allow-origin", "access-control-allow-credentials", "access-control-max-age"}, field)
}

// OriginForm says how a value of Access-Control-Allow-Origin differs from the origin of the
// page that asked for url; "same" where it does not.
func OriginForm(value, origin, url string) string {
	return originForm(value, &agent.Seen{Origin: origin, URL: url}, &cases.Policy{})
}

// originForm says how a value of Access-Control-Allow-Origin differs from the
// origin that asked.
func originForm(v string, seen *agent.Seen, p *cases.Policy) string {
	want := seen.Origin
	w := split(want)
	g := split(strings.TrimSuffix(v, "/"))
	trimmed := strings.Trim(v, " \t\"'<>[]()")
	switch {
	case v == "":
		return "empty"
	case v == want:
		return "same"
	case v == "*":
		return "star"
	case v == "null":
		return "null"
	case v == "true" || v == "false" || v == "undefined":
		return "boolean"
	case strings.Contains(v, ",") && doubled(v):
		return "joined"
	case strings.Count(v, "://") > 1, strings.ContainsAny(strings.Trim(v, " "), " ,"):
		return "list"
	case v == want+"/":
		return "slash"
	case trimmed == want:
		return "quoted"
	case strings.HasPrefix(v, want+"/"), strings.Count(v, "/") > 2:
		return "path"
	case strings.ContainsAny(v, `*^$\(|`):
		return "pattern"
	case strings.EqualFold(v, want):
		return "case"
	case !strings.Contains(v, "://") && trimmed == w.host, !strings.Contains(v, "://") && g.host == w.host:
		return "no-scheme"
	case g.host == w.host && g.port == w.port:
		return "scheme"
	case g.host == w.host && g.scheme == w.scheme:
		return "port"
	case g.host == "www."+w.host, "www."+g.host == w.host:
		return "www"
	case g.host == origin.Host(seen.URL) && !(origin.Loopback(g.host) && origin.Loopback(w.host)): // localhost is no proxy's
		return "own-host"
	case !strings.Contains(v, "://"):
		return "host"
	case slices.Contains(p.AllowedOrigins(), v):
		return "stated-other"
	case origin.Loopback(g.host):
		return "localhost"
	}
	return "other"
}

// doubled: the value is what two layers wrote, one behind the other.
func doubled(v string) bool {
	list := strings.Split(v, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	slices.Sort(list)
	return len(slices.Compact(slices.Clone(list))) < len(list) || slices.Contains(list, "*")
}

func booleanForm(v string) string {
	switch t := strings.Trim(v, " \"'"); {
	case v == "true":
		return "true"
	case strings.EqualFold(v, "true"):
		return "case"
	case strings.EqualFold(v, "false"):
		return "false"
	case strings.EqualFold(t, "true"):
		return "quoted"
	}
	return "other"
}

// listForm says why a list of a preflight's answer does not grant what was asked for.
func listForm(field string, s *agent.Symptom) string {
	h := s.Seen.Header()
	names, ok := spec.ExtractTokenList(h, field)
	switch {
	case !ok:
		return "syntax"
	case slices.Contains(names, "*"):
		return "star"
	case containsFold(names, s.Asked.Parameter):
		return "case"
	case len(names) == 0:
		return "empty"
	}
	return "name-missing"
}

func containsFold(list []string, s string) bool {
	return s != "" && slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}

func exposeForm(h spec.Header) string {
	const field = "Access-Control-Expose-Headers"
	names, ok := spec.ExtractTokenList(h, field)
	switch {
	case !ok:
		return "syntax"
	case slices.Contains(names, "*"):
		return "star"
	case len(names) == 0:
		return "empty"
	}
	return "name-missing"
}

// ageForm says how a max-age differs from the stated one.
func ageForm(v string, p *cases.Policy) []string {
	n, err := strconv.ParseInt(v, 10, 64)
	switch {
	case err == nil && n < 0:
		return []string{"negative"}
	case err != nil || strings.HasPrefix(v, "+"):
		return []string{"syntax"}
	case p.MaxAge == nil:
		return []string{"unstated"}
	case n > int64(max(*p.MaxAge, 0)):
		return []string{"longer"}
	case n < int64(*p.MaxAge):
		return []string{"shorter"}
	}
	return []string{"same"}
}
