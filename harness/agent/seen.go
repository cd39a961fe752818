package agent

import (
	"mime"
	"slices"
	"strings"
	"unique"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Seen is what of an exchange says something about a cause. It can be compared, and
// has nothing of what merely tells one run from another.
type Seen struct {
	Preflight bool   // OPTIONS with Origin and Access-Control-Request-Method
	Method    string // of a preflight the one that it asks for
	Sent      string // the method of the request itself
	Origin    string // the value of Origin; several are joined by a newline
	NoOrigin  bool
	// Grown is the beginning of an Origin that a step let grow, for people: it is not what the server got,
	// so that Origin is empty and NoOrigin true.
	Grown string
	// Credentials: the request is one with credentials, or the preflight one for it.
	Credentials bool
	Names       string // of Access-Control-Request-Headers, as asked for
	URL         string // without its query
	Query       bool   // it has one
	Transport   string // "HTTP/1.1", "HTTP/2", "HTTP/1.1 over TLS"; empty: not known, as of what Chrome blocks
	Cookie      bool
	Token       bool   // Authorization
	Fields      string // names of what the script itself set, sorted
	Conditional bool
	Range       bool

	Status   int // 0: no answer
	Error    string
	Excess   bool // bytes came that answer no request
	Accept   string
	Accepts  string // Accept-Encoding of the request
	Language string // Accept-Language
	Sends    string // Content-Type of the request
	Coding   string // of the content, in lower case; empty: none
	Content  string // its media type
	Location string
	Server   string // who says that it answered, see serverFields; by newlines
	App      string // X-App, see the contract
	Allow    string

	AllowOrigin, AllowCredentials, AllowMethods, AllowHeaders, Expose, MaxAge, Vary, PrivateNetwork, Timing Lines
}

// Lines are the lines of a field, by newlines; the zero value is its absence.
type Lines struct {
	N    int
	Text string
}

// Field is the field of an answer.
func (s *Seen) Field(name string) Lines {
	if p := s.field(name); p != nil {
		return *p
	}
	return Lines{}
}

func (s *Seen) field(name string) *Lines {
	switch strings.ToLower(name) {
	case "access-control-allow-origin":
		return &s.AllowOrigin
	case "access-control-allow-credentials":
		return &s.AllowCredentials
	case "access-control-allow-methods":
		return &s.AllowMethods
	case "access-control-allow-headers":
		return &s.AllowHeaders
	case "access-control-expose-headers":
		return &s.Expose
	case "access-control-max-age":
		return &s.MaxAge
	case "vary":
		return &s.Vary
	case "access-control-allow-private-network":
		return &s.PrivateNetwork
	case "timing-allow-origin":
		return &s.Timing
	}
	return nil
}

// Header are the CORS fields and Vary as they were received.
func (s *Seen) Header() spec.Header {
	var h spec.Header
	for _, name := range seenFields {
		if l := s.Field(name); l.N > 0 {
			for line := range strings.SplitSeq(l.Text, "\n") {
				h.Add(name, line)
			}
		}
	}
	return h
}

var seenFields = []string{
	"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
	"Access-Control-Expose-Headers", "Access-Control-Max-Age", "Vary", "Access-Control-Allow-Private-Network", "Timing-Allow-Origin",
}

// serverFields are those by which somebody says that it answered, or passed the answer on.
var serverFields = []string{"Server", "Via", "X-Powered-By", "X-Served-By", "CF-Ray", "X-Amz-Cf-Id", "X-Amzn-RequestId", "X-Envoy-Upstream-Service-Time", "X-Varnish", "X-Cache"}

// See is what an exchange shows. credentials says whether the request that it
// belongs to is one with credentials; a raw request that has some is, too.
func See(e *Exchange, credentials bool) Seen {
	req, resp := e.asked(), e.Response
	s := Seen{
		Method: e.Method, Sent: e.Method, NoOrigin: !req.Has("Origin"), Origin: strings.Join(req.Values("Origin"), "\n"),
		Credentials: credentials || req.Has("Cookie") || req.Has("Authorization"), Transport: transport(e),
		Cookie: req.Has("Cookie"), Token: req.Has("Authorization"), Fields: ownFields(req),
		Conditional: req.Has("If-None-Match") || req.Has("If-Modified-Since"), Range: req.Has("Range"),
		Status: e.Status, Error: e.ErrorKind, Excess: e.Excess > 0,
		Names: strings.Join(req.Values("Access-Control-Request-Headers"), ","),
	}
	if s.NoOrigin {
		s.Grown = e.grownOrigin()
	}
	if e.Cut() {
		s.Error = string(wire.Cut) // as it is where the head does not come whole
	}
	s.URL, _, s.Query = strings.Cut(e.URL, "?")
	s.URL = short(s.URL) // a redirect may have made it
	if asked, ok := req.Get("Access-Control-Request-Method"); ok && e.Method == "OPTIONS" && !s.NoOrigin {
		s.Preflight, s.Method = true, asked
	}
	s.Coding = short(strings.ToLower(strings.Join(resp.Values("Content-Encoding"), ", ")))
	s.Content = short(mediaType(resp))
	s.Accept, _ = req.Get("Accept")
	s.Accepts, _ = req.Get("Accept-Encoding")
	s.Language, _ = req.Get("Accept-Language")
	s.Sends, _ = req.Get("Content-Type")
	s.Location, s.Allow, s.App = shortField(resp, "Location"), shortField(resp, "Allow"), shortField(resp, "X-App")
	for _, name := range seenFields {
		if values := resp.Values(name); len(values) > 0 {
			*s.field(name) = Lines{len(values), kept(strings.Join(values, "\n"))}
		}
	}
	var servers []string
	for _, name := range serverFields {
		for _, v := range resp.Values(name) {
			servers = append(servers, name+": "+short(v))
		}
	}
	s.Server = strings.Join(slices.Compact(servers), "\n")
	return s
}

// shortField is the first value of a field of an answer.
func shortField(h spec.Header, name string) string {
	v, _ := h.Get(name)
	return short(v)
}

// asked are the fields of the request without those that were added to all requests,
// which say nothing about one of them.
func (e *Exchange) asked() spec.Header {
	if len(e.Added) == 0 {
		return e.Request
	}
	return e.Request.Without(func(name string) bool {
		return slices.ContainsFunc(e.Added, func(added string) bool { return strings.EqualFold(added, name) })
	})
}

// usual are the fields that browsers set by themselves, or that have a place of their own in Seen.
var usual = []string{
	"accept", "accept-encoding", "accept-language", "cache-control", "connection", "content-length", "cookie", "authorization", "host", "origin", "pragma",
	"referer", "user-agent", "range", "if-none-match", "if-modified-since", "access-control-request-method", "access-control-request-headers", "priority", "te",
	"upgrade-insecure-requests", "if-range", "transfer-encoding",
}

// ownFields are the names of the fields that are not usual, with commas.
func ownFields(h spec.Header) string {
	var names []string
	for _, f := range h {
		name := strings.ToLower(f.Name)
		if !slices.Contains(usual, name) && !strings.HasPrefix(name, "sec-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// transport is the protocol, which Chrome writes as http/1.1, h2 and h3.
func transport(e *Exchange) string {
	t := strings.ToUpper(e.Proto)
	switch {
	case e.Version == "HTTP/1.0":
		t = e.Version
	case t == "":
		return ""
	case strings.HasPrefix(t, "HTTP/2"), t == "H2":
		t = "HTTP/2"
	case t == "H3":
		t = "HTTP/3"
	}
	if origin.IsHTTPS(e.URL) {
		t += " over TLS"
	}
	return kept(t)
}

func mediaType(h spec.Header) string {
	v, _ := h.Get("Content-Type")
	if t, _, err := mime.ParseMediaType(v); err == nil {
		return t
	}
	return v
}

// kept is a text in memory of its own, which equal ones share: it is kept to the end of a
// run, and what it was cut from need not be.
func kept(s string) string { return unique.Make(s).Value() }
