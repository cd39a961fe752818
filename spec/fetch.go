// Package spec is the CORS protocol of the Fetch Standard
// (https://fetch.spec.whatwg.org/) as pure functions over bytes. It does no
// I/O, has no clock of its own and logs nothing.
package spec

import "time"

// API is the interface by which a script, or markup, makes a request.
type API string

// The APIs. Fetch and XHR set the unsafe-request flag; Element means
// everything that markup or a simple call loads (img, script, font,
// stylesheet, EventSource, sendBeacon), which does not.
const (
	APIFetch   API = "fetch"
	APIXHR     API = "xhr"
	APIElement API = "element"
)

// Mode is a request's mode (https://fetch.spec.whatwg.org/#concept-request-mode).
type Mode string

// The modes that matter to CORS. The zero value means ModeCORS.
const (
	ModeCORS       Mode = "cors"
	ModeNoCORS     Mode = "no-cors"
	ModeSameOrigin Mode = "same-origin"
)

// CredentialsMode is a request's credentials mode
// (https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
type CredentialsMode string

// The credentials modes. The zero value means CredentialsSameOrigin.
const (
	CredentialsOmit       CredentialsMode = "omit"
	CredentialsSameOrigin CredentialsMode = "same-origin"
	CredentialsInclude    CredentialsMode = "include"
)

// RedirectMode is a request's redirect mode
// (https://fetch.spec.whatwg.org/#concept-request-redirect-mode).
type RedirectMode string

// The redirect modes. The zero value means RedirectFollow.
const (
	RedirectFollow RedirectMode = "follow"
	RedirectError  RedirectMode = "error"
	RedirectManual RedirectMode = "manual"
)

// Body describes a request body as far as CORS sees it.
type Body struct {
	ContentType string // Content-Type that the body object implies; empty for none
	Stream      bool   // a ReadableStream: has no source, sets the use-CORS-preflight flag
}

// Request is a request as a script makes it, before the Request constructor
// has looked at it.
type Request struct {
	API            API
	Origin         string // serialised request origin, or "null"
	URL            string // absolute
	Method         string // as the script passes it
	Header         Header // author headers, before the forbidden-header filter
	Mode           Mode
	Credentials    CredentialsMode
	Redirect       RedirectMode
	Body           *Body // nil for none
	UploadListener bool  // XMLHttpRequest only: a listener is registered on upload
	// Cache is fetch's cache mode, empty for "default". The CORS protocol does
	// not look at it; a departure of Chromium's does.
	Cache string
	// Context is what is known of the page besides; nil: CORS alone is decided.
	Context *PageContext
}

// Response is what a server answered, as far as CORS sees it.
type Response struct {
	Status int
	Header Header
	// Content is looked at for a request with integrity metadata alone; nil: not known.
	Content []byte
}

// ActionKind says what a Fetch wants next.
type ActionKind int

// What a Fetch can want.
const (
	ActionDone      ActionKind = iota // nothing: Outcome is final
	ActionPreflight                   // send the CORS-preflight request, deliver its response
	ActionRequest                     // send the actual request of this hop, deliver its response
)

// Action is what has to be sent next, byte for byte as far as the Fetch
// Standard fixes it.
type Action struct {
	Kind        ActionKind
	Hop         int
	URL         string
	Method      string
	Header      Header // Accept, Origin, Access-Control-Request-*, author headers, Content-Type; no Cookie, no Host
	Credentials bool   // attach the user agent's credentials (cookies)
	Body        bool   // the request's body goes along
}

// Result is the end of a fetch.
type Result string

// The results. Opaque and opaque-redirect responses count as allowed.
const (
	Allowed   Result = "allowed"
	Blocked   Result = "blocked"    // a network error
	TypeError Result = "type-error" // the constructor threw; nothing was sent
	Invalid   Result = "invalid"    // the exchange itself is not well formed, or a URL is out of scope: see MaxOddURL
)

// ResponseType is a response's type (https://fetch.spec.whatwg.org/#concept-response-type).
type ResponseType string

// The response types.
const (
	TypeBasic          ResponseType = "basic"
	TypeCORS           ResponseType = "cors"
	TypeOpaque         ResponseType = "opaque"
	TypeOpaqueRedirect ResponseType = "opaqueredirect"
	TypeErr            ResponseType = "error"
)

// Reason names the check that failed: DevTools' CorsError name without the
// leading k where one exists, else a name of ours. Empty when nothing failed.
type Reason string

// Hop is one entry of an Outcome: a URL of the request's URL list that was entered.
type Hop struct {
	URL             string
	Preflight       bool
	ACRM            *string // nil without a preflight
	ACRH            *string // nil without a preflight or without the header
	PreflightOrigin *string
	Sent            bool // the actual request went out
	Method          string
	Origin          *string // the Origin header of the actual request; nil for none or when not sent
	Header          Header  // author headers still attached plus the body's Content-Type
	Credentials     bool
}

// Step is one step of the trace of a decision.
type Step struct {
	Step string `json:"step"` // short name and number, e.g. "cors-check/1"
	Spec string `json:"spec"` // URL of the section
	Text string `json:"text"`
}

// Outcome is what became of a request.
type Outcome struct {
	Result                Result
	Type                  ResponseType
	Reason                Reason
	FailedParameter       string // with the two ...DisallowedByPreflightResponse reasons
	FailedHop             int    // -1 when none failed
	Hops                  []Hop
	Status                int               // of the response a script sees; 0 when it sees none
	Readable              map[string]string // lower-case name -> combined value, as a script reads it
	PreflightCacheSeconds int               // of the last preflight made; -1 when none succeeded
	// TimingAllowed: a page may learn how long each hop took, as every answer
	// passed the TAO check. False where no response came of the request.
	TimingAllowed bool
	Trace         []Step
	Error         string // with Invalid and TypeError: what was wrong
}

// Options configure a Fetch. The zero value is the Fetch Standard itself with
// a cache of its own at time zero and no trace.
type Options struct {
	Engine Engine // EngineFetch when zero
	// Without are ids of the engine's departures that are left out; give the
	// Cache to no fetch that leaves out others.
	Without []string
	Cache   *PreflightCache // nil: a fresh one
	Now     time.Duration   // time since the cache's session began
	Trace   bool
}
