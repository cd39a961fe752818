package explain

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Printed is what browsers print for a reason, as an example; empty where one prints nothing
// of its own.
type Printed struct {
	Reason                  spec.Reason
	Chrome, Firefox, Safari string
}

// Title is the sentence by which people look for it: Chrome's, for most have that.
func (p *Printed) Title() string {
	for _, s := range []string{p.Chrome, p.Firefox, p.Safari} {
		if s != "" {
			return strings.TrimSuffix(s, ".")
		}
	}
	return string(p.Reason)
}

const (
	beforeRequest = "Response to preflight request doesn't pass access control check: "
	notAllowed    = "Origin https://app.example.com is not allowed by Access-Control-Allow-Origin. Status code: 200"
	noMatch       = "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://www.example.com’"
)

// printed has every reason of which a browser prints something. TestPrinted reads each sentence.
var printed = []Printed{
	{spec.ReasonMissingAllowOriginHeader, "No 'Access-Control-Allow-Origin' header is present on the requested resource.", "CORS header ‘Access-Control-Allow-Origin’ missing", notAllowed},
	{spec.ReasonAllowOriginMismatch, "The 'Access-Control-Allow-Origin' header has a value 'https://www.example.com' that is not equal to the supplied origin.", noMatch, notAllowed},
	{spec.ReasonInvalidAllowOriginValue, "The 'Access-Control-Allow-Origin' header contains the invalid value 'app.example.com'.", "CORS header ‘Access-Control-Allow-Origin’ does not match ‘app.example.com’", notAllowed},
	{spec.ReasonMultipleAllowOriginValues, "The 'Access-Control-Allow-Origin' header contains multiple values '*, https://app.example.com', but only one is allowed.", "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed", "Access-Control-Allow-Origin cannot contain more than one origin."},
	{spec.ReasonWildcardOriginNotAllowed, "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.", "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’", "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."},
	{spec.ReasonInvalidAllowCredentials, "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.", "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’", "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\"."},
	{spec.ReasonPreflightInvalidStatus, beforeRequest + "It does not have HTTP ok status.", "CORS preflight response did not succeed). Status code: 401", "Preflight response is not successful. Status code: 401"},
	{spec.ReasonPreflightDisallowedRedirect, beforeRequest + "Redirect is not allowed for a preflight request.", "CORS request external redirect not allowed", ""},
	{spec.ReasonMethodDisallowedByPreflightResponse, "Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.", "Did not find method in CORS header ‘Access-Control-Allow-Methods’", "Method PUT is not allowed by Access-Control-Allow-Methods."},
	{spec.ReasonHeaderDisallowedByPreflightResponse, "Request header field content-type is not allowed by Access-Control-Allow-Headers in preflight response.", "header ‘content-type’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response", "Request header field Content-Type is not allowed by Access-Control-Allow-Headers."},
	{spec.ReasonInvalidAllowMethodsPreflightResponse, "Cannot parse Access-Control-Allow-Methods response header field in preflight response.", "invalid token ‘PUT;’ in CORS header ‘Access-Control-Allow-Methods’", "Header Access-Control-Allow-Methods has an invalid value: PUT; GET"},
	{spec.ReasonInvalidAllowHeadersPreflightResponse, "Cannot parse Access-Control-Allow-Headers response header field in preflight response.", "invalid token ‘x a’ in CORS header ‘Access-Control-Allow-Headers’", "Header Access-Control-Allow-Headers has an invalid value: x a"},
	{spec.ReasonRedirectContainsCredentials, "Redirect location 'https://user:password@api.example.com/' contains a username and password, which is disallowed for cross-origin requests.", "", ""},
	{spec.ReasonCorsDisabledScheme, "Cross origin requests are only supported for protocol schemes: chrome, chrome-extension, data, http, https.", "CORS request not http", "Cross origin requests are only supported for HTTP."},
	{spec.ReasonDisallowedByMode, "Request mode is \"same-origin\" but the URL's origin is not same as the request origin https://app.example.com.", "", ""},
	{spec.ReasonRedirectDisallowedByMode, "", "", "Not allowed to follow a redirection while loading https://api.example.com/"},
	{spec.ReasonTooManyRedirects, "net::ERR_TOO_MANY_REDIRECTS", "", "too many HTTP redirects"},
	{spec.ReasonNetworkError, "net::ERR_EMPTY_RESPONSE", "", "The network connection was lost."},
	{ReasonUndetermined, "TypeError: Failed to fetch", "TypeError: NetworkError when attempting to fetch resource.", "TypeError: Load failed"},
	{ReasonHeaderNotExposed, "Refused to get unsafe header \"X-Total-Count\"", "", "Refused to get unsafe header \"X-Total-Count\""},
	{ReasonForbiddenHeader, "Refused to set unsafe header \"Origin\"", "Attempt to set a forbidden header was denied: Origin", "Refused to set unsafe header \"Origin\""},
	{spec.ReasonMixedContent, "Mixed Content: The page at 'https://app.example.com/' was loaded over HTTPS, but requested an insecure resource 'http://api.example.com/'. This request has been blocked; the content must be served over HTTPS.", "Blocked loading mixed active content “http://api.example.com/”", "[blocked] The page at https://app.example.com/ requested insecure content from http://api.example.com/. This content was blocked and must be served over HTTPS."},
	{spec.ReasonCSP, "Connecting to 'https://api.example.com/' violates the following Content Security Policy directive: \"connect-src 'self'\".", "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at https://api.example.com/ because it violates the following directive: “connect-src 'self'”", "Refused to connect to https://api.example.com/ because it does not appear in the connect-src directive of the Content Security Policy."},
	{spec.ReasonIntegrity, "Failed to find a valid digest in the 'integrity' attribute for resource 'https://cdn.example.com/a.js'.", "None of the “sha384” hashes in the integrity attribute match the content of the subresource at “https://cdn.example.com/a.js”.", ""},
	{spec.ReasonLocalPermission, "Permission was denied for this request to access the `loopback` address space.", "", ""},
	{spec.ReasonInsecureLocalNetwork, "The request client is not a secure context and the resource is in more-private address space `loopback`.", "", ""},
	{spec.ReasonLocalTarget, "Request had a target IP address space of `local` yet the resource is in address space `loopback`.", "", ""},
	{ReasonMissingPrivateNetwork, "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private network request targeting the `private` address space.", "", ""},
	{ReasonInvalidPrivateNetwork, "Response to preflight request doesn't pass access control check: The 'Access-Control-Allow-Private-Network' header in the preflight response for this private network request targeting the `private` address space had a value of 'false', not 'true' as expected.", "", ""},
	{spec.ReasonCORPNotSameOrigin, "net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", "The resource at “https://img.example.net/a.png” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof).", "Cancelled load to https://img.example.net/a.png because it violates the resource's Cross-Origin-Resource-Policy response header."},
	{spec.ReasonCORPNotSameSite, "net::ERR_BLOCKED_BY_RESPONSE.NotSameSite", "", ""},
	{spec.ReasonCORPByCOEP, "net::ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByCoep", "", ""},
	{spec.ReasonNosniff, "Refused to execute script from 'https://api.example.com/a.js' because its MIME type ('text/plain') is not executable, and strict MIME type checking is enabled.", "The resource from “https://api.example.com/a.js” was blocked due to MIME type (“text/plain”) mismatch (X-Content-Type-Options: nosniff).", ""},
	{spec.ReasonBadPort, "net::ERR_UNSAFE_PORT", "", ""},
	{spec.ReasonORB, "net::ERR_BLOCKED_BY_ORB", "A resource is blocked by OpaqueResponseBlocking, please check browser console for details.", ""},
	{ReasonRefused, "net::ERR_CONNECTION_REFUSED", "", "Could not connect to the server."},
	{ReasonNotResolved, "net::ERR_NAME_NOT_RESOLVED", "", "A server with the specified hostname could not be found."},
	{ReasonTLS, "net::ERR_CERT_AUTHORITY_INVALID", "", "The certificate for this server is invalid."},
	{ReasonByClient, "net::ERR_BLOCKED_BY_CLIENT", "The resource at “https://stats.example.net/a.js” was blocked because Enhanced Tracking Protection is enabled.", ""},
	{spec.ReasonWorker, "The FetchEvent for \"https://api.example.com/\" resulted in a network error response: the promise was rejected.", "", "FetchEvent.respondWith received an error"},
	{ReasonWebSocket, "WebSocket connection to 'wss://api.example.com/' failed: Error during WebSocket handshake: Unexpected response code: 403", "", "WebSocket connection to 'wss://api.example.com/' failed: There was a bad response from the server."},
	{ReasonAborted, "AbortError: The user aborted a request.", "AbortError: The operation was aborted.", ""},
	{ReasonOtherOrigin, "Failed to construct 'Worker': Script at 'https://cdn.example.com/w.js' cannot be accessed from origin 'https://app.example.com'.", "Security Error: Content at https://app.example.com/ may not load data from https://cdn.example.com/w.js.", ""},
	{ReasonTainted, "Failed to execute 'getImageData' on 'CanvasRenderingContext2D': The canvas has been tainted by cross-origin data.", "CanvasRenderingContext2D.getImageData: The operation is insecure.", ""},
	{ReasonFrame, "Refused to display 'https://www.example.com/' in a frame because it set 'X-Frame-Options' to 'deny'.", "The loading of “https://www.example.com/” in a frame is denied by “X-Frame-Options“ directive set to “DENY“.", "Refused to display 'https://www.example.com/' in a frame because it set 'X-Frame-Options' to 'DENY'."},
	{ReasonPreload, "A preload for 'https://cdn.example.com/a.woff2' is found, but is not used because the request credentials mode does not match. Consider taking a look at crossorigin attribute.", "", ""},
}

