// Package contract serves the contract of testdata/frameworks/README.md: a small application behind each policy of
// a table, at BASE/POLICY/PATH. The CORS layer is that of package reference, or one of the caller's.
package contract
