// Package project reads corsproof.yaml, the file of what belongs to a project: the
// servers and how they are reached, the endpoints with what they serve, the policies
// that they are held to, and what is done with the results. It plans a run of all of them and
// carries it out. docs/project.md describes the file.
package project
