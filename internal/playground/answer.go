package playground

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// OriginMark stands for the origin of the page in the lines of an answer.
const OriginMark = "{origin}"

// largestAnswer is how long the lines of an answer may be, in bytes: what
// browsers take of a head is more.
const largestAnswer = 16 << 10

// Error is an order that cannot be carried out.
type Error struct {
	Field string `json:"field"`          // of the form: preflight, answer, method, headers, ...
	Line  int    `json:"line,omitempty"` // from 1; 0 where it is about none
	Text  string `json:"text"`           // what is wrong, and the form that is expected
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s, line %d: %s", e.Field, e.Line, e.Text)
	}
	return e.Field + ": " + e.Text
}

// ours are fields that the playground writes itself, or that would reach beyond
// it: cookies and site data belong to all servers of the host, a challenge opens
// a dialog, and others make the browser send something elsewhere.
var ours = map[string]string{
	"connection": "it is about the connection", "keep-alive": "it is about the connection", "upgrade": "it is about the connection", "te": "it is about the connection",
	"trailer": "it is about the connection", "transfer-encoding": "it is about the connection", "content-length": "the content is the playground's own", "content-encoding": "the content is the playground's own",
	"date":       "it is not looked at",
	"set-cookie": "it would set a cookie for all servers on this host", "set-cookie2": "it would set a cookie for all servers on this host",
	"clear-site-data": "it would delete what other servers on this host have stored", "strict-transport-security": "it would be about all servers on this host",
	"www-authenticate": "the browser would ask for a password", "proxy-authenticate": "the browser would ask for a password",
	"location": "redirects are not followed here", "refresh": "it would lead elsewhere", "link": "it can make the browser load something else",
	"alt-svc": "it would lead elsewhere", "nel": "the browser would send reports elsewhere", "report-to": "the browser would send reports elsewhere",
	"reporting-endpoints": "the browser would send reports elsewhere", "attribution-reporting-register-source": "the browser would send reports elsewhere",
	"attribution-reporting-register-trigger": "the browser would send reports elsewhere",
}

// belowCORS are statuses on which browsers act before anything of CORS: they
// repeat the request or take the answer for a proxy's.
var belowCORS = []int{407, 408, 421, 425}

// parseAnswer reads the lines of an answer, as people paste them: a status line
// or none, fields, with the marks of curl -v before them or not. origin is that of the
// page, site the origin that stands for it in the lines (empty for none). It says
// what was left out.
func parseAnswer(field, text, origin, site string) (*spec.Response, []string, error) {
	if len(text) > largestAnswer {
		return nil, nil, &Error{Field: field, Text: fmt.Sprintf("the lines have %d bytes: %d are the most", len(text), largestAnswer)}
	}
	r, left := &spec.Response{Status: http.StatusOK}, []string(nil)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSuffix(line, "\r"), "< "))
		if line == "" || line == "<" || strings.HasPrefix(line, "> ") || strings.HasPrefix(line, "* ") {
			continue
		}
		var err error
		if status, ok := statusLine(line); ok {
			r.Status, err = parseStatus(status)
		} else {
			left, err = addField(r, field, line, origin, site, left)
		}
		if err != nil {
			return nil, nil, &Error{Field: field, Line: i + 1, Text: err.Error()}
		}
	}
	return r, left, nil
}

// statusLine gives the status of "HTTP/1.1 204 No Content", "HTTP/2 204" or
// ":status: 204".
func statusLine(line string) (string, bool) {
	if rest, ok := strings.CutPrefix(line, ":status:"); ok {
		return strings.TrimSpace(rest), true
	}
	if len(line) < 5 || !strings.EqualFold(line[:5], "HTTP/") {
		return "", false
	}
	_, rest, _ := strings.Cut(line, " ")
	status, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	return status, true
}

func parseStatus(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 200 || n > 599 {
		return 0, fmt.Errorf("the status %q is not a number from 200 to 599, as in HTTP/1.1 204 No Content", s)
	}
	if slices.Contains(belowCORS, n) {
		return 0, fmt.Errorf("a browser may act on status %d before it looks at CORS, so that it cannot be tried here", n)
	}
	return n, nil
}

// addField adds a line to the answer, or its reason to what was left out.
func addField(r *spec.Response, field, line, origin, site string, left []string) ([]string, error) {
	name, value, ok := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || !spec.IsToken(name) {
		return left, fmt.Errorf("%q is not a field, as in Access-Control-Allow-Origin: *", clip(line))
	}
	// A browser follows no redirect of a preflight.
	if why, is := ours[strings.ToLower(name)]; is && (field != "preflight" || !strings.EqualFold(name, "Location")) {
		return append(left, name+": "+why), nil
	}
	value = strings.ReplaceAll(value, OriginMark, origin)
	if strings.EqualFold(name, "Access-Control-Allow-Origin") {
		value = standIn(value, site, origin)
	}
	bytes, err := cases.ToBytes(value)
	if err != nil || !spec.IsHeaderValue(bytes) || strings.ContainsFunc(bytes, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		return left, fmt.Errorf("the value of %s has characters that a header cannot have", name)
	}
	r.Header.Add(name, bytes)
	return left, nil
}

// standIn puts the page's origin where a value has the origin that stands for
// it, as a whole: https://a.example is not in https://a.example.org.
func standIn(value, site, origin string) string {
	if site == "" {
		return value
	}
	var b strings.Builder
	for {
		at := strings.Index(value, site)
		if at < 0 {
			return b.String() + value
		}
		end := at + len(site)
		whole := (at == 0 || !ofOrigin(value[at-1])) && (end == len(value) || !ofOrigin(value[end]))
		b.WriteString(value[:at])
		if whole {
			b.WriteString(origin)
		} else {
			b.WriteString(site)
		}
		value = value[end:]
	}
}

func ofOrigin(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(".-_:", c) >= 0 || c >= 0x80
}

// clip shortens what is shown of a line.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "..."
	}
	return s
}
