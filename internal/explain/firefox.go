package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Firefox translates its messages (dom/locales/*/chrome/security/security.properties), but
// not the names of headers, the values in quotation marks and the status. By these a message
// is told in any language: a sentence about a URL, then the reason.

var (
	anyURL     = regexp.MustCompile(`(?i)\b(?:https?|wss?|ftp|file|capacitor|ionic|tauri|chrome-extension|moz-extension|app)://[^\s'<>()、。，（）「」]+(?:\('?[^\s'()]*'?\)[^\s'<>()、。，（）「」]*)*`)
	acHeader   = regexp.MustCompile(`(?i)access-control-(allow-origin|allow-credentials|allow-methods|allow-headers)`)
	quoted     = regexp.MustCompile(`'\s*([^']*?)\s*'`)
	nullStatus = regexp.MustCompile(`\(null\)`)
	statusEnd  = regexp.MustCompile(`(?:: |：) ?([1-5]\d\d)(?:\D|$)`)
	closed     = regexp.MustCompile(`[)）][.。]?\s*(?:\[[^\]]*\])?\s*$`)
	ended      = regexp.MustCompile(`[)）][.。]?\s`)
	token      = regexp.MustCompile("^[!#$%&*+.^_|~0-9A-Za-z-]+$")

	// Words that languages have for what has no other mark. A language that is not here
	// leaves the reason open.
	severalWord  = regexp.MustCompile(`(?i)multip|v[áa]rios|varias|diversi|múltip|mehrf|mehrere|plusieurs|meerdere|wielokrotn|wiele|несколько|множествен|多个|多個|複数|여러|flera|flere|useita|více|viac|çok|birden|több|múlti|nhiều|mai mult`)
	missingWord  = regexp.MustCompile(`(?i)missing|fehl|absen|manqu|falt|mangl|manca|ontbre|sakn|puutt|brak|chyb|hiány|lips|eksik|отсутств|відсутн|липсва|缺|없|なし|ない|ありません|見つか|λείπει|חסר|مفقود|nincs|không có|tidak ada`)
	externalWord = regexp.MustCompile(`(?i)redirec|redirig|weiterleit|umleit|omleid|doorverw|przekierow|перенаправ|リダイレクト|重定向|重新導向|리디렉|리다이렉|omdirig|viderest|omdiriger|uudelleenohj|přesměr|presmer|yönlendir|átirány|chuyển hướng`)
	preflightHas = regexp.MustCompile(`(?i)pre-?flight|prefligh|プリフライト|预检|預檢|предварит|предпол|prüfanfrage|pré-?vol|précontr|pré-?v[ée]rif|verificaci[óo]n previa|comprobaci[óo]n previa|pré-?voo|preliminar|wstępn|프리플라이트|사전|préliminaire|προ`)
	switchedOff  = regexp.MustCompile(`(?i)\bCORS disabled\b`)
	notHTTP      = regexp.MustCompile(`(?i)\bhttps?\b`)
)

// firefoxSays reads a message of Firefox's, in any language. nil: it is none.
func firefoxSays(text string) *sighting {
	at := anyURL.FindStringIndex(text)
	head := acHeader.MatchString(text) || strings.Contains(strings.ToUpper(text), "CORS")
	if at == nil || !head || !firefoxShape(text, at) {
		return nil
	}
	s := &sighting{browser: "firefox", url: particle.ReplaceAllString(trimURL(text[at[0]:at[1]]), "")}
	reason := strings.TrimPrefix(text[at[1]:], "'") // which closes what is around the URL
	if acHeader.MatchString(text[:at[0]]) && !acHeader.MatchString(reason) {
		reason = text[:at[0]] // a language that says the reason first
	}
	null := nullStatus.MatchString(reason)
	if m := statusEnd.FindStringSubmatchIndex(reason); m != nil && !null {
		s.status, _ = strconv.Atoi(reason[m[2]:m[3]])
		reason = reason[:m[3]] // what comes after it is another line's
	} else if m := ended.FindStringIndex(reason); m != nil {
		reason = reason[:m[1]-1]
	}
	s.readReason(reason, null)
	// Without a header, a status and Firefox's own words it may be a note in brackets.
	s.part = !policyWords.MatchString(text) && !acHeader.MatchString(reason) && s.status == 0 && !null
	return s
}

// readReason reads the part of a message that says why.
func (s *sighting) readReason(reason string, null bool) {
	header := strings.ToLower(acHeader.FindString(reason))
	values := quotedValues(reason)
	one := ""
	if len(values) > 0 {
		one = values[0]
	}
	switch {
	case header == allowHeaders && slices.Contains(values, "*"):
		// "... will disallow ... soon": nothing is blocked by it.
		s.reason, s.value, s.param = ReasonAllowed, text("*"), "authorization"
		s.notes = append(s.notes, "The message is a warning: by the standard * does not cover Authorization, and Firefox lets it pass for now. Name it beside the *, as in Access-Control-Allow-Headers: *, Authorization.")
	case (header == allowOrigin || header == allowCredentials) && slices.Contains(values, "*"): // a translation names the wrong header
		s.reason, s.value = spec.ReasonWildcardOriginNotAllowed, text("*")
	case header == allowOrigin && len(values) > 0 && one == "(null)": // it does not say which
		s.reason = spec.ReasonAllowOriginMismatch
		s.same = []spec.Reason{spec.ReasonInvalidAllowOriginValue, spec.ReasonMultipleAllowOriginValues}
	case header == allowOrigin && len(values) > 0: // in the same words, whatever is wrong with the value
		s.reason, s.value = spec.CheckCORS(unnamedPage, spec.CredentialsSameOrigin, spec.Header{{Name: "Access-Control-Allow-Origin", Value: one}}), text(one)
	case header == allowOrigin && severalWord.MatchString(reason) && (s.status == 0 || !missingWord.MatchString(reason)),
		header == allowOrigin && s.status == 0 && !missingWord.MatchString(reason) && closed.MatchString(reason):
		// A message about a missing header has a status, but for those of old versions.
		s.reason = spec.ReasonMultipleAllowOriginValues
	case header == allowOrigin:
		s.reason = spec.ReasonMissingAllowOriginHeader
	case header == allowCredentials:
		s.reason = spec.ReasonInvalidAllowCredentials
	case header == allowMethods && one != "":
		s.reason, s.value, s.preflight = spec.ReasonInvalidAllowMethodsPreflightResponse, text(one), yes
	case header == allowMethods:
		s.reason, s.preflight = spec.ReasonMethodDisallowedByPreflightResponse, yes
	case header == allowHeaders && one != "" && !token.MatchString(one):
		s.reason, s.value, s.preflight = spec.ReasonInvalidAllowHeadersPreflightResponse, text(one), yes
	case header == allowHeaders:
		s.reason, s.param, s.preflight = spec.ReasonHeaderDisallowedByPreflightResponse, one, yes
	case s.status != 0:
		s.reason, s.preflight = spec.ReasonPreflightInvalidStatus, yes
	case null:
		s.reason = reasonNoSuccess
	case externalWord.MatchString(reason):
		s.reason, s.preflight = spec.ReasonPreflightDisallowedRedirect, yes
	case preflightHas.MatchString(reason):
		s.reason, s.preflight = spec.ReasonPreflightInvalidStatus, yes
	case notHTTP.MatchString(reason):
		s.reason = spec.ReasonCorsDisabledScheme
	case switchedOff.MatchString(reason):
		s.notes = append(s.notes, "Firefox says so where its setting content.cors.disable is true (about:config): then it lets no page read what is of another origin. No server can change that.")
	case len(quotedWords(reason)) == 0 && strings.Contains(strings.ToUpper(reason), "CORS"):
		s.reason = reasonNoSuccess
	}
}

// reasonNoSuccess is "CORS request did not succeed": any failure of the network, and some
// of redirects. It never leaves the package.
const reasonNoSuccess spec.Reason = "did not succeed"

// quotedValues are what stands in quotation marks and is no name of a header, nor the word true.
func quotedValues(s string) []string {
	return slices.DeleteFunc(quotedWords(s), func(v string) bool {
		return acHeader.MatchString(v) || strings.EqualFold(v, "true") || strings.EqualFold(v, "origin")
	})
}

func quotedWords(s string) []string {
	var list []string
	for _, m := range quoted.FindAllStringSubmatch(s, -1) {
		list = append(list, m[1])
	}
	return list
}

// trimURL takes off the punctuation of the sentence that a URL stands in.
func trimURL(u string) string {
	return strings.TrimRight(strings.ReplaceAll(u, "ʼ", "'"), ".,;:!?…") // see plainQuotes
}

// particle is what Korean writes behind a URL without a blank. In a URL browsers escape such letters.
var particle = regexp.MustCompile(`\p{Hangul}+$`)

const (
	allowOrigin      = "access-control-allow-origin"
	allowCredentials = "access-control-allow-credentials"
	allowMethods     = "access-control-allow-methods"
	allowHeaders     = "access-control-allow-headers"
	exposeHeaders    = "access-control-expose-headers"
)
