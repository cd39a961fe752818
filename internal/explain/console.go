package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

var (
	blank = regexp.MustCompile(`\s+`)

	// chromeHead begins Chrome's messages about CORS, in either wording. What was cut off
	// need not be there. A URL can have an apostrophe in it: it ends where the sentence goes on.
	chromeHead = mustPattern(`access to ([\w ]{2,24}?) at '(?:(?P<url>\S*?)'(?: \(redirected from '(?P<from>\S*?)'\))? from origin '(?P<origin>[^']*)'?|(?P<url2>[^']*)'?(?: \(redirected from '(?P<from2>[^']*)'\))?(?: from origin '(?P<origin2>[^']*)'?)?)`)
	oldHead    = mustPattern(`(xmlhttprequest cannot load|fetch api cannot load|failed to load|eventsource cannot load|fetchevent for) (?:'((?:https?|ftp|file|wss?)://[^\s']+)|((?:https?|ftp|file|wss?)://\S+))`)
	oldOrigin  = mustPattern(`\borigin '([^']*)' is therefore not allowed`)
	oldStatus  = mustPattern(`had http status code (\d{3})`)
	netLine    = mustPattern(`\b(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|QUERY|[A-Z]{3,10}) (?:'((?:https?|wss?)://[^\s']+)'|((?:https?|wss?)://\S+)) (net::err_[\w.]+)(?: (\d{3}))?(?: \(([^)]*)\))?`)
	resource   = mustPattern(`failed to load resource: (net::err_[\w.]+|the server responded with a status of (\d{3}))`)
	before     = regexp.MustCompile(`(?i)pre-?flight`)
	// sourcePlace is what DevTools writes before a message: the end of the URL's path, and a line.
	sourcePlace = regexp.MustCompile(`^\s*(\S+?):\d+ `)
	selfOrigin  = mustPattern(`same as the request origin '?(\S+?)'?\.?(?: |$)`)

	// scriptError is all that a script sees, which says nothing.
	scriptError = mustPattern(`failed to fetch|networkerror when attempting|load failed|network error|xmlhttprequest error|unknown error|err_network|cors request failed|due to access control checks|script error`)

	// starts begin a message, so that what stands on one line, or was broken in several, is
	// taken apart rightly.
	starts = mustPattern(`access to [\w ]{2,24}? at '|xmlhttprequest cannot load|fetch api cannot load|eventsource cannot load|failed to load http|\[error\]|\[blocked\]|mixed content:|blocked loading mixed|cross-origin request blocked|refused to (?:connect|load|get|set|frame|execute|apply)|\b(?:xhr)?(?:get|head|post|put|patch|delete|options) '?https?://\S+ (?:net::|\d{3} \(|\[http/)|failed to load resource|connecting to '|content[- ]security[- ]policy:|uncaught |typeerror:|the fetchevent for|cookie '|preflight response is not|origin \S+ is not allowed by|cancelled load to`)
)

// readConsole reads messages of a console.
func readConsole(in string) []sighting {
	var list []sighting
	whole := 0
	for _, segment := range segments(plainQuotes(in)) {
		if s := readMessage(segment); s != nil {
			list = append(list, *s)
			if !s.part {
				whole++
			}
		}
		if whole == mostMessages {
			break
		}
	}
	return withoutOthers(joined(pairedSafari(withoutNotices(withoutParts(list)))))
}

// mostMessages is how many messages of a text are read.
const mostMessages = 400

// longestMessage is from when on further lines are no part of a message, in bytes.
const longestMessage = 8 << 10

// segments are the messages of a text, each in one line.
func segments(in string) []string {
	b := &segmenter{}
	for line := range strings.SplitSeq(in, "\n") {
		b.take(strings.TrimSpace(blank.ReplaceAllString(line, " ")))
	}
	b.flush(0)
	return b.list
}

// segmenter takes the lines of a text apart.
type segmenter struct {
	list   []string
	lines  []string // of what is at hand
	size   int      // of these
	headed bool     // they begin as a message does
	opened bool     // and that is told by what is before the URL, in any language
}

