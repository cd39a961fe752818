// Package judge holds answers against predicates, and what a script saw against
// expectations. Grants are judged by package spec, never by the spelling of a
// header. What failed has an effect; severity and verdict follow from that.
package judge
