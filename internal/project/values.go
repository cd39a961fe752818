package project

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Values say what ${NAME} stands for.
type Values struct {
	// Environment is a name of File.Environments; empty: the file's own choice.
	Environment string
	// Set wins over all others.
	Set map[string]string
	// Getenv gives the variables of the process, which come last.
	Getenv func(string) (string, bool)
}

// place is ${NAME} or ${NAME:-text}, and $${, which stands for ${ itself.
var place = regexp.MustCompile(`\$?\$\{([^}]*)\}`)

// mostNested bounds values whose text names other values.
const mostNested = 10

// expander puts values in.
type expander struct {
	checker
	values   Values
	own      []map[string]string // of the file, the first wins
	chosen   string              // the environment
	fromHost map[string]bool     // the paths of values that are a variable of the process, and nothing else
	name     map[string]string   // its name
	secrets  []string            // values of the process's variables
}

// expand puts the values into all strings of a copy of the file, or of some of its keys.
func (f *File) expand(v Values, keys ...string) (*File, *expander) {
	e := &expander{checker: checker{file: f}, values: v, fromHost: map[string]bool{}, name: map[string]string{}}
	e.chosen = v.Environment
	if e.chosen == "" {
		e.chosen = f.Environment
	}
	if _, ok := f.Environments[e.chosen]; !ok && e.chosen != "" {
		e.problems = append(e.problems, &cases.Problem{Kind: cases.BadValue, Pos: cases.Position{File: f.path, Line: f.lines.Line("environments")},
			What: fmt.Sprintf("there is no environment %q", e.chosen), Want: "one of " + strings.Join(slices.Sorted(maps.Keys(f.Environments)), ", ")})
		return f, e
	}
	e.own = []map[string]string{v.Set, f.Environments[e.chosen].Variables, f.Variables}
	out := *f
	for _, part := range []struct {
		key string
		to  any
	}{
		{"targets", &out.Targets}, {"policies", &out.Policies}, {"endpoints", &out.Endpoints}, {"baseline", &out.Baseline},
		{"reports", &out.Reports}, {"at", &out.At}, {"name", &out.Name}, {"policies_by_path", &out.ByPath},
	} {
		if len(keys) > 0 && !slices.Contains(keys, part.key) {
			continue
		}
		to := reflect.ValueOf(part.to).Elem()
		to.Set(e.copied(to, part.key))
	}
	return &out, e
}

// copied is a value with the strings in it expanded; path names it.
func (e *expander) copied(v reflect.Value, path string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(e.text(v.String(), path))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(e.copied(v.Elem(), path))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			at := path
			if tag := field.Tag.Get("yaml"); tag != "" {
				at += "." + tag
			}
			out.Field(i).Set(e.copied(v.Field(i), at))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		for i := range v.Len() {
			out.Index(i).Set(e.copied(v.Index(i), fmt.Sprintf("%s[%d]", path, i)))
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		}
		for _, key := range v.MapKeys() {
			out.SetMapIndex(key, e.copied(v.MapIndex(key), path+"."+key.String()))
		}
	}
	return out
}

// text is a string with the values in it.
func (e *expander) text(s, path string) string {
	if !strings.Contains(s, "${") {
		return s
	}
	if m := place.FindStringSubmatch(s); m != nil && m[0] == s && !strings.HasPrefix(s, "$$") {
		name, _, _ := strings.Cut(m[1], ":-")
		if _, own := e.ofFile(name); !own {
			e.fromHost[path], e.name[path] = true, name
		}
	}
	return e.put(s, path, 0)
}

func (e *expander) put(s, path string, depth int) string {
	return place.ReplaceAllStringFunc(s, func(found string) string {
		if strings.HasPrefix(found, "$$") {
			return found[1:]
		}
		name, otherwise, hasOther := strings.Cut(found[2:len(found)-1], ":-")
		if !variable.MatchString(name) {
			e.bad(path, fmt.Sprintf("%s does not name a variable", found), "${NAME}, ${NAME:-text} where there may be none, or $${ for the characters themselves")
			return ""
		}
		if depth > mostNested {
			e.bad(path, fmt.Sprintf("the value of ${%s} names other values without end", name), "values that end in text")
			return ""
		}
		if value, ok := e.ofFile(name); ok {
			return e.put(value, path, depth+1)
		}
		if value, ok := e.values.Getenv(name); ok && value != "" {
			if secretAt(path) {
				e.secrets = append(e.secrets, value)
			}
			return value
		}
		if !hasOther {
			e.bad(path, fmt.Sprintf("${%s} has no value", name), e.where(name))
		}
		return otherwise
	})
}

// secretAt tells whether a variable of the process is a secret by where it stands: an address, or
// an origin of a policy, is none.
func secretAt(path string) bool {
	for _, part := range []string{"headers.", "cookies.", ".body", ".proxy", ".path"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return false
}

// ofFile is a value that the file, or the command line, has.
func (e *expander) ofFile(name string) (string, bool) {
	for _, values := range e.own {
		if value, ok := values[name]; ok {
			return value, true
		}
	}
	return "", false
}

// where says where a value could come from.
func (e *expander) where(name string) string {
	var environments []string
	for key, env := range e.file.Environments {
		if _, ok := env.Variables[name]; ok {
			environments = append(environments, key)
		}
	}
	slices.Sort(environments)
	if len(environments) > 0 {
		return "--env " + strings.Join(environments, " or --env ") + ", which has one"
	}
	return fmt.Sprintf("a variable of the process (export %s=...), --var %s=..., or an entry of variables", name, name)
}
