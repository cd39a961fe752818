package explain

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/corsproof/corsproof/spec"
)

// A HAR (http://www.softwareishard.com/blog/har-12-spec/) as the browsers save it, with their
// own keys: Chromium's front_end/models/har/Log.ts, WebKit's HARBuilder.js. Only what is
// looked at is decoded.
type har struct {
	Log struct {
		Creator named   `json:"creator"`
		Browser named   `json:"browser"`
		Pages   []page  `json:"pages"`
		Entries []entry `json:"entries"`
	} `json:"log"`
}

type named struct {
	Name string `json:"name"`
}

type page struct {
	ID    string `json:"id"`
	Title string `json:"title"` // Chromium: the page's URL
}

type entry struct {
	Page      string      `json:"pageref"`
	Type      string      `json:"_resourceType"`
	FromCache any         `json:"_fromCache"` // Chromium: "disk", "memory"
	guessed   bool        // Type is not in the text
	Request   harRequest  `json:"request"`
	Response  harResponse `json:"response"`
}

type harRequest struct {
	Method   string     `json:"method"`
	URL      string     `json:"url"`
	Headers  []harField `json:"headers"`
	Cookies  []named    `json:"cookies"`
	PostData *struct {
		MimeType string `json:"mimeType"`
	} `json:"postData"`
}

type harResponse struct {
	Status      int        `json:"status"`
	Headers     []harField `json:"headers"`
	RedirectURL string     `json:"redirectURL"`
	Content     struct {
		Text jsontext.Value `json:"text"`
	} `json:"content"`
	Error any `json:"_error"` // Chromium: net::ERR_FAILED and the like; WebKit: the sentence of the console
}

type harField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// readHAR reads every request of a HAR about which CORS, or what looks like it, decides.
func readHAR(in string, c *Context) ([]sighting, error) {
	var h har
	err := json.Unmarshal([]byte(in), &h, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.MatchCaseInsensitiveNames(false))
	if err != nil || len(h.Log.Entries) == 0 {
		if list := looseEntries(in); len(list) > 0 {
			return looseSightings(list), nil
		}
	}
	if err != nil {
		if list := pieceEntries(in); len(list) > 0 {
			return looseSightings(list), nil
		}
		if list := fieldHeads(in); len(list) > 0 {
			return sightingsOf(list, c), nil
		}
		return nil, &Error{"reading the HAR", err, "save it again: in DevTools, Network, Export HAR. A file that was cut, or edited by hand, cannot be read"}
	}
	if len(h.Log.Entries) == 0 && isPiece(in) { // an error of axios has them, say
		if list := pieceEntries(in); len(list) > 0 {
			return looseSightings(list), nil
		}
	}
	if len(h.Log.Entries) == 0 {
		return nil, &Error{"reading the HAR", errors.New("it has no request (log.entries)"), "open DevTools before you load the page, repeat the request, then export"}
	}
	r := &harReader{har: &h, browser: h.browser(), used: make([]bool, len(h.Log.Entries))}
	list := r.sightings()
	if len(list) == 0 {
		list = append(list, r.nothingInHAR())
	}
	return list, nil
}

// browser is the one that saved it.
func (h *har) browser() string {
	name := strings.ToLower(h.Log.Creator.Name + " " + h.Log.Browser.Name)
	switch {
	case strings.Contains(name, "firefox"):
		return "firefox"
	case strings.Contains(name, "webkit") || strings.Contains(name, "safari"):
		return "safari"
	case strings.Contains(name, "webinspector") || strings.Contains(name, "chrom") || strings.Contains(name, "edge"):
		return "chrome"
	}
	return ""
}

// headerOfHAR are the lines; those of HTTP/2's own are left out.
func headerOfHAR(list []harField) spec.Header {
	var h spec.Header
	for _, f := range list {
		if strings.HasPrefix(f.Name, ":") {
			continue
		}
		for line := range strings.SplitSeq(f.Value, "\n") { // Chromium joins lines of one name with a newline
			h.Add(f.Name, strings.Trim(line, " \t\r"))
		}
	}
	return h
}

// errorOf is why there is no answer for the page; empty for none.
func (e *entry) errorOf() string {
	s, _ := e.Response.Error.(string)
	return s
}

// longestRefusal is how long the content of an answer is in which a CORS layer refuses, in bytes.
const longestRefusal = 4 << 10

// refusal is that of a CORS layer, which the content of an error is; nil: it is none, or the HAR does not have it as text.
func (e *entry) refusal() *refusal {
	raw := e.Response.Content.Text
	if e.Response.Status < 400 || len(raw) > longestRefusal || raw.Kind() != '"' {
		return nil
	}
	var s string
	if json.Unmarshal(raw, &s, jsontext.AllowInvalidUTF8(true)) != nil {
		return nil
	}
	return refusalIn(s)
}

// isPreflight tells whether an entry is a preflight.
func (e *entry) isPreflight(h spec.Header) bool {
	return e.Type == "preflight" || e.Request.Method == "OPTIONS" && h.Has("Access-Control-Request-Method")
}
