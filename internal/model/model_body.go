package model

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
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

// resolve makes a Location absolute.
func resolve(base, location string) (string, error) {
	b, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u, err := b.Parse(location)
	if err != nil {
		return "", err
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%w of a web page: %s", errNoURL, agent.Show(location))
	}
	return u.String(), nil
}
