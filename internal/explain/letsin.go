package explain

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/corsproof/corsproof/internal/block"
)

// A configuration can let in whoever asks. Of libraries whose code or documentation says so it is known what sends
// back every Origin; of the others nothing is said.

// letsIn is the part of a configuration by which others are let in.
type letsIn struct {
	written string // as it is written there
	does    string // what it does, a sentence without a full stop
	cause   string // an id of cases.Causes
	example string // an origin of somebody else that gets in
}

// anyOther is an origin that nobody means to let in: .test is of nobody (RFC 6761, section 6.2).
const anyOther = "https://evil.test"

// sendsBack is a way of writing that every Origin is sent back, or taken.
type sendsBack struct {
	written *regexp.Regexp
	// beside has to be in the text as well, and unless may not be.
	beside, unless *regexp.Regexp
	does           string
}

// everyOrigin are these ways. Only who pastes a configuration waits for its expressions.
var everyOrigin = sync.OnceValue(func() []sendsBack {
	return []sendsBack{
		// https://github.com/expressjs/cors#configuration-options, https://github.com/fastify/fastify-cors#options; Nest and Socket.IO take the same.
		{written: regexp.MustCompile(`\borigin["']?\s*:\s*true\b`), does: "It sends back the Origin of whoever asks"},
		{written: regexp.MustCompile(`\borigin["']?\s*:?\s*(?:async\s+)?(?:function\s*\w*\s*)?\(?[^(){}\n]*\)?\s*(?:=>)?\s*\{?\s*(?:return\s+)?\w+\s*\(\s*(?:null|undefined)\s*,\s*true\s*\)`), does: "It answers true, whoever asks"},
		// Hono's and Koa's functions give the value: https://hono.dev/docs/middleware/builtin/cors, https://github.com/koajs/cors.
		{written: regexp.MustCompile(`\borigin["']?\s*:\s*(?:\(\s*(?:o|origin)\b[^()]*\)|(?:o|origin))\s*=>\s*(?:o|origin)\s*(?:[,})]|$)`), does: "It gives back the Origin of whoever asks"},
		{written: regexp.MustCompile(`(?i)\borigin["']?\s*:\s*\(?\s*(?:ctx|c|req|request)\b[^()]*\)?\s*=>\s*(?:ctx|c|req|request)(?:\.(?:request|req))?\.(?:get\(\s*['"]origin['"]\s*\)|headers?(?:\.origin|\[['"]origin['"]\]|\(\s*['"]origin['"]\s*\)))\s*(?:[,})]|$)`), does: "It gives back the Origin of whoever asks"},
		// rs/cors, go-chi/cors, gin-contrib/cors, echo and fiber.
		{written: regexp.MustCompile(`\bAllowOrigins?\w*Func\w*\s*[:=]\s*func\s*\([^)]*\)\s*(?:\([^)]*\)|bool)?\s*\{\s*return\s+true\b`), does: "It returns true, whoever asks"},
		{written: regexp.MustCompile(`\bAllowedOriginValidator\(\s*func\s*\([^)]*\)\s*bool\s*\{\s*return\s+true\b`), does: "It returns true, whoever asks"},
		{written: regexp.MustCompile(`\bSetIsOriginAllowed\(\s*\(?\s*\w+\s*\)?\s*=>\s*true\s*\)`), does: "It answers true, whoever asks"},
		{written: regexp.MustCompile(`\ballowed_origin_fn\(\s*\|[^|]*\|\s*\{?\s*true\b`), does: "It answers true, whoever asks"},
		{written: regexp.MustCompile(`\bAllowOrigin::(?:mirror_request\(\s*\)|predicate\(\s*\|[^|]*\|\s*\{?\s*true\b)`), does: "It sends back the Origin of whoever asks"},
		// With credentials these send back the Origin in place of *.
		{written: regexp.MustCompile(`(?i)\b(?:addAllowedOriginPattern|(?:set)?allowedOriginPatterns)\s*\(\s*(?:(?:\w+\.)?\w+\(\s*)?"\*"|\boriginPatterns\s*=\s*\{?\s*"\*"`), does: "Every origin is equal to that pattern, and Spring sends back the one that asks"},
		{written: regexp.MustCompile(`\bCORS_(?:ALLOW_ALL_ORIGINS|ORIGIN_ALLOW_ALL)\s*=\s*True\b`), beside: withLogins, does: "With credentials django-cors-headers sends back the Origin of whoever asks in place of *"},
		{written: regexp.MustCompile(`\ballow_origins\s*=\s*\[?\s*["']\*["']`), beside: regexp.MustCompile(`\bCORSMiddleware\b`), does: "To a preflight, and to a request with a cookie, Starlette sends back the Origin of whoever asks in place of *"},
		{written: regexp.MustCompile(`\borigins["']?\s*[=:]\s*[\[(]?\s*["']\*["']`), beside: regexp.MustCompile(`\bCORS\s*\(|\bcross_origin\s*\(`), unless: regexp.MustCompile(`\bsend_wildcard\s*=\s*True`), does: "Flask-CORS sends back the Origin of whoever asks in place of *"},
		{written: regexp.MustCompile(`["']allowed_?[oO]rigins["']\s*=>\s*\[\s*["']\*["']`), beside: withLogins, does: "With credentials Laravel sends back the Origin of whoever asks in place of *"},
		{written: regexp.MustCompile(`(?m)^\s*(?:-\s+)?origins:\s*(?:\[\s*)?(?:-\s*)?["']?\*`), beside: regexp.MustCompile(`\bname:\s*["']?cors\b`), does: "With credentials Kong sends back the Origin of whoever asks in place of *"},
		// Servers.
		{written: regexp.MustCompile(`(?i)\badd_header\s+["']?access-control-allow-origin["']?\s+["']?\$http_origin\b`), unless: regexp.MustCompile(`\bif\s*\(\s*["']?\$http_origin`), does: "$http_origin is the Origin of whoever asks"},
		{written: regexp.MustCompile(`\bdefault\s+["']?\$http_origin\b`), does: "By default the map gives back the Origin of whoever asks"},
		{written: regexp.MustCompile(`(?i)\bheader\s+(?:always\s+)?set\s+["']?access-control-allow-origin["']?\s+["']?expr=%\{(?:HTTP|req):Origin\}`), does: "That is the Origin of whoever asks"},
		{written: regexp.MustCompile(`(?im)^\s*header\s+access-control-allow-origin\s+["']?\{(?:http\.request\.)?header\.origin\}`), does: "That is the Origin of whoever asks"},
		{written: regexp.MustCompile(`(?i)\bresp\.http\.access-control-allow-origin\s*=\s*req\.http\.origin\b`), unless: regexp.MustCompile(`(?i)\bif\s*\([^{]*req\.http\.origin`), does: "That is the Origin of whoever asks"},
		// Code that writes the header itself, where nothing is compared.
		{written: regexp.MustCompile(`(?i)["']access-control-allow-origin["']\s*,\s*origin\b`), beside: regexp.MustCompile(`(?i)\borigin\s*:?=\s*(?:ctx|c|req|r|request)\b[\w.]*(?:\.origin\b|[(\[]\s*["']origin["'])`), unless: compares, does: "That is the Origin of whoever asks"},
		{written: regexp.MustCompile(`(?i)["']access-control-allow-origin["']?\s*[,:]\s*["']?\s*[.{]?\s*(?:\$_SERVER\[\s*["']HTTP_ORIGIN["']\s*\]|(?:ctx|c|req|r|request)(?:\.(?:req|request))?\.(?:get(?:Header)?\(\s*["']origin["']\s*\)|headers?(?:\.origin\b|\[["']origin["']\]|\(\s*["']origin["']\s*\)|(?:\(\))?\.get\(\s*["']origin["']\s*\))))`), unless: compares, does: "That is the Origin of whoever asks"},
	}
})

