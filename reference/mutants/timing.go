package mutants

import (
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

const (
	timingField = "https://w3c.github.io/resource-timing/#sec-timing-allow-origin"
	timingCheck = "https://fetch.spec.whatwg.org/#tao-check"
)

// timingStated: an answer under the policy that states who may read times.
var timingStated = both(policy("timing"), not(isPreflight))

// timingMutants let the wrong pages read how long a load took.
var timingMutants = []Mutant{
	{
		Name: "timing-missing", Class: GrantMissing, Browser: true,
		Doc:     "Timing-Allow-Origin is not sent, though it is configured.",
		Sources: []string{timingField, timingCheck},
		Targets: []string{"timing-*"},
		hooks:   head(on(timingStated, drop(layer.FieldTAO))),
	},
	{
		Name: "timing-any", Class: GrantExcess, Browser: true,
		Doc:     "Every page may read the times, whatever is configured.",
		Sources: []string{timingField, timingCheck},
		Targets: []string{"timing-*"},
		hooks:   head(on(timingStated, put(layer.FieldTAO, "*"))),
	},
	{
		Name: "timing-by-origin", Class: GrantExcess, Browser: true,
		Doc:     "Whoever may read the answer may read the times: the Origin is repeated.",
		Sources: []string{timingField, timingCheck},
		Targets: []string{"timing-*"},
		hooks: head(on(both(timingStated, isGranted, isActual), func(x *exchange, h http.Header) {
			h.Set(layer.FieldTAO, x.Origin)
		})),
	},
	{
		Name: "timing-null", Class: GrantExcess, Browser: true,
		Doc:     "null is on the list, so that every sandboxed frame may read the times.",
		Sources: []string{timingCheck},
		Targets: []string{"timing-null*", "timing-denied*"},
		hooks:   head(on(timingStated, rewrite(layer.FieldTAO, func(v string) string { return v + ", null" }))),
	},
	{
		Name: "timing-spaced", Class: FieldSyntax, Browser: true,
		Doc:     "The origins have blanks between them, as an earlier draft had it: the browser finds none.",
		Sources: []string{timingField},
		Targets: []string{"timing-*"},
		hooks:   head(on(timingStated, rewrite(layer.FieldTAO, func(v string) string { return "https://status.example " + strings.ReplaceAll(v, ", ", " ") }))),
	},
	{
		Name: "timing-needs-origin", Class: RequestDependent, Browser: true,
		Doc:     "Timing-Allow-Origin is sent by the CORS layer, so only with requests that have an Origin: images have none.",
		Sources: []string{timingField, timingCheck},
		Targets: []string{"timing-image*", "timing-stated*"},
		hooks:   head(on(both(timingStated, isPlain), drop(layer.FieldTAO))),
	},
	{
		Name: "timing-not-on-redirects", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Redirects have no Timing-Allow-Origin.",
		Sources: []string{timingCheck},
		Targets: []string{"timing-redirect*"},
		hooks:   head(on(both(timingStated, status(301, 302, 303, 307, 308)), drop(layer.FieldTAO))),
	},
	{
		Name: "timing-not-on-errors", Class: ErrorLosesGrant, Browser: true,
		Doc:     "Errors have no Timing-Allow-Origin.",
		Sources: []string{timingCheck},
		Targets: []string{"timing-error*"},
		hooks:   head(on(both(timingStated, func(x *exchange) bool { return x.Status >= 400 }), drop(layer.FieldTAO))),
	},
}
