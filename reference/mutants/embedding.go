package mutants

import (
	"slices"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

const (
	helmetIssue = "https://github.com/helmetjs/helmet/issues/343"
	fieldCORP   = "Cross-Origin-Resource-Policy"
	corpSection = "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header"
)

// sharedWithAny: an answer under the policy that any origin may read.
var sharedWithAny = both(not(isPreflight), policy("any"))

// embeddingMutants set security fields without a look at what the policy shares, or take applications for
// what they are not.
var embeddingMutants = []Mutant{
	{
		Name: "corp-same-origin", Class: ContractBroken, Browser: true,
		Doc:     "A layer of security fields keeps to their own origin what any origin may read.",
		Sources: []string{helmetIssue, corpSection},
		Targets: []string{"corp-*", "cache-browser-image-*"},
		hooks:   head(on(sharedWithAny, put(fieldCORP, "same-origin"))),
	},
	{
		Name: "corp-same-site", Class: ContractBroken, Browser: true,
		Doc:     "A layer of security fields keeps to their own site what any origin may read.",
		Sources: []string{helmetIssue, corpSection},
		Targets: []string{"corp-*", "cache-browser-image-*"},
		hooks:   head(on(sharedWithAny, put(fieldCORP, "same-site"))),
	},
	{
		Name: "corp-bare", Class: ContractBroken,
		Doc:     "The bare URL answers with a picture, kept to its own origin, though any origin may read it.",
		Sources: []string{helmetIssue, corpSection},
		Targets: []string{"corp-public*"},
		hooks:   head(on(both(sharedWithAny, bareURL, isPlain), put("Content-Type", "image/svg+xml"), put(fieldCORP, "same-origin"))),
	},
	{
		Name: "app-scheme-unknown", Class: GrantMissing,
		Doc:     "An origin whose scheme is neither http nor https is not an origin, though it is on the list.",
		Sources: []string{"https://github.com/appwrite/appwrite/pull/13514", "https://github.com/vert-x3/vertx-web/blob/79a467d678/vertx-web/src/main/java/io/vertx/ext/web/handler/impl/CorsHandlerImpl.java"},
		Targets: []string{"app-*", "origin-custom-scheme*", "origin-extension-scheme*", "any-custom-scheme*"},
		hooks:   denyWhen(originIs(func(o string) bool { s, _, _ := parts(o); return o != "" && o != "null" && s != "http" && s != "https" })),
	},
	{
		Name: "app-any", Class: OriginLoose,
		Doc:     "Every application of the known kinds is allowed: what is not a page of the web needs no CORS, somebody thought.",
		Sources: []string{"https://github.com/ollama/ollama/issues/4791", "https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"app-denied*", "origin-custom-scheme-other*"},
		hooks: allowWhen(func(x *exchange) bool {
			s, _, _ := parts(x.Origin)
			return x.Kind != layer.Plain && !x.Layer.Origins.None() && slices.Contains([]string{"app", "capacitor", "ionic", "tauri"}, s)
		}),
	},
	{
		Name: "app-host-alone", Class: OriginLoose, Browser: true,
		Doc:     "Of an application's origin the host is compared alone.",
		Sources: []string{"https://github.com/c15t/c15t/pull/1012", "https://fetch.spec.whatwg.org/#concept-cors-check"},
		Targets: []string{"app-other-scheme*"},
		hooks: allowAlso(func(allowed, origin string) bool {
			s, host, _ := parts(allowed)
			_, other, _ := parts(origin)
			return s != "http" && s != "https" && host == other && host != ""
		}),
	},
}
