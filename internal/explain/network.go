package explain

import (
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// failure is a way in which there is no answer.
type failure struct {
	re     pattern
	reason spec.Reason
	cause  string // an id of cases.Causes
}

func fails(reason spec.Reason, cause, re string) failure {
	return failure{mustPattern(re), reason, cause}
}

// failures are what browsers and curl print where there is no answer, from Chromium's
// net/base/net_error_list.h, Firefox's xpcom/base/ErrorList.py, the errors of NSURLErrorDomain
// that Safari prints, and curl's exit codes (https://curl.se/libcurl/c/libcurl-errors.html).
var failures = []failure{
	fails(spec.ReasonTooManyRedirects, "redirect-loop", `err_too_many_redirects|ns_error_redirect_loop|too many (?:http )?redirects|curl: \(47\)|maximum \(\d+\) redirects`),
	fails(ReasonByClient, "extension-blocked", `err_blocked_by_client|err_blocked_by_administrator|content blocker prevented|blocked by (?:a )?content blocker|was blocked because (?:content blocking|(?:enhanced )?tracking protection)|blocked by (?:an )?extension`),
	fails(ReasonNotResolved, "name-not-resolved", `err_name_not_resolved|err_name_resolution_failed|err_dns_|ns_error_unknown_host|dns_probe|could not resolve (?:host|proxy)|server with the specified hostname could not be found|curl: \(6\)|getaddrinfo|enotfound|name or service not known`),
	fails(ReasonTLS, "tls-certificate", `err_cert_|err_ssl_|err_bad_ssl_client|err_tls|err_ech_|ns_error_.{0,20}(?:cert|ssl)|sec_error_|ssl_error_|mozilla_pkix|certificate for this server is invalid|an ssl error has occurred|ssl certificate problem|self[- ]signed certificate|certificate (?:has expired|verify failed)|no alternative certificate subject name|ssl_connect|curl: \((?:35|60|51|58|53|77)\)|tls (?:alert|handshake fail)`),
	fails(spec.ReasonNetworkError, "connection-refused", `curl: \(28\)`), // which has the words of a refusal too
	fails(ReasonRefused, "connection-refused", `err_connection_refused|ns_error_connection_refused|econnrefused|connection refused|could not connect to the server|curl: \(7\)|couldn.?t connect to server|failed to connect to \S+ port`),
	fails(spec.ReasonNetworkError, "answer-late", `err_timed_out|ns_error_net_timeout|the request timed out|operation timed out after|operation too slow`),
	fails(spec.ReasonNetworkError, "connection-refused", `err_(?:connection_timed_out|address_unreachable|address_invalid|connection_failed|proxy_connection_failed|tunnel_connection_failed|internet_disconnected|network_changed|network_access_denied|network_io_suspended)|ns_error_(?:offline|proxy_connection_refused|net_on)|internet connection appears to be offline|connection timed out|operation timed out|no route to host|network is unreachable`),
	fails(spec.ReasonNetworkError, "answer-late", `curl: \(28\)`), // what curl calls by no other name
	fails(spec.ReasonNetworkError, "connection-broken", `err_(?:empty_response|connection_reset|connection_closed|connection_aborted|invalid_http_response|invalid_chunked|incomplete_chunked|content_length_mismatch|content_decoding_failed|response_headers_\w+|http2_\w+|spdy_\w+|quic_\w+|invalid_redirect|socket_not_connected|http_1_1_required)|ns_error_(?:net_reset|net_interrupt|net_empty|net_partial|corrupted_content|invalid_content|http2)|network connection was lost|connection terminated unexpectedly|cannot parse response|empty reply from server|connection reset|curl: \((?:52|56|18|92|1|16)\)|recv failure`),
	fails(ReasonAborted, "aborted", `err_aborted|ns_binding_aborted|aborterror|the (?:user|operation was|request was) aborted|signal is aborted|signal timed out|timeouterror`),
}

// failed is the failure that a text has; nil for none.
func failed(text string) *failure {
	lower := strings.ToLower(text)
	for i := range failures {
		if failures[i].re.may(lower) && failures[i].re.compiled().MatchString(text) {
			return &failures[i]
		}
	}
	return nil
}

var netCode = regexp.MustCompile(`(?i)\b(?:net::ERR_[A-Z0-9_.]+|NS_ERROR_[A-Z0-9_]+|SEC_ERROR_[A-Z0-9_]+|SSL_ERROR_[A-Z0-9_]+|MOZILLA_PKIX_[A-Z0-9_]+)`)

// codeOf is the code of the network that a text has, as browsers write it.
func codeOf(text string) string {
	code := netCode.FindString(text)
	if head, name, ok := strings.Cut(code, "::"); ok {
		return strings.ToLower(head) + "::" + upperCode(name)
	}
	return strings.ToUpper(code)
}

// upperCode writes a code in capitals, but for what stands behind a dot, which is a word.
func upperCode(name string) string {
	name, detail, ok := strings.Cut(name, ".")
	if !ok {
		return strings.ToUpper(name)
	}
	return strings.ToUpper(name) + "." + detail
}
