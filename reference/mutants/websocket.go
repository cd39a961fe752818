package mutants

import (
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/reference/internal/layer"
)

// handshakes decides about the origins of handshakes otherwise.
func handshakes(decide func(p *cases.Policy, r *http.Request, allowed bool) bool) func() hooks {
	return func() hooks { return hooks{socket: decide} }
}

const rfcWebSocket = "https://www.rfc-editor.org/rfc/rfc6455.html#section-10.2"

// webSocketMutants leave the origins of handshakes to somebody else, or get them wrong.
var webSocketMutants = []Mutant{
	{
		Name: "ws-any-origin", Class: OriginLoose, Browser: true,
		Doc:     "Handshakes are taken from every origin: whoever configured CORS thought that it covers them.",
		Sources: []string{rfcWebSocket, "https://github.com/tornadoweb/tornado/pull/980", "https://github.com/cylc/cylc-uiserver/issues/109"},
		Targets: []string{"ws-denied*"},
		hooks:   handshakes(func(*cases.Policy, *http.Request, bool) bool { return true }),
	},
	{
		Name: "ws-host-part", Class: OriginLoose, Browser: true,
		Doc:     "The origin of a handshake is allowed when an allowed host is somewhere in it.",
		Sources: []string{rfcWebSocket, "https://fetch.spec.whatwg.org/#websocket-protocol"},
		Targets: []string{"ws-suffix*"},
		hooks: handshakes(func(p *cases.Policy, r *http.Request, allowed bool) bool {
			return allowed || slices.ContainsFunc(p.Origins, func(o string) bool {
				_, host, ok := strings.Cut(o, "://")
				return ok && strings.Contains(r.Header.Get(layer.FieldOrigin), host)
			})
		}),
	},
	{
		Name: "ws-null-origin", Class: OriginLoose, Browser: true,
		Doc:     "The origin null of a handshake is taken for a client that is not a browser.",
		Sources: []string{rfcWebSocket, "https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin"},
		Targets: []string{"ws-null*"},
		hooks: handshakes(func(_ *cases.Policy, r *http.Request, allowed bool) bool {
			return allowed || r.Header.Get(layer.FieldOrigin) == "null"
		}),
	},
	{
		Name: "ws-own-origin-only", Class: GrantMissing, Browser: true,
		Doc:     "Handshakes are taken from the server's own origin alone, whatever the policy.",
		Sources: []string{"https://github.com/tornadoweb/tornado/issues/2869"},
		Targets: []string{"ws-allowed*"},
		hooks:   handshakes(func(*cases.Policy, *http.Request, bool) bool { return false }),
	},
}
