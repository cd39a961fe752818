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
	r.Method = orSome(c.Method, s.method, r.Method, "GET")
	r.Credentials = spec.CredentialsMode(orSome(string(c.Credentials), string(r.Credentials)))
	switch {
	case r.URL == "":
		return r, &Error{"finding the request", errors.New("the text does not say which URL was asked for"), "give it with --url"}
	case r.Origin == "":
		return r, &Error{"finding the request", errors.New("the text does not say of which origin the page is"), "give it with --from, such as --from https://app.example.com"}
	}
	return r, nil
}
