package harness

import (
	"fmt"
	"strings"
)

// TargetErrorKind says why a target cannot be tested.
type TargetErrorKind string

// The kinds.
const (
	Unreachable TargetErrorKind = "unreachable"  // nothing accepts connections there
	Exhausted   TargetErrorKind = "exhausted"    // this process has no file descriptor left for a connection to it
	Hangs       TargetErrorKind = "hangs"        // it accepts connections and does not answer
	HangsUp     TargetErrorKind = "hangs-up"     // it closes connections without an answer
	NotHTTP     TargetErrorKind = "not-http"     // what it answers is not HTTP
	OnlyHTTP2   TargetErrorKind = "http2-only"   // it speaks HTTP/2, and not the protocol that it was asked over
	OnlyHTTP1   TargetErrorKind = "http1-only"   // HTTP/2 was asked for, and it does not speak it
	BadHTTP     TargetErrorKind = "bad-http"     // it speaks HTTP, and breaks its rules
	TooLarge    TargetErrorKind = "too-large"    // the head of its answer is larger than what is read of one
	BadTLS      TargetErrorKind = "tls"          // the TLS handshake fails
	NoContract  TargetErrorKind = "no-contract"  // an HTTP server, but it does not serve the contract
	BadURL      TargetErrorKind = "bad-url"      // the URL of the target is not one
	NotSelected TargetErrorKind = "no-selection" // there is no check to run
)

// TargetError is returned by Runner.Run when no check was run because the
// target cannot be tested.
type TargetError struct {
	Kind TargetErrorKind
	URL  string // what was asked
	Err  error  // what came of it
	// Hints say what to do about it.
	Hints []string
}

func (e *TargetError) Error() string {
	var what string
	switch e.Kind {
	case Unreachable:
		what = "the target is not reachable"
	case Exhausted:
		what = "this process may not open another connection, which is not the target's fault"
	case Hangs:
		what = "the target does not answer"
	case HangsUp:
		what = "the target closes connections without an answer"
	case NotHTTP:
		what = "the target does not speak HTTP"
	case OnlyHTTP2:
		what = "the target speaks HTTP/2 only"
	case OnlyHTTP1:
		what = "the target does not speak HTTP/2"
	case BadHTTP:
		what = "the target's answer breaks the rules of HTTP"
	case TooLarge:
		what = "the head of the target's answer is too large to be read"
	case BadTLS:
		what = "no TLS connection to the target"
	case NoContract:
		what = "the target does not serve the contract"
	case BadURL:
		what = "the target's URL is not usable"
	case NotSelected:
		return "no check to run: " + e.Err.Error()
	}
	s := fmt.Sprintf("%s: GET %s", what, e.URL)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Hint is what to do about it, in one line; empty for none.
func (e *TargetError) Hint() string { return strings.Join(e.Hints, "; ") }

func (e *TargetError) Unwrap() error { return e.Err }
