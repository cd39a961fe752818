package explain_test

import (
	"slices"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
)

// Whatever looks like CORS and is not is told as what it is, in the browsers' own words, and is not
// laid on the server, but where the server's own answer is what stops it.
func TestMasks(t *testing.T) {
	const lna = "Access to fetch at 'http://127.0.0.1:8080/x' from origin 'https://shop.example' has been blocked by CORS policy: "
	const resp = "GET https://api.example/a.png net::ERR_BLOCKED_BY_RESPONSE."
	for _, s := range []struct {
		text, mask string
		server     bool // its answer is what stops it
	}{
		{lna + "Permission was denied for this request to access the `loopback` address space.", "local-network", false},
		{lna + "The request client is not a secure context and the resource is in more-private address space `loopback`.", "local-network", false},
		{lna + "Request had a target IP address space of `local` yet the resource is in address space `loopback`.", "local-network", false},
		{"WebSocket connection to 'ws://127.0.0.1:8080/' failed: Error in connection establishment: net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS", "local-network", false},
		{"Mixed Content: The page at 'https://shop.example/' was loaded over HTTPS, but requested an insecure resource 'http://api.example/'. This request has been blocked; the content must be served over HTTPS.", "mixed-content", false},
		{"Connecting to 'https://api.example/' violates the following Content Security Policy directive: \"connect-src 'self'\". The action has been blocked.", "csp", false},
		{"Fetch API cannot load https://api.example/. Refused to connect because it violates the document's Content Security Policy.", "csp", false},
		{"Failed to find a valid digest in the 'integrity' attribute for resource 'https://cdn.example/a.js' with computed SHA-256 integrity 'x='. The resource has been blocked.", "integrity", false},
		{"Subresource Integrity: The resource 'https://cdn.example/a.js' has an integrity attribute, but the resource requires the request to be CORS enabled to check the integrity, and it is not.", "integrity", false},
		{resp + "NotSameOrigin 200 (OK)", "corp", true},
		{resp + "NotSameSite 200 (OK)", "corp", true},
		{resp + "NotSameOriginAfterDefaultedToSameOriginByCoep 200 (OK)", "corp", true},
		{resp + "NotSameOriginAfterDefaultedToSameOriginByDip 200 (OK)", "corp", true},
		{"GET https://api.example/a.js net::ERR_BLOCKED_BY_ORB", "orb", false},
		{"Refused to execute script from 'https://api.example/a.js' because its MIME type ('text/plain') is not executable, and strict MIME type checking is enabled.", "orb", false},
		{"Refused to apply style from 'https://api.example/a.css' because its MIME type ('text/html') is not a supported stylesheet MIME type, and strict MIME checking is enabled.", "orb", false},
		{"GET https://api.example/ net::ERR_CERT_AUTHORITY_INVALID", "tls", false},
		{"GET https://api.example/ net::ERR_SSL_PROTOCOL_ERROR", "tls", false},
		{"GET https://api.example/ net::ERR_BAD_SSL_CLIENT_AUTH_CERT", "tls", false},
		{"GET https://api.example/ net::ERR_NAME_NOT_RESOLVED", "network", false},
		{"GET http://api.example:6000/ net::ERR_UNSAFE_PORT", "network", false},
		{"GET https://api.example/ net::ERR_INTERNET_DISCONNECTED", "network", false},
		{"GET https://api.example/ net::ERR_HTTP2_PROTOCOL_ERROR 200 (OK)", "network", false},
		{"GET https://api.example/ net::ERR_CONTENT_LENGTH_MISMATCH 200 (OK)", "network", false},
		{"GET https://ads.example/ net::ERR_BLOCKED_BY_CLIENT", "extension", false},
		{"The FetchEvent for \"https://api.example/\" resulted in a network error response: an \"opaque\" response was used for a request whose type is not no-cors", "service-worker", false},
		{"The FetchEvent for \"https://api.example/\" resulted in a network error response: the promise was rejected.", "service-worker", false},
		{"TimeoutError: signal timed out", "abort", false},
		{"Refused to display 'https://www.example/' in a frame because it set 'X-Frame-Options' to 'sameorigin'.", "frame", true},
		{"The loading of “https://www.example/” in a frame is denied by “X-Frame-Options“ directive set to “DENY“.", "frame", true},
		{"Framing 'https://www.example/' violates the following Content Security Policy directive: \"frame-ancestors 'self'\". The request has been blocked.", "csp", true},
		{"Framing 'https://www.example/' violates the following Content Security Policy directive: \"frame-src 'self'\". The request has been blocked.", "csp", false},
		{"Uncaught SecurityError: Failed to execute 'toDataURL' on 'HTMLCanvasElement': Tainted canvases may not be exported.", "", false},
		{"Uncaught SecurityError: Failed to read a named property 'document' from 'Window': Blocked a frame with origin \"https://shop.example\" from accessing a cross-origin frame.", "", false},
		{"A preload for 'https://cdn.example/f.woff2' is found, but is not used because the request credentials mode does not match. Consider taking a look at crossorigin attribute.", "", false},
	} {
		a := explained(t, s.text, explain.Context{})
		mask := ""
		if a.Mask != nil {
			mask = string(*a.Mask)
		}
		if mask != s.mask || (a.Side == cases.SideServer) != s.server {
			t.Errorf("%s: mask %q, side %q; want %q, of the server %v", s.text, mask, a.Side, s.mask, s.server)
		}
	}
}

// A preflight that a redirect of Chrome's own made fail (HSTS) looks like one that the server
// redirects: the console does not tell, so that it is not said for certain. A HAR tells (TestHSTS).
func TestHSTSIsNotCertain(t *testing.T) {
	const text = "Access to fetch at 'http://api.example/x' from origin 'http://shop.example' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request."
	a := explained(t, text, explain.Context{})
	if a.Confidence == explain.Certain || !slices.ContainsFunc(a.Alternatives, func(x explain.Alternative) bool { return x.Cause == "https-only-host" }) {
		t.Errorf("%s: %+v", a.Confidence, a.Alternatives)
	}
}
