// Package model is the agent that acts as a browser would: package spec decides,
// over real connections.
package model
