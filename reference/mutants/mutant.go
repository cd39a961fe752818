package mutants

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Class is a kind of defect of real CORS middleware.
type Class string

// The classes. The first eighteen are those into which the defects of real
// projects fall; the others are smaller, or belong to the transport.
const (
	ReflectAny           Class = "reflect-any-credentials" // "*" with credentials turned into an echo of every origin
	UnusablePair         Class = "unusable-pair"           // "*" together with Allow-Credentials: true
	OriginLoose          Class = "origin-too-loose"        // more origins match than are meant
	OriginInexact        Class = "origin-not-byte-exact"   // an origin is normalised before or after the comparison
	SeveralOrigins       Class = "several-origins"         // several Origin values, several Allow-Origin values
	VaryDenied           Class = "vary-missing-when-denied"
	VaryMissing          Class = "vary-missing"
	VaryClobbered        Class = "vary-clobbered"
	OptionsHijacked      Class = "options-hijacked"         // an OPTIONS that is not a preflight does not reach the application
	PreflightNoOrigin    Class = "preflight-without-origin" // OPTIONS with Access-Control-Request-Method alone is swallowed
	PreflightThrough     Class = "preflight-reaches-app"    // or authentication, routing, redirects
	RequestHeaderList    Class = "request-headers-syntax"   // Access-Control-Request-Headers misread
	LiteralWildcard      Class = "literal-wildcard"         // "*" where it is only a name
	SafelistedBlocked    Class = "safelisted-blocked"       // what needs no grant is refused
	MaxAgeWrong          Class = "max-age"
	ErrorLosesGrant      Class = "errors-lose-the-grant"
	TwoValues            Class = "two-values" // application and layer both speak
	GrantOnDenied        Class = "grants-on-denied"
	GrantMissing         Class = "grant-missing"       // what is configured is not granted
	GrantExcess          Class = "grant-excess"        // a method, header or field beyond the policy
	FieldSyntax          Class = "field-syntax"        // a CORS field that breaks its grammar
	FieldMisplaced       Class = "field-misplaced"     // preflight fields on responses, or the other way round
	Unbounded            Class = "unbounded-work"      // work or output grows with hostile input
	Crash                Class = "crash"               // the layer itself fails
	PolicyLeak           Class = "policy-leak"         // one policy answers for another
	SharedState          Class = "shared-state"        // one response answers for another
	PrivateNetworkAccess Class = "private-network"     // the legacy Private Network Access fields
	TransportDependent   Class = "transport"           // the answer depends on how the request came
	RequestDependent     Class = "request-dependent"   // the grant depends on what is none of its business
	Injection            Class = "injection"           // request bytes become response fields
	ContractBroken       Class = "application"         // the layer damages what the application answered
	ResponseFraming      Class = "framing"             // the message breaks HTTP
	EnvironmentTrusted   Class = "environment-trusted" // Host and forwarding fields decide
)

// Mutant is the good server with one small defect that a real project has, or had.
type Mutant struct {
	Name  string `json:"name"`
	Doc   string `json:"doc"` // what it does wrong, in one sentence
	Class Class  `json:"class"`
	// Sources are public: where the defect was seen, as addresses or advisory
	// ids; for one that was not, the passage of the standard that it breaks.
	Sources []string `json:"sources"`
	// Targets are globs of the ids of the cases that are meant to find it.
	Targets []string `json:"targets"`
	// Browser: a browser sees the difference too.
	Browser bool `json:"browser"`
	// Cause is the id of what its owner should be told (see cases.Causes).
	Cause string `json:"cause"`
	// OtherCause is a second one that is as right; empty for most.
	OtherCause string `json:"other_cause,omitempty"`

	// hooks makes the change, anew for each server: a defect may have a memory.
	hooks func() hooks
}

// Server makes a server with the defect.
func (m Mutant) Server(policies []cases.Policy) (*Server, error) {
	hk := m.hooks()
	s, err := hk.server(policies)
	if err != nil {
		return nil, fmt.Errorf("mutant %s: %w", m.Name, err)
	}
	return s, nil
}

// ErrUnknownMutant is returned by New for a name that no mutant has.
var ErrUnknownMutant = errors.New("there is no such mutant")

// New makes the mutant of that name.
func New(name string, policies []cases.Policy) (*Server, error) {
	all := All()
	i := slices.IndexFunc(all, func(m Mutant) bool { return m.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("making mutant %q: %w: see All for the %d that there are", name, ErrUnknownMutant, len(all))
	}
	return all[i].Server(policies)
}

// All returns all mutants, sorted by name.
func All() []Mutant {
	all := slices.Concat(
		originMutants, leftoverMutants, kindMutants, deniedMutants, spellingMutants, patternMutants, originSyntaxMutants, sharingMutants, credentialMutants,
		preflightMutants, methodListMutants, headerListMutants, exposeMutants, maxAgeMutants,
		varyMutants, optionsMutants, statusLoses, statusMutants, mergeMutants, privateNetworkMutants,
		transportMutants, robustnessMutants, configMutants, isolationMutants, requestMutants, assetMutants, statedMutants, queryMutants, webSocketMutants, embeddingMutants, timingMutants,
	)
	slices.SortFunc(all, func(a, b Mutant) int { return strings.Compare(a.Name, b.Name) })
	return withCauses(all)
}
