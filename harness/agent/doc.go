// Package agent has what everybody needs who performs requests or looks at what
// came of them: the Agent itself, its jobs and their outcomes, exchanges as they
// were on the wire, with the commands that send them again, and what failed in them.
//
// # Writing an agent
//
// Perform takes a batch of jobs and reports each as it comes. Fields of an Outcome
// that a browser cannot tell stay zero and are neither judged nor compared. Engine
// says which profile of package spec applies to the agent.
package agent
