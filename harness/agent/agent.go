package agent

import (
	"context"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Agent performs requests the way a browser does.
type Agent interface {
	// Name is "model", "chrome", ...: stable, used in results.
	Name() string
	// Version describes the agent for reports: "Chromium 156.0.8078.79", flags.
	Version() string
	// Engine is the one whose documented departures from the standard apply to
	// the agent; spec.EngineFetch: none.
	Engine() spec.Engine
	// Can says whether the agent can perform the request; the reason if not.
	Can(Job) (ok bool, why string)
	// Perform runs a batch and sends each job's outcomes, in any order, as they
	// come. It returns when all have been sent or ctx ends, with an error only
	// if the agent itself broke; what was sent before stays valid.
	// Jobs are independent of one another: no shared cookies, HTTP cache or
	// preflight cache between two jobs, all of it shared between the steps of one.
	// done may be called by several goroutines at once; Perform itself is called
	// by one at a time.
	Perform(ctx context.Context, jobs []Job, done func(JobResult)) error
	Close() error
}

// Job is the browser side of one check: its steps, concrete.
type Job struct {
	ID    string // the check's id
	Steps []Step
	// Timeout for each step.
	Timeout time.Duration
}

// Step is one concrete request of a Job, or a burst of the same.
type Step struct {
	Request  cases.Request // templates expanded
	URL      string        // absolute, with a nonce in the query
	After    time.Duration // to let pass before it
	Times    int           // how often in all, at least 1 and at least Parallel
	Parallel int           // how many of them at once, at least 1
	Timing   bool          // whether the page can read the times of the load is looked at
	Text     string        // that is looked for in the content; empty: nothing is
	// Page are fields of the page's own answer besides its content: its policies.
	Page spec.Header
	// Layers: what stops the request and is not CORS is its outcome, with the reason that spec has
	// for it. Without it that is an error, since it says nothing about the target.
	Layers bool
	// LocalNetwork: the user has allowed the page to reach the local network and this machine. Only of an
	// agent that looks at address spaces.
	LocalNetwork bool
	// Init are further members of fetch's init, or properties of an element: integrity, targetAddressSpace.
	Init map[string]string
	// Before is called when the steps before it are done and this one is about
	// to be performed; may be nil. An agent that begins a job anew calls it again.
	Before func()
}

// JobResult is what became of a job.
type JobResult struct {
	ID    string
	Steps []StepOutcomes
	Err   error // the agent could not tell (crash, time-out, connection refused)
}

// StepOutcomes are the outcomes of one step, one for each repetition.
type StepOutcomes []Outcome

// Outcome is what an agent observed of one request.
type Outcome struct {
	// Outcome is as the exchange format has it. Trace, and what a browser
	// cannot tell, stays zero.
	spec.Outcome
	Body       string // what the script could read, the first 64 KiB
	Redirected bool
	// Timing: the page can read the times of the load. Nil: not looked at, or the agent cannot tell.
	Timing     *bool
	CookieSent bool // the last actual request carried the cookie of WithCookie
	// FromCache: the browser's HTTP cache answered the last hop, as the response
	// allows, so that nothing went out and nothing can be said of what would have.
	FromCache bool
	// Console is what the browser wrote to its console, verbatim.
	Console string
	// Exchanges are the messages as on the wire, as far as the agent saw them.
	Exchanges []Exchange
	Began     time.Time // zero if the agent does not tell
	Elapsed   time.Duration
}

// Exchange is one HTTP request and its answer. Its strings hold bytes; in JSON
// each is a code point U+0000 to U+00FF, and header lists are arrays of
// [name, value] pairs.
type Exchange struct {
	Preflight bool   `json:"preflight,omitempty"`
	Proto     string `json:"proto"`
	Method    string `json:"method"`
	URL       string `json:"url"`
	Target    string `json:"target,omitempty"` // the request target, where it is not that of URL ("*")
	// Version is that of the request line, where it is not Proto, the answer's.
	Version string      `json:"version,omitempty"`
	Request spec.Header `json:"request"`
	// Lines are the field lines as they went out, where Request does not say
	// every byte: blanks around a value, a folded line, a line without a colon.
	Lines []string `json:"lines,omitempty"`
	// Given are the names of the fields whose values a person gave: they are secrets. Added
	// are those of them that the request would not have otherwise.
	Given []string `json:"given,omitempty"`
	Added []string `json:"-"`
	Way   []string `json:"-"` // curl's options for the way to the server
	// Connection is "same" or "pipelined" where the request went over the
	// connection of the one before, after its answer or without waiting for it.
	Connection string `json:"connection,omitempty"`
	// Grown are further field lines of the request, the last ones, too long to be
	// kept as they are; nil for none.
	Grown       *Grown        `json:"grown,omitempty"`
	Sent        string        `json:"sent,omitempty"` // content of the request, the first 64 KiB
	Status      int           `json:"status"`
	Response    spec.Header   `json:"response"`
	Body        string        `json:"body,omitempty"`         // of the response, without content coding, the first 64 KiB
	BodyError   string        `json:"body_error,omitempty"`   // why it is not whole, or its content coding could not be undone
	BodySize    int64         `json:"body_size,omitempty"`    // of the whole body as it was sent, in bytes
	Unfinished  bool          `json:"unfinished,omitempty"`   // the content did not end while it was waited for, or was cut short
	Excess      int           `json:"excess,omitempty"`       // bytes that came after the end of the response and answer no request
	ExcessStart string        `json:"excess_start,omitempty"` // the first of these bytes
	Error       string        `json:"error,omitempty"`        // no (complete) response: why
	ErrorKind   string        `json:"error_kind,omitempty"`   // of Error: a wire.ErrorKind
	Interim     []int         `json:"interim,omitempty"`
	HeadBytes   int           `json:"head_bytes,omitempty"` // size of the response head
	Elapsed     time.Duration `json:"elapsed"`
}

// KeptContent is how much of an exchange's content is kept, without its
// codings, in bytes.
const KeptContent = 64 << 10

// Whole tells whether all of the content is there.
func (e *Exchange) Whole() bool {
	return !e.Unfinished && e.BodyError == "" && e.BodySize <= KeptContent && len(e.Body) < KeptContent
}

// Cut tells whether the answer's content broke off.
func (e *Exchange) Cut() bool { return e.Unfinished && e.BodyError != "" }

// Answered tells whether the exchange has a complete response.
func (e *Exchange) Answered() bool { return e.Error == "" && e.Status != 0 }

// Silent tells whether no answer came, or not all of one; otherwise what came
// was not HTTP.
func (e *Exchange) Silent() bool {
	return !e.Answered() && e.ErrorKind != string(wire.Malformed) && e.ErrorKind != string(wire.TooLarge)
}

// Content is what is there to read, for messages.
func (e *Exchange) Content() string {
	s := Quoted(e.Body)
	if e.BodyError != "" {
		s += "; " + Show(e.BodyError)
	}
	if e.Unfinished && e.BodyError == "" {
		s += "; it did not end in time"
	}
	return s
}

// Cookie is the cookie that WithCookie gives the user agent. It belongs to the
// target's host and, as SameSite=None, goes along cross-site.
const Cookie = secret.OwnCookie

// NameModel is the name of the model agent in results.
const NameModel = "model"

// NameWire names the raw client in results.
const NameWire = "wire"

// Reasons for which a browser keeps an answer from a page that are not CORS.
const (
	ReasonBlockedByORB  spec.Reason = "BlockedByORB"  // Opaque Response Blocking
	ReasonBlockedByCORP spec.Reason = "BlockedByCORP" // Cross-Origin-Resource-Policy
	ReasonCanvasTainted spec.Reason = "CanvasTainted" // the image loaded, and the canvas cannot be read
)
