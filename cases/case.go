package cases

import "time"

// Level says what a failing case means for the target.
type Level string

// The levels, strictest first.
const (
	Must     Level = "must"     // a client breaks, a forbidden origin reads, or a normative MUST is broken
	Should   Level = "should"   // a SHOULD of an RFC
	Practice Level = "practice" // good practice without a normative sentence
	Info     Level = "info"     // recorded for comparison, no verdict
)

// Part is a part of the contract beyond a plain endpoint that a case needs
// (testdata/frameworks/README.md describes them).
type Part string

// Case is one row of the table. In YAML, a case of one step writes the step's
// fields (request or wire, and expect) beside its own; a case of several writes steps.
//
// All strings of requests and expectations are text/template templates over
// the policy (see the functions in template.go): {{allowed}}, {{denied}}, ...
// A case whose template has no value under a policy does not apply to it.
type Case struct {
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	Level Level  `yaml:"level" json:"level"`
	Why   string `yaml:"why" json:"why"`
	Fix   string `yaml:"fix" json:"fix,omitempty"`
	// Spec are the anchors of the sections that decide, e.g.
	// "fetch#cors-check", "rfc9110#section-12.5.5".
	Spec []string `yaml:"spec" json:"spec"`
	// SeenIn are public references of real defects that the case finds:
	// "rs/cors 1.11.1: https://github.com/rs/cors/...".
	SeenIn []string `yaml:"seen_in" json:"seen_in,omitempty"`
	// Policies are the standard policies that the case runs under on a target
	// that serves the contract.
	Policies []string `yaml:"policies" json:"policies"`
	// When restricts the policies that the case means anything for. Besides, on
	// an ordinary endpoint with a declared policy it applies only if no contract part
	// is needed, all templates have values, the policy is like one of Policies in what
	// the case looks at, and surely means what the case demands.
	When When `yaml:"when" json:"when,omitzero"`
	// Needs are the contract parts without which the case cannot run.
	// A path other than the endpoint's own implies its handler's part.
	Needs []Part `yaml:"needs" json:"needs,omitempty"`
	// Over is the transport: "" any, "h1", "h2" (TLS), "tls".
	Over string `yaml:"over" json:"over,omitempty"`
	// Via puts something between client and target: "" nothing,
	// "shared-cache" an RFC 9111 cache of the harness, fresh for each check.
	Via string `yaml:"via" json:"via,omitempty"`
	// Intent "skip: REASON" says why an expectation of the case is not what its
	// policies mean (the application answers with CORS headers of its own, ...). The
	// loader reports a difference without it.
	Intent string `yaml:"intent" json:"intent,omitempty"`
	Steps  []Step `yaml:"steps" json:"steps"`

	// Formerly are ids that the case had: whatever takes an id takes them too.
	Formerly Names `yaml:"formerly" json:"formerly,omitempty"`

	Group string `yaml:"-" json:"group"`
	// GroupFormerly are names that its group had.
	GroupFormerly []string `yaml:"-" json:"-"`
	Pos           Position `yaml:"-" json:"-"`
}

// Position is a place in a case file.
type Position struct {
	File string
	Line int
}

// When restricts the policies that a case means anything for. Nil fields do
// not restrict. The loader reports a standard policy listed in Policies that
// does not satisfy it.
type When struct {
	Credentials   *bool `yaml:"credentials" json:"credentials,omitempty"`
	AnyOrigin     *bool `yaml:"any_origin" json:"any_origin,omitempty"`           // Origins is "*"
	SeveralOrigin *bool `yaml:"several_origins" json:"several_origins,omitempty"` // more than one origin can be granted, so the response varies
	NullOrigin    *bool `yaml:"null_origin" json:"null_origin,omitempty"`
	Exposes       *bool `yaml:"exposes" json:"exposes,omitempty"`
	AnyHeaders    *bool `yaml:"any_headers" json:"any_headers,omitempty"`
	AnyMethods    *bool `yaml:"any_methods" json:"any_methods,omitempty"`
	MaxAge        *bool `yaml:"max_age" json:"max_age,omitempty"` // one is set
	Caches        *bool `yaml:"caches" json:"caches,omitempty"`   // a max-age of at least a minute is set
}

