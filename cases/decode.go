package cases

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// The YAML library decodes into structs itself, but names neither the case nor
// the key that was meant, and forgets the positions that the checks
// after it need. So it parses, and this decoder goes over its nodes.

// Bounds against files that expand without end (aliases within aliases).
const (
	maxDepth = 40
	maxNodes = 200_000 // of one file; the largest of ours has a tenth
)

// places are the lines at which the values of a case are, by path:
// "steps[0].wire.headers[1]".
type places map[string]int

// line is the line of the value at path, or of the nearest one around it.
func (p places) line(path string) int {
	for {
		if n, ok := p[path]; ok || path == "" {
			return n
		}
		cut := max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['))
		path = path[:max(cut, 0)]
	}
}

// decoder turns nodes of one file into values and reports every mistake.
type decoder struct {
	reporter
	id     string // of the case or policy under way
	places places
	failed []string // paths of values that are wrong, or missing for a mistyped key
	nodes  int
}

// parse reads a YAML document. It returns nil, having reported, when there is none.
func (d *decoder) parse(data []byte) *yaml.Node { return d.root(parseYAML(data)) }

func parseYAML(data []byte) (*yaml.Node, error) {
	var doc yaml.Node
	err := yaml.Load(data, &doc)
	return &doc, err
}

// root is what a document holds. It returns nil, having reported, when there is nothing.
func (d *decoder) root(doc *yaml.Node, err error) *yaml.Node {
	if err != nil {
		line, what := 0, err.Error()
		if le, ok := errors.AsType[*yaml.LoadError](err); ok {
			line, what = le.Mark.Line, le.Message
		}
		d.add(BadSyntax, line, "", "not readable as YAML: %s", "", strings.TrimPrefix(what, "yaml: "))
		return nil
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		d.add(BadSyntax, 0, "", "the file is empty", "a YAML mapping")
		return nil
	}
	return doc.Content[0]
}

func (d *decoder) wrong(n *yaml.Node, path, want string) {
	d.failed = append(d.failed, path)
	d.add(WrongType, n.Line, d.id, "%s is %s", want, orTop(path), describe(n))
}

func orTop(path string) string {
	if path == "" {
		return "the value"
	}
	return path
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch {
		case n.Tag == "!!null" && n.Value == "":
			return "empty"
		case n.Tag == "!!null":
			return n.Value + ", which is YAML for nothing"
		}
		return strconv.Quote(n.Value)
	default:
		return "not a value"
	}
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	nodeType     = reflect.TypeFor[*yaml.Node]()
)

// decode puts n into v. path names the value in messages and in places.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, path string) {
	n = resolve(n)
	d.nodes++
	if d.nodes > maxNodes || strings.Count(path, ".")+strings.Count(path, "[") > maxDepth {
		if d.nodes < 2*maxNodes { // once
			d.add(BadSyntax, n.Line, d.id, "%s nests too deeply, or is too large", "fewer aliases", orTop(path))
			d.nodes = 2 * maxNodes
		}
		return
	}
	if _, ok := d.places[path]; !ok && d.places != nil {
		d.places[path] = n.Line
	}
	switch {
	case v.Type() == nodeType:
		v.Set(reflect.ValueOf(n))
		return
	case v.Type() == durationType:
		dur, err := time.ParseDuration(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || dur < 0 {
			d.wrong(n, path, "a duration such as 1100ms")
			return
		}
		v.SetInt(int64(dur))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.decodeStruct(n, v, path)
	case reflect.Slice:
		d.decodeSlice(n, v, path)
	case reflect.Map:
		d.decodeMap(n, v, path)
	case reflect.String:
		switch {
		case n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value != "":
			d.wrong(n, path, `a string (in quotes: "`+n.Value+`")`)
		case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
			d.wrong(n, path, "a string")
		case n.Tag == "!!bool":
			d.wrong(n, path, `a string (in quotes: "`+n.Value+`")`)
		default:
			v.SetString(n.Value)
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil {
			d.wrong(n, path, "a whole number")
			return
		}
		v.SetInt(int64(i))
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if n.Kind != yaml.ScalarNode || err != nil {
			d.wrong(n, path, "a number")
			return
		}
		v.SetFloat(f)
	case reflect.Bool:
		if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" || n.Value != "true" && n.Value != "false" {
			d.wrong(n, path, "true or false")
			return
		}
		v.SetBool(n.Value == "true")
	default:
		panic("cases: no rule to decode " + v.Type().String()) // a mistake in this package's types
	}
}

