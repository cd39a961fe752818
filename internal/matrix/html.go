package matrix

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var page = template.Must(template.New("page").Parse(pageHTML))

// WriteHTML writes the matrix as one page that needs nothing else: data,
// style and script are inside.
func (m *Matrix) WriteHTML(w io.Writer) error {
	// json.Marshal escapes <, > and &, so that no result can end the script element.
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing the comparison as HTML: %w", err)
	}
	err = page.Execute(w, map[string]any{
		"Matrix": m,
		"Data":   template.JS(data),
		"CSS":    template.CSS(pageCSS),
		"JS":     template.JS(pageJS),
	})
	if err != nil {
		return fmt.Errorf("writing the comparison as HTML: %w", err)
	}
	return nil
}
