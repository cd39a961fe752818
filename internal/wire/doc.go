// Package wire sends HTTP requests byte for byte and reports answers as they
// were on the wire: field lines in order, with their case and their repeats.
//
// net/http cannot do this: it canonicalises field names, merges and drops
// lines, adds fields of its own and refuses what it finds invalid. Here the
// caller states every byte of a request; only framing of the answer (RFC 9112
// section 6, RFC 9113) is understood, so that a connection can be used again.
//
//	c := wire.NewClient(wire.Options{})
//	defer c.Close()
//	resp, err := c.Do(ctx, wire.Endpoint{Addr: "127.0.0.1:8080"}, &wire.Request{
//		Method: "GET", Target: "/ok",
//		Lines: []string{"Host: 127.0.0.1:8080", "oRiGiN: https://app.example"},
//	})
//
// Every error is an *Error whose Kind tells a target that is down from one
// that hangs, hangs up, or does not speak HTTP.
package wire
