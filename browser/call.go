package browser

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// jsCall is one step as page.js takes it.
type jsCall struct {
	ID             int               `json:"i"`
	API            string            `json:"api"`
	URL            string            `json:"url"`
	Method         string            `json:"method"`
	Headers        [][2]string       `json:"headers"`
	Mode           string            `json:"mode,omitempty"`
	Credentials    string            `json:"credentials,omitempty"`
	Redirect       string            `json:"redirect,omitempty"`
	Cache          string            `json:"cache,omitempty"`
	Body           *jsBody           `json:"body,omitempty"`
	Init           map[string]string `json:"init,omitempty"`
	Keepalive      bool              `json:"keepalive,omitempty"`
	Layers         bool              `json:"layers,omitempty"` // also report whether a policy of the page stopped it
	Timing         bool              `json:"timing,omitempty"` // whether the page can read the times of the load
	UploadListener bool              `json:"uploadListener,omitempty"`
	Crossorigin    string            `json:"crossorigin,omitempty"`
	Times          int               `json:"times"`
	Parallel       int               `json:"parallel"`
	BodyTimeout    int64             `json:"bodyTimeout"`      // milliseconds, for the end of a body
	Unread         bool              `json:"unread,omitempty"` // nothing is to be found in the body
	Hurry          int64             `json:"hurry"`            // milliseconds, for one that is unread where many did not end
	Timeout        int64             `json:"timeout"`          // milliseconds, for all of a request, the wait for a connection included
}

type jsBody struct {
	Kind string `json:"kind,omitempty"`
	Text string `json:"text"`
	Type string `json:"type,omitempty"`
}

// jsResult is one repetition of a call as page.js reports it.
type jsResult struct {
	ID         int         `json:"i"`
	Rep        int         `json:"rep"`
	URL        string      `json:"url"` // as the browser writes it
	OK         bool        `json:"ok"`
	Thrown     string      `json:"thrown"` // a constructor or setter threw; nothing was sent
	Error      string      `json:"error"`
	Timeout    bool        `json:"timeout"`
	Bug        string      `json:"bug"` // page.js itself failed
	Type       string      `json:"type"`
	Status     int         `json:"status"`
	Redirected bool        `json:"redirected"`
	Final      string      `json:"responseURL"` // of an XMLHttpRequest
	Headers    [][2]string `json:"headers"`
	Body       string      `json:"body"`
	Binary     bool        `json:"binary"` // Body has a code point for each byte
	BodyError  string      `json:"bodyError"`
	Timing     *bool       `json:"timing"` // the times are there; nil: there is no entry, or it was not asked for
	Tainted    bool        `json:"tainted"`
	Violated   bool        `json:"violated"` // the page's Content-Security-Policy stopped it
	Began      float64     `json:"began"`    // milliseconds since the epoch
	MS         float64     `json:"ms"`
}

// The APIs of page.js.
const (
	apiFetch       = "fetch"
	apiXHR         = "xhr"
	apiImg         = "img"
	apiScript      = "script"
	apiModule      = "module"
	apiFont        = "font"
	apiStylesheet  = "stylesheet"
	apiEventSource = "eventsource"
	apiBeacon      = "beacon"
	apiCanvas      = "canvas"
	apiVideo       = "video"
	apiAudio       = "audio"
	apiTrack       = "track"
	apiMask        = "mask"
	apiShape       = "shape"
	apiFetchLater  = "fetchlater"
	apiWebSocket   = "websocket"
	apiNavigate    = "navigate"
)

// api gives the API of a request, the default made explicit.
func api(r *cases.Request) string {
	if r.API == "" {
		return apiFetch
	}
	return r.API
}

// encode makes the form of a step that page.js takes, which gives a request up
// after whole and reads a body for no longer than timeout.
func encode(s *agent.Step, timeout, whole time.Duration) jsCall {
	r := &s.Request
	c := jsCall{
		API: api(r), URL: s.URL, Method: r.Method, Headers: [][2]string{},
		Mode: r.Mode, Credentials: r.Credentials, Redirect: r.Redirect, Cache: r.Cache,
		Init: s.Init, Layers: s.Layers, Timing: s.Timing, Keepalive: r.Keepalive, UploadListener: r.UploadListener, Crossorigin: r.Crossorigin,
		Times: max(s.Times, s.Parallel, 1), Parallel: max(s.Parallel, 1), BodyTimeout: contentTime(s, timeout).Milliseconds(), Unread: s.Text == "", Hurry: hurry.Milliseconds(), Timeout: whole.Milliseconds(),
	}
	if c.Method == "" {
		c.Method = "GET"
	}
	for _, line := range r.Headers {
		name, value, _ := strings.Cut(line, ":")
		c.Headers = append(c.Headers, [2]string{scriptString(name), scriptString(strings.TrimPrefix(value, " "))})
	}
	if b := r.Body; b != nil {
		c.Body = &jsBody{Kind: b.Kind, Text: scriptString(strings.Repeat(b.Text, max(b.Repeat, 1))), Type: b.Type}
	}
	return c
}

// hurry is how long content that nobody reads is waited for where silence.InVain others did not end, as a
// stream of events seldom does.
const hurry = 100 * time.Millisecond

// contentTime is how long the end of an answer's content is waited for: an answer is judged at its head, so
// that content has all the time of the step only where some text is to be found in it.
func contentTime(s *agent.Step, timeout time.Duration) time.Duration {
	const unread = 2 * time.Second
	if s.Text == "" {
		return min(timeout, unread)
	}
	return timeout
}

// mayPreflight says whether the browser may make a preflight for the step;
// false means that it certainly does not.
func mayPreflight(r *cases.Request) bool {
	b := r.Body
	odd := b != nil && (b.Kind == "stream" || b.Kind == "blob" && b.Type != "")
	switch api(r) {
	case apiFetch, apiXHR:
		if r.Mode != "" && r.Mode != string(spec.ModeCORS) {
			return false
		}
		switch strings.ToUpper(r.Method) {
		case "", "GET", "HEAD", "POST":
			return odd || len(r.Headers) > 0 || r.UploadListener
		}
		return true
	case apiBeacon:
		return odd
	}
	return false
}

// withoutEvent says whether the page may get no event about the end of a request.
func withoutEvent(api string) bool {
	return api == apiNavigate || api == apiFetchLater || api == apiMask || api == apiShape
}

// scriptString is a string as a script would write it: text unchanged, and
// bytes that are not UTF-8 as one code point each.
func scriptString(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return isomorphic(s)
}

// isomorphic makes a code point of each byte
// (https://infra.spec.whatwg.org/#isomorphic-decode).
func isomorphic(s string) string {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

// bytesOf is the reverse: the bytes of a header value of the browser, which has
// a code point for each byte. A string with other code points is unchanged.
func bytesOf(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return s
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return s
		}
		out = append(out, byte(r))
	}
	return string(out)
}

// began is when the script made the request, by the clock of its machine.
func (r *jsResult) began() time.Time {
	return time.UnixMicro(int64(r.Began * 1000))
}

// canonicalURL is the URL as the browser writes it, without its fragment.
func canonicalURL(rawURL string) string {
	u, err := spec.ParseURL(rawURL)
	if err != nil {
		return withoutFragment(rawURL)
	}
	return u.WithoutFragment()
}
