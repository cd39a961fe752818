package explain

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/corsproof/corsproof/spec"
)

// People copy a part of a HAR: one entry, or the lines of an editor that matter to them. It is read
// as far as it goes, and what it does not have is not known: an answer whose headers are not there
// may have any.

var (
	pieceKey = regexp.MustCompile(`"(?:url|status|method|httpVersion|startedDateTime|_resourceType|_error|statusText|redirectURL|queryString|postData|serverIPAddress|headersSize|bodySize)"\s*:`)
	// pieceToken is a key with its value as far as it is a string, a number or the beginning of more, or
	// the end of a list.
	pieceToken = regexp.MustCompile(`"([A-Za-z_]+)"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(\d+)|([\[{]))|(\])`)
)

// isPiece tells whether a text has lines of a HAR.
func isPiece(text string) bool { return len(pieceKey.FindAllStringIndex(text, 2)) == 2 }

// looseEntries are the entries of a text that is one, or a list of them; none where it is neither.
func looseEntries(in string) []entry {
	options := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.MatchCaseInsensitiveNames(false))
	var one struct {
		entry
		Entries []entry `json:"entries"`
	}
	var list []entry
	switch {
	case json.Unmarshal([]byte(in), &list, options) == nil:
	case json.Unmarshal([]byte(in), &one, options) == nil && one.Request.URL != "":
		list = []entry{one.entry}
	default:
		list = one.Entries
	}
	var known []entry
	for _, e := range list {
		if e.Request.URL != "" {
			known = append(known, e)
		}
	}
	return known
}

// pieces takes the lines of a part of a HAR apart into entries.
type pieces struct {
	list    []entry
	section string // request or response; empty: not known
	in      string // the list that is open
	name    string // of a header whose value follows
	headers map[string][]harField
	started bool // the list of headers is there from its beginning
}

// pieceEntries are the entries of a part of a HAR.
func pieceEntries(in string) []entry {
	p := &pieces{list: []entry{{}}, headers: map[string][]harField{}}
	for _, m := range pieceToken.FindAllStringSubmatch(in, 1<<16) {
		if m[5] != "" {
			p.close()
			continue
		}
		if m[4] != "" {
			p.open(m[1], m[4])
			continue
		}
		text := m[2]
		if unquoted, err := strconv.Unquote(`"` + text + `"`); err == nil {
			text = unquoted
		}
		p.take(m[1], text+m[3])
	}
	p.end()
	var known []entry
	for _, e := range p.list {
		if e.Request.URL != "" || e.Response.Status != 0 {
			known = append(known, e)
		}
	}
	return known
}

func (p *pieces) entry() *entry { return &p.list[len(p.list)-1] }

// next begins another entry if the one at hand has anything.
func (p *pieces) next() {
	if e := p.entry(); e.Request.URL != "" || e.Request.Method != "" || e.Response.Status != 0 {
		p.end()
		p.list = append(p.list, entry{})
	}
	p.section, p.in, p.name = "", "", ""
}

// end gives the entry at hand what was found of its request's headers.
func (p *pieces) end() {
	e := p.entry()
	e.Request.Headers = append(e.Request.Headers, p.headers["request"]...)
	for _, f := range p.headers["response"] {
		if e.Response.Headers == nil && strings.EqualFold(f.Name, allowOrigin) { // it is what decides most
			e.Response.Headers = p.headers["response"]
		}
	}
	clear(p.headers)
}

// open is the beginning of a list or an object.
func (p *pieces) open(key, bracket string) {
	switch {
	case key == "_initiator":
		p.next()
		p.section = key // the URLs of which are those of scripts
	case bracket == "{" && key == "request":
		p.next()
		p.section = key
	case bracket == "{" && key == "response":
		p.section = key
	case bracket == "[":
		p.in, p.started = key, key == "headers" && p.section != ""
	}
}

// close is the end of a list: a list of an answer's headers that is whole counts.
func (p *pieces) close() {
	if p.in == "headers" && p.started && p.section == "response" {
		p.entry().Response.Headers = append([]harField{}, p.headers["response"]...)
	}
	p.in, p.name = "-", ""
}

// take takes over a key with its value.
func (p *pieces) take(key, value string) {
	e := p.entry()
	switch {
	case key == "name" && (p.in == "headers" || p.in == ""):
		p.name = value
	case key == "value" && p.name != "":
		p.header(value)
	case p.section == "_initiator" && key == "url":
	case key == "method" && p.section != "response":
		if e.Request.Method != "" {
			p.next()
		}
		p.entry().Request.Method = value
	case key == "url" && p.section != "response" && strings.Contains(value, "://"):
		if e.Request.URL != "" {
			p.next()
		}
		p.entry().Request.URL = value
	case key == "status":
		e.Response.Status, _ = strconv.Atoi(value)
	case key == "redirectURL":
		e.Response.RedirectURL = value
	case key == "_error":
		e.Response.Error = value
	case key == "_resourceType":
		p.next()
		p.entry().Type = value
	}
}

// header takes over a header of the request or the answer, whichever the text says or the name tells.
func (p *pieces) header(value string) {
	section := p.section
	if section != "request" && section != "response" {
		if section = "response"; isRequest(p.name, "", nil) {
			section = "request"
		}
	}
	p.headers[section] = append(p.headers[section], harField{p.name, value})
	p.name = ""
}

// looseSightings are those of entries that are no whole HAR.
func looseSightings(list []entry) []sighting {
	h := &har{}
	var out []sighting
	for _, e := range list {
		if e.Response.Status != 0 && e.Response.Headers == nil {
			out = append(out, *e.bare())
			continue
		}
		if e.Type == "" { // nobody copies what is no matter of CORS
			e.Type, e.guessed = "fetch", true
		}
		h.Log.Entries = append(h.Log.Entries, e)
	}
	r := &harReader{har: h, used: make([]bool, len(h.Log.Entries))}
	return append(r.sightings(), out...)
}

// bare is an entry whose answer has a status and no headers.
func (e *entry) bare() *sighting {
	h := headerOfHAR(e.Request.Headers)
	s := &sighting{method: e.Request.Method, url: e.Request.URL, status: e.Response.Status, piece: true}
	s.takeOrigin(h)
	if e.isPreflight(h) || e.Request.Method == "OPTIONS" {
		s.method, _ = h.Get("Access-Control-Request-Method")
		if s.preflight = yes; !spec.OKStatus(s.status) { // whatever its headers are
			s.reason, s.same = spec.ReasonPreflightInvalidStatus, []spec.Reason{spec.ReasonPreflightMissingAllowOriginHeader}
		}
	}
	return s
}

var harFieldPair = regexp.MustCompile(`"name"\s*:\s*"([A-Za-z0-9-]+)"\s*,\s*"value"\s*:\s*"((?:[^"\\]|\\.)*)"`)

// fieldHeads are the heads of a request and an answer of which a part of a HAR has the headers alone.
func fieldHeads(in string) []head {
	var request, answer head
	request.request = true
	for _, m := range harFieldPair.FindAllStringSubmatch(in, 200) {
		if isRequest(m[1], "", nil) {
			request.fields.Add(m[1], m[2])
		} else {
			answer.fields.Add(m[1], m[2])
		}
	}
	var list []head
	for _, h := range []head{request, answer} {
		if len(h.fields) > 0 {
			list = append(list, h)
		}
	}
	return list
}
