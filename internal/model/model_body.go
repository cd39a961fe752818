package model

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// bodyOf is the content that a request's body stands for.
func bodyOf(r *cases.Request) string {
	if r.Body == nil {
		return ""
	}
	text := strings.Repeat(r.Body.Text, max(r.Body.Repeat, 1))
	if r.Body.Kind == "formdata" {
		// The boundary is the one that cases.Request.Spec puts into Content-Type.
		return "------corsproof\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\n" + text + "\r\n------corsproof--\r\n"
	}
	return text
}

// cookieSent tells whether a request carries the cookie of WithCookie.
func cookieSent(ex *agent.Exchange) bool {
	v, _ := ex.Request.Get("Cookie")
	return slices.Contains(strings.Split(v, "; "), agent.Cookie)
}

// resolve makes a Location absolute; ok is false for what is not the URL of a web page.
func resolve(base, location string) (absolute string, ok bool) {
	b, err := spec.ParseURL(base)
	if err != nil {
		return "", false
	}
	u, err := b.Resolve(location)
	return u.String(), err == nil && u.IsHTTP()
}
