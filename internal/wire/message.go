package wire

import (
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Request is one request, as it goes on the wire.
type Request struct {
	Method string // empty: GET
	Target string // the request target as it stands: "/ok?x", "*", "http://host/ok"; empty: "/"
	// Version is the protocol version of an HTTP/1 request line; empty:
	// "HTTP/1.1". HTTP/2 has none.
	Version string
	// Lines are the field lines as they stand, without line end, Host
	// included. HTTP/2 sends each as a field with a lower-case name and
	// the value without surrounding whitespace; Host becomes :authority.
	Lines []string
	// Body is sent as it stands. No framing is added on HTTP/1: Lines state it.
	Body string
	// Prefix goes before Target on the wire, not as part of what is asked: the scheme and
	// the authority, for a proxy that reads the request itself (RFC 9112 section 3.2.2).
	Prefix string
	// Given are the names of the fields whose values a person gave, so that they are
	// secrets; Added those of them that the request would not have otherwise.
	Given, Added []string
	// Way are curl's options for the way to the server.
	Way []string
	// MaxHead is how many bytes of the answer's head are read, on HTTP/1; 0: Options.MaxHead.
	MaxHead int
	// Need tells whether more of the content is needed than the answer has so
	// far (Response.Body and Size; its head is complete). What is needed is
	// waited for until the context's deadline, what is not for Options.Patience.
	// Nil: none is needed.
	Need func(*Response) bool
}

func (r *Request) method() string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

func (r *Request) target() string {
	if r.Target == "" {
		return "/"
	}
	return r.Target
}

// Response is an answer as it was on the wire.
type Response struct {
	Proto  string      // "HTTP/1.1", "HTTP/1.0", "HTTP/2.0"
	Status int         // 100-999
	Phrase string      // reason phrase; empty on HTTP/2
	Header spec.Header // in order, original case, surrounding whitespace removed, obs-fold joined by one space
	// Trailer are the trailer fields.
	Trailer spec.Header
	// Body is the content without transfer coding, at most Options.KeepBody bytes.
	Body []byte
	// Size is the length of the whole content in bytes.
	Size int64
	// Interim are the 1xx answers before this one.
	Interim []Interim
	// HeadBytes is the size of the final head with its line ends; on HTTP/2,
	// which compresses, the size it would have in HTTP/1.1 field lines.
	HeadBytes int
	// Unfinished: the content had not ended when it was no longer waited for, or was cut short.
	// Body and Size are what had come.
	Unfinished bool
	// Cut is why no more of the content came; empty: more could have.
	Cut string
	// Excess is the number of bytes after the end of the answer that answer no
	// request: a HEAD or 304 with content. Those count that came together with
	// the answer; all that came, if the request said Connection: close.
	Excess int
	// ExcessStart are the first of these bytes.
	ExcessStart string
	// Closed: the answer ends the connection.
	Closed bool
	// Resent: the first connection was stale and the request was sent again.
	Resent bool
	// Elapsed is the time from before the request was written until the
	// answer was complete or, if it is unfinished, until its head was there.
	Elapsed time.Duration
}

// Interim is one 1xx answer.
type Interim struct {
	Status int
	Header spec.Header
}

// Endpoint is what a connection leads to.
type Endpoint struct {
	Addr string // host:port
	TLS  bool
	// ServerName is the TLS name; empty: the host of Addr.
	ServerName string
	// Proto is the protocol to speak: "h1" (also empty) or "h2". Over TLS h2
	// is negotiated (ALPN); in the clear it needs prior knowledge. "any"
	// offers both over TLS and takes what the server picks.
	Proto string
}

// The values of Endpoint.Proto.
const (
	H1  = "h1"
	H2  = "h2"
	Any = "any"
)
