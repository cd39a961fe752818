package spec

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"slices"
	"strings"
)

const integrityStandard = "https://w3c.github.io/webappsec-subresource-integrity/"

var (
	ruleIntegrity       = rule{"main-fetch/22", fetchStandard + "#concept-main-fetch"}
	ruleIntegrityPolicy = rule{"integrity-policy", integrityStandard + "#should-request-be-blocked-by-integrity-policy"}
)

// blockedByIntegrityPolicy is
// https://w3c.github.io/webappsec-subresource-integrity/#should-request-be-blocked-by-integrity-policy.
func (f *Fetch) blockedByIntegrityPolicy() bool {
	c := f.req.Context
	if f.p.IntegrityPolicyScripts && c.Destination != "script" {
		return false
	}
	if !slices.Contains(c.IntegrityPolicy, c.Destination) || f.integrityAsked() {
		return false
	}
	f.t.add(ruleIntegrityPolicy, "the page's Integrity-Policy wants integrity metadata, and mode cors or same-origin: network error")
	f.block(ReasonIntegrityPolicy, "")
	return true
}

// integrityAsked tells whether a request has what Integrity-Policy wants.
func (f *Fetch) integrityAsked() bool {
	return f.req.Context.Integrity != "" && f.req.Mode != ModeNoCORS
}

// mismatches is main fetch, step 22: an answer without content, as an opaque one, matches nothing.
func (f *Fetch) mismatches(resp Response) bool {
	c := f.req.Context
	if c == nil || c.Integrity == "" || f.p.IntegrityLax && f.req.API == APIElement && !hasDigest(c.Integrity) {
		return false
	}
	why := "the content does not match"
	switch {
	case f.tainting == TypeOpaque || f.req.Redirect == RedirectManual && RedirectStatus(resp.Status):
		why = "the answer is opaque"
	case f.p.IntegrityLax && f.withoutContent(resp):
		if MatchesIntegrity(c.Integrity, nil) {
			return false
		}
	case f.withoutContent(resp):
		why = "the answer has no content"
	case resp.Content == nil || MatchesIntegrity(c.Integrity, resp.Content):
		return false
	}
	if f.t != nil {
		f.t.add(ruleIntegrity, "the request has integrity metadata, and "+why+": network error")
	}
	f.block(ReasonIntegrity, "")
	return true
}

// withoutContent is main fetch, step 21: the answer's body is null.
func (f *Fetch) withoutContent(resp Response) bool {
	return f.method == "HEAD" || slices.Contains(nullBodyStatuses[:], resp.Status)
}

// nullBodyStatuses are https://fetch.spec.whatwg.org/#null-body-status.
var nullBodyStatuses = [...]int{101, 103, 204, 205, 304}

// MatchesIntegrity is
// https://w3c.github.io/webappsec-subresource-integrity/#does-response-match-metadatalist: of several
// digests those of the strongest algorithm count, of which one has to be that of the content. Metadata
// without a digest that is known matches everything.
func MatchesIntegrity(metadata string, content []byte) bool {
	strongest, match := 0, true
	for item := range strings.FieldsSeq(metadata) {
		strength, algorithm, want := parseDigest(item)
		if strength == 0 || strength < strongest {
			continue
		}
		if strength > strongest {
			strongest, match = strength, false
		}
		match = match || want == digest(algorithm, content)
	}
	return match
}

// parseDigest parses an item of integrity metadata; strength is 0 where its algorithm is not known.
func parseDigest(item string) (strength int, algorithm, value string) {
	expression, _, _ := strings.Cut(item, "?")
	algorithm, value, _ = strings.Cut(expression, "-")
	return slices.Index(digests[:], algorithm) + 1, algorithm, value
}

// hasDigest tells whether integrity metadata has a digest that is known.
func hasDigest(metadata string) bool {
	for item := range strings.FieldsSeq(metadata) {
		if strength, _, _ := parseDigest(item); strength > 0 {
			return true
		}
	}
	return false
}

// digests are the algorithms of integrity metadata, the strongest last.
var digests = [...]string{"sha256", "sha384", "sha512"}

// digest is a content's in base64.
func digest(algorithm string, content []byte) string {
	switch algorithm {
	case "sha384":
		sum := sha512.Sum384(content)
		return base64.StdEncoding.EncodeToString(sum[:])
	case "sha512":
		sum := sha512.Sum512(content)
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	sum := sha256.Sum256(content)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// integrityOpen tells whether integrity may still stop the request.
func (f *Fetch) integrityOpen() bool {
	c := f.req.Context
	if c.Integrity != "" {
		return f.out.Result == Allowed && f.response.Content == nil
	}
	return c.IntegrityPolicy == nil && slices.Contains(policyDestinations, c.Destination)
}

// policyDestinations are those that Integrity-Policy can name.
var policyDestinations = []string{"script", "style"}
