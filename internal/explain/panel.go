package explain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Rows of DevTools' network panel: name, status, type, initiator, size, time.

var (
	panelRow = regexp.MustCompile(`(?i)^(\S+)\s+(CORS error|\d{3}(?: [a-z]+)?)\s+(fetch|xhr|preflight|script|module|font|image|stylesheet|eventsource|other)\b`)
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
		return nil
	}
	s := &sighting{browser: "chrome", resource: row[1], asker: strings.ToLower(row[3]), panel: true}
	if strings.Contains(row[1], "://") {
		s.url = row[1]
	}
	if strings.EqualFold(row[2], "CORS error") {
		if s.asker == "preflight" {
			s.preflight = yes
		}
		return s
	}
	s.status, _ = strconv.Atoi(row[2][:3])
	if s.asker != "preflight" || spec.OKStatus(s.status) {
		return nil
	}
	s.reason, s.same, s.preflight = spec.ReasonPreflightInvalidStatus, []spec.Reason{spec.ReasonPreflightMissingAllowOriginHeader}, yes
	return s
}