// Step is one request of a case, or a burst of the same. Exactly one of
// Request and Wire is set.
type Step struct {
	Name string `yaml:"name" json:"name,omitempty"`
	// Each repeats the step for every entry of a list of the policy, {{entry}};
	// the entry is added to the name, so that a failure says which one it is about.
	// An entry for which a template has no value is left out. An expanded step keeps
	// what it was repeated for.
	Each     Each          `yaml:"each" json:"each,omitempty"`
	Request  *Request      `yaml:"request" json:"request,omitempty"`   // as a script or markup makes it; every agent can
	Wire     *Wire         `yaml:"wire" json:"wire,omitempty"`         // raw; on the wire only
	Expect   *Expect       `yaml:"expect" json:"expect,omitempty"`     // of a Request
	Answer   []Predicate   `yaml:"answer" json:"answer,omitempty"`     // of a Wire
	After    time.Duration `yaml:"after" json:"after,omitempty"`       // real time to let pass first (preflight cache expiry), e.g. 1100ms
	Grow     *Grow         `yaml:"grow" json:"grow,omitempty"`         // beside a Wire: a part of it that grows, and the time to answer with it
	Times    int           `yaml:"times" json:"times,omitempty"`       // how often, one after another; 0 means 1; Expect or Answer holds for each
	Parallel int           `yaml:"parallel" json:"parallel,omitempty"` // how many at once; 0 means 1
}

// Request is a request as a script, or markup, makes it.
type Request struct {
	// API: "fetch" (default), "xhr", or what markup and small calls make:
	// "img", "script", "module", "font", "stylesheet", "eventsource", "beacon",
	// "canvas" (img drawn and read back), "video", "audio", "track" (of a video that
	// has the crossorigin attribute), "mask" and "shape" (images that the CSS properties
	// mask-image and shape-outside name), "fetchlater",
	// "websocket" (the handshake of one), "navigate".
	API         string   `yaml:"api" json:"api,omitempty"`
	Origin      string   `yaml:"origin" json:"origin"`             // the page's origin; "null" a sandboxed frame
	Path        string   `yaml:"path" json:"path,omitempty"`       // below the policy's base, default /ok, with query; the endpoint itself on an ordinary target
	Method      string   `yaml:"method" json:"method,omitempty"`   // default GET
	Headers     []string `yaml:"headers" json:"headers,omitempty"` // "Name: value" lines as the script sets them; a template may give several, or none
	Mode        string   `yaml:"mode" json:"mode,omitempty"`
	Credentials string   `yaml:"credentials" json:"credentials,omitempty"` // fetch's mode; "stated": include if the policy allows credentials, else same-origin
	Redirect    string   `yaml:"redirect" json:"redirect,omitempty"`
	Cache       string   `yaml:"cache" json:"cache,omitempty"` // fetch's cache mode: default, no-store, reload, no-cache, force-cache, only-if-cached
	Body        *Body    `yaml:"body" json:"body,omitempty"`
	// UploadListener: XMLHttpRequest with a listener on its upload object.
	UploadListener bool `yaml:"upload_listener" json:"upload_listener,omitempty"`
	// Crossorigin is the attribute of an element: "", "anonymous", "use-credentials".
	Crossorigin string `yaml:"crossorigin" json:"crossorigin,omitempty"`
	// WithCookie: the user agent holds a cookie for the target before the request.
	WithCookie bool `yaml:"with_cookie" json:"with_cookie,omitempty"`
	Keepalive  bool `yaml:"keepalive" json:"keepalive,omitempty"`
}

// Body is a request body. Type is the implied Content-Type of the body object
// ("text/plain;charset=UTF-8" for a string); Stream a ReadableStream.
type Body struct {
	Text   string `yaml:"text" json:"text,omitempty"`
	Kind   string `yaml:"kind" json:"kind,omitempty"`     // "" string, "urlsearchparams", "formdata", "blob", "bytes", "stream"
	Type   string `yaml:"type" json:"type,omitempty"`     // of a blob
	Repeat int    `yaml:"repeat" json:"repeat,omitempty"` // Text so many times; 0 means 1
}

