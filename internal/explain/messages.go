package explain

import (
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// The sentences of the browsers, as regular expressions over text in which all quotation
// marks are ' and every blank is one space. Letter case does not count. Of a sentence that
// was cut only as much has to be there as tells it from the others. Sources:
//
//   - Chromium: third_party/blink/renderer/platform/loader/cors/cors_error_string.cc, and what
//     Chromium 156 was seen to print; the older wordings are those up to 2019 (Chrome 40 to 76)
//   - WebKit: Source/WebCore/loader/CrossOriginAccessControl.cpp,
//     CrossOriginPreflightResultCache.cpp, and what WebKitGTK 2.50 was seen to print
//   - Firefox, where its sentences are not translated; those that are: see firefox.go

// sentence is a way in which a browser says a reason.
type sentence struct {
	browser string // empty: several say it
	reason  spec.Reason
	re      pattern
	// What the groups of re are, by name: value (of the deciding header), param, url,
	// origin, status, page.
	same []spec.Reason // said in the same words
	// either: the words are those for a preflight and for the request itself.
	either bool
}

func say(browser string, reason spec.Reason, re string) sentence {
	return sentence{browser: browser, reason: reason, re: mustPattern(re)}
}

// both is a sentence for preflight and request.
func both(browser string, reason spec.Reason, re string, same ...spec.Reason) sentence {
	s := say(browser, reason, re)
	s.either, s.same = true, same
	return s
}

const (
	acao = `'?access-control-allow-origin'?`
	acac = `'?access-control-allow-credentials'?`
	acam = `'?access-control-allow-methods'?`
	acah = `'?access-control-allow-headers'?`
)

// sentences: the first that fits counts, so what says more comes before what says less.
var sentences = []sentence{
	// Chromium: local network access, which says CORS and is none.
	say("chrome", spec.ReasonLocalPermission, `permission was denied for this request to access the '?(?P<param>\w*)`),
	say("chrome", spec.ReasonInsecureLocalNetwork, `the request client is not a secure context and the resource is in more-private address space '?(?P<param>\w*)`),
	say("chrome", spec.ReasonLocalTarget, `request had a target ip address space of '?(?P<param>\w+)`),
	say("chrome", ReasonMissingPrivateNetwork, `no '?access-control-allow-private-network'?(?: header)?(?: was present| is present|$)`),
	say("chrome", ReasonInvalidPrivateNetwork, `'?access-control-allow-private-network'? header in the preflight response.{0,120}?(?:had|has) a value of '(?P<value>[^']*)'`),
	say("chrome", spec.ReasonLocalPermission, `err_blocked_by_(?:local|private)_network_access_checks`),

	// Chromium: the CORS check.
	both("chrome", spec.ReasonWildcardOriginNotAllowed, `value of the `+acao+` header in the response must not be the wildcard`),
	both("chrome", spec.ReasonWildcardOriginNotAllowed, `(?:a )?wildcard '\*' cannot be used in the `+acao),
	both("chrome", spec.ReasonMultipleAllowOriginValues, acao+` header contains multiple values '(?P<value>[^']*)'`),
	both("chrome", spec.ReasonMultipleAllowOriginValues, acao+` header contains multiple values`),
	both("chrome", spec.ReasonInvalidAllowOriginValue, acao+` header contains the invalid value '(?P<value>[^']*)'?`),
	both("chrome", spec.ReasonAllowOriginMismatch, acao+` header has a value '(?P<value>[^']*)'? ?(?:that is not equal|$)`),
	both("chrome", spec.ReasonAllowOriginMismatch, acao+` header has a value`),
	both("chrome", spec.ReasonInvalidAllowCredentials, `value of the `+acac+` header in the response is '(?P<value>[^']*)'`),
	both("chrome", spec.ReasonInvalidAllowCredentials, `value of the `+acac),
	both("chrome", spec.ReasonInvalidAllowCredentials, `credentials flag is '?true'?, but the `+acac+` header is '(?P<value>[^']*)'`),
	both("chrome", spec.ReasonMissingAllowOriginHeader, `no `+acao+`?(?: header)?(?: is present| was present|$| is| on)`),
	both("chrome", spec.ReasonMissingAllowOriginHeader, `no 'access-control(?:-[a-z-]*)?$`),

	// Chromium: the preflight.
	say("chrome", spec.ReasonPreflightInvalidStatus, `it does not have http ok|response for preflight (?:has invalid http status code (?P<status>\d+)|does not have http ok)`),
	say("chrome", spec.ReasonPreflightDisallowedRedirect, `redirect is not allowed for a preflight|response for preflight is invalid \(redirect|was redirected to '(?P<value>[^']*)', which is disallowed for cross-origin requests that require preflight`),
	say("chrome", spec.ReasonInvalidAllowMethodsPreflightResponse, `cannot parse `+acam),
	say("chrome", spec.ReasonInvalidAllowHeadersPreflightResponse, `cannot parse `+acah),
	say("chrome", spec.ReasonMethodDisallowedByPreflightResponse, `method '?(?P<param>[^\s']+)'? is not allowed by `+acam+` in preflight`),
	say("chrome", spec.ReasonHeaderDisallowedByPreflightResponse, `request header field '?(?P<param>[^\s']+)'? is not allowed by `+acah+` in preflight`),
	say("chrome", spec.ReasonRedirectContainsCredentials, `redirect location '(?P<value>[^']*)' contains a username|redirect location .{0,200}contains a username|redirection? url '?(?P<url>\S+?)'? has credentials`),
	say("chrome", spec.ReasonCorsDisabledScheme, `cross[- ]origin requests are only supported for`),
	say("chrome", spec.ReasonDisallowedByMode, `cross[- ]origin requests are not allowed by request mode`),
	say("chrome", spec.ReasonDisallowedByMode, `request mode is 'same-origin' but the url.?s origin`),
	say("chrome", spec.ReasonCorsDisabledScheme, `url scheme '(?P<param>[^']*)' is not supported|not allowed to load local resource`),

	// WebKit.
	say("safari", spec.ReasonRedirectContainsCredentials, `redirection url '?(?P<value>\S+?)'? has credentials`),
	say("safari", spec.ReasonCorsDisabledScheme, `not allowed to follow a cross-origin cors redirection with non cors scheme|cross origin requests are only supported for http`),
	both("safari", spec.ReasonMissingAllowOriginHeader, `origin '?(?P<origin>[^\s']+)'? is not allowed by `+acao+`\.?(?: status code: (?P<status>\d+))?`,
		spec.ReasonAllowOriginMismatch, spec.ReasonInvalidAllowOriginValue),
	both("safari", spec.ReasonMultipleAllowOriginValues, acao+` cannot contain more than one origin`),
	both("safari", spec.ReasonWildcardOriginNotAllowed, `cannot use wildcard in `+acao),
	both("safari", spec.ReasonInvalidAllowCredentials, `credentials flag is true, but `+acac),
	say("safari", spec.ReasonPreflightInvalidStatus, `preflight response is not successful\.?(?: status code: (?P<status>\d+))?`),
	say("safari", spec.ReasonInvalidAllowMethodsPreflightResponse, `header `+acam+` has an invalid value: (?P<value>.*?)(?: \[error\]|$)`),
	say("safari", spec.ReasonInvalidAllowHeadersPreflightResponse, `header `+acah+` has an invalid value: (?P<value>.*?)(?: \[error\]|$)`),
	say("safari", spec.ReasonMethodDisallowedByPreflightResponse, `method '?(?P<param>[^\s']+)'? is not allowed by `+acam),
	say("safari", spec.ReasonHeaderDisallowedByPreflightResponse, `request header field '?(?P<param>[^\s']+)'? is not allowed by `+acah),
	say("safari", spec.ReasonRedirectDisallowedByMode, `not allowed to follow a redirection while loading '?(?P<url>\S+)`),
	say("safari", spec.ReasonCorsDisabledScheme, `ftp urls are disabled`),

	// What is shown, and what is read of it.
	say("", ReasonFrame, `refused to display '?(?P<url>[a-z][a-z0-9+.-]*:[^\s']*)'? in a frame because it set (?:multiple )?'?x-frame-options'?(?: headers with conflicting values)?(?: to)? '?(?P<value>[^'.]*)`),
	say("firefox", ReasonFrame, `loading of '(?P<url>[^']*)' in a frame is denied by '?x-frame-options'? directive set to '?(?P<value>[^'.]*)`),
	say("firefox", spec.ReasonCSP, `blocked the loading of a resource \((?P<param>frame-ancestors)\) at '?(?P<url>[a-z][a-z0-9+.-]*:[^\s']*)`),
	say("", ReasonTainted, `canvas has been tainted by cross-origin data|tainted canvases may not be exported|contains cross-origin data, and may not be loaded|cross-origin image at '?(?P<url>[^\s']*)'? may not be loaded|'cssrules' property from 'cssstylesheet': cannot access rules|not allowed to access cross-origin stylesheet`),
	say("", ReasonTainted, `(?:getimagedata|todataurl|toblob|teximage2d|createimagebitmap)\S*: (?P<param>the operation is insecure)`),
	say("chrome", ReasonPreload, `preload for '(?P<url>[^']*)' is found, but is not used because the request (?P<param>credentials mode)`),
	say("", ReasonOtherOrigin, `blocked a (?P<param>frame) with origin '(?P<origin>[^']*)' from accessing a`),

	// A page's own policies.
	say("safari", spec.ReasonMixedContent, `page at '?(?P<page>\S+?)'? (?:was not allowed to (?:display|run)|requested) insecure content from '?(?P<url>[^\s']+)`),
	say("chrome", spec.ReasonMixedContent, `mixed content: (?:the page at '(?P<page>[^']*)' was loaded over (?:a secure connection|https), but)?(?:.*?'(?P<url>(?:http|ws)://[^']*))?`),
	say("firefox", spec.ReasonMixedContent, `blocked loading mixed (?:active|display|download) content '(?P<url>[^']*)`),
	say("chrome", spec.ReasonCSP, `(?:connecting to|loading (?:the )?\w+(?: \w+)?|framing) '(?P<url>[^']*)' violates the following content security policy directive: `+directive),
	say("", spec.ReasonCSP, `refused to (?:connect to|load(?: the)?(?: \w+)*|frame) '?(?P<url>[a-z][a-z0-9+.-]*:[^\s']*)'? because it (?:violates the following content security policy directive: `+directive+`|does not appear in the (?P<param22>[a-z-]+) directive)?`),
	say("chrome", spec.ReasonCSP, `refused to connect because it violates the document.?s content security policy`),
	say("firefox", spec.ReasonCSP, `content[- ]security[- ]policy: .{0,120}?\(?(?P<param>(?:connect|img|script|style|font|media|frame|default|object|worker|manifest)-src(?:-elem|-attr)?)(?:\) at \S+ because it violates the following directive: '(?P<value>[a-z-]+`+policySources+`)')?`),
	say("", spec.ReasonCSP, `err_blocked_by_csp`),
	say("", spec.ReasonIntegrity, `failed to find a valid digest in the 'integrity'|none of the '?sha\d+'? hashes in the integrity|cannot load \w+ '?\S+ failed integrity|has an integrity attribute, but the resource requires|integrity-policy`),

	// Resources without CORS.
	say("chrome", spec.ReasonCORPNotSameSite, `err_blocked_by_response\.notsamesite`),
	say("chrome", spec.ReasonCORPByCOEP, `err_blocked_by_response\.notsameoriginafterdefaultedtosameoriginby(?:coep|dip)`),
	say("chrome", spec.ReasonCORPNotSameOrigin, `err_blocked_by_response`),
	say("chrome", spec.ReasonNosniff, `refused to (?:execute script|apply style) from '(?P<url>[^']*)' because its mime type \('(?P<value>[^']*)`),
	say("firefox", spec.ReasonNosniff, `'(?P<url>[^']*)' was blocked due to mime type \('(?P<value>[^']*)'\) mismatch`),
	say("", spec.ReasonBadPort, `err_unsafe_port|ns_error_port_access_not_allowed`),
	say("firefox", spec.ReasonCORPNotSameOrigin, `resource at '(?P<url>[^']*)' was blocked due to its cross-origin-resource-policy`),
	say("safari", spec.ReasonCORPNotSameOrigin, `cancelled load to '?(?P<url>\S+?)'? because it violates the resource.?s cross-origin-resource-policy`),
	say("", spec.ReasonORB, `err_blocked_by_orb|blocked by opaqueresponseblocking|corb\) blocked|blocked cross-origin response '?(?P<url>\S+?)'? with mime type`),
	say("", ReasonHeaderNotExposed, `refused to get unsafe header '(?P<param>[^']*)'?`),
	say("", ReasonForbiddenHeader, `refused to set unsafe header '(?P<param>[^']*)'?|attempt to set a forbidden header was denied: '?(?P<param2>[A-Za-z0-9-]+)`),
	say("firefox", ReasonCookieNotSent, `cookie '(?P<param>[^']*)' has been (?:rejected|blocked)`),
	say("", ReasonWebSocket, `websocket connection to '(?P<url>[^']*)' failed: (?:error during websocket handshake: )?(?:unexpected response code: (?P<status>\d+)|there was a bad response from the server)`),
	say("chrome", spec.ReasonWorker, `the fetchevent for '(?P<url>[^']*)' resulted in a network error`),
	say("safari", spec.ReasonWorker, `fetchevent\.respondwith received an error`),
	say("", ReasonOtherOrigin, `failed to construct '(?:shared)?worker': script at '(?P<url>[^']*)' cannot be accessed from origin '(?P<origin>[^']*)'?`),
	say("", ReasonOtherOrigin, `unsafe attempt to load url '?(?P<url>\S+?)'? from (?:frame with url|origin)`),
	say("firefox", ReasonOtherOrigin, `security error: content at '?(?P<page>\S+?)'? may not load data from '?(?P<url>\S+?)'?\.?(?: |$)`),
}

// fit is what a sentence that fits says.
type fit struct {
	*sentence
	groups   map[string]string
	from, to int // where it is
}

// find is the sentence that a text has; nil for none.
func find(text string) *fit {
	lower := strings.ToLower(text)
	for i := range sentences {
		s := &sentences[i]
		if !s.re.may(lower) {
			continue
		}
		m := s.re.compiled().FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		f := &fit{s, map[string]string{}, m[0], m[1]}
		for n, name := range s.re.compiled().SubexpNames() {
			if from, to := m[2*n], m[2*n+1]; name != "" && (from < to || from >= 0 && name == "value") { // a value can be empty
				f.groups[strings.TrimRight(name, "2")] = text[from:to]
			}
		}
		return f
	}
	return nil
}