var (
	// compares finds what may compare the Origin before it is sent back.
	compares = regexp.MustCompile(`(?i)includes|indexof|in_array|contains|whitelist|allow_?list|allowed_?origin|\.has\(|\.test\(|match|(?:starts|ends)_?with|origin["']?\s*[!=]==?|[!=]==?\s*(?:\w+\.)*origin\b|\bswitch\b|\bin\s+[A-Z_]*ORIGINS`)

	comment = regexp.MustCompile(`(?m)(?:^|[ \t])//[^\n]*|^[ \t]*#[^\n]*|[ \t]#[ \t][^\n]*`)
	// withLogins finds that credentials are allowed.
	withLogins = regexp.MustCompile(`(?i)credentials["']?\s*(?:=>|[=:(,]|\s)\s*["']?true\b|credentials\(\s*\)|credentials</param-name>\s*<param-value>\s*true`)
)

// lettingIn finds by what a configuration lets in others; nil: by nothing that is known.
func lettingIn(text string) *letsIn {
	for _, e := range everyOrigin() {
		if m := e.written.FindString(text); m != "" && (e.beside == nil || e.beside.MatchString(text)) && (e.unless == nil || !e.unless.MatchString(text)) {
			return &letsIn{written: shown(m), does: e.does, cause: "reflects-any-origin", example: anyOther}
		}
	}
	return strangersLetIn(text)
}

// longestWritten is how much of a configuration is shown in a sentence.
const longestWritten = 70

// shown is a part of a configuration in one line, without what only ends it.
func shown(s string) string {
	s = strings.TrimRight(strings.Join(strings.Fields(s), " "), ",;{ ")
	for _, pair := range [...][2]string{{"(", ")"}, {"[", "]"}, {"{", "}"}} {
		for strings.HasSuffix(s, pair[1]) && strings.Count(s, pair[1]) > strings.Count(s, pair[0]) {
			s = strings.TrimSpace(strings.TrimSuffix(s, pair[1]))
		}
		s += strings.Repeat(pair[1], max(0, strings.Count(s, pair[0])-strings.Count(s, pair[1])))
	}
	if r := []rune(block.Visible(s)); len(r) > longestWritten {
		return string(r[:longestWritten]) + "..."
	}
	return block.Visible(s)
}

// title and here of a configuration that lets in others.
func (l *letsIn) title(logins bool) string {
	switch {
	case l.example == anyOther && logins:
		return "This is a server's configuration, and it is dangerous: by " + l.written + ", with credentials, every site can read what the server shows to a user who is signed in"
	case logins:
		return "This is a server's configuration, and it is dangerous: by " + l.written + ", with credentials, sites of others can read what the server shows to a user who is signed in"
	case l.example == anyOther:
		return "This is a server's configuration, and by " + l.written + " it lets in every origin"
	}
	return "This is a server's configuration, and by " + l.written + " it lets in origins of others"
}

func (l *letsIn) here(logins bool) string {
	text := l.does + "."
	if logins {
		text += " As far as the browser sends the user's cookies along (SameSite=None), the script of such a site asks in the user's name, and reads the answer."
	} else {
		text += " No credentials are allowed here: such a site reads what the server shows to anybody, as with *."
	}
	return fmt.Sprintf("%s What the server sends, only a request shows.", text)
}
