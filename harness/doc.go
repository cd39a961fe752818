// Package harness runs the table against a target: agents perform requests as
// a browser does, the wire client sends raw ones, the runner turns answers
// into results.
//
// # How a run goes
//
// The target is looked at first (sanity.go): is it there, does it speak HTTP,
// does it serve the policies that are asked for? If not, Run returns a
// *TargetError and nothing else; a server that is down is not a hundred failures.
//
// Each check is planned (plan.go): it runs, or is skipped with the reason. The
// raw ones go over package wire (wirerun.go), the requests of scripts to the
// model agent (model.go) and to every browser (agentrun.go), several at once; what
// measures time runs afterwards and alone.
//
// Answers are held against the case in two places: predicates on raw answers
// (predicate*.go) and expectations on what a script saw, whichever agent it was
// (expect.go). Grants are judged by package spec, never by the spelling of a header.
//
// What the model and a browser decide differently about the same exchanges is a
// disagreement (compare.go), unless the engine's documented departures from the
// standard explain it (departure.go).
//
// When a request is not answered the target is asked whether it still lives
// (liveness.go). If not, the check it died of is named and the others are skipped.
//
// # Writing an agent
//
// An agent implements Agent: Perform takes a batch of jobs and reports each as
// it comes. Fields of an Outcome that a browser cannot tell stay zero and are
// neither judged nor compared. Engine says which profile of package spec
// applies to it.
//
// # In tests
//
// Packages corstest and ginkgocors run the table in go test and in Ginkgo
// suites, package corsmatch has Gomega matchers.
package harness