// Expect is what must come of a Request, for every agent. Empty fields accept
// anything.
type Expect struct {
	Outcome    string    `yaml:"outcome" json:"outcome"`                   // allowed | blocked | type-error
	Type       string    `yaml:"type" json:"type,omitempty"`               // basic | cors | opaque | opaqueredirect
	Reasons    []string  `yaml:"reasons" json:"reasons,omitempty"`         // blocked: any one of these; empty = whichever
	Preflight  *bool     `yaml:"preflight" json:"preflight,omitempty"`     // on the last hop
	ACRM       *string   `yaml:"acrm" json:"acrm,omitempty"`               // as the target saw it
	ACRH       *string   `yaml:"acrh" json:"acrh,omitempty"`               // "" means the header is absent
	Origin     *string   `yaml:"sent_origin" json:"sent_origin,omitempty"` // Origin of the last actual request; "" means absent
	Sent       *bool     `yaml:"sent" json:"sent,omitempty"`               // whether the actual request went out
	Cookie     *bool     `yaml:"cookie_sent" json:"cookie_sent,omitempty"`
	Status     StatusSet `yaml:"status" json:"status,omitempty"`     // as the script reads it
	Readable   []string  `yaml:"readable" json:"readable,omitempty"` // response headers a script can read
	Hidden     []string  `yaml:"hidden" json:"hidden,omitempty"`     // and cannot, though they were sent
	Body       *string   `yaml:"body_contains" json:"body_contains,omitempty"`
	Redirected *bool     `yaml:"redirected" json:"redirected,omitempty"`
	// Timing: the entry that the page has of the load (PerformanceResourceTiming) tells its times.
	Timing *bool `yaml:"timing" json:"timing,omitempty"`
}

// StatusSet are the accepted statuses: "2xx", "200", "not 5xx", "<500"; an
// empty set accepts all; several alternatives accept any.
type StatusSet []string

// Wire is a raw request, sent byte for byte over HTTP/1.1 (over h2: the same
// fields as HTTP/2 header fields).
type Wire struct {
	Method  string   `yaml:"method" json:"method,omitempty"`   // default GET
	Path    string   `yaml:"path" json:"path,omitempty"`       // below the policy's base, default /ok; "=..." is the whole request target
	Version string   `yaml:"version" json:"version,omitempty"` // default HTTP/1.1
	Headers []string `yaml:"headers" json:"headers,omitempty"` // raw lines, each sent as it stands; Host is added when none is there; a template that comes to nothing gives no line
	Repeat  int      `yaml:"repeat" json:"repeat,omitempty"`   // how often the last header line is sent; 0 means once. Expanded steps have the lines.
	Body    string   `yaml:"body" json:"body,omitempty"`       // sent as it stands; the case states the framing
	// Bare: nothing is added but Host, so that the request is what the case
	// states, to the byte. Others get the fields that a browser adds and the case
	// does not state (User-Agent, Accept, Accept-Encoding, ...).
	Bare bool `yaml:"bare" json:"bare,omitempty"`
	// Connection: "" a connection of the pool, "new" one of its own,
	// "same" the connection of the step before, "pipelined" the same without
	// waiting for the answer of the step before.
	Connection string `yaml:"connection" json:"connection,omitempty"`
	// Carry adds header lines with what an earlier step was answered: a
	// validator, for a conditional request. The check does not apply where that
	// answer has no such field.
	Carry []Carry `yaml:"carry" json:"carry,omitempty"`
}

// Carry is a header line whose value is that of a field of an earlier answer,
// the first line of it.
type Carry struct {
	Name  string `yaml:"name" json:"name"`   // of the header line: If-None-Match
	Step  string `yaml:"step" json:"step"`   // the name of an earlier step that is raw as well
	Field string `yaml:"field" json:"field"` // of its (first) answer: ETag
}

// Grow lets a raw request grow by one field line, the last of its head, and
// measures how the time to answer grows with it, up to the largest head that
// the server takes. It must grow no faster than the line does. The step's
// predicates hold for every answer; an answer that refuses the larger head
// (400, 413, 414, 431) ends the growth and is judged like the others.
type Grow struct {
	Begin string `yaml:"begin" json:"begin,omitempty"` // how the line begins: "Access-Control-Request-Headers: x"
	Unit  string `yaml:"unit" json:"unit"`             // what follows, over and over
	End   string `yaml:"end" json:"end,omitempty"`     // and how it ends
	// Lines: Unit is a whole field line, and there are more and more of them.
	Lines bool `yaml:"lines" json:"lines,omitempty"`
	// Beside is the beginning of a line of the same length in a field that nothing
	// asks for. With it, not the growth is judged: the answer must come about as
	// fast as when the same bytes are there.
	Beside string `yaml:"beside" json:"beside,omitempty"`
}
