package mutants

import "maps"

// Each mutant stands for one cause: what the person should be told who owns a server with
// that defect. It was decided by the mutant's doc and code and by the entries of
// cases/causes.yaml, whose facts had a say in a few, without a look at which causes are found;
// what finds them is measured by it. So an entry changes when it is wrong about the mutant,
// never because another cause is found.

// firstCauses are the causes by the names of the mutants.
var firstCauses = func() map[string]string {
	all := maps.Clone(causesAToH)
	maps.Copy(all, causesIToZ)
	return all
}()

// secondCauses are causes that are as right as the first, for few mutants.
var secondCauses = map[string]string{
	// Browsers ask in lower case, so that a name in other case is refused whoever asks.
	"acah-case-sensitive": "header-not-listed",
	// Seen under one policy alone the list is merely too long.
	"acam-of-all-policies": "policy-of-other-path",
	// The list is too long because a line of the question was not read.
	"acrh-second-line-unchecked": "request-headers-misread",
	// Two mistakes: the reflection, and that no response says so.
	"any-creds-no-vary": "vary-missing",
	// null is the only origin that gets what the list promises to any.
	"any-creds-null-reflected": "any-origin-reflected-credentials",
	// What is allowed too much is the private network alone.
	"default-private-network": "private-network-unstated",
	// One is what is sent, the other what it lets in.
	"denied-gets-null": "allow-origin-null",
	// GET is the method of nearly every request that is no preflight.
	"get-not-shared": "request-no-cors",
	// The protocol is the same, the target is written in another way.
	"h1-absolute-form-loses": "transport-dependent",
	// The protocol is the same, the connection ends.
	"h1-close-loses": "transport-dependent",
	// The server knows its own host by the field Host alone.
	"host-is-origin": "host-field-trusted",
	// Seen under one policy alone credentials are merely allowed too much.
	"iso-credentials": "policy-of-other-path",
	// What another policy granted is remembered from earlier requests.
	"iso-remembers-any": "state-between-requests",
	// Two mistakes: the *, and that no response says on what it depends.
	"no-origin-gets-unvarying-star": "vary-denied",
	// The application answers, so it runs.
	"options-null-through": "preflight-runs-application",
	// Both normalise: a default port of the other scheme is a port as any other.
	"origin-default-ports": "port-ignored",
	// From outside an origin taken for the server itself is one that is not allowed.
	"origin-localhost-denied": "own-origin-mistaken",
	// The allowed host stands at the end.
	"origin-path-junk": "origin-any-start",
	// More digits of the port are an end that is not compared.
	"origin-port-prefix": "origin-any-end",
	// A pattern that takes any text lets every origin in.
	"origin-prefix-wildcard": "pattern-too-wide",
	// The allowed origin stands at the end.
	"origin-substring": "origin-any-start",
	// The missing field is the reason, a 400 what is seen.
	"preflight-needs-acrh": "preflight-refused",
	// A browser asks for the name only when its value is unusual; a server may think that it need not list it.
	"refused-accept-language": "request-headers-misread",
	// As with accept-language.
	"refused-range": "request-headers-misread",
	// The answers to Range are a kind of content.
	"status-206-loses": "content-no-cors",
	// Of the three statuses 429 is the one that people meet.
	"status-limits-lose": "rate-limit-no-cors",
	// Behind TLS the origin is not allowed; without TLS it is.
	"tls-http-origin-denied": "origin-not-listed",
	// It is both a preflight and denied.
	"vary-preflight-denied-lost": "vary-denied",
	// The answer to If-None-Match is a 304.
	"withheld-if-none-match": "not-modified-no-cors",
	// The answers to Range are a kind of content.
	"withheld-range": "content-no-cors",
}

// withCauses fills in what the mutants stand for.
func withCauses(list []Mutant) []Mutant {
	for i := range list {
		m := &list[i]
		m.Cause, m.OtherCause = firstCauses[m.Name], secondCauses[m.Name]
	}
	return list
}
