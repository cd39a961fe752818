// Package relay stands between a browser and a server where a person stated how
// requests are made (ask.Options): it takes the stated way, and adds to requests the
// fields that no page can set without changing what a check asks. What the browser and
// the server say otherwise it passes on byte for byte.
//
// It also holds the browser to the limits of the run (package limit), by the host that is
// contacted, whatever a redirect says, and request by request.
//
// A browser talks to it as to a SOCKS proxy (RFC 1928), so that what it sends is what it
// would send to the server itself. TLS goes through untouched, unless something has to
// be added or shown inside of it: then the relay ends it, with a certificate of its own, and
// speaks TLS with the server as the options say.
package relay
