package agent

import (
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// Asked is the grant that a refusal is about.
type Asked struct {
	Origin      string `json:"origin,omitempty"`
	Credentials bool   `json:"credentials,omitempty"`
	Preflight   bool   `json:"preflight,omitempty"` // refused by the answer to the preflight
	Parameter   string `json:"parameter,omitempty"` // the method or header that was not granted, where it is that
	Instead     bool   `json:"instead,omitempty"`   // the request was to be blocked, and was, for another reason
}

// By adds who asked.
func (a Asked) By(r *cases.Request) Asked {
	if a.Origin == "" && r != nil {
		a.Origin, a.Credentials = r.Origin, r.Spec("http://127.0.0.1/").Credentials == spec.CredentialsInclude
	}
	return a
}

// AtPreflight tells whether a reason is one of the answer to a preflight.
func AtPreflight(r spec.Reason) bool { return strings.Contains(string(r), "Preflight") }

// OfExchange is a reason without the word that tells preflight and request apart.
func OfExchange(reason string) string { return strings.TrimPrefix(reason, "Preflight") }
