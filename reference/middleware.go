package reference

import (
	"net/http"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

// Policy is what the owner of a server means to share. The zero value shares
// nothing.
type Policy struct {
	// Name is for the messages of errors; it may be empty.
	Name string
	// Origins are serialised origins (https://app.example), compared byte for
	// byte; "null" allows the opaque origin, the single element "*" any origin.
	Origins []string
	// OriginPatterns are origins whose host begins with "*." (at least one label
	// in its place), or that end with ":*" (any port of the host, none included).
	OriginPatterns []string
	// OriginRegexes are expressions of package regexp, without anchors: an origin
	// has to match as a whole.
	OriginRegexes []string
	// OriginFunc decides about the origins that nothing above allows; nil allows
	// none of them. It gets what has the shape of an origin, never "null", and may
	// be called concurrently. When it panics the origin is denied.
	OriginFunc func(origin string) bool
	// Credentials allows credentialed requests.
	Credentials bool
	// Methods are the methods allowed besides the CORS-safelisted GET, HEAD and
	// POST; the single element "*" any.
	Methods []string
	// RequestHeaders are the allowed request-header names; the single element "*" any.
	RequestHeaders []string
	// ExposeHeaders are the response-header names that scripts may read, besides
	// the CORS-safelisted ones; the single element "*" all.
	ExposeHeaders []string
	// MaxAge is the time that a preflight may be cached, in seconds. A negative
	// one means 0, not cached: Access-Control-Max-Age is delta-seconds, which has
	// no sign. Nil sends no Access-Control-Max-Age, and browsers take 5 seconds
	// (https://fetch.spec.whatwg.org/#http-access-control-max-age).
	MaxAge *int
	// PrivateNetwork allows the legacy Private Network Access preflight.
	PrivateNetwork bool
	// TimingOrigins are the origins whose pages may read the times of a load
	// (Timing-Allow-Origin), serialised as Origins are; the single element "*" all.
	TimingOrigins []string
}

// Middleware is a compiled policy. It is safe for concurrent use and never
// changes. The zero value is not usable: see New.
type Middleware struct{ layer *layer.Layer }

// New compiles a policy. A policy that no browser could make use of, or that
// is unsafe, gives an error that joins one UnsafeCredentialsError, OriginError,
// RegexError, WildcardError, MethodError or HeaderError for each mistake.
func New(policy Policy) (*Middleware, error) {
	if err := check(&policy); err != nil {
		return nil, err
	}
	return &Middleware{layer.Compile(layer.Policy(policy), nil)}, nil
}

// Wrap puts the policy in front of a handler.
func (m *Middleware) Wrap(next http.Handler) http.Handler { return m.layer.Wrap(next) }

// AllowsOrigin reports whether the policy allows the value of an Origin field,
// for what CORS does not cover: the handshake of a WebSocket (RFC 6455, section
// 10.2).
func (m *Middleware) AllowsOrigin(origin string) bool { return m.layer.AllowsOrigin(origin) }
