package cases

import (
	_ "embed"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Side is where the change is to be made that a cause asks for.
type Side string

// The sides.
const (
	SideServer    Side = "server"          // the application's code or configuration
	SideFramework Side = "framework"       // the code of the CORS layer that it uses
	SideProxy     Side = "proxy"           // a gateway, cache, firewall or proxy before it
	SideClient    Side = "client"          // the page, or its script
	SideBrowser   Side = "browser-setting" // a setting of the browser
	SideNotCORS   Side = "not-cors"        // something that is not CORS
)

var sides = []string{string(SideServer), string(SideFramework), string(SideProxy), string(SideClient), string(SideBrowser), string(SideNotCORS)}

// Cause is one mistake that a server, or what stands before it, can have: what is
// said of it, and by what it is recognised.
type Cause struct {
	ID string `yaml:"id" json:"id"` // stable, kebab-case
	// Formerly are ids that the cause had; whatever takes an id takes these too.
	Formerly Names `yaml:"formerly" json:"formerly,omitempty"`
	// Section is the heading under which causes are listed, one of the file's sections.
	Section string `yaml:"section" json:"section,omitempty"`
	Title   string `yaml:"title" json:"title"` // what is wrong, as a sentence
	Side    Side   `yaml:"side" json:"side"`
	Why     string `yaml:"why" json:"why,omitempty"` // why a browser, a cache or a client minds
	Do      string `yaml:"do" json:"do,omitempty"`   // what to send instead, whatever the stack
	// Setting is the part of a configuration that is concerned (see Stack); empty: no
	// configuration sets it right.
	Setting Setting  `yaml:"setting" json:"setting,omitempty"`
	Spec    []string `yaml:"spec" json:"spec,omitempty"` // keys of Anchors
	// When are ways to recognise the cause in a symptom. All facts of one must be there.
	When []Match `yaml:"when" json:"when"`
	// Certain: for what it is recognised in, no cause below it in the file is considered.
	Certain bool `yaml:"certain" json:"certain,omitempty"`
	// Fallback: named only for what no other cause explains.
	Fallback bool `yaml:"fallback" json:"fallback,omitempty"`
	// Needs must each have been seen in some exchange under the same policy, Unless in none.
	Needs  []Match `yaml:"needs" json:"needs,omitempty"`
	Unless []Match `yaml:"unless" json:"unless,omitempty"`
	// Never must not have been seen anywhere on the target.
	Never []Match `yaml:"never" json:"never,omitempty"`
}

// ErrorPages is where the pages of docs/errors are read, with a slash at its end.
const ErrorPages = "https://github.com/corsproof/corsproof/blob/main/docs/errors/"

// Page is the address of the page about the cause.
func (c *Cause) Page() string { return ErrorPages + c.ID + ".md" }

// Match is a set of facts. Each that is given must hold; of several values one.
// Values are globs (path.Match). The facts of an exchange:
type Match struct {
	At           Names `yaml:"at" json:"at,omitempty"`                     // preflight | request | options (one that is not a preflight) | plain (no Origin) | cache
	Method       Names `yaml:"method" json:"method,omitempty"`             // of a preflight the one that is asked for
	Status       Names `yaml:"status" json:"status,omitempty"`             // "401", "4xx"; "none" without an answer
	Asker        Names `yaml:"asker" json:"asker,omitempty"`               // who asks: stated, none, null, or foreign and in which way: unrelated, subdomain, ...
	Credentialed Names `yaml:"credentialed" json:"credentialed,omitempty"` // yes | no: cookies or a token go along
	AsksHeaders  Names `yaml:"asks_headers" json:"asks_headers,omitempty"` // yes | no: Access-Control-Request-Headers is there
	AllowOrigin  Names `yaml:"allow_origin" json:"allow_origin,omitempty"` // present | absent, and same | star | other
	OtherFields  Names `yaml:"other_fields" json:"other_fields,omitempty"` // yes | no: there is a CORS header besides Access-Control-Allow-Origin
	AllowCreds   Names `yaml:"allow_credentials" json:"allow_credentials,omitempty"`
	AllowMethods Names `yaml:"allow_methods" json:"allow_methods,omitempty"` // present | absent, and star
	AllowHeaders Names `yaml:"allow_headers" json:"allow_headers,omitempty"`
	MaxAge       Names `yaml:"max_age" json:"max_age,omitempty"` // present | absent, and unreadable
	Expose       Names `yaml:"expose_headers" json:"expose_headers,omitempty"`
	Vary         Names `yaml:"vary" json:"vary,omitempty"`               // present | absent, and star
	VaryOrigin   Names `yaml:"vary_origin" json:"vary_origin,omitempty"` // yes | no: the answer varies by Origin
	Shared       Names `yaml:"shared" json:"shared,omitempty"`           // yes | no: a script of who asks can read it
	Granted      Names `yaml:"granted" json:"granted,omitempty"`         // yes | no: the preflight passes
	Redirect     Names `yaml:"redirect" json:"redirect,omitempty"`       // slash | https | login | host | other
	Server       Names `yaml:"server" json:"server,omitempty"`           // a firewall, cache or gateway that names itself
	AnsweredBy   Names `yaml:"answered_by" json:"answered_by,omitempty"`
	Transport    Names `yaml:"transport" json:"transport,omitempty"`
	Coding       Names `yaml:"coding" json:"coding,omitempty"` // of the content: gzip, br; identity for none

	// The facts of a symptom besides:

	Effect    Names `yaml:"effect" json:"effect,omitempty"`
	Reason    Names `yaml:"reason" json:"reason,omitempty"` // DevTools' name, without the word Preflight; none where no browser was asked
	Predicate Names `yaml:"predicate" json:"predicate,omitempty"`
	Field     Names `yaml:"field" json:"field,omitempty"` // the response header that is concerned, in lower case
	Form      Names `yaml:"form" json:"form,omitempty"`   // how what was received differs from what was wanted
	Grants    Names `yaml:"grants" json:"grants,omitempty"`
	Parameter Names `yaml:"parameter" json:"parameter,omitempty"`                     // the method or header that was refused
	Elsewhere Names `yaml:"parameter_elsewhere" json:"parameter_elsewhere,omitempty"` // granted | never: by another preflight
	// NamesElsewhere is granted where other preflights granted each name that this one asks
	// for, never where one of them was not granted by any.
	NamesElsewhere Names `yaml:"names_elsewhere" json:"names_elsewhere,omitempty"`
	Creds          Names `yaml:"credentials" json:"credentials,omitempty"` // yes | no: it is about a request with credentials
	Lost           Names `yaml:"lost" json:"lost,omitempty"`               // yes: who is stated asked, and there is no Access-Control-Allow-Origin
	Only           Names `yaml:"only" json:"only,omitempty"`               // in what these exchanges differ from those that are right
	Sendable       Names `yaml:"sendable" json:"sendable,omitempty"`       // yes | no: a browser can send it; yes too where all preflights are refused like it
	Excess         Names `yaml:"excess" json:"excess,omitempty"`           // yes: bytes that answer no request
	Error          Names `yaml:"error" json:"error,omitempty"`             // why there is no answer
	Case           Names `yaml:"case" json:"case,omitempty"`
	Group          Names `yaml:"group" json:"group,omitempty"`
	Policy         Names `yaml:"policy" json:"policy,omitempty"`
	// OddAlone is yes where no browser sends the request, and another answer of the same status and URL is
	// shared, or of a preflight, another preflight that a browser sends has it: then the status is not the reason.
	OddAlone Names `yaml:"odd_alone" json:"odd_alone,omitempty"`
	Others   Names `yaml:"others_granted" json:"others_granted,omitempty"` // yes | no: another preflight for the same URL is granted
	Origins  Names `yaml:"policy_origins" json:"policy_origins,omitempty"` // how the policy names origins: list, pattern, regex, callback, nothing; any, and any-credentialed or any-plain

	// PolicyCredentials is yes where the policy allows credentials.
	PolicyCredentials Names `yaml:"policy_credentials" json:"policy_credentials,omitempty"`
	// PolicyLists says what the policy states that a preflight has to list, methods besides the
	// CORS-safelisted ones among it: methods, headers, both or none.
	PolicyLists Names `yaml:"policy_lists" json:"policy_lists,omitempty"`
	// HeadersByMethod is yes where preflights that ask for headers are granted for another method, and
	// none for this one.
	HeadersByMethod Names `yaml:"headers_by_method" json:"headers_by_method,omitempty"`
}

// Facts are the values of facts, by the keys that Match has in a file.
type Facts map[string][]string

// matchFields are the keys of Match with the fields' indexes.
var matchFields = func() map[string]int {
	m := map[string]int{}
	t := reflect.TypeFor[Match]()
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("yaml"); key != "" {
			m[key] = i
		}
	}
	return m
}()

