package explain

import (
	"regexp"
	"strings"
)

var (
	likeJSON   = regexp.MustCompile(`^(?:\{|\[\s*[\[{"\]])`) // [Error] is none
	loneURL    = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://[^\s'"]+$`)
	curlWord   = regexp.MustCompile(`(?im)^\s*(?:` + shellPrompt + `)?curl(?:\.exe)?\s+\S`)
	curlOutput = regexp.MustCompile(`(?m)^\s*(?:[<>] ?(?:HTTP/|[A-Z]+ \S+ HTTP/|[A-Za-z0-9-]+:)|\* +\S|curl: \(\d+\))`)
	statusLine = regexp.MustCompile(`(?im)^\s*<? ?HTTP/[0-9.]+ \d{3}\b`)
	powerShell = regexp.MustCompile(`(?i)\b(?:invoke-webrequest|invoke-restmethod|iwr|irm)\b[^\n]*-uri\b|\binvoke-(?:webrequest|restmethod)\b`)
	fetchCall  = regexp.MustCompile("(?m)(?:^|[\\s=(;])(?:window\\.|globalThis\\.)?fetch(?:\\s*\\(\\s*(?:new\\s+Request\\s*\\(\\s*)?[\"'`]|\\(\\s*[A-Za-z_$][\\w$.]*\\s*[,)+])")
	otherCall  = regexp.MustCompile("(?m)\\baxios(?:\\.\\w+)?\\s*\\(|\\bnew\\s+EventSource\\s*\\(|\\.open\\s*\\(\\s*[\"'`][A-Za-z]+[\"'`]\\s*,")

	// fieldLine is a line with a header that people paste; others alone do not make headers
	// of a text.
	fieldLine = regexp.MustCompile(`(?im)^\s*(?:access-control-[a-z-]+|content-type|content-length|server|date|vary|origin|host|user-agent|accept|cache-control|location|x-powered-by|connection|etag|set-cookie|referer|request url|request method|status code|www-authenticate|cross-origin-resource-policy|authorization|:status|:method)(?:: ?|\n)(?:[^\s{\[]|\s*$)`)
	harFields = regexp.MustCompile(`"name"\s*:\s*"[A-Za-z-]+"\s*,\s*"value"\s*:\s*"`)
	message   = regexp.MustCompile(`(?i)blocked by cors policy|cross-origin request blocked|\[error\]|mixed content:`)
	// longMessage is that of a browser behind a long text.
	longMessage = regexp.MustCompile(`(?i)access to [\w ]{2,24} at \S+ from origin \S+ has been blocked by cors policy|cross-origin request blocked: the same origin policy disallows`)
	noHeader    = regexp.MustCompile(`(?i)blocked by cors policy|cross-origin request blocked|\[error\]|net::err_|mixed content:`)
)

// Recognise says what a text is. What is nothing else is taken for messages of a console. A whole
// message of a browser counts before all that stands beside it, code, commands and configurations.
func Recognise(text string) Kind {
	t := strings.TrimSpace(text)
	head := t[:min(len(t), 1<<14)]
	switch {
	case likeJSON.MatchString(head) && (strings.HasSuffix(t, "}") || strings.HasSuffix(t, "]") || !hasMessage(head)):
		return jsonKind(head)
	case loneURL.MatchString(head):
		return KindURL
	case hasMessage(head), len(t) > len(head) && longMessage.MatchString(t[:min(len(t), longestText)]):
		return KindConsole
	case curlOutput.MatchString(head) && (statusLine.MatchString(t) || curlWord.MatchString(head) || sent.MatchString(head) || strings.Contains(head, "* ")) && !noHeader.MatchString(head):
		return KindTranscript
	case curlWord.MatchString(head) && statusLine.MatchString(t):
		return KindTranscript
	case curlWord.MatchString(head), powerShell.MatchString(head):
		return KindCurl
	case fetchCall.MatchString(head) && !noHeader.MatchString(head), otherCall.MatchString(head) && !noHeader.MatchString(head):
		return KindFetch
	case (isPiece(head) || harFields.MatchString(head)) && !message.MatchString(head):
		return KindHAR
	case setting.MatchString(head) && !message.MatchString(head) && !scriptError.matches(head) && !hasReason(head):
		return KindConfig
	case (statusLine.MatchString(head) || fieldLine.MatchString(head)) && !noHeader.MatchString(head):
		return KindHeaders
	}
	return KindConsole
}

// jsonKind tells the kinds of JSON apart by what stands near their beginning.
func jsonKind(head string) Kind {
	switch {
	case strings.Contains(head, `"log"`) && (strings.Contains(head, `"entries"`) || strings.Contains(head, `"creator"`)), strings.Contains(head, `"entries"`):
		return KindHAR
	case strings.Contains(head, `"request"`) && strings.Contains(head, `"response"`) && !strings.Contains(head, `"hops"`):
		return KindHAR
	case strings.Contains(head, `"hops"`) || strings.Contains(head, `"request"`) && strings.Contains(head, `"origin"`):
		return KindEval
	case strings.Contains(head, `"log"`) && !message.MatchString(head), isPiece(head) && !message.MatchString(head):
		return KindHAR
	}
	return KindConsole
}
