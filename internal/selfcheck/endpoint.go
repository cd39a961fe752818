package selfcheck

import (
	"context"

	"github.com/corsproof/corsproof/harness"
)

// endpointPolicies are declared for ordinary endpoints: with and without
// credentials, and any origin.
var endpointPolicies = []string{"exact", "exact-creds", "any"}

// asEndpoints runs the table against a lawful server as one runs it against
// somebody's API: no contract is known, a policy is declared, and every case that
// needs no more is checked against it. Nothing may fail, and nothing above practice warn.
func (s *selfcheck) asEndpoints(ctx context.Context, served *harness.Target, tls, variant string) error {
	for _, name := range endpointPolicies {
		p := s.Table.Policy(name)
		if p == nil { // a table of the user's own
			continue
		}
		target := &harness.Target{
			Name: served.Name + " as an endpoint with the policy " + name, Declared: p,
			Endpoint: served.Base + "/" + name + "/ok", TLSBase: tls + "/" + name + "/ok", TLSRoots: served.TLSRoots,
		}
		sum, err := s.run(ctx, target)
		if err != nil {
			return err
		}
		s.lawful(sum, variant, "as an endpoint: ")
	}
	return nil
}
