package explain

import (
	"slices"

	"github.com/corsproof/corsproof/spec"
)

// A 304 has the browser give the page what it has stored, with the headers that it stored, and those of the
// 304 in their place (https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch, RFC 9111, section 3.2).
// CORS looks at those. Only a script that sets If-None-Match itself gets the 304 as it stands.

const notModified = 304

// storedDecides tells whether a check failed for what a 304 does not have, and the stored answer may
// have. Of a request that the browser let pass that is known.
func (s *sighting) storedDecides(v *verdict, c *Context) bool {
	a := s.answers
	if a.complete || a.blocked == yes || a.noOrigin || a.unseen && s.origin == "" || v.reason.IsPreflight() || v.hop >= len(a.hops) {
		return false
	}
	r := a.hops[v.hop].response
	if r == nil || r.Status != notModified || v.hop != len(a.hops)-1 {
		return false
	}
	missing := v.reason == spec.ReasonMissingAllowOriginHeader || v.reason == spec.ReasonInvalidAllowCredentials && !r.Header.Has(allowCredentials)
	if a.blocked != no && !missing {
		return false
	}
	if s.reason, s.stored = ReasonAllowed, true; a.blocked != no || c.Reads != "" {
		s.reason = ReasonUndetermined
	}
	s.status, s.fields = r.Status, r.Header
	return true
}

// withStored puts in the place of a 304 what an earlier answer of the HAR for the URL was, with the
// headers of the 304: it is what the page got.
func (r *harReader) withStored(i int, hop *hopSeen, blocked answer3) {
	if blocked == yes || hop.response == nil || hop.response.Status != notModified {
		return
	}
	for _, j := range slices.Backward(r.byURL[withoutFragment(hop.url)]) {
		e := &r.har.Log.Entries[j]
		if j >= i || e.Response.Status != 200 || e.Request.Method != "GET" {
			continue
		}
		merged := slices.Clone(hop.response.Header)
		merged = append(merged, headerOfHAR(e.Response.Headers).Without(func(name string) bool { return hop.response.Header.Has(name) })...)
		if blocked == no && spec.CheckCORS(r.pageOf(i), spec.CredentialsSameOrigin, merged) != "" {
			continue // it was another that the browser had stored
		}
		hop.response = &spec.Response{Status: e.Response.Status, Header: merged}
		return
	}
}

// titleStored and the rest are for a 304 that does not decide.
func titleStored() string {
	return "The answer is 304 Not Modified: what the browser has stored decides, and is not in the text"
}

func (s *sighting) hereStored() string {
	if s.reason == ReasonAllowed {
		return "The answer is 304 Not Modified: what the browser has stored still holds, and its headers count, which need not be in the 304 again. The browser reports no failure."
	}
	return "With a 304 the browser gives the page what it has stored, if the headers stored let the page in; they need not be in the 304 again. Only a script that sets If-None-Match or If-Modified-Since itself gets the 304 as it stands."
}

func (s *sighting) storedAlternatives(add func(spec.Reason, string, string)) {
	add(spec.ReasonMissingAllowOriginHeader, "no-cors", "if the command shows no Access-Control-Allow-Origin: the stored answer hardly has it either; "+lower(title("no-cors"))+", or does not list this origin")
	add(spec.ReasonMissingAllowOriginHeader, "not-modified-no-cors", "if it shows that all is right, and the script sets If-None-Match itself: send the header with the 304 as well")
	add(spec.ReasonMissingAllowOriginHeader, "vary-missing", "if it shows that all is right, and the browser set it: perhaps the stored answer was for another page or for none, which Vary: Origin prevents")
}
