package cases

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Anchors is the index of the sections of standards that cases may cite.
type Anchors struct {
	byKey map[string]Anchor
	keys  []string
}

// Anchor is one section of a standard.
type Anchor struct {
	Key   string `json:"key"`   // "fetch#concept-cors-check"
	Title string `json:"title"` // "CORS check"
	Spec  string `json:"spec"`  // "Fetch Standard"
	URL   string `json:"url"`
}

// Lookup finds the anchor of a key. A key that is itself an https URL (users'
// own cases may cite any page) is its own anchor.
func (a Anchors) Lookup(key string) (Anchor, bool) {
	if strings.HasPrefix(key, "https://") {
		return Anchor{Key: key, Title: key, URL: key}, true
	}
	anchor, ok := a.byKey[key]
	return anchor, ok
}

// URLs are the addresses of the keys that are known.
func (a Anchors) URLs(keys []string) []string {
	var urls []string
	for _, key := range keys {
		if anchor, ok := a.Lookup(key); ok {
			urls = append(urls, anchor.URL)
		}
	}
	return urls
}

// Find is Lookup for templates: nil for a key that is not known.
func (a Anchors) Find(key string) *Anchor {
	if anchor, ok := a.Lookup(key); ok {
		return &anchor
	}
	return nil
}

// Of is the anchor with that address; nil for none.
func (a Anchors) Of(url string) *Anchor {
	for _, key := range a.keys {
		if anchor := a.byKey[key]; anchor.URL == url {
			return &anchor
		}
	}
	return nil
}

// Keys are the known keys, sorted.
func (a Anchors) Keys() []string { return a.keys }

type anchorsDoc struct {
	Specs []specDoc `yaml:"specs"`
}

type specDoc struct {
	Name     string     `yaml:"name"`
	Title    string     `yaml:"title"`
	URL      string     `yaml:"url"` // of the anchors: a fragment is appended
	Sections *yaml.Node `yaml:"sections"`
}

// StandardAnchors is the embedded index: the sections that the table and the causes cite.
func StandardAnchors() Anchors { return standardAnchors() }

// standardAnchors is the embedded index.
var standardAnchors = sync.OnceValue(func() Anchors {
	data, err := embedded.ReadFile("data/" + anchorsFile)
	if err != nil {
		return Anchors{}
	}
	var problems Problems
	d := &decoder{reporter: reporter{file: "cases/data/" + anchorsFile, list: &problems}}
	return decodeAnchors(d, d.parse(data))
})

// decodeAnchors decodes an anchors.yaml: for each standard its sections, id to title.
func decodeAnchors(d *decoder, root *yaml.Node) Anchors {
	a := Anchors{byKey: map[string]Anchor{}}
	if root == nil {
		return a
	}
	var doc anchorsDoc
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	for _, spec := range doc.Specs {
		if spec.Sections == nil || spec.Sections.Kind != yaml.MappingNode {
			d.add(MissingKey, root.Line, spec.Name, "sections is missing", "a mapping from fragment to title")
			continue
		}
		for _, p := range d.pairs(spec.Sections, "sections", 0) {
			key := spec.Name + "#" + p.key.Value
			a.byKey[key] = Anchor{Key: key, Title: p.value.Value, Spec: spec.Title, URL: spec.URL + "#" + p.key.Value}
			a.keys = append(a.keys, key)
		}
	}
	slices.Sort(a.keys)
	return a
}
