package fetch

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// A HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), with the keys of Chromium's
// DevTools that say what a request is (front_end/models/har/Log.ts).

type harLog struct {
	Version string     `json:"version"`
	Creator harName    `json:"creator"`
	Pages   []harPage  `json:"pages"`
	Entries []harEntry `json:"entries"`
}

type harName struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harPage struct {
	Started string   `json:"startedDateTime"`
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Timings struct{} `json:"pageTimings"`
}

type harEntry struct {
	Page     string      `json:"pageref"`
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"` // milliseconds
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Type     string      `json:"_resourceType"`
	Cached   string      `json:"_fromCache,omitempty"`
}

type harRequest struct {
	Method  string     `json:"method"`
	URL     string     `json:"url"`
	Version string     `json:"httpVersion"`
	Cookies []harField `json:"cookies"`
	Headers []harField `json:"headers"`
	Query   []harField `json:"queryString"`
	Post    *harPost   `json:"postData,omitempty"`
	Head    int        `json:"headersSize"`
	Size    int        `json:"bodySize"`
}

type harPost struct {
	Type   string     `json:"mimeType"`
	Params []harField `json:"params"`
	Text   string     `json:"text"`
}

type harResponse struct {
	Status   int        `json:"status"`
	Text     string     `json:"statusText"`
	Version  string     `json:"httpVersion"`
	Cookies  []harField `json:"cookies"`
	Headers  []harField `json:"headers"`
	Content  harContent `json:"content"`
	Redirect string     `json:"redirectURL"`
	Head     int        `json:"headersSize"`
	Size     int64      `json:"bodySize"`
	Error    string     `json:"_error,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	Type     string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// WriteHAR writes the messages as a HAR. version is that of corsproof. Secrets, and what was
// sent as content, are left out unless withSecrets.
func WriteHAR(w io.Writer, rep *Report, version string, withSecrets bool) error {
	log := harLog{Version: "1.2", Creator: harName{"corsproof", version}, Pages: []harPage{}, Entries: []harEntry{}}
	for i := range rep.Results {
		r := &rep.Results[i]
		page := r.Line.ID
		for k := range r.Sent {
			m := &r.Sent[k]
			if k == 0 {
				log.Pages = append(log.Pages, harPage{Started: stamp(m.Began), ID: page, Title: r.Line.Request.Origin})
			}
			log.Entries = append(log.Entries, r.entry(m, page, k == len(r.Sent)-1, withSecrets))
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(map[string]harLog{"log": log})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

func (r *Result) entry(m *Message, page string, last, withSecrets bool) harEntry {
	ex := m.Exchange
	if !withSecrets {
		ex = r.safe(&ex)
	}
	ms := float64(ex.Elapsed.Microseconds()) / 1000
	e := harEntry{Page: page, Started: stamp(m.Began), Time: ms, Timings: harTimings{Wait: ms}, Type: "fetch", Request: request(&ex), Response: response(&ex)}
	switch {
	case ex.Preflight:
		e.Type = "preflight"
	case r.Line.Request.API == spec.APIXHR:
		e.Type = "xhr"
	}
	if m.FromCache {
		e.Cached = "disk"
	}
	if last && r.Outcome.Result != spec.Allowed {
		e.Response.Error = "net::ERR_FAILED"
	}
	return e
}

func request(ex *agent.Exchange) harRequest {
	q := harRequest{
		Method: text(ex.Method), URL: text(ex.URL), Version: protocol(ex), Headers: fields(ex.Request), Cookies: []harField{}, Query: []harField{},
		Head: -1, Size: len(ex.Sent),
	}
	if v, ok := ex.Request.Get("Cookie"); ok {
		for pair := range strings.SplitSeq(v, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			q.Cookies = append(q.Cookies, harField{text(name), text(value)})
		}
	}
	if _, query, ok := strings.Cut(ex.URL, "?"); ok {
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			q.Query = append(q.Query, harField{unescaped(name), unescaped(value)})
		}
	}
	if ex.Sent != "" {
		ct, _ := ex.Request.Get("Content-Type")
		q.Post = &harPost{Type: text(ct), Params: []harField{}, Text: text(ex.Sent)}
	}
	return q
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return text(u)
	}
	return text(s)
}

func response(ex *agent.Exchange) harResponse {
	p := harResponse{
		Status: ex.Status, Text: http.StatusText(ex.Status), Version: protocol(ex), Headers: fields(ex.Response), Cookies: []harField{},
		Head: -1, Size: ex.BodySize, Content: harContent{Size: len(ex.Body), Type: "x-unknown"},
	}
	if ex.HeadBytes > 0 {
		p.Head = ex.HeadBytes
	}
	if ct, ok := ex.Response.Get("Content-Type"); ok {
		p.Content.Type = text(ct)
	}
	if to, ok := ex.Response.Get("Location"); ok {
		p.Redirect = text(to)
	}
	for _, line := range ex.Response.Values("Set-Cookie") {
		pair, _, _ := strings.Cut(line, ";")
		name, value, _ := strings.Cut(pair, "=")
		p.Cookies = append(p.Cookies, harField{text(name), text(value)})
	}
	if utf8.ValidString(ex.Body) {
		p.Content.Text = ex.Body
	} else {
		p.Content.Text, p.Content.Encoding = base64.StdEncoding.EncodeToString([]byte(ex.Body)), "base64"
	}
	return p
}

func fields(h spec.Header) []harField {
	list := make([]harField, len(h))
	for i, f := range h {
		list[i] = harField{text(f.Name), text(f.Value)}
	}
	return list
}

// text is a byte string as JSON can have it.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return cases.FromBytes(s)
}

func protocol(ex *agent.Exchange) string {
	if ex.Proto == "" {
		return "HTTP/1.1"
	}
	return ex.Proto
}
