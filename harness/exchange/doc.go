// Package exchange is the exchange format, version 2: one JSON object a line
// that holds a request as a script makes it and what servers would answer, and
// one that holds what becomes of it. `corsproof eval` turns the first into the
// second; other languages use it as an oracle.
//
// Strings that hold header names and values are isomorphic: one code point
// U+0000 to U+00FF for each byte. In memory they are bytes.
//
// An input line:
//
//	{"id": "any",
//	 "session": "s1",            // optional: lines of one session share one preflight cache, in file order
//	 "at": 0.0,                  // optional: seconds since the session began
//	 "request": {
//	   "api": "fetch",           // fetch | xhr | element
//	   "origin": "https://app.example.com",     // or "null"
//	   "url": "https://api.example.org/x",
//	   "method": "PUT",          // as the script passes it, not normalised
//	   "headers": [["X-A","1"]], // author headers, before the forbidden-header filter
//	   "mode": "cors",           // cors | no-cors | same-origin
//	   "credentials": "same-origin",            // omit | same-origin | include
//	   "redirect": "follow",     // follow | error | manual
//	   "body": {"content_type": "text/plain", "stream": false},   // or null
//	   "upload_listener": false,
//	   "context": {              // optional: what is known of the page besides; since version 2
//	     "secure": true,         // as its origin tells, where it is left out
//	     "address_space": "public",               // public | local | loopback
//	     "permissions": ["local-network-access"],
//	     "csp": ["connect-src 'self'"], ...}},   // docs/exchange.md has all of them
//	 "hops": [                   // hop 0 is the request's own URL; one more for each redirect followed
//	   {"preflight": {"status": 204, "headers": []},   // what the server answers if asked; or null
//	    "response":  {"status": 200, "headers": []},
//	    "address_space": "public"}]}              // optional, for local network access
//
// id, request, request.origin and request.url are required. Left out, the
// others are what fetch() takes by default: method GET, no headers, mode cors,
// credentials same-origin, redirect follow, no body; a preflight or response
// left out is null, which is an error only where one is needed. Unknown keys
// and keys given twice are errors. A line of nothing but white space is passed over.
//
// A URL or Location of more than spec.MaxOddURL bytes that has anything to
// normalise makes its line invalid. The time that a line takes grows in
// proportion to its length.
//
// A line without context is one of version 1: CORS alone is decided. With a context, the layers
// beside CORS are decided as far as it says what they need: mixed content, ports and
// Cross-Origin-Resource-Policy need nothing, Content-Security-Policy the page's policies, and so on
// (docs/exchange.md). An output line has the layer of its reason, and in not_considered the layers
// that it says nothing of: "allowed" means that none of the others stops the request.
//
// In a session, a line without "at" happens at the time of the line before it.
package exchange
