package draft

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// OpenAPI reads the endpoints of an OpenAPI 3 document. server is where they are; empty: the
// first server of the document that has a whole URL.
func OpenAPI(data []byte, server string) (*Draft, error) {
	doc, err := libopenapi.NewDocument(data)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	if v := doc.GetVersion(); !strings.HasPrefix(v, "3.") {
		return nil, fmt.Errorf("the document is of OpenAPI %s; expected 3.0 or later", v)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	d := &Draft{}
	if info := model.Model.Info; info != nil {
		d.Name = info.Title
	}
	if d.URL, err = serverOf(&model.Model, server); err != nil {
		return nil, err
	}
	if model.Model.Paths == nil || model.Model.Paths.PathItems == nil {
		return nil, fmt.Errorf("the document has no paths")
	}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		d.Endpoints = append(d.Endpoints, endpoints(path, item)...)
	}
	if len(d.Endpoints) == 0 {
		return nil, fmt.Errorf("the document has no paths")
	}
	return d, nil
}

// serverOf is the URL that the paths begin with.
func serverOf(m *v3.Document, given string) (string, error) {
	if given != "" {
		return strings.TrimRight(given, "/"), nil
	}
	for _, s := range m.Servers {
		text := s.URL
		if s.Variables != nil {
			for name, v := range s.Variables.FromOldest() {
				text = strings.ReplaceAll(text, "{"+name+"}", v.Default)
			}
		}
		if u, err := url.Parse(text); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			return strings.TrimRight(text, "/"), nil
		}
	}
	return "", fmt.Errorf("the document names no server with a whole URL")
}

// endpoints are those of a path: one for all methods, since a browser asks for them at the same URL.
func endpoints(path string, item *v3.PathItem) []Endpoint {
	e := Endpoint{Path: path}
	parameters := item.Parameters
	for method, op := range item.GetOperations().FromOldest() {
		if m := strings.ToUpper(method); m != "OPTIONS" && m != "TRACE" {
			e.Methods = append(e.Methods, m)
			parameters = append(parameters, op.Parameters...)
			if e.Body == "" {
				e.Body = body(op)
			}
		}
	}
	if len(e.Methods) == 0 {
		return nil
	}
	slices.SortFunc(e.Methods, func(a, b string) int { return rank(a) - rank(b) })
	var unknown, query []string
	for _, p := range parameters {
		value := example(p)
		switch {
		case p.In == "path" && value == "" && strings.Contains(e.Path, "{"+p.Name+"}"):
			e.Path = strings.ReplaceAll(e.Path, "{"+p.Name+"}", "1")
			unknown = append(unknown, p.Name)
		case p.In == "path":
			e.Path = strings.ReplaceAll(e.Path, "{"+p.Name+"}", url.PathEscape(value))
		case p.In == "query" && p.Required != nil && *p.Required:
			if value == "" {
				value = "1"
				unknown = append(unknown, p.Name)
			}
			if pair := url.QueryEscape(p.Name) + "=" + url.QueryEscape(value); !slices.Contains(query, pair) {
				query = append(query, pair)
			}
		}
	}
	if strings.Contains(e.Path, "{") { // not described
		unknown = append(unknown, "what stands in braces")
		e.Path = strings.NewReplacer("{", "", "}", "").Replace(e.Path)
	}
	if len(query) > 0 {
		e.Path += "?" + strings.Join(query, "&")
	}
	if len(unknown) > 0 {
		e.Question = "which value has " + strings.Join(slices.Compact(unknown), ", ") + "? The document has no example"
	}
	return []Endpoint{e}
}

// rank is the order of methods in a list.
func rank(method string) int {
	if at := slices.Index([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}, method); at >= 0 {
		return at
	}
	return 9
}

// example is a value of a parameter that the document has; empty: none.
func example(p *v3.Parameter) string {
	if p.Example != nil {
		return p.Example.Value
	}
	if p.Examples != nil {
		for _, e := range p.Examples.FromOldest() {
			if e.Value != nil {
				return e.Value.Value
			}
		}
	}
	if p.Schema == nil || p.Schema.Schema() == nil {
		return ""
	}
	s := p.Schema.Schema()
	switch {
	case s.Example != nil:
		return s.Example.Value
	case s.Default != nil:
		return s.Default.Value
	case len(s.Enum) > 0:
		return s.Enum[0].Value
	}
	return ""
}

// body is an example of JSON content that the document has; empty: none.
func body(op *v3.Operation) string {
	if op.RequestBody == nil || op.RequestBody.Content == nil {
		return ""
	}
	media, ok := op.RequestBody.Content.Get("application/json")
	if !ok || media == nil || media.Example == nil {
		return ""
	}
	var value any
	if media.Example.Decode(&value) != nil {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
