// Package mutants has two families of deliberate changes to the server that
// serves the contract behind package reference: mutants, which have one
// real-world defect each, and lawful variants, which differ in what the
// standards leave free. A suite has to find every mutant, and to accept every
// variant.
package mutants
