// Package layer is the CORS layer of package reference: a compiled policy in
// front of a handler. It judges no policy (reference.New does, and refuses bad
// ones): what cannot be compiled grants nothing. Hooks are the points at which
// the servers of package mutants depart from it; reference sets none.
package layer