// flush ends what is at hand, but for its last lines.
func (b *segmenter) flush(keep int) {
	n := len(b.lines) - keep
	if n > 0 {
		b.list = append(b.list, strings.Join(b.lines[:n], " "))
	}
	b.lines, b.size, b.headed, b.opened = slices.Clone(b.lines[max(n, 0):]), 0, false, false
	for _, l := range b.lines {
		b.size += len(l)
	}
}

// complete tells whether what is at hand is a whole message.
func (b *segmenter) complete(blank bool) bool {
	return b.headed && b.size <= longestSentence && complete(strings.Join(b.lines, " "), blank)
}

// unfinished tells whether a message has begun and goes on with a line.
func (b *segmenter) unfinished(line string) bool {
	m := strings.Join(b.lines, " ") + " " + line
	return (b.opened || chromeHead.matches(m) || policyWords.MatchString(m)) && !complete(strings.Join(b.lines, " "), false)
}

func (b *segmenter) take(line string) {
	if line == "" {
		if b.opened || b.complete(true) {
			b.flush(0)
		}
		return
	}
	parts := messagesOf(line)
	switch {
	case asideOf.matches(line) && !chromeHead.matches(line):
		b.flush(0)
		b.list = append(b.list, line)
		return
	case len(parts) > 1 || starts.matches(line) || panelRow.MatchString(line):
		b.flush(0)
		b.headed = true
	case isReason(line) && !(b.headed && b.unfinished(line)):
		b.flush(0)
		b.headed = true
	case !goesOn.MatchString(line) && b.complete(false), b.opened && opening(line) && complete(line, false):
		b.flush(0)
	}
	if !b.headed {
		if n := b.opens(line); n > 0 {
			b.flush(n - 1)
			b.headed, b.opened = true, true
		}
	}
	if ownMessage(line) && len(b.lines) > 0 && !(b.headed && b.size <= longestSentence && b.unfinished(line)) {
		b.flush(0)
	}
	for i, part := range parts {
		if i > 0 || b.size > longestMessage {
			b.flush(0)
			b.headed = i > 0
		}
		b.lines, b.size = append(b.lines, part), b.size+len(part)
	}
}

// opens is how many lines, the last of which follows on what is at hand, are the beginning of a message in
// another language than English; 0: none are.
func (b *segmenter) opens(line string) int {
	if !strings.Contains(line, "://") {
		return 0
	}
	text := line
	for n := 1; n <= longestOpening; n++ {
		if opening(text) {
			return n
		}
		if n > len(b.lines) {
			break
		}
		text = b.lines[len(b.lines)-n] + " " + text
	}
	return 0
}

// ownMessage tells whether a line has what only the beginning of a message has: Firefox's
// begin in many ways.
func ownMessage(line string) bool {
	if at := acHeader.FindStringIndex(line); at != nil && at[0] < 4 {
		return false // it goes on with the header's name: a message that was broken
	}
	return anyURL.MatchString(line) && (acHeader.MatchString(line) || strings.Contains(strings.ToUpper(line), "CORS"))
}

// messagesOf are the messages of one line.
func messagesOf(line string) []string {
	if !starts.may(strings.ToLower(line)) {
		return []string{line}
	}
	at := starts.compiled().FindAllStringIndex(line, -1)
	if len(at) < 2 {
		return []string{line}
	}
	var list []string
	from := 0
	for _, p := range at[1:] {
		if p[0]-from < 24 || carriesOn.MatchString(line[from:p[0]]) { // "[Error] Fetch API cannot load" begins once
			continue
		}
		list = append(list, line[from:p[0]])
		from = p[0]
	}
	return append(list, line[from:])
}