// Holds gives what tells whether all of the facts are there.
func (m *Match) Holds() func(Facts) bool {
	list := m.conditions()
	return func(facts Facts) bool {
		return !slices.ContainsFunc(list, func(c condition) bool { return !oneIs(facts[c.key], c.want) })
	}
}

// condition is a fact that a Match wants.
type condition struct {
	key  string
	want Names
}

// conditions are the facts that are given.
func (m *Match) conditions() []condition {
	var list []condition
	v := reflect.ValueOf(m).Elem()
	for key, i := range matchFields {
		if want := v.Field(i).Interface().(Names); len(want) > 0 {
			list = append(list, condition{key, want})
		}
	}
	return list
}

func oneIs(values []string, globs Names) bool {
	for _, glob := range globs {
		for _, v := range values {
			if glob == v || strings.ContainsAny(glob, "*?[") && matches(glob, v) {
				return true
			}
		}
	}
	return false
}

func matches(glob, v string) bool {
	ok, err := path.Match(glob, v)
	return ok && err == nil
}

//go:embed causes.yaml
var causesYAML []byte

//go:embed schema-causes.json
var causesSchemaJSON []byte

// CausesSchema is the JSON Schema (2020-12) of causes.yaml.
func CausesSchema() []byte { return slices.Clone(causesSchemaJSON) }

