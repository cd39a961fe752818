package report

import (
	"encoding/json"
	"io"
)

// WriteJSON writes the report as indented JSON. Header names and values are
// isomorphic: one code point U+0000..U+00FF for each byte.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}
