package playground

import (
	"strings"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// Order is what the page asks for: a request, and how to answer it.
type Order struct {
	Origin      string   `json:"origin"` // that the frame says it has; "null" for an opaque one
	Method      string   `json:"method"`
	Headers     []string `json:"headers"` // "Name: value"
	Credentials string   `json:"credentials"`
	Mode        string   `json:"mode"`
	Preflight   string   `json:"preflight"` // the lines of the answer to a preflight
	Answer      string   `json:"answer"`    // and to the request itself
	Site        string   `json:"site"`      // the origin in the lines that stands for the page; empty for none
}

// armed is an order that is ready to be requested.
type armed struct {
	request             spec.Request // without the URL
	preflight, response spec.Response
	leftOut             []string
}

// arm reads an order. The error is an *Error.
func (o *Order) arm() (*armed, error) {
	a := &armed{request: spec.Request{API: spec.APIFetch, Origin: o.Origin, Method: o.Method, Redirect: spec.RedirectFollow,
		Mode: spec.Mode(o.Mode), Credentials: spec.CredentialsMode(o.Credentials)}}
	if err := o.check(); err != nil {
		return nil, err
	}
	for i, line := range o.Headers {
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || !spec.IsToken(name) || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c > 0x7e }) {
			return nil, &Error{"headers", i + 1, "\"" + clip(line) + "\" is not a header, as in Authorization: Bearer abc, in plain ASCII"}
		}
		a.request.Header.Add(name, value)
	}
	site := ""
	if o.Site != "" {
		if site = explain.OriginOf(o.Site); site == "" {
			return nil, &Error{Field: "site", Text: "\"" + clip(o.Site) + "\" is not an origin, as in https://app.example.com"}
		}
	}
	return a, a.answers(o, site)
}

func (a *armed) answers(o *Order, site string) error {
	for _, e := range []struct {
		field, text string
		to          *spec.Response
	}{{"preflight", o.Preflight, &a.preflight}, {"answer", o.Answer, &a.response}} {
		r, left, err := parseAnswer(e.field, e.text, o.Origin, site)
		if err != nil {
			return err
		}
		*e.to = *r
		for _, l := range left {
			a.leftOut = append(a.leftOut, e.field+": "+l)
		}
	}
	return nil
}

func (o *Order) check() error {
	if origin, err := spec.ParseOrigin(o.Origin); o.Origin != "null" && (err != nil || origin.String() != o.Origin) {
		return &Error{Field: "origin", Text: "\"" + clip(o.Origin) + "\" is not an origin"}
	}
	if !spec.IsToken(o.Method) || len(o.Method) > 40 {
		return &Error{Field: "method", Text: "\"" + clip(o.Method) + "\" is not a method, as in GET or PUT"}
	}
	switch spec.CredentialsMode(o.Credentials) {
	case spec.CredentialsOmit, spec.CredentialsSameOrigin, spec.CredentialsInclude:
	default:
		return &Error{Field: "credentials", Text: "it is omit, same-origin or include"}
	}
	switch spec.Mode(o.Mode) {
	case spec.ModeCORS, spec.ModeNoCORS, spec.ModeSameOrigin:
	default:
		return &Error{Field: "mode", Text: "it is cors, no-cors or same-origin"}
	}
	if len(o.Headers) > 30 {
		return &Error{Field: "headers", Text: "30 are the most"}
	}
	return nil
}
