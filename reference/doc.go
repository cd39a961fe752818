// Package reference is the CORS middleware that corsproof's own tests trust: the
// suite and each of its mutants are measured against it. It is strict, safe for
// concurrent use, and passes the whole suite, in Chrome too. No production
// traffic has tried it, and it has no releases of its own: for production, take
// a maintained library whose results you have seen.
//
// # The choices of the middleware
//
// The Fetch Standard leaves a server much freedom. This one
//
//   - takes for a preflight what Fetch calls one: OPTIONS with Origin and
//     Access-Control-Request-Method; every other OPTIONS is the application's;
//   - compares origins byte for byte and refuses a request with several
//     Origin field lines;
//   - never blocks a request that is not a preflight: without a grant the
//     application answers, and a browser keeps the answer from the script;
//   - answers a preflight of an origin that is not allowed with 403 and no CORS
//     field, and one for a method or a request-header that is not allowed with
//     204 and the complete lists, so that the browser can name the culprit;
//   - sends complete, precomputed lists. It reads
//     Access-Control-Request-Headers only for the one policy that must echo
//     (any request-header with credentials), within fixed bounds;
//   - sends Access-Control-Allow-Origin: * to everybody, and no Vary: Origin,
//     for any origin; else Vary: Origin on every response, granted or not;
//   - owns all CORS response fields: what the application sets under these
//     names is replaced, or removed without a grant. Vary is only ever added to.
package reference
