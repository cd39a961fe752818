package spec

// Field is one header field line: its name and value as bytes, exactly as on
// the wire. Go strings hold bytes; nothing here goes through UTF-8 or through
// net/http's canonicalisation.
type Field struct {
	Name  string
	Value string
}

// Header is a header list (https://fetch.spec.whatwg.org/#concept-header-list):
// field lines in order, repeats kept. The zero value is an empty list.
type Header []Field
