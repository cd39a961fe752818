package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// People paste their code, their configuration, links and words beside the message. All of it may
// speak of CORS and have URLs, and none of it is a request that failed: what a browser wrote as a
// whole counts before what only looks like a part of that.

var (
	// sentenceEnds is the end of a sentence; a dot within a URL or a name is none.
	sentenceEnds = regexp.MustCompile("[.!?。][*_~)'\"<`]*(?:\\s|<|$)")
	// goesOn begins what a browser says behind its first sentence, which may stand in the next line.
	goesOn = regexp.MustCompile(`(?i)^(?:\d{3} \(|if an opaque response serves|have the server send the header|origin '\S*?' is therefore not allowed|the response had http|credentials flag is|the credentials mode of|(?-i:\p{Lu}|\p{Lo})[\p{L} '’]{2,24}\s?[:：] ?(?:\d{3}|\(null\))(?:[.。]|\s|$))`)
	// lineEnd is what consoles write behind a message, in one line with it.
	lineEnd = regexp.MustCompile("^(?:\\[[^\\]]*\\]|[\\w./-]+:\\d+(?::\\d+)?|</?\\w+>|[`*_)\\s])*$")
	// lineStart is what consoles write before a message, in one line with it.
	lineStart = regexp.MustCompile(`(?i)^(?:\[(?:error|warning|blocked|report only)\]|uncaught|\(in promise\)|(?:dom)?exception|\w*error|failed to load resource|the|response to preflight request doesn.t pass access control check|[\w./?=&:()<>-]*:\d+(?::\d+)?|[\d:.]{5,15}|[^\p{L}\d])*$`)
	// asideOf is a message of DevTools about what only DevTools asked for.
	asideOf = mustPattern(`failed to load source ?map|source map error|^(?:resource|source map) url:`)

	// reference is a URL that people read about CORS at, which nobody asked for by a script.
	reference = regexp.MustCompile(`(?i)^https?://(?:(?:[a-z]+\.)?stackoverflow\.com/(?:q|a|questions)/|[a-z]+\.stackexchange\.com/|developer\.mozilla\.org/|(?:www\.)?w3\.org/TR/|(?:fetch|html)\.spec\.whatwg\.org/|github\.com/[^/]+/[^/]+/(?:issues|pull|discussions|blob|tree|wiki)/|developer\.chrome\.com/|web\.dev/|enable-cors\.org|(?:www\.)?chromestatus\.com/)`)

	// urlAlone is a line with the URL that was asked for, as people write it above a message.
	urlAlone = regexp.MustCompile(`^(?:[A-Z]{3,8} )?'?[a-z][a-z0-9+.-]*://\S+$`)

	// shapeless is what no sentence of a browser's has before a URL, and code has.
	shapeless = regexp.MustCompile(`[{}=<>$\\;@|#/_]|\w[(\[]|->`)
	// reasonLabel is how Firefox begins the reason, in any language: "(Reason: ", ". Motivo: ".
	reasonLabel = regexp.MustCompile(`(?:[(（]\s*|[.。]\s+)\p{L}[\p{L} ]{0,24}\s?[:：]`)
	// headerIn is a header's name in what stands in brackets, where there is no word for "Reason".
	headerIn = regexp.MustCompile(`(?i)[(（][^()（）]*'access-control-allow-[a-z]+'`)
	// corsIn is the same for a reason that names none, where Firefox keeps the English name of the policy.
	corsIn     = regexp.MustCompile(`(?i)[(（][^()（）]*\bcors\b`)
	policyName = regexp.MustCompile(`(?i)same origin policy`)
	// policyWords are those of Firefox's messages in English.
	policyWords = regexp.MustCompile(`(?i)cross-origin request (?:blocked|warning):|same origin policy (?:will )?disallows?`)
)

// shortestHead is what Firefox has before the URL at least, in bytes: in Chinese it is 54.
const shortestHead = 50

// firefoxShape tells whether a text has the structure of Firefox's messages, whatever the language: a
// heading with a colon, a sentence with the URL, and the reason, which says CORS or names a header. at is
// where the URL is.
func firefoxShape(text string, at []int) bool {
	head, rest := text[:at[0]], text[at[0]+len(trimURL(text[at[0]:at[1]])):]
	if policyWords.MatchString(text) {
		return true
	}
	if !firefoxHead(head) {
		return false
	}
	label := reasonLabel.FindStringIndex(rest)
	if label == nil {
		return headerIn.MatchString(rest) || policyName.MatchString(head) && corsIn.MatchString(rest)
	}
	return acHeader.MatchString(rest[label[1]:]) || strings.Contains(strings.ToUpper(rest[label[1]:]), "CORS")
}

// firefoxHead tells whether a text is such as Firefox has before the URL.
func firefoxHead(head string) bool {
	return len(head) >= shortestHead && strings.ContainsAny(head, ":：") && !shapeless.MatchString(head)
}

