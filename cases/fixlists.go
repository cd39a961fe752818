package cases

import (
	"slices"
	"strings"
)

// What a list has in the place of a method or a header whose name is not known.
const (
	UnnamedMethod = "METHOD"
	UnnamedHeader = "NAME"
)

// fitting is how what one request needs becomes the lists of a configuration that others use as well: a stack allows
// names where it has no list, and no longer does where it has one without them.
type fitting struct {
	need *Policy // with the lists that are to be written
	// leftOut are the lists that are not written, because the stack allows what is needed without them.
	leftOut map[Setting]bool
	// stated are those that are only to be there, as they are without what is needed.
	stated map[Setting]bool
	// more are those that are written as what comes on top (Advice.More).
	more map[Setting]bool
	says []string // what is to be known of the lists that are left out, and of UnnamedMethod and UnnamedHeader
}

// fit is what need becomes for a stack, against a cause of a setting.
func (s *Stack) fit(need *Policy, about Setting) *fitting {
	own := *need
	f := &fitting{need: &own, leftOut: map[Setting]bool{}, stated: map[Setting]bool{}, more: map[Setting]bool{}}
	own.Methods = f.list(s, SettingMethods, about, need.Methods, UnnamedMethod, "the request's method")
	own.RequestHeaders = f.list(s, SettingHeaders, about, need.RequestHeaders, UnnamedHeader, "each header that the script sets, if any")
	f.more[SettingExpose] = s.Settings[SettingExpose].More != ""
	return f
}

// unnamed tells whether a list has what stands for something else: such a configuration was not measured.
func (f *fitting) unnamed() bool {
	return slices.Contains(f.need.Methods, UnnamedMethod) || slices.Contains(f.need.RequestHeaders, UnnamedHeader)
}

// wanting are the settings that are to be written beside one.
func (f *fitting) wanting(setting Setting) []Setting {
	return slices.DeleteFunc(wanting(setting, f.need), func(s Setting) bool { return f.stated[s] && s != setting })
}

// list is one list, as it is to be written. In names, unnamed stands for what is not known, which is meant.
func (f *fitting) list(s *Stack, setting, about Setting, names []string, unnamed, meant string) []string {
	a := s.Settings[setting]
	names = f.taken(s, &a, names, unnamed)
	known := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == unnamed })
	open := len(known) < len(names)
	covered := a.allowsUnset(known, open && setting == SettingMethods, open && setting == SettingHeaders)
	switch {
	case a.Option == "":
		return names
	case len(a.Unset) == 0, about == setting && len(known) > 0 && covered, about == setting && slices.Contains(a.Unset, "*"): // there is a list, which is to be kept
	case covered && a.Stated:
		f.stated[setting] = true
		return a.Unset
	case covered:
		f.leftOut[setting] = true
		if len(names) > 0 {
			f.says = append(f.says, a.without(setting, known, open)...)
		}
		return nil
	case a.More != "":
		f.more[setting] = true
	default:
		names = union(a.Unset, names)
	}
	if open {
		f.says = append(f.says, unnamed+" stands for "+meant+".")
	}
	return names
}

// taken are the names that an option can have. What it cannot have nobody can allow there.
func (f *fitting) taken(s *Stack, a *Advice, names []string, unnamed string) []string {
	if len(a.Takes) == 0 {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		if n == unnamed || slices.Contains(a.Takes, n) {
			return false
		}
		f.says = append(f.says, s.Name+" cannot allow "+n+": it takes "+enumerated(a.Takes)+" alone.")
		return true
	})
}

// allowsUnset tells whether names are allowed without the option, and what is not known of a request's method or headers:
// a method is one of the usual ones.
func (a *Advice) allowsUnset(names []string, anyMethod, anyHeader bool) bool {
	if slices.Contains(a.Unset, "*") {
		return true
	}
	if anyMethod {
		names = append([]string{"PUT", "PATCH", "DELETE"}, names...)
	}
	return len(a.Unset) > 0 && !anyHeader && !slices.ContainsFunc(names, func(n string) bool { return !containsFold(a.Unset, n) })
}

// without says that nothing has to be set for names, and of open ones, which those are.
func (a *Advice) without(setting Setting, names []string, open bool) []string {
	what, add := strings.Join(names, " and ")+" is", strings.Join(names, " and ")
	if len(names) > 1 {
		what = strings.Join(names, " and ") + " are"
	}
	switch {
	case open && setting == SettingHeaders:
		what, add = "any header is", "those that the script sets"
	case open && slices.Contains(a.Unset, "*"):
		what, add = "any method is", "that of the request"
	case open:
		what, add = enumerated(a.Unset)+" are", "that of the request"
	}
	says, then := "Where "+a.Option+" is not set, "+what+" allowed", "f you have it, add "+add+"."
	if len(says)+len(then) > columns+10 {
		return []string{says + ".", "I" + then}
	}
	return []string{says + "; i" + then}
}

// union is a list, and what else another one has.
func union(list, more []string) []string {
	out := slices.Clone(list)
	for _, s := range more {
		if !containsFold(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// lower is a name in lower case, but for one that stands for another.
func lower(name string) string {
	if name == UnnamedMethod || name == UnnamedHeader {
		return name
	}
	return strings.ToLower(name)
}
