// Package sharedcache is a reverse proxy with a shared HTTP cache (RFC 9111), as a
// content delivery network is one, on a loopback port.
package sharedcache
