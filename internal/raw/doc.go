// Package raw performs the raw steps of a check over the wire client: on one
// connection or several, pipelined, many at once, or growing until they can be measured.
package raw
