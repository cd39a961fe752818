package mutants

import (
	"errors"
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/cases"
)

// Variant is the good server with one difference that the standards leave
// free. A suite that calls it wrong is itself wrong.
type Variant struct {
	Name string `json:"name"`
	Doc  string `json:"doc"` // what it does, in one sentence
	// Basis is the passage of the standard that leaves it free.
	Basis []string `json:"basis"`

	hooks func() hooks
}

// Server makes a server with the difference.
func (v Variant) Server(policies []cases.Policy) (*Server, error) {
	hk := v.hooks()
	s, err := hk.server(policies)
	if err != nil {
		return nil, fmt.Errorf("variant %s: %w", v.Name, err)
	}
	return s, nil
}

// ErrUnknownVariant is returned by NewLawful for a name that no variant has.
var ErrUnknownVariant = errors.New("there is no such variant")

// NewLawful makes the variant of that name.
func NewLawful(name string, policies []cases.Policy) (*Server, error) {
	all := Lawful()
	i := slices.IndexFunc(all, func(v Variant) bool { return v.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("making variant %q: %w: see Lawful for the %d that there are", name, ErrUnknownVariant, len(all))
	}
	return all[i].Server(policies)
}

// The passages that leave a server its freedom.
const (
	freeStatus    = "https://fetch.spec.whatwg.org/#http-responses"
	freeLists     = "https://fetch.spec.whatwg.org/#http-new-header-syntax"
	freeCaching   = "https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches"
	freePreflight = "https://fetch.spec.whatwg.org/#cors-preflight-fetch-0"
	freeSyntax    = "https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1"
	freeLines     = "https://www.rfc-editor.org/rfc/rfc9110#section-5.3"
)

// Lawful returns the lawful variants.
func Lawful() []Variant {
	return slices.Concat(layerVariants, grantVariants, messageVariants)
}