// AllPrinted are the sentences of the browsers, those about a preflight included.
func AllPrinted() []Printed {
	list := slices.Clone(printed)
	for i := range printed {
		p := printed[i]
		if r := onPreflight(p.Reason); r != p.Reason {
			p.Reason, p.Chrome = r, beforeRequest+p.Chrome
			list = append(list, p)
		}
	}
	return list
}

// CausesOf are the ids of the causes that a reason can come of, the likeliest first.
func CausesOf(reason spec.Reason) []string {
	var ids []string
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, s := range examples(reason) {
		id := s.causeOf()
		add(id)
		for _, alt := range s.alternatives(id) {
			if alt.Reason == reason {
				add(alt.Cause)
			}
		}
	}
	return ids
}

// examples are sightings of a reason that differ in what tells its causes apart.
func examples(reason spec.Reason) []sighting {
	s := sighting{reason: reason, origin: "https://app.example.com", url: "http://api.example.com/items", preflight: no}
	if reason.IsPreflight() {
		s.preflight = yes
	}
	list := []sighting{s}
	for _, status := range []int{401, 404, 429, 500, 502, 302, 304, 400} {
		e := s
		e.status = status
		list = append(list, e)
	}
	for _, value := range []string{"https://www.example.com", "https://app.example.com/", "https://app.example.com/x", "app.example.com", "http://app.example.com", "https://app.example.com:8443", "https://www.app.example.com",
		"HTTPS://APP.EXAMPLE.COM", "https://*.example.com", "null", "true", "", "\"https://app.example.com\"", "http://api.example.com", "web-1", "https://a.example, https://b.example", "*, https://app.example.com"} {
		e := s
		e.value = text(value)
		found := spec.CheckCORS(s.origin, spec.CredentialsSameOrigin, spec.Header{{Name: "Access-Control-Allow-Origin", Value: value}})
		if found == onRequest(reason) || onRequest(reason) == spec.ReasonInvalidAllowCredentials {
			list = append(list, e)
		}
	}
	null, cached := s, s
	null.origin, null.value, cached.fromCache, cached.value = "null", text("https://app.example.com"), true, text("https://other.example")
	list = append(list, null, cached)
	for _, h := range []spec.Header{
		{{Name: "Access-Control-Allow-Methods", Value: "put"}, {Name: "Access-Control-Allow-Headers", Value: "x"}, {Name: "Access-Control-Expose-Headers", Value: "x"}, {Name: "Location", Value: "/items/"}},
		{{Name: "Access-Control-Allow-Methods", Value: "*"}, {Name: "Access-Control-Allow-Headers", Value: "*"}, {Name: "Access-Control-Expose-Headers", Value: "*"}, {Name: "Location", Value: "https://api.example.com/items"}},
		{{Name: "Location", Value: "/login"}},
	} {
		for _, param := range []string{"PUT", "authorization", "access-control-allow-origin"} {
			for _, mode := range []spec.CredentialsMode{spec.CredentialsSameOrigin, spec.CredentialsInclude} {
				e := s
				e.fields, e.param, e.mode = h, param, mode
				list = append(list, e)
			}
		}
	}
	return list
}