// oneOrMore are the list types that YAML may also give as one value.
func oneOrMore(t reflect.Type) bool {
	return t == reflect.TypeFor[Names]() || t == reflect.TypeFor[StatusSet]()
}

func (d *decoder) decodeSlice(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" && oneOrMore(v.Type()) {
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.decode(n, v.Index(0), path)
		return
	}
	if n.Kind != yaml.SequenceNode {
		want := "a list"
		if oneOrMore(v.Type()) {
			want = "a string or a list of strings"
		}
		d.wrong(n, path, want)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.decode(item, v.Index(i), path+"["+strconv.Itoa(i)+"]")
	}
}

// decodeMap decodes a mapping whose keys are names of the writer's own.
func (d *decoder) decodeMap(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n, path, "a mapping")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range d.pairs(n, path, 0) {
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(p.value, value, join(path, p.key.Value))
		v.SetMapIndex(reflect.ValueOf(p.key.Value), value)
	}
}

func (d *decoder) decodeStruct(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.wrong(n, path, "a mapping with "+andMore(keysOf(v.Type())))
		return
	}
	for _, p := range d.pairs(n, path, 0) {
		if path == "" && strings.HasPrefix(p.key.Value, "x-") {
			continue // a place for anchors
		}
		field, ok := fieldFor(v, p.key.Value)
		if !ok {
			keys := keysOf(v.Type())
			in := ""
			if path != "" {
				in = " in " + path
			}
			for _, meant := range nearest(p.key.Value, keys, 1) {
				d.failed = append(d.failed, join(path, meant))
			}
			d.add(UnknownKey, p.key.Line, d.id, "unknown key %q%s%s", "one of "+strings.Join(keys, ", "),
				p.key.Value, in, didYouMean(p.key.Value, keys))
			continue
		}
		d.decode(p.value, field, join(path, p.key.Value))
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func andMore(keys []string) string {
	if len(keys) > 4 {
		return strings.Join(keys[:4], ", ") + ", ..."
	}
	return strings.Join(keys, ", ")
}

type pair struct{ key, value *yaml.Node }

// pairs are the entries of a mapping, merge keys (<<) carried out: a mapping's
// own keys win over merged ones, earlier merged ones over later.
func (d *decoder) pairs(n *yaml.Node, path string, depth int) []pair {
	var own, merged []pair
	seen := map[string]bool{}
	if d.nodes += len(n.Content); d.nodes > maxNodes {
		return nil // decode reports it
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolve(n.Content[i+1])
		if key.Tag == "!!merge" || key.Value == "<<" {
			from := []*yaml.Node{value}
			if value.Kind == yaml.SequenceNode {
				from = value.Content
			}
			for _, m := range from {
				m = resolve(m)
				if m.Kind != yaml.MappingNode || depth > maxDepth {
					d.add(WrongType, key.Line, d.id, "<< merges %s", "a mapping or a list of mappings", describe(m))
					continue
				}
				merged = append(merged, d.pairs(m, path, depth+1)...)
			}
			continue
		}
		if seen[key.Value] {
			d.add(Duplicate, key.Line, d.id, "the key %q appears twice", "", join(path, key.Value))
			continue
		}
		seen[key.Value] = true
		own = append(own, pair{key, n.Content[i+1]})
	}
	for _, m := range merged {
		if !seen[m.key.Value] {
			seen[m.key.Value] = true
			own = append(own, m)
		}
	}
	return own
}

// resolve follows aliases.
func resolve(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if n.Kind != yaml.AliasNode || n.Alias == nil {
			break
		}
		n = n.Alias
	}
	return n
}

// fieldFor finds the field of v for a YAML key, in embedded structs too.
func fieldFor(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			if fv, ok := fieldFor(v.Field(i), key); ok {
				return fv, true
			}
			continue
		}
		if tag := f.Tag.Get("yaml"); tag == key && tag != "-" && tag != "" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// keysOf are the YAML keys of a struct type, sorted.
func keysOf(t reflect.Type) []string {
	var keys []string
	for f := range t.Fields() {
		if f.Anonymous {
			keys = append(keys, keysOf(f.Type)...)
			continue
		}
		if tag := f.Tag.Get("yaml"); tag != "-" && tag != "" {
			keys = append(keys, tag)
		}
	}
	slices.Sort(keys)
	return keys
}
