package cases

import (
	_ "embed"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Setting is the part of a configuration that a cause concerns.
type Setting string

// The settings.
const (
	SettingOrigins     Setting = "origins"     // which origins may read
	SettingCredentials Setting = "credentials" // whether they may with credentials
	SettingMethods     Setting = "methods"
	SettingHeaders     Setting = "headers" // request headers
	SettingExpose      Setting = "expose"  // response headers that scripts can read
	SettingMaxAge      Setting = "max-age"
	SettingPreflight   Setting = "preflight" // that preflights are answered by the CORS layer, before all else
	SettingErrors      Setting = "errors"    // that every answer gets the headers: errors, redirects, what other layers make
	SettingTwice       Setting = "twice"     // that one layer alone writes the headers
	SettingVary        Setting = "vary"
)

// Settings are all of them.
var Settings = []Setting{SettingOrigins, SettingCredentials, SettingMethods, SettingHeaders, SettingExpose, SettingMaxAge, SettingPreflight, SettingErrors, SettingTwice, SettingVary}

// rarely are the settings of which a stack may have nothing to say.
var rarely = []Setting{SettingTwice, SettingVary}

// Stack is a framework, server or service in whose configuration CORS is
// decided, with the words that its documentation has for it.
type Stack struct {
	ID       string // kebab-case; what --stack takes
	Name     string // what people call it
	Language string // in which its configuration is written: Python, Go, nginx, YAML, ...
	// Adapter is the directory below testdata/frameworks that runs this
	// configuration; empty: the documentation alone was read.
	Adapter string
	Docs    string // the https address of that documentation
	Shows   []Mark // how its answers give it away; empty: they do not
	// Whole is a template (see Fill) of one whole configuration, each part of it in a line of its own, in
	// the place of one that was measured; empty: one was.
	Whole string
	// Mount is what makes a whole configuration count, where that does not do it by itself; empty: it does.
	Mount string
	// PreflightOnly: Whole is of the answer to a preflight, and not of others.
	PreflightOnly bool
	// Settings has every one of Settings, but twice and vary where the stack has
	// nothing to set for them.
	Settings map[Setting]Advice
}

// Advice is how one setting is made. Texts are templates; see Fill.
type Advice struct {
	// Option is the name as the documentation spells it, and stands in Text;
	// empty: the stack has no such option, and Text says what to do instead.
	Option string `yaml:"option" json:"option,omitempty"`
	Text   string `yaml:"text" json:"text"`
	// Any replaces Text where the policy allows any ("*"); empty: Text will do.
	Any string `yaml:"any" json:"any,omitempty"`
	// Patterns replaces Text where the policy has patterns or expressions for
	// origins and no list; empty: Text with the one origin will do.
	Patterns string `yaml:"patterns" json:"patterns,omitempty"`
	// Beside is what of Text is to be said below a whole configuration; empty: all of it.
	Beside string `yaml:"beside" json:"beside,omitempty"`
	// Unset are the methods or request headers that the stack allows where the option is not set, beside those for which no
	// browser asks; "*" is any. None: no others.
	Unset []string `yaml:"unset" json:"unset,omitempty"`
	// Takes are the only methods that the option can have; none: any.
	Takes []string `yaml:"takes" json:"takes,omitempty"`
	// More replaces Text where the values come on top of Unset; empty: Text, with both.
	More string `yaml:"more" json:"more,omitempty"`
	// Stated: a whole configuration has to have the option.
	Stated bool `yaml:"stated" json:"stated,omitempty"`
}

// Mark is a response header that tells something about what answered.
type Mark struct {
	Header string `yaml:"header" json:"header"` // its name
	// Value is a glob: "*" is any text, and letter case does not count.
	Value   string `yaml:"value" json:"value"`
	Proves  Proof  `yaml:"proves" json:"proves"`
	Example string `yaml:"example" json:"example,omitempty"` // a value as it was seen; empty: Value
}

// Proof is what a Mark proves.
type Proof string

// What a Mark proves.
const (
	// ProvesFramework: only this stack writes it, or one that is built on it.
	ProvesFramework Proof = "framework"
	// ProvesFront: the stack passed the answer on, or made it. It may be another
	// one behind it that decides about CORS.
	ProvesFront Proof = "front"
	// ProvesServer: only that something is there (a server, a language, a cookie's
	// usual name) that this stack comes with, as others may: it is a candidate.
	ProvesServer Proof = "server"
)

var proofs = []Proof{ProvesFramework, ProvesFront, ProvesServer}

//go:embed stacks.yaml
var stacksYAML []byte

//go:embed schema-stacks.json
var stacksSchemaJSON []byte

// StacksSchema is the JSON Schema (2020-12) of stacks.yaml.
func StacksSchema() []byte { return slices.Clone(stacksSchemaJSON) }

// Stacks are the known stacks, in the order of their file.
func Stacks() []Stack { return slices.Clone(standardStacks()) }

// FindStack is the stack with that id; nil when there is none.
func FindStack(id string) *Stack {
	for _, s := range standardStacks() {
		if s.ID == id {
			return &s
		}
	}
	return nil
}

// NearestStacks are up to three ids that somebody who wrote id may have meant.
func NearestStacks(id string) []string {
	var ids []string
	for _, s := range standardStacks() {
		ids = append(ids, s.ID)
	}
	return nearest(id, ids, 3)
}

var standardStacks = sync.OnceValue(func() []Stack {
	list, err := ParseStacks("cases/stacks.yaml", stacksYAML)
	if err != nil {
		panic("cases: the embedded file is wrong: " + err.Error()) // a test loads it
	}
	return list
})

type stacksDoc struct {
	Stacks []*yaml.Node `yaml:"stacks"`
}

// stackEntry is a Stack as the file has it.
type stackEntry struct {
	ID       string      `yaml:"id"`
	Name     string      `yaml:"name"`
	Language string      `yaml:"language"`
	Adapter  string      `yaml:"adapter"`
	Docs     string      `yaml:"docs"`
	Shows    []Mark      `yaml:"shows"`
	Whole    string      `yaml:"whole"`
	Mount    string      `yaml:"mount"`
	OfOne    bool        `yaml:"preflight-only"`
	Settings settingsMap `yaml:"settings"`
}

// settingsMap has a field for each of Settings, so that the decoder knows the
// keys; a test compares them.
type settingsMap struct {
	Origins     *Advice `yaml:"origins"`
	Credentials *Advice `yaml:"credentials"`
	Methods     *Advice `yaml:"methods"`
	Headers     *Advice `yaml:"headers"`
	Expose      *Advice `yaml:"expose"`
	MaxAge      *Advice `yaml:"max-age"`
	Preflight   *Advice `yaml:"preflight"`
	Errors      *Advice `yaml:"errors"`
	Twice       *Advice `yaml:"twice"`
	Vary        *Advice `yaml:"vary"`
}

// given are the settings that the entry has.
func (m *settingsMap) given() map[Setting]Advice {
	out := map[Setting]Advice{}
	v := reflect.ValueOf(m).Elem()
	for i := range v.NumField() {
		if a := v.Field(i).Interface().(*Advice); a != nil {
			out[Setting(v.Type().Field(i).Tag.Get("yaml"))] = *a
		}
	}
	return out
}

// ParseStacks reads a file of stacks; name is for messages. The error is a
// Problems with every mistake and its line.
func ParseStacks(name string, data []byte) ([]Stack, error) {
	var problems Problems
	d := &decoder{reporter: reporter{file: name, list: &problems}}
	root := d.parse(data)
	if root == nil {
		return nil, problems
	}
	var doc stacksDoc
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	var list []Stack
	for _, node := range doc.Stacks {
		s := d.stack(node)
		if s.ID != "" && slices.ContainsFunc(list, func(o Stack) bool { return o.ID == s.ID }) {
			d.add(Duplicate, node.Line, s.ID, "the id %s is taken", "another id", s.ID)
		}
		list = append(list, s)
	}
	return list, problems.orNil()
}

// stack decodes and checks one entry.
func (d *decoder) stack(node *yaml.Node) Stack {
	d.places = places{"": node.Line}
	defer func() { d.places, d.id = nil, "" }()
	before := len(*d.list)
	var e stackEntry
	d.decode(node, reflect.ValueOf(&e).Elem(), "")
	s := Stack{e.ID, e.Name, e.Language, e.Adapter, e.Docs, e.Shows, e.Whole, e.Mount, e.OfOne, e.Settings.given()}
	if d.id = s.ID; len(*d.list) == before {
		s.check(func(kind ProblemKind, field, what, want string) {
			d.add(kind, d.places.line(field), s.ID, "%s", want, what)
		})
	}
	return s
}

// finding reports a mistake at a field of an entry.
type finding func(kind ProblemKind, field, what, want string)

func (s *Stack) check(bad finding) {
	if !kebabCase.MatchString(s.ID) {
		bad(BadValue, "id", fmt.Sprintf("id is %q", s.ID), "lower-case letters, digits and hyphens")
	}
	for field, text := range map[string]string{"name": s.Name, "language": s.Language} {
		if text == "" {
			bad(MissingKey, "", field+" is missing", "a name")
		}
	}
	if !strings.HasPrefix(s.Docs, "https://") {
		bad(BadValue, "docs", fmt.Sprintf("docs is %q", s.Docs), "the https address of the documentation")
	}
	for i := range s.Shows {
		s.Shows[i].check(at("shows", i), bad)
	}
	checkTemplate("whole", s.Whole, bad)
	checkTemplate("mount", s.Mount, bad)
	for _, setting := range Settings {
		advice, ok := s.Settings[setting]
		switch {
		case ok:
			advice.check("settings."+string(setting), bad)
		case !slices.Contains(rarely, setting):
			bad(MissingKey, "settings", fmt.Sprintf("settings.%s is missing", setting), "how it is set, or what to do instead")
		}
	}
}

func (m *Mark) check(field string, bad finding) {
	if !token.MatchString(m.Header) {
		bad(BadValue, field, fmt.Sprintf("%s.header is %q", field, m.Header), "the name of a response header")
	}
	if m.Value == "" {
		bad(MissingKey, field, field+".value is missing", "a glob")
	}
	if !slices.Contains(proofs, m.Proves) {
		bad(BadValue, field, fmt.Sprintf("%s.proves is %q", field, m.Proves), fmt.Sprintf("one of %v", proofs))
	}
	if m.Example != "" && !m.shown(m.Header, m.Example) {
		bad(Conflict, field, fmt.Sprintf("%s.example %q is not what %q takes", field, m.Example, m.Value), "a value that it takes")
	}
}

func (a *Advice) check(field string, bad finding) {
	if a.Text == "" {
		bad(MissingKey, field, field+".text is missing", "a snippet, or a sentence")
	}
	if !strings.Contains(a.Text, a.Option) {
		bad(Conflict, field, fmt.Sprintf("%s.option %q is not in its text", field, a.Option), "the same spelling")
	}
	for key, text := range map[string]string{"text": a.Text, "any": a.Any, "patterns": a.Patterns, "beside": a.Beside, "more": a.More} {
		checkTemplate(field+"."+key, text, bad)
	}
}

func checkTemplate(field, text string, bad finding) {
	for _, what := range badPlaceholders(text) {
		bad(BadTemplate, field, what, "one of "+strings.Join(placeholderNames, ", ")+", with one of "+strings.Join(verbs, " "))
	}
}
