package ask

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/corsproof/corsproof/internal/input"
)

// ParseFields reads "NAME: VALUE", or the lines of a file where text is "@FILE"
// (empty lines and those that begin with # are left out).
func ParseFields(text string) ([]Field, error) { return parseFields(text, NewField) }

// ParseScriptFields is ParseFields for what a script may try to set: any field.
func ParseScriptFields(text string) ([]Field, error) { return parseFields(text, newField) }

func parseFields(text string, take func(name, value string) (Field, error)) ([]Field, error) {
	path, file := strings.CutPrefix(text, "@")
	if !file {
		f, err := parseField(text, take)
		if err != nil {
			return nil, err
		}
		return []Field{f}, nil
	}
	data, err := input.File(path, input.Written)
	if err != nil {
		return nil, fmt.Errorf("reading request fields: %w", err)
	}
	var list []Field
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f, err := parseField(line, take)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		list = append(list, f)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s has no request field; expected lines such as NAME: VALUE", path)
	}
	return list, nil
}

// parseField reads "NAME: VALUE". What it says of a wrong one has no value in it.
func parseField(line string, take func(name, value string) (Field, error)) (Field, error) {
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return Field{}, errors.New("a request field has no colon; expected NAME: VALUE")
	}
	return take(strings.TrimSpace(name), strings.TrimSpace(value))
}

// FieldFromVariable reads "NAME=VARIABLE".
func FieldFromVariable(text string) (Field, error) {
	name, variable, ok := strings.Cut(text, "=")
	if !ok || variable == "" {
		return Field{}, errors.New("expected NAME=VARIABLE, such as Authorization=API_AUTHORIZATION")
	}
	value, err := Variable(variable)
	if err != nil {
		return Field{}, err
	}
	f, err := NewField(strings.TrimSpace(name), value)
	f.Variable = variable
	return f, err
}

// Variable is the value of an environment variable that must be there.
func Variable(name string) (string, error) {
	value, ok := os.LookupEnv(name)
	if !ok || value == "" {
		return "", fmt.Errorf("the environment variable %s is not set", name)
	}
	return value, nil
}

// NewField checks a field: it must be one that a person can state.
func NewField(name, value string) (Field, error) {
	f, err := newField(name, value)
	if err == nil && controlled(name) {
		return Field{}, fmt.Errorf("%s is set by each check itself, so that it cannot be given", name)
	}
	return f, err
}

func newField(name, value string) (Field, error) {
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return Field{}, fmt.Errorf("%.40q is not the name of a request field; expected NAME: VALUE", name)
	case !httpguts.ValidHeaderFieldValue(value):
		return Field{}, fmt.Errorf("the value of %s has a control character, such as a line break", name)
	}
	return Field{Name: name, Value: value}, nil
}

// controlled are the fields that say what a check asks, or frame its request.
func controlled(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "origin", "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive",
		"expect", "accept-encoding", "range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "cookie2":
		return true
	}
	return strings.HasPrefix(name, "access-control-") || strings.HasPrefix(name, "sec-")
}

// Basic is the field of a user name and password.
func Basic(user string) (Field, error) {
	if !strings.Contains(user, ":") {
		return Field{}, errors.New("expected USER:PASSWORD")
	}
	return NewField("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
}

// Bearer is the field of a token.
func Bearer(token string) (Field, error) {
	return NewField("Authorization", "Bearer "+strings.TrimSpace(token))
}

// ParseCookies reads "a=1; b=2", or the same out of a file where text is "@FILE".
func ParseCookies(text string) ([]Cookie, error) {
	if path, file := strings.CutPrefix(text, "@"); file {
		data, err := input.File(path, input.Written)
		if err != nil {
			return nil, fmt.Errorf("reading cookies: %w", err)
		}
		text = strings.TrimSpace(string(data))
	}
	var list []Cookie
	for pair := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		switch {
		case strings.TrimSpace(pair) == "":
			continue
		case !ok || !httpguts.ValidHeaderFieldName(name):
			return nil, errors.New("a cookie has no name; expected NAME=VALUE, several with a semicolon between them")
		case !httpguts.ValidHeaderFieldValue(value):
			return nil, fmt.Errorf("the value of the cookie %s has a control character, such as a line break", name)
		}
		list = append(list, Cookie{name, value})
	}
	if len(list) == 0 {
		return nil, errors.New("no cookie was given; expected NAME=VALUE, several with a semicolon between them")
	}
	return list, nil
}

// ParseData is the content to send, or that of a file where text is "@FILE".
func ParseData(text string) (string, error) {
	path, file := strings.CutPrefix(text, "@")
	if !file {
		return text, nil
	}
	data, err := input.File(path, input.Content)
	if err != nil {
		return "", fmt.Errorf("reading the content to send: %w", err)
	}
	return string(data), nil
}

// Twice is the name of a field that is given more than once; empty: none is.
func (o *Options) Twice() string {
	var seen []string
	for _, f := range slices.Concat(o.Page, o.Gate) {
		name := strings.ToLower(f.Name)
		if slices.Contains(seen, name) {
			return f.Name
		}
		seen = append(seen, name)
	}
	return ""
}

// IsMethod tells whether a script can send the method.
func IsMethod(name string) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, c) {
			return false
		}
	}
	return name != "" && !slices.Contains([]string{"CONNECT", "TRACE", "TRACK"}, strings.ToUpper(name))
}
