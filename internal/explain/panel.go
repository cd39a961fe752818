package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Rows of DevTools' network panel: name, status, type, initiator, size, time; and what Firefox's
// has in place of the status (BLOCKED_REASON_MESSAGES of devtools/client/netmonitor/src/constants.js).

const rowType = `fetch|xhr|preflight|script|module|font|image|stylesheet|eventsource|other`

var (
	panelRow = regexp.MustCompile(`(?i)^(?:(GET|HEAD|POST|PUT|PATCH|DELETE)\s+)?(\S+)\s+(?:(CORS error)(?:\s+(` + rowType + `)\b|$)|(\d{3})(?: [a-z]+)?\s+(` + rowType + `)\b)`)
	// panelHint is what the panel shows where the pointer rests on "CORS error", with DevTools' name of the reason.
	panelHint = regexp.MustCompile(`(?i)cross-origin resource sharing error: ?(\w+)`)
)

// readRow reads a row that tells of CORS; nil: it is none.
func readRow(m string) *sighting {
	if h := panelHint.FindStringSubmatch(m); h != nil && slices.Contains(spec.Reasons(), spec.Reason(h[1])) {
		s := &sighting{browser: "chrome", reason: spec.Reason(h[1]), preflight: no}
		if s.reason.IsPreflight() {
			s.preflight = yes
		}
		return s
	}
	row := panelRow.FindStringSubmatch(m)
	if row == nil {
		return firefoxRow(m)
	}
	s := &sighting{browser: "chrome", method: methodIn(m, row[1]), resource: row[2], asker: strings.ToLower(row[4] + row[6]), panel: true}
	if strings.Contains(row[2], "://") {
		s.url = row[2]
	}
	if row[3] != "" {
		if s.asker == "preflight" {
			s.preflight = yes
		}
		return s
	}
	s.status, _ = strconv.Atoi(row[5])
	if s.asker != "preflight" || spec.OKStatus(s.status) {
		return nil
	}
	s.reason, s.same, s.preflight = spec.ReasonPreflightInvalidStatus, []spec.Reason{spec.ReasonPreflightMissingAllowOriginHeader}, yes
	return s
}

var (
	firefoxPanel  = regexp.MustCompile(`\bCORS (Multiple Origin Not Allowed|Missing Allow Origin|No Allow Credentials|Allow Origin Not Matching Origin|Missing Allow Credentials|External Redirect Not Allowed|Preflight Did Not Succeed|Invalid Allow Method|Method Not Found|Invalid Allow Header|Missing Allow Header|Not HTTP|Failed)\b`)
	firefoxMethod = regexp.MustCompile(`^(?:XHR)?\s*(GET|HEAD|POST|PUT|PATCH|patch|DELETE|OPTIONS)\b`)
	firefoxPanels = map[string]spec.Reason{
		"multiple origin not allowed": spec.ReasonMultipleAllowOriginValues, "missing allow origin": spec.ReasonMissingAllowOriginHeader, "no allow credentials": spec.ReasonWildcardOriginNotAllowed,
		"allow origin not matching origin": spec.ReasonAllowOriginMismatch, "missing allow credentials": spec.ReasonInvalidAllowCredentials, "external redirect not allowed": spec.ReasonPreflightDisallowedRedirect,
		"preflight did not succeed": spec.ReasonPreflightInvalidStatus, "invalid allow method": spec.ReasonInvalidAllowMethodsPreflightResponse, "method not found": spec.ReasonMethodDisallowedByPreflightResponse,
		"invalid allow header": spec.ReasonInvalidAllowHeadersPreflightResponse, "missing allow header": spec.ReasonHeaderDisallowedByPreflightResponse, "not http": spec.ReasonCorsDisabledScheme, "failed": reasonNoSuccess,
	}
)

// firefoxRow reads what Firefox's panel says in place of a status, which its console has beside the
// request too; nil: it is none, or a whole message.
func firefoxRow(m string) *sighting {
	said := firefoxPanel.FindStringSubmatch(m)
	if said == nil || strings.Contains(m, "(") {
		return nil
	}
	s := &sighting{browser: "firefox", url: trimURL(anyURL.FindString(m)), reason: firefoxPanels[strings.ToLower(said[1])]}
	if s.reason == spec.ReasonAllowOriginMismatch {
		s.same = []spec.Reason{spec.ReasonInvalidAllowOriginValue, spec.ReasonMultipleAllowOriginValues}
	}
	if method := firefoxMethod.FindStringSubmatch(m); method != nil && method[1] != "OPTIONS" {
		s.method = method[1]
	} else if method != nil {
		s.preflight = yes
	}
	if s.reason.IsPreflight() {
		s.preflight = yes
	}
	return s
}