// readMessage reads one message. nil: it says nothing.
func readMessage(m string) *sighting {
	if row := readRow(m); row != nil {
		return row
	}
	if n := noticeOf(m); n != nil {
		return n.sighting(m)
	}
	s := &sighting{aside: asideOf.matches(m) && !chromeHead.matches(m)}
	headed := s.readHead(m)
	f := find(m)
	s.part = !headed && (f == nil || f.ofChromesHead() && s.browser == "" || !f.begins(m))
	if f == nil && s.browser == "" {
		if t := translatedChrome(m); t != nil {
			return t
		}
		if ff := firefoxSays(m); ff != nil {
			return ff
		}
	}
	if f != nil {
		s.take(f, m)
	}
	if fail := failed(m); fail != nil && s.reason == "" {
		s.reason = fail.reason
	}
	s.connection = connectionOf(s.reason, m)
	s.tracking = s.reason == ReasonByClient && trackingProtection.MatchString(m)
	s.plainHTTP = s.reason == ReasonTLS && PlainHTTP(m)
	if s.code = codeOf(m); s.code != "" && s.browser == "" && strings.HasPrefix(s.code, "net::") {
		s.browser = "chrome"
	}
	if s.url == "" {
		s.url = s.urlOf(m)
	}
	s.readPlace(m)
	s.readHost(m)
	s.muted = s.reason == "" && s.code == "" && mutedError.MatchString(m)
	s.readScript(m)
	if s.part && f == nil {
		s.wordsOnly = s.printed == 0 && !scriptError.matches(m) && s.code == "" && s.reason == ""
		s.urlAlone = urlAlone.MatchString(m)
		s.part = s.wordsOnly || s.url != "" && s.printed == 0 // else it is what a script sees of some request
	}
	if s.reason == "" && s.url == "" && s.code == "" && s.status == 0 && s.browser == "" && s.printed == 0 && !scriptError.matches(m) {
		return nil // the word CORS alone is no message of a browser
	}
	return s
}

// readHead reads what stands around the reason, and tells whether that is a browser's.
func (s *sighting) readHead(m string) (headed bool) {
	lower := strings.ToLower(m)
	if h := chromeHead.groups(m, lower); h != nil {
		headed = true
		s.browser, s.asker, s.url, s.from, s.origin = "chrome", strings.TrimSpace(h[1]), trimURL(h[2]+h[5]), trimURL(h[3]+h[6]), h[4]+h[7]
	} else if h := oldHead.groups(m, lower); h != nil {
		headed = true
		s.url = trimURL(h[2] + h[3])
		if strings.Contains(strings.ToLower(h[1]), "xmlhttprequest") {
			s.asker = "XMLHttpRequest"
		}
	}
	if h := oldOrigin.groups(m, lower); h != nil {
		s.browser, s.origin = "chrome", h[1]
	}
	if h := selfOrigin.groups(m, lower); h != nil {
		s.browser, s.origin = "chrome", h[1]
	}
	if h := redirectTo.groups(m, lower); h != nil {
		headed, s.leads = true, trimURL(h[1])
	}
	if h := oldStatus.groups(m, lower); h != nil {
		s.status, _ = strconv.Atoi(h[1])
	}
	if h := netLine.groups(m, lower); h != nil {
		headed = true
		if s.url == "" {
			s.url = trimURL(h[2] + h[3])
		}
		s.takeMethod(m, h[1])
		s.status, _ = strconv.Atoi(h[5])
		s.mayBeCached = h[5] == "" && strings.EqualFold(h[4], "net::err_failed") && (s.method == "GET" || s.method == "HEAD")
	}
	if s.readAnswered(m, lower) {
		headed = true
	}
	if h := resource.groups(m, lower); h != nil && h[2] != "" {
		s.status, _ = strconv.Atoi(h[2])
		s.resource = "?"
		if place := sourcePlace.FindStringSubmatch(m); place != nil {
			s.resource = place[1]
		}
	}
	if h := resource.groups(m, lower); h != nil && h[2] == "" {
		s.readLoad(m, h[1])
	}
	return headed || resource.matches(m)
}

// take takes over what a sentence says.
func (s *sighting) take(f *fit, m string) {
	s.reason, s.same, s.param = f.reason, slices.Clone(f.same), f.groups["param"]
	if f.sentence.browser != "" {
		s.browser = f.sentence.browser
	}
	if d := f.groups["instead"]; d != "" {
		s.param = d
	}
	if v, ok := f.groups["value"]; ok {
		s.value = text(strings.TrimSpace(v))
	}
	if s.url == "" {
		s.url = trimURL(f.groups["url"])
	}
	if s.origin == "" {
		s.origin = f.groups["origin"]
	}
	if page := f.groups["page"]; page != "" && s.origin == "" {
		s.origin = originOf(page)
	}
	if f.reason == spec.ReasonMethodDisallowedByPreflightResponse {
		s.param = methodIn(m, s.param)
	}
	if n, err := strconv.Atoi(f.groups["status"]); err == nil {
		s.status = n
	}
	switch {
	case f.reason.IsPreflight():
		s.preflight = yes
	case f.either && f.sentence.browser == "chrome":
		s.preflight = no
		head := 0
		if h := chromeHead.compiled().FindStringIndex(m); h != nil && h[0] < f.from {
			head = h[0]
		}
		if before.MatchString(m[head:f.to]) {
			s.preflight = yes
		}
	}
}

