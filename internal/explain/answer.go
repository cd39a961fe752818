package explain

import (
	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// The reasons that are not the Fetch Standard's checks. Those that are have the names of
// spec, which are DevTools' (CorsError) where it has one.
const (
	ReasonAllowed          spec.Reason = "Allowed"      // CORS lets the page read the answer
	ReasonUndetermined     spec.Reason = "Undetermined" // the input does not show it
	ReasonHTTPError        spec.Reason = "HttpError"    // CORS is in order, the status is an error
	ReasonHeaderNotExposed spec.Reason = "HeaderNotExposed"
	ReasonOpaque           spec.Reason = "OpaqueResponse"
	ReasonCookieNotSent    spec.Reason = "CookieNotSent"
	ReasonForbiddenHeader  spec.Reason = "ForbiddenHeader" // a script sets a header that belongs to the browser
	ReasonRefused          spec.Reason = "ConnectionRefused"
	ReasonNotResolved      spec.Reason = "NameNotResolved"
	ReasonTLS              spec.Reason = "TlsError"
	ReasonByClient         spec.Reason = "BlockedByClient"
	ReasonWebSocket        spec.Reason = "WebSocketRefused" // the handshake was answered with another status than 101
	ReasonAborted          spec.Reason = "Aborted"
	ReasonOtherOrigin      spec.Reason = "SameOriginRequired" // a worker, a frame's document: no header of CORS helps
	ReasonTainted          spec.Reason = "CanvasTainted"      // what was loaded without CORS is read, a style sheet's rules too
	ReasonFrame            spec.Reason = "FrameRefused"       // X-Frame-Options
	ReasonPreload          spec.Reason = "PreloadUnused"      // a warning: a request could not use what was loaded for it
)

// LayerAbort is the layer of a request that the page itself gave up, which only a browser tells.
const LayerAbort spec.Layer = "abort"

// LayerFrame is the layer of a document that lets itself be shown in no frame of the page.
const LayerFrame spec.Layer = "frame"

// layers are those of the reasons that the model does not know.
var layers = map[spec.Reason]spec.Layer{
	ReasonCookieNotSent: spec.LayerCookie,
	ReasonRefused:       spec.LayerNetwork, ReasonNotResolved: spec.LayerNetwork, ReasonWebSocket: spec.LayerNetwork, ReasonTLS: spec.LayerTLS,
	ReasonMissingPrivateNetwork: spec.LayerLocalNetwork, ReasonInvalidPrivateNetwork: spec.LayerLocalNetwork,
	ReasonByClient: spec.LayerExtension, ReasonAborted: LayerAbort, ReasonFrame: LayerFrame,
}

// LayerOf is the layer of a reason: spec.LayerCORS for those of the Fetch Standard's CORS checks,
// and for those that nothing stopped.
func LayerOf(r spec.Reason) spec.Layer {
	if l, ok := layers[r]; ok {
		return l
	}
	if l := r.Layer(); l != "" {
		return l
	}
	return spec.LayerCORS
}

// Confidence says how far the input shows the reason.
type Confidence string

// The degrees.
const (
	Certain Confidence = "certain" // the browser's own sentence, or an answer that the model decides
	Likely  Confidence = "likely"  // it fits best; Alternatives are what else it can be
	Open    Confidence = "open"    // the input does not show it; Alternatives are what it can be
)

// Answer is what is said of one request.
type Answer struct {
	Kind    Kind   `json:"kind"`              // what the input was
	Browser string `json:"browser,omitempty"` // chrome, firefox or safari, where the text is one's
	Method  string `json:"method,omitempty"`  // empty where it is not known, as are:
	URL     string `json:"url,omitempty"`     // secrets redacted
	Origin  string `json:"origin,omitempty"`  // of the page
	// From is the URL that was asked for where redirects led to URL from there.
	From string `json:"redirected_from,omitempty"`

	// Reason is why, as far as Confidence says; with Open it is the first that it can be, or
	// ReasonUndetermined.
	Reason spec.Reason `json:"reason"`
	// Granted: the input is a preflight alone, so that ReasonAllowed says no more than that it is granted.
	Granted bool        `json:"preflight_alone,omitempty"`
	Side    cases.Side  `json:"side"`
	Mask    *spec.Layer `json:"mask"` // what looks like CORS and is not; nil: it is CORS, or nothing is wrong
	// Header is the response header that decided, Value what it said; nil where there is
	// none, or where the input does not show it. Of a status it is the Value.
	Header *string `json:"header"`
	Value  *string `json:"value"`

	Cause Cause `json:"cause"`
	Fix   Fix   `json:"fix"`
	// Received are the lines that decided, Wanted those in their place; none where the
	// input does not show them.
	Received []string `json:"received,omitempty"`
	Wanted   []string `json:"wanted,omitempty"`

	Confidence   Confidence    `json:"confidence"`
	Alternatives []Alternative `json:"alternatives"`
	// Check is the command that decides it.
	Check string `json:"check,omitempty"`
	// Notes are what the input cannot show, and what else was seen in it.
	Notes []string `json:"notes,omitempty"`
	Docs  string   `json:"docs,omitempty"` // the page of docs/ about the reason
	// Others are the other requests of the input that fail.
	Others []Answer `json:"others,omitempty"`
}

// Cause is what is wrong.
type Cause struct {
	ID    string `json:"id,omitempty"` // of cases.Causes; empty where none fits
	Title string `json:"title"`
	Here  string `json:"here,omitempty"` // what this input shows of it
	Why   string `json:"why,omitempty"`
}

// Fix is what to change.
type Fix struct {
	Do    string `json:"do"`
	Stack string `json:"stack,omitempty"` // the name of the stack that Text is for
	By    string `json:"by,omitempty"`    // the line that names the stack; empty: it was given
	Text  string `json:"text,omitempty"`  // of its configuration
	// Proved: the text was served and found right, with https://app.example.com in place of
	// the page's origin.
	Proved bool `json:"proved,omitempty"`
}

// Alternative is something else that the input can come of.
type Alternative struct {
	Reason spec.Reason `json:"reason"`
	Cause  string      `json:"cause,omitempty"` // an id of cases.Causes
	Text   string      `json:"text"`            // what it would be, and by what it is recognised
}