// Causes are the known causes, in the order of their file: of two that explain
// as much the first is named.
func Causes() []Cause { return slices.Clone(standardCauses()) }

// CauseSections are the headings under which causes are listed, in their order.
func CauseSections() []string {
	var doc causesDoc
	d := &decoder{reporter: reporter{file: "cases/causes.yaml", list: &Problems{}}}
	d.decode(d.parse(causesYAML), reflect.ValueOf(&doc).Elem(), "")
	return doc.Sections
}

// FindCause is the cause with that id, or that had it; nil when there is none.
func FindCause(id string) *Cause {
	list := standardCauses()
	for i := range list {
		if list[i].ID == id || slices.Contains(list[i].Formerly, id) {
			c := list[i]
			return &c
		}
	}
	return nil
}

// NearestCauses are up to three ids that somebody who wrote id may have meant.
func NearestCauses(id string) []string {
	var ids []string
	for _, c := range standardCauses() {
		ids = append(append(ids, c.ID), c.Formerly...)
	}
	return nearest(id, ids, 3)
}

var standardCauses = sync.OnceValue(func() []Cause {
	list, err := ParseCauses("cases/causes.yaml", causesYAML)
	if err != nil {
		panic("cases: the embedded file is wrong: " + err.Error()) // a test loads it
	}
	return list
})

type causesDoc struct {
	Sections []string     `yaml:"sections"`
	Causes   []*yaml.Node `yaml:"causes"`
}