// begins tells whether a sentence stands where a message begins, or names its own URL, so that it is
// none that somebody quotes in words of his own.
func (f *fit) begins(m string) bool {
	return f.groups["url"] != "" || lineStart.MatchString(m[:f.from])
}

// ofChromesHead tells whether Chrome says a sentence only behind its "Access to ... at ...".
func (f *fit) ofChromesHead() bool {
	return f.browser == "chrome" && (f.either || f.reason.IsPreflight())
}

const (
	// longestSentence is from when on further lines make no sentence whole, in bytes.
	longestSentence = 2 << 10
	// longestOpening is in how many lines a message can be broken before its URL.
	longestOpening = 4
)

// opening tells whether a text has the beginning of a message of Firefox's, or of one of Chrome's in another
// language, up to the URL.
func opening(text string) bool {
	if at := anyURL.FindStringIndex(text); at != nil && firefoxHead(text[:at[0]]) {
		return true
	}
	at := quotedURL.FindStringIndex(text)
	return at != nil && chromeAsker.MatchString(text[:at[0]]) && !shapeless.MatchString(text[:at[0]])
}

// complete tells whether the lines so far are a whole message, so that the next is another matter.
// blank: an empty line follows.
func complete(m string, blank bool) bool {
	if netLine.matches(m) || answeredLine.matches(m) || resource.matches(m) || carrier.matches(m) {
		return true // one line says it
	}
	from := -1
	if f := find(m); f != nil {
		from = f.from
	} else if t := translatedChrome(m); t != nil && t.reason != "" {
		from = quotedURL.FindAllStringIndex(m, 2)[1][1]
	} else if at := anyURL.FindStringIndex(m); at != nil && firefoxShape(m, at) && (acHeader.MatchString(m[at[1]:]) || strings.Contains(strings.ToUpper(m[at[1]:]), "CORS")) {
		end := at[0] + len(trimURL(m[at[0]:at[1]]))
		if label := reasonLabel.FindStringIndex(m[end:]); label != nil {
			from = end + label[1]
		}
	}
	if from < 0 || blank {
		return from >= 0
	}
	ends := sentenceEnds.FindAllStringIndex(m[from:], -1)
	return len(ends) > 0 && lineEnd.MatchString(m[from+ends[len(ends)-1][1]:])
}

// withoutParts leaves out what may be the words around a message where there is a whole one, and what
// names no more than a URL where another is said to have failed.
func withoutParts(list []sighting) []sighting {
	whole := func(s *sighting) bool { return !s.part && !s.aside }
	says := slices.ContainsFunc(list, func(s sighting) bool { return whole(&s) && s.reason != "" && rank(s.reason) == 0 })
	names := says || slices.ContainsFunc(list, func(s sighting) bool { return whole(&s) && s.url != "" })
	told := slices.ContainsFunc(list, func(s sighting) bool { return s.reason != "" && !s.aside })
	asides := slices.ContainsFunc(list, func(s sighting) bool { return !s.aside })
	ofOne := func(s *sighting) bool { // Firefox says two things of one request
		return s.browser == "firefox" && slices.ContainsFunc(list, func(o sighting) bool { return whole(&o) && o.browser == s.browser && sameURL(o.url, s.url) })
	}
	return slices.DeleteFunc(list, func(s sighting) bool {
		if s.part && ofOne(&s) {
			return false
		}
		if s.wordsOnly && told && !s.urlAlone {
			return true
		}
		return s.aside && asides || s.part && (says || names && s.reason == "" && s.code == "")
	})
}

// hasReason tells whether a line of a text is a sentence of Chrome's that says why, without its beginning, and no
// comment.
func hasReason(text string) bool {
	for line := range strings.SplitSeq(plainQuotes(text), "\n") {
		if line = strings.TrimSpace(line); isReason(line) && !comments.MatchString(line) {
			return true
		}
	}
	return false
}

// isReason tells whether a line is such a sentence.
func isReason(line string) bool {
	f := find(line)
	return f != nil && f.ofChromesHead() && f.begins(line) && complete(line, false)
}

// comments begins a line that code or a configuration does not run.
var comments = regexp.MustCompile(`^(?:#|//|/?\*|--|;|<!--)`)

// hasMessage tells whether a text has a whole message of a browser about CORS, or its line about a request
// that failed, besides whatever else it is.
func hasMessage(text string) bool {
	lower := strings.ToLower(text)
	if !strings.Contains(lower, "access-control-") && !strings.Contains(lower, "cors") && !strings.Contains(lower, "cannot load") && !strings.Contains(lower, "net::err_") {
		return false
	}
	return slices.ContainsFunc(segments(plainQuotes(text)), func(m string) bool {
		s := readMessage(m)
		if s == nil || s.part || s.aside {
			return false
		}
		return s.url != "" && s.code != "" || (s.url+s.origin != "" || s.browser == "safari") && slices.Contains(spec.Reasons(), s.reason) && (LayerOf(s.reason) == spec.LayerCORS || s.asker != "")
	})
}
