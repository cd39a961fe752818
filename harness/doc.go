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
// Each check is planned once (plan.go): it runs, or is skipped with the reason. The
// raw ones go out as they are (internal/raw), the requests of scripts to the model
// (internal/model) and to every browser (agentrun.go), several at once; what measures
// time runs afterwards and alone (perform.go).
//
// Answers are checked against the case by internal/judge, which makes an agent's part of
// the check (part.go). When all parts are there, the result is made of them
// (settle.go), and made again if it may come of a busy machine (again.go). What the
// model and a browser decide differently about the same exchanges is a disagreement
// (internal/disagree), unless the engine's documented departures from the standard
// explain it.
//
// When every check has its result, what can only be said of all of them together is
// computed from them (conclude.go). Nothing changes a value that was made before:
// each step gives a new one to the next.
//
// When a request is not answered the target is asked whether it still lives
// (liveness.go). If not, the check it died of is named and the others are skipped.
//
// # Writing an agent
//
// See package agent.
//
// # In tests
//
// Packages corstest and ginkgocors run the table in go test and in Ginkgo
// suites, package corsmatch has Gomega matchers.
package harness
