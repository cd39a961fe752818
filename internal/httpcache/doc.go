// Package httpcache is an HTTP cache as RFC 9111 describes it, no larger than
// CORS tests need: stored responses selected by Vary, explicit freshness,
// validation, invalidation. It does no I/O and asks its clock for the time.
//
// A Cache with Shared set is the store of a shared cache (a CDN, a reverse
// proxy), otherwise that of a browser. Freshness is never guessed: without an
// explicit expiration a response is stored only to be validated, so that a
// wrong answer out of the cache is always one that RFC 9111 allows, or demands.
package httpcache
