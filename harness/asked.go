package harness

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// asked is the grant that a refusal is about.
type asked struct {
	origin      string
	credentials bool
	preflight   bool   // refused by the answer to the preflight
	parameter   string // the method or header that was not granted, where it is that
	instead     bool   // the request was to be blocked, and was, for another reason
}

// by adds who asked.
func (a asked) by(r *cases.Request) asked {
	if a.origin == "" && r != nil {
		a.origin, a.credentials = r.Origin, r.Spec("http://127.0.0.1/").Credentials == spec.CredentialsInclude
	}
	return a
}

// atPreflight tells whether a reason is one of the answer to a preflight.
func atPreflight(r spec.Reason) bool { return strings.Contains(string(r), "Preflight") }

// ofExchange is a reason without the word that tells preflight and request apart.
func ofExchange(reason string) string { return strings.TrimPrefix(reason, "Preflight") }