// joined puts together what is said of one request: Chrome's line of the network belongs to
// its message, and so do Safari's two lines and Firefox's.
func joined(list []sighting) []sighting {
	var out []sighting
	for i := range list {
		s := &list[i]
		j := slices.IndexFunc(out, func(o sighting) bool { return o.goesWith(s) })
		if j < 0 {
			out = append(out, *s)
			continue
		}
		out[j].add(s)
	}
	return out
}

// goesWith tells whether another message, further down, is about the same request.
func (s *sighting) goesWith(o *sighting) bool {
	if e, other := s, o; s.echo != "" || o.echo != "" {
		if e.echo == "" {
			e, other = o, s
		}
		return other.url != "" && other.reason != "" && (e.echo == "?" || other.endsIn(e.echo))
	}
	if s.bareStatus() != o.bareStatus() {
		return s.endsIn(o.resource) || o.endsIn(s.resource)
	}
	if s.url != "" && o.url != "" {
		return sameURL(s.url, o.url) && (s.reason == "" || o.reason == "" || o.reason == reasonNoSuccess || s.reason == o.reason || s.reason == reasonNoSuccess)
	}
	return s.reason == "" || o.reason == "" && o.code == ""
}

// bareStatus tells whether a message is no more than the status of a resource, which need not be
// that of the request: nearly every console has the 404 of /favicon.ico.
func (s *sighting) bareStatus() bool { return s.resource != "" && s.url == "" }

// endsIn tells whether a name as DevTools writes it, the end of a path, is that of the URL.
func (s *sighting) endsIn(resource string) bool {
	bare, _, _ := strings.Cut(s.url, "#")
	return len(resource) > 1 && strings.HasSuffix(strings.ToLower(bare), "/"+strings.ToLower(resource))
}

// withoutOthers leaves out the statuses of resources where a message says why a request failed.
func withoutOthers(list []sighting) []sighting {
	if !slices.ContainsFunc(list, func(s sighting) bool { return s.reason != "" }) {
		return list
	}
	return slices.DeleteFunc(list, func(s sighting) bool {
		return s.resource != "" && s.reason == "" && s.code == "" || s.echo != "" && s.url == "" && s.reason == ""
	})
}

// sameURL tells whether two are one, of which one may have been cut.
func sameURL(a, b string) bool {
	a, b = strings.TrimSuffix(strings.ToLower(a), "/"), strings.TrimSuffix(strings.ToLower(b), "/")
	return a == b || len(a) > 20 && strings.HasPrefix(b, a) && strings.HasSuffix(a, "…")
}

// add takes over what another message says of the same request.
func (s *sighting) add(o *sighting) {
	if s.browser == "firefox" && o.reason == reasonNoSuccess {
		// The second message of a preflight that failed, or of a redirect.
		if s.status < 300 || s.status > 399 {
			s.preflight = yes
		}
		return
	}
	if s.reason == "" || s.reason == reasonNoSuccess && o.reason != "" { // a script's error says nothing
		s.reason, s.same, s.preflight, s.param, s.value = o.reason, o.same, o.preflight, o.param, o.value
		s.connection, s.tracking, s.plainHTTP = o.connection, o.tracking, o.plainHTTP
	}
	for _, f := range []struct{ to, from *string }{{&s.browser, &o.browser}, {&s.method, &o.method}, {&s.url, &o.url}, {&s.origin, &o.origin}, {&s.asker, &o.asker}, {&s.code, &o.code}, {&s.from, &o.from}, {&s.leads, &o.leads}} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	if s.status == 0 {
		s.status = o.status
	}
	s.addLine(o)
	s.mayBeCached = s.mayBeCached || o.mayBeCached
	s.wordsOnly = s.wordsOnly && o.wordsOnly
	s.muted = s.muted && o.muted // another message says more, or is of something else
}
