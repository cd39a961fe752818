package main

import (
	"errors"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/secret"
)

// secretsOf knows the secrets of a target: those that a person gave, and those of its URL.
func secretsOf(t *harness.Target) *secret.Redactor {
	r := &secret.Redactor{Endpoint: t.Declared != nil}
	r.AddURL(address(t))
	t.Requests.AddSecrets(r)
	return r
}

// withoutSecrets is the error without secrets, whatever it quotes.
func withoutSecrets(err error, by *secret.Redactor) error {
	if err == nil {
		return nil
	}
	var s *status
	if !errors.As(err, &s) {
		s = &status{code: exitUsage, err: err}
	}
	out := &status{code: s.code}
	if s.err != nil {
		out.err = errors.New(by.Text(s.err.Error()))
	}
	for _, h := range s.hints {
		out.hints = append(out.hints, by.Text(h))
	}
	return out
}
