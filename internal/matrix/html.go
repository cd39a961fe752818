package matrix

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/base64"
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

// packed is what the page unpacks when somebody opens it: JSON, gzip, Base64. The
// results of dozens of servers are megabytes, and a table shows none of them.
type packed struct {
	Name string
	Data template.HTML // letters of Base64
}

// WriteHTML writes the matrix as one page that needs nothing else and works without
// a network: data, style and script are inside.
func (m *Matrix) WriteHTML(w io.Writer) error {
	if err := m.writeHTML(w); err != nil {
		return fmt.Errorf("writing the comparison as HTML: %w", err)
	}
	return nil
}

func (m *Matrix) writeHTML(w io.Writer) error {
	// json.Marshal escapes <, > and &, so that no result can end the script element.
	overview, err := json.Marshal(m.overview())
	if err != nil {
		return err
	}
	parts, err := m.parts()
	if err != nil {
		return err
	}
	return page.Execute(w, map[string]any{
		"Matrix": m, "About": m.about(), "Title": Title, "Legend": CellLegend, "Questions": Questions, "Parts": parts,
		"Overview": template.JS(overview), "CSS": template.CSS(pageCSS), "JS": template.JS(pageJS),
	})
}

// parts are what is packed: the cases and causes in words, and each framework.
func (m *Matrix) parts() ([]packed, error) {
	words, err := pack("words", map[string]any{"cases": m.Cases, "causes": m.Causes})
	if err != nil {
		return nil, err
	}
	list := []packed{words}
	for i := range m.Frameworks {
		p, err := pack("f/"+m.Frameworks[i].Name, m.Frameworks[i])
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func pack(name string, v any) (packed, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(v); err != nil {
		return packed{}, err
	}
	if err := z.Close(); err != nil {
		return packed{}, err
	}
	return packed{name, template.HTML(base64.StdEncoding.EncodeToString(b.Bytes()))}, nil
}
