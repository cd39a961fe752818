// Package causedoc explains causes to people, from their data: what is wrong,
// why it matters, what to send instead, and by which facts it is recognised.
package causedoc
