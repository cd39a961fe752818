package explain

import (
	"errors"

	"github.com/corsproof/corsproof/spec"
)

// Request is the request that an input is about, so that it can be made: the one that Explain
// answers first, where there are several. Header values that the input does not have are empty. The error is an *Error.
func Request(text string, kind Kind, c Context) (spec.Request, error) {
	text = clean(text)
	if kind == "" {
		kind = Recognise(text)
	}
	list, err := read(text, kind, &c)
	if err != nil {
		return spec.Request{}, err
	}
	s := &decided(list, &c)[0]
	r := spec.Request{Header: c.Header, Credentials: c.Credentials}
	if s.answers != nil {
		r = s.answers.request
	}
	r.Origin, r.URL = orSome(c.Origin, s.origin), orSome(s.from, s.url)
	r.Method = orSome(c.Method, s.methodAsked(), r.Method, "GET")
	if s.reason == spec.ReasonHeaderDisallowedByPreflightResponse && s.param != "" && !r.Header.Has(s.param) {
		r.Header.Add(s.param, "")
		r.Header = unsafeValues(r.Header)
	}
	r.Credentials = spec.CredentialsMode(orSome(string(c.Credentials), string(r.Credentials), string(s.mode)))
	switch {
	case r.URL == "":
		return r, &Error{"finding the request", errors.New("the text does not say which URL was asked for"), "give it with --url"}
	case r.Origin == "":
		return r, &Error{"finding the request", errors.New("the text does not say of which origin the page is"), "give it with --from, such as --from https://app.example.com"}
	case s.preflight == yes && s.answers == nil && (c.Method == "" && s.unnamedMethod() || !spec.NeedsPreflight(spec.NormalizeMethod(r.Method), unsafeValues(r.Header), false)):
		return r, &Error{"finding the request", errors.New("the message is about a preflight, and does not say for which method or headers permission was asked; another request would tell nothing about it"),
			"give the method with -X, and the headers that the script sets with -H, such as -X POST -H Content-Type (DevTools, Network, has them)"}
	}
	return r, nil
}

// methodAsked is the method of the request, as far as the input says.
func (s *sighting) methodAsked() string {
	if s.method == "" && s.reason == spec.ReasonMethodDisallowedByPreflightResponse {
		return s.param
	}
	return s.method
}

// Blocked tells whether an input says for certain that a browser blocked the request that Request
// gives.
func Blocked(text string, kind Kind, c Context) bool {
	if text = clean(text); kind == "" {
		kind = Recognise(text)
	}
	list, err := read(text, kind, &c)
	return err == nil && len(list) > 0 && kind == KindConsole && rank(decided(list, &c)[0].reason) == 0
}
