package cases

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// groupDoc is a case file as it is written.
type groupDoc struct {
	Group  string `yaml:"group"`
	Prefix Names  `yaml:"prefix"` // default: the group's name
	// Formerly are names that the group had.
	Formerly Names        `yaml:"formerly"`
	Doc      string       `yaml:"doc"`
	Cases    []*yaml.Node `yaml:"cases"`
}

// caseDoc is a case as it is written: a case of one step may write the step's
// fields beside its own.
type caseDoc struct {
	Case
	stepDoc
}

// stepDoc has the keys of Step that a case of one step may use.
type stepDoc struct {
	Each     Each          `yaml:"each"`
	Request  *Request      `yaml:"request"`
	Wire     *Wire         `yaml:"wire"`
	Expect   *Expect       `yaml:"expect"`
	Answer   []Predicate   `yaml:"answer"`
	Grow     *Grow         `yaml:"grow"`
	After    time.Duration `yaml:"after"`
	Times    int           `yaml:"times"`
	Parallel int           `yaml:"parallel"`
}

// group decodes a case file.
func (l *loader) group(d *decoder, root *yaml.Node, name string, user bool) {
	if root == nil {
		return
	}
	var doc groupDoc
	d.places = places{}
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	at := d.places
	if slices.Contains(d.failed, "") { // no mapping at all
		return
	}
	if want := stem(name); doc.Group != want {
		d.add(BadValue, at.line("group"), "", "group is %q", "the file's name: "+want, doc.Group)
		doc.Group = want
	}
	if doc.Doc == "" && !slices.Contains(d.failed, "doc") {
		d.add(MissingKey, 1, "", "doc is missing", "one sentence on what the group is about")
	}
	if len(doc.Cases) == 0 && !slices.Contains(d.failed, "cases") {
		d.add(MissingKey, at.line("cases"), "", "the file has no cases", "a list under cases:")
	}
	prefixes := []string(doc.Prefix)
	if len(prefixes) == 0 {
		prefixes = []string{doc.Group}
	}
	for _, g := range l.table.Groups {
		if g.Name == doc.Group {
			d.add(Duplicate, at.line("group"), "", "there is a group %q already, in %s", "another file name", doc.Group, g.File)
		}
	}
	l.table.Groups = append(l.table.Groups, Group{Name: doc.Group, Doc: doc.Doc, Prefixes: prefixes, Formerly: doc.Formerly, File: d.file})
	for _, node := range doc.Cases {
		c, loaded := d.decodeCase(node)
		c.Group, c.GroupFormerly = doc.Group, doc.Formerly
		c.Pos = Position{File: d.file, Line: node.Line}
		l.table.Cases = append(l.table.Cases, c)
		loaded.user, loaded.prefix = user, prefixes
		l.cases = append(l.cases, loaded)
	}
}

// decodeCase decodes one case and carries out the short form of a single step.
func (d *decoder) decodeCase(node *yaml.Node) (Case, loadedCase) {
	where := places{"": node.Line}
	d.places, d.failed, d.id = where, nil, caseName(node)
	defer func() { d.places, d.id = nil, "" }()
	var doc caseDoc
	d.decode(node, reflect.ValueOf(&doc).Elem(), "")
	loaded := loadedCase{places: where, failed: d.failed}
	var own []string // keys of the short form that are there
	for _, key := range keysOf(reflect.TypeFor[stepDoc]()) {
		if _, ok := where[key]; ok {
			own = append(own, key)
		}
	}
	if len(own) == 0 {
		return doc.Case, loaded
	}
	if _, ok := where["steps"]; ok {
		d.add(Conflict, where[own[0]], d.id, "%s is given beside steps", "either steps, or the fields of the only step", own[0])
		loaded.failed = append(loaded.failed, own[0], "steps")
		return doc.Case, loaded
	}
	loaded.short = true
	doc.Steps = []Step{{Each: doc.Each, Request: doc.Request, Wire: doc.Wire, Expect: doc.Expect, Answer: doc.Answer, Grow: doc.Grow,
		After: doc.After, Times: doc.Times, Parallel: doc.Parallel}}
	for path, line := range where { // the checks look below steps[0]
		for _, key := range own {
			if path == key || strings.HasPrefix(path, key+".") || strings.HasPrefix(path, key+"[") {
				where["steps[0]."+path] = line
			}
		}
	}
	for _, path := range d.failed {
		loaded.failed = append(loaded.failed, "steps[0]."+path)
	}
	return doc.Case, loaded
}

// caseName is the id of a case for messages, also when it is wrong otherwise.
func caseName(node *yaml.Node) string {
	node = resolve(node)
	if node.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(node.Content); i += 2 {
			if v := node.Content[i+1]; node.Content[i].Value == "id" && v.Kind == yaml.ScalarNode {
				return v.Value
			}
		}
	}
	return ""
}
