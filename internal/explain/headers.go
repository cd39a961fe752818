package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// A pasted head: the lines of a request, of an answer, or both, as curl -i or DevTools'
// Headers tab has them.

var (
	requestLine = regexp.MustCompile(`^([A-Z]{3,10}|query|patch) (\S+)(?: HTTP/[0-9.]+)?$`)
	answerLine  = regexp.MustCompile(`(?i)^HTTP/[0-9.]+ (\d{3})`)
	field       = regexp.MustCompile("^(:?[!#$%&'*+.^_|~0-9A-Za-z-]+):(?:[ \t]*)(.*)$")
	loneName    = regexp.MustCompile(`(?i)^(access-control-[a-z-]+|content-type|content-length|server|date|vary|origin|host|location|referer|x-powered-by|:[a-z]+)$`)
	// bareName is a name of a header in a line of its own, where DevTools' General section shows that
	// names and values alternate; generalName is one of that section.
	bareName     = regexp.MustCompile(`^:?[A-Za-z][A-Za-z0-9-]*:?$`)
	generalName  = regexp.MustCompile(`(?i)^(?:request url|request method|status code):?$`)
	sectionTitle = regexp.MustCompile(`(?i)^▼?\s*(general|response headers|request headers|view source|view parsed|raw|provisional headers are shown)\b`)
)

// head is the head of a request or of an answer.
type head struct {
	request bool
	method  string
	target  string // as it is in the line
	url     string // where the text has the whole of it
	status  int
	fields  spec.Header
	general bool // DevTools' section General begins it
}

// readHeaders reads pasted heads.
func readHeaders(in string, c *Context) ([]sighting, error) {
	lines := strings.Split(rawContent.ReplaceAllString(in, "$1"), "\n")
	cmd, client, lines := commandBefore(lines)
	return sightingsOfPairs(pairsAfter(heads(lines), cmd, client), c), nil
}

// heads takes lines apart into heads. A line that begins another closes the one before.
func heads(lines []string) []head {
	var list []head
	section, at := "", 0 // the head that the line before belongs to
	alternating := slices.ContainsFunc(lines, func(l string) bool { return generalName.MatchString(strings.TrimSpace(l)) })
	lastAnswer := len(lines) - 1
	for lastAnswer >= 0 && !answerLine.MatchString(strings.TrimSpace(lines[lastAnswer])) {
		lastAnswer--
	}
	current := func(request bool) *head {
		n := len(list)
		if n > 0 && list[n-1].request == request {
			return &list[n-1]
		}
		if request && n > 1 && list[n-2].general { // DevTools has the answer's lines between
			return &list[n-2]
		}
		list = append(list, head{request: request})
		return &list[len(list)-1]
	}
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		next := ""
		if i+1 < len(lines) {
			next = strings.TrimSpace(lines[i+1])
		}
		if m := sectionTitle.FindStringSubmatch(line); m != nil {
			section = strings.ToLower(m[1])
			continue
		}
		switch m := answerLine.FindStringSubmatch(line); {
		case m != nil:
			status, _ := strconv.Atoi(m[1])
			list = append(list, head{status: status})
			section, at = "", len(list)-1
			continue
		}
		if m := requestLine.FindStringSubmatch(line); m != nil && (strings.Contains(line, "HTTP/") || strings.HasPrefix(m[2], "/") || strings.Contains(m[2], "://")) {
			list = append(list, head{request: true, method: m[1], target: m[2]})
			if section, at = "", len(list)-1; strings.Contains(line, "HTTP/") && i < lastAnswer {
				section = "request headers" // up to that line, whatever a script has put there
			}
			continue
		}
		if name, value, ok := devTools(line, next); ok {
			if !strings.Contains(line, ":") || value == next {
				i++
			}
			if name == "remote address" || name == "referrer policy" {
				continue
			}
			h := generalHead(&list, name)
			h.set(name, value)
			at = indexOf(list, h)
			continue
		}
		name, value, ok := fieldOf(line)
		if next != "" && (!ok && (loneName.MatchString(line) || alternating && bareName.MatchString(line)) || ok && alternating && value == "") { // DevTools copies name and value in two lines
			name, value, ok = strings.TrimSuffix(line, ":"), next, true
			i++
		}
		if !ok {
			continue
		}
		h := current(isRequest(name, section, list[min(at, len(list)):]))
		at = indexOf(list, h)
		if strings.HasPrefix(name, ":") {
			h.set(name, value)
			continue
		}
		h.fields.Add(name, value)
	}
	return list
}

// indexOf is where a head stands in a list.
func indexOf(list []head, h *head) int {
	for i := range list {
		if &list[i] == h {
			return i
		}
	}
	return 0
}

func fieldOf(line string) (name, value string, ok bool) {
	m := field.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	return m[1], strings.Trim(m[2], " \t"), true
}

// isRequest tells whether a field belongs to a request: by the section that it stands in,
// by its name, and else by the head that the line before it belongs to, the first of list.
func isRequest(name, section string, list []head) bool {
	switch section {
	case "request headers":
		return true
	case "response headers":
		return false
	}
	name = strings.ToLower(name)
	ofRequest := slices.Contains([]string{"origin", "host", "user-agent", "accept", "referer", "cookie", "authorization", "accept-encoding", "accept-language", ":method", ":authority", ":path", ":scheme", "access-control-request-method", "access-control-request-headers"}, name) ||
		strings.HasPrefix(name, "sec-fetch-") || strings.HasPrefix(name, "sec-ch-")
	ofAnswer := strings.HasPrefix(name, "access-control-allow-") || slices.Contains([]string{"server", "vary", "location", "set-cookie", "etag", ":status", "x-powered-by", "date", exposeHeaders, "access-control-max-age"}, name)
	switch {
	case ofRequest:
		return true
	case ofAnswer:
		return false
	case len(list) > 0:
		return list[0].request
	}
	return false
}

// devTools reads a line of the General section: "Request URL: ...", or in two lines.
func devTools(line, next string) (name, value string, ok bool) {
	lower := strings.ToLower(line)
	for _, n := range []string{"request url", "request method", "status code", "remote address", "referrer policy"} {
		if rest, found := strings.CutPrefix(lower, n); found {
			rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ":"))
			if rest == "" {
				return n, next, true
			}
			return n, strings.TrimSpace(line[len(line)-len(rest):]), true
		}
	}
	return "", "", false
}

// generalHead is the head that a line of the General section is about.
func generalHead(list *[]head, name string) *head {
	request := name != "status code"
	for i := len(*list) - 1; i >= 0; i-- {
		h := &(*list)[i]
		if h.request == request && (request && h.method == "" || !request && h.status == 0 || name == "request method" && h.url != "") {
			return h
		}
	}
	*list = append(*list, head{request: request, general: request})
	return &(*list)[len(*list)-1]
}

// set takes over a line of the General section, or a pseudo-header of HTTP/2.
func (h *head) set(name, value string) {
	switch name {
	case "request url":
		h.url = value
	case "request method", ":method":
		h.method = strings.TrimSpace(value)
	case "status code", ":status":
		if m := regexp.MustCompile(`\d{3}`).FindString(value); m != "" {
			h.status, _ = strconv.Atoi(m)
		}
	case ":path":
		h.target = value
	case ":authority":
		h.fields.Add("Host", value)
	case ":scheme":
		h.fields.Add("x-scheme", value)
	}
}
