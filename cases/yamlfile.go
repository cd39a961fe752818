package cases

import "reflect"

// Lines tell at which line of a YAML file a value is, by its path:
// "endpoints[0].headers.Accept".
type Lines struct{ at places }

// Line is the line of the value at path, or of the nearest one around it; 0 when
// nothing is known of either.
func (l Lines) Line(path string) int { return l.at.line(path) }

// DecodeFile reads a YAML document into what to points at, by its yaml tags, as case
// and policy files are read: a key that the type does not have, a key that comes twice and a
// value of another type are mistakes, each with its line and what was expected. Keys at
// the top that begin with "x-" hold anchors. name is for messages. The error is a Problems.
func DecodeFile(name string, data []byte, to any) (Lines, error) {
	var problems Problems
	d := &decoder{reporter: reporter{file: name, list: &problems}, places: places{}}
	root := d.parse(data)
	if root == nil {
		return Lines{d.places}, problems
	}
	d.decode(root, reflect.ValueOf(to).Elem(), "")
	return Lines{d.places}, problems.orNil()
}
