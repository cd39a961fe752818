package spec

import "strings"

// manyNames is the length of a list from which a map is faster than a search
// for every name. For two long lists, which may be hostile, searching would be
// quadratic.
const manyNames = 16

// nameIndex finds names in a header list that grows: of a long one by a map.
// The zero value is that of an empty list.
type nameIndex struct {
	first map[string]int // lower-case name -> first field of that name
	known int            // fields of the list that first knows
}

// find returns the index of the first field of h that is called name, -1 for
// none. Between two calls h may only have grown.
func (x *nameIndex) find(h Header, name string) int {
	if len(h) <= manyNames {
		for i := range h {
			if equalFold(h[i].Name, name) {
				return i
			}
		}
		return -1
	}
	if x.first == nil {
		x.first = make(map[string]int, 2*manyNames)
	}
	for ; x.known < len(h); x.known++ {
		n := lower(h[x.known].Name)
		if _, ok := x.first[n]; !ok {
			x.first[n] = x.known
		}
	}
	if i, ok := x.first[lower(name)]; ok {
		return i
	}
	return -1
}

// combineRepeats is Header.Combine for every field of h, from an empty list on,
// in the storage of h.
func combineRepeats(h Header) Header {
	out := h[:0]
	var names nameIndex
	var long map[int]*strings.Builder // the values of fields that were repeated
	for _, f := range h {
		i := names.find(out, f.Name)
		if i < 0 {
			out = append(out, f)
			continue
		}
		b := long[i]
		if b == nil {
			if long == nil {
				long = map[int]*strings.Builder{}
			}
			b = new(strings.Builder)
			b.WriteString(out[i].Value)
			long[i] = b
		}
		b.WriteString(", ")
		b.WriteString(f.Value)
	}
	for i, b := range long {
		out[i].Value = b.String()
	}
	clear(h[len(out):])
	return out
}
