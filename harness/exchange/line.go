package exchange

import (
	"strconv"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Line is one exchange: a request and what the servers on its way answer.
type Line struct {
	ID      string
	Session string         // empty for none
	At      *time.Duration // since the session began; nil: as the line before
	Request spec.Request
	Hops    []Hop
}

// Hop is what the server of one hop answers.
type Hop struct {
	Preflight *spec.Response // nil: not known, an error if one is needed
	Response  *spec.Response // nil: not known, an error if one is needed
	// AddressSpace is the server's; empty: as a literal host tells. It counts where the request
	// has a context.
	AddressSpace spec.AddressSpace
}

// permissionLocal is the permission to reach the local network and this machine
// (https://wicg.github.io/local-network-access/#permissions).
const permissionLocal = "local-network-access"

// NewLine returns the exchange of a request and the answers to it, one hop
// for each.
func NewLine(id string, req spec.Request, hops ...Hop) Line {
	return Line{ID: id, Request: req, Hops: hops}
}

// InSession returns l as a line of a session, at a time since it began.
func (l Line) InSession(session string, at time.Duration) Line {
	l.Session, l.At = session, &at
	return l
}

// MarshalJSON returns l as an input line, without a newline.
func (l Line) MarshalJSON() ([]byte, error) { return l.Append(nil), nil }

// Append appends l as an input line, without a newline. It writes every key
// of the request; keys come in the order of the format's description.
func (l Line) Append(dst []byte) []byte {
	dst = append(dst, `{"id":`...)
	dst = appendText(dst, l.ID)
	if l.Session != "" {
		dst = append(dst, `,"session":`...)
		dst = appendText(dst, l.Session)
	}
	if l.At != nil {
		dst = append(dst, `,"at":`...)
		dst = strconv.AppendFloat(dst, l.At.Seconds(), 'f', -1, 64)
	}
	dst = append(dst, `,"request":`...)
	dst = appendRequest(dst, &l.Request)
	dst = append(dst, `,"hops":[`...)
	for i := range l.Hops {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"preflight":`...)
		dst = appendResponse(dst, l.Hops[i].Preflight)
		dst = append(dst, `,"response":`...)
		dst = appendResponse(dst, l.Hops[i].Response)
		if s := l.Hops[i].AddressSpace; s != "" {
			dst = append(dst, `,"address_space":`...)
			dst = appendText(dst, string(s))
		}
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}

func appendRequest(dst []byte, r *spec.Request) []byte {
	text := func(key, value, absent string) {
		if value == "" {
			value = absent
		}
		dst = append(dst, key...)
		dst = appendText(dst, value)
	}
	text(`{"api":`, string(r.API), string(spec.APIFetch))
	text(`,"origin":`, r.Origin, "null")
	text(`,"url":`, r.URL, "")
	text(`,"method":`, r.Method, "GET")
	dst = append(dst, `,"headers":`...)
	dst = appendHeader(dst, r.Header)
	text(`,"mode":`, string(r.Mode), string(spec.ModeCORS))
	text(`,"credentials":`, string(r.Credentials), string(spec.CredentialsSameOrigin))
	text(`,"redirect":`, string(r.Redirect), string(spec.RedirectFollow))
	if r.Body == nil {
		dst = append(dst, `,"body":null`...)
	} else {
		dst = append(dst, `,"body":{"content_type":`...)
		dst = appendBytes(dst, r.Body.ContentType)
		dst = append(dst, `,"stream":`...)
		dst = strconv.AppendBool(dst, r.Body.Stream)
		dst = append(dst, '}')
	}
	dst = append(dst, `,"upload_listener":`...)
	dst = strconv.AppendBool(dst, r.UploadListener)
	if r.Context != nil {
		dst = append(dst, `,"context":`...)
		dst = appendContext(dst, r.Context)
	}
	return append(dst, '}')
}

// appendContext writes what is known; what is not is left out.
func appendContext(dst []byte, c *spec.PageContext) []byte {
	start := len(dst)
	if c.Secure != nil {
		dst = append(dst, `,"secure":`...)
		dst = strconv.AppendBool(dst, *c.Secure)
	}
	if c.AddressSpace != "" {
		dst = append(dst, `,"address_space":`...)
		dst = appendText(dst, string(c.AddressSpace))
	}
	if c.LocalNetwork {
		dst = append(dst, `,"permissions":["`+permissionLocal+`"]`...)
	}
	dst = appendPolicies(dst, c)
	if len(dst) == start {
		return append(dst, "{}"...)
	}
	dst[start] = '{'
	return append(dst, '}')
}

// appendPolicies writes what is known of what the page, or the browser, forbids.
func appendPolicies(dst []byte, c *spec.PageContext) []byte {
	text := func(key, value string) {
		if value != "" {
			dst = append(append(append(dst, `,"`...), key...), `":`...)
			dst = appendText(dst, value)
		}
	}
	list := func(key string, values []string) {
		if values == nil {
			return
		}
		dst = append(append(append(dst, `,"`...), key...), `":[`...)
		for i, v := range values {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, v)
		}
		dst = append(dst, ']')
	}
	text("destination", c.Destination)
	if c.ImageSet {
		dst = append(dst, `,"image_set":true`...)
	}
	list("csp", c.CSP)
	list("csp_report_only", c.CSPReportOnly)
	text("coep", string(c.Embedder))
	list("hsts", c.HSTS)
	text("integrity", c.Integrity)
	list("integrity_policy", c.IntegrityPolicy)
	text("service_worker", string(c.Worker))
	text("target_address_space", string(c.TargetAddressSpace))
	return dst
}

func appendResponse(dst []byte, r *spec.Response) []byte {
	if r == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"status":`...)
	dst = strconv.AppendInt(dst, int64(r.Status), 10)
	dst = append(dst, `,"headers":`...)
	dst = appendHeader(dst, r.Header)
	return append(dst, '}')
}