// ParseCauses reads a file of causes; name is for messages. The error is a
// Problems with every mistake and its line.
func ParseCauses(name string, data []byte) ([]Cause, error) {
	var problems Problems
	d := &decoder{reporter: reporter{file: name, list: &problems}}
	root := d.parse(data)
	if root == nil {
		return nil, problems
	}
	var doc causesDoc
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	if len(doc.Causes) == 0 {
		d.add(MissingKey, root.Line, "", "causes is missing", "a list of causes")
	}
	var list []Cause
	seen := map[string]bool{}
	for _, node := range doc.Causes {
		c := d.cause(node)
		if len(doc.Sections) > 0 && !slices.Contains(doc.Sections, c.Section) {
			d.add(BadValue, node.Line, c.ID, "section is %q%s", "one of sections", c.Section, didYouMean(c.Section, doc.Sections))
		}
		for _, id := range append(Names{c.ID}, c.Formerly...) {
			if id != "" && seen[id] {
				d.add(Duplicate, node.Line, c.ID, "the id %s is taken", "another id", id)
			}
			seen[id] = true
		}
		list = append(list, c)
	}
	return list, problems.orNil()
}

// cause decodes and checks one entry.
func (d *decoder) cause(node *yaml.Node) Cause {
	d.places = places{"": node.Line}
	defer func() { d.places, d.id = nil, "" }()
	var c Cause
	before := len(*d.list)
	d.decode(node, reflect.ValueOf(&c).Elem(), "")
	d.id = c.ID
	bad := func(kind ProblemKind, field, what, want string) {
		d.add(kind, d.places.line(field), c.ID, "%s", want, what)
	}
	if len(*d.list) > before {
		return c
	}
	for _, id := range append(Names{c.ID}, c.Formerly...) {
		if !kebabCase.MatchString(id) {
			bad(BadValue, "id", fmt.Sprintf("id is %q", id), "lower-case letters, digits and hyphens")
		}
	}
	if c.Title == "" {
		bad(MissingKey, "", "title is missing", "what is wrong, as a sentence")
	}
	if !slices.Contains(sides, string(c.Side)) {
		bad(BadValue, "side", fmt.Sprintf("side is %q", c.Side), "one of "+strings.Join(sides, ", "))
	}
	if c.Setting != "" && !slices.Contains(Settings, c.Setting) {
		bad(BadValue, "setting", fmt.Sprintf("setting is %q", c.Setting), fmt.Sprintf("one of %v", Settings))
	}
	if len(c.When) == 0 {
		bad(MissingKey, "", "when is missing", "facts by which the cause is recognised")
	}
	for field, list := range map[string][]Match{"when": c.When, "needs": c.Needs, "unless": c.Unless, "never": c.Never} {
		for i := range list {
			d.match(&list[i], at(field, i), bad)
		}
	}
	anchors := standardAnchors()
	for i, key := range c.Spec {
		if _, ok := anchors.Lookup(key); !ok {
			bad(BadValue, at("spec", i), fmt.Sprintf("there is no section %q%s", key, didYouMean(key, anchors.Keys())), "a key of anchors.yaml, or an https address")
		}
	}
	return c
}

// match checks a set of facts.
func (d *decoder) match(m *Match, field string, bad func(kind ProblemKind, field, what, want string)) {
	v, any := reflect.ValueOf(m).Elem(), false
	for key, i := range matchFields {
		for _, glob := range v.Field(i).Interface().(Names) {
			any = true
			if _, err := path.Match(glob, ""); err != nil || glob == "" {
				bad(BadValue, field, fmt.Sprintf("%s.%s is %q", field, key, glob), "a value, or a glob for it")
			}
		}
	}
	if !any {
		bad(MissingKey, field, field+" has no fact", "at least one, such as {reason: MissingAllowOriginHeader}")
	}
}
