package browser

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness"
)

// ErrClosed is the error of an agent that was closed.
var ErrClosed = errors.New("the browser agent is closed")

// MissingError says that no Chrome or Chromium was found.
type MissingError struct {
	Tried []string // names and paths, in order
}

func (e *MissingError) Error() string {
	return "no Chrome or Chromium found: tried " + strings.Join(e.Tried, ", ") + "; " + e.Hint()
}

// Hint says what to do about it.
func (e *MissingError) Hint() string {
	return "install one (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask chromium) or set " + EnvPath + " to its path"
}

// StartError says that a browser is there but could not be started or
// attached to.
type StartError struct {
	Browser string // path or URL
	Err     error
	Output  string // what it printed, its end
}

func (e *StartError) Error() string {
	s := fmt.Sprintf("starting the browser %s: %v", e.Browser, e.Err)
	if e.Output != "" {
		s += "\n" + e.Output
	}
	return s + "\n" + e.Hint()
}

// Hint says what to do about it.
func (e *StartError) Hint() string {
	switch {
	case strings.Contains(e.Output, "sandbox"):
		return "the browser cannot set up its sandbox; allow unprivileged user namespaces, or give the flag --no-sandbox if this machine is a throw-away container"
	case strings.Contains(e.Browser, "://"):
		return "is a browser with --remote-debugging-port running there?"
	default:
		return "run it by hand with --headless --dump-dom about:blank to see what is wrong, or set " + EnvPath + " to another one"
	}
}

// Unwrap gives the cause.
func (e *StartError) Unwrap() error { return e.Err }

// DiedError says that the browser, or the page, ended while it was needed.
type DiedError struct {
	What string // "the browser", "a page of the browser"
	Err  error  // why, if known
}

func (e *DiedError) Error() string {
	if e.Err == nil {
		return e.What + " died during the run"
	}
	return fmt.Sprintf("%s died during the run: %v", e.What, e.Err)
}

// Unwrap gives the cause.
func (e *DiedError) Unwrap() error { return e.Err }

// FrozenError says that a page of the browser does not respond.
type FrozenError struct {
	After time.Duration // how long the agent waited
}

func (e *FrozenError) Error() string {
	return fmt.Sprintf("a page of the browser did not respond for %v: is the browser stopped, or the machine too busy?", e.After)
}

// Unsure is true: the error says nothing about the target.
func (e *FrozenError) Unsure() bool { return true }

// Timeout makes it a timeout as package net has them.
func (e *FrozenError) Timeout() bool { return true }

// TimeoutError says that the target did not answer a request in time.
type TimeoutError struct {
	URL   string
	After time.Duration // since the request, its preflight or that of a redirect was sent
	// Preflights: it was a preflight, and the server has answered none of those before it either.
	Preflights bool
}

// Unsure tells whether the error says nothing new about the target: nobody gets an answer there.
func (e *TimeoutError) Unsure() bool { return e.Preflights }

// Repeats tells whether the error is what others of this server were before: to ask again shows nothing.
func (e *TimeoutError) Repeats() bool { return e.Preflights }

func (e *TimeoutError) Error() string {
	if e.Preflights {
		return fmt.Sprintf("no answer to the preflight of %s within %v, as to all that were sent before it", e.URL, e.After)
	}
	return fmt.Sprintf("no answer to %s within %v of sending the request (--timeout)", e.URL, e.After)
}

// Timeout makes it a timeout as package net has them.
func (e *TimeoutError) Timeout() bool { return true }

// HeldError says that the browser had the head of an answer and did not pass it on in time: it waited for more of
// the content, to tell its type or since what loads it has no use for a part.
type HeldError struct {
	URL   string
	After time.Duration // since the head was in
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("the browser kept an answer back for %v, and waited for more of its content: %s", e.After, e.URL)
}

// Timeout makes it a timeout as package net has them.
func (e *HeldError) Timeout() bool { return true }

// Unsure is true: the error says nothing about the target.
func (e *HeldError) Unsure() bool { return true }

// Repeats is true: the server sends the content as it does, and to ask again shows nothing.
func (e *HeldError) Repeats() bool { return true }

// UnsentError says that a request was not sent in time: the few connections that a browser makes to a
// host were taken by others.
type UnsentError struct {
	URL string
	// Preflights: a preflight may be what was to be sent, and the server answers none.
	Preflights bool
}

func (e *UnsentError) Error() string {
	if e.Preflights {
		return fmt.Sprintf("no answer came to any preflight, and that of %s was not sent: all of the browser's connections to the host wait", e.URL)
	}
	return fmt.Sprintf("the browser could not send the request of %s in time: all of its connections to the host wait for answers to others", e.URL)
}

// Repeats tells whether the error is what others of this server were before: to ask again shows nothing.
func (e *UnsentError) Repeats() bool { return e.Preflights }

// Unsure is true: the error says nothing about the target.
func (e *UnsentError) Unsure() bool { return true }

// NetError is a failure that says nothing about the target's CORS: it could
// not be reached, or the browser refused to try.
type NetError struct {
	URL  string
	Code string // Chrome's name: "net::ERR_CONNECTION_REFUSED", or "mixed content"
	Text string // what it means, where it needs saying
}

func (e *NetError) Error() string {
	s := fmt.Sprintf("the browser could not fetch %s: %s", e.URL, e.Code)
	if e.Text != "" {
		s += " (" + e.Text + ")"
	}
	return s
}

// Reached is the URL, that of a redirect too.
func (e *NetError) Reached() string { return e.URL }

// ContentError says that the content of an answer broke off before the script had seen its head, which the
// browser had let through: XMLHttpRequest shows nothing of such an answer.
type ContentError struct {
	URL  string
	Code string // Chrome's name: "net::ERR_CONTENT_LENGTH_MISMATCH"
}

func (e *ContentError) Error() string {
	return fmt.Sprintf("the browser let the answer of %s through, and its content was cut short (%s), so that the script got an error", e.URL, e.Code)
}

// Unsure is true: the error says nothing about the target's CORS.
func (e *ContentError) Unsure() bool { return true }

// UnobservedError says that the browser did not report the events of a
// request, so that its outcome would be a guess.
type UnobservedError struct {
	URL  string
	What string // what is missing
}

func (e *UnobservedError) Error() string {
	return fmt.Sprintf("the browser did not report %s of %s", e.What, e.URL)
}

// Unsure is true: the error says nothing about the target.
func (e *UnobservedError) Unsure() bool { return true }

// PageError says that no page could be opened to make requests from.
type PageError struct {
	Origin string
	What   string
}

func (e *PageError) Error() string { return "no page at origin " + e.Origin + ": " + e.What }

// Unsure is true: the error says nothing about the target.
func (e *PageError) Unsure() bool { return true }

// StepsError says that a job failed after some of its steps. It does not
// unwrap: what the target has seen cannot be undone.
type StepsError struct {
	Done int
	Err  error
}

func (e *StepsError) Error() string { return fmt.Sprintf("after %d steps: %v", e.Done, e.Err) }

// Unsure says whether the error says nothing about the target.
func (e *StepsError) Unsure() bool {
	u, ok := errors.AsType[harness.Unsure](e.Err)
	return ok && u.Unsure()
}

// jamError says that requests of a job kept each other from going on (tab.jammed). The job is done once more,
// with fewer at once.
type jamError struct{ url string }

func (e *jamError) Error() string {
	return "all of the browser's connections to the host waited for the preflights of redirects: " + e.url
}

// Unsure is true: the error says nothing about the target.
func (e *jamError) Unsure() bool { return true }
