// Package learn finds out what the CORS of a server does, by requests that change nothing:
// GET, HEAD and OPTIONS, a few, and slowly where the server is not on this machine. It
// tells what is, not what was meant: that a person has to say.
package learn
