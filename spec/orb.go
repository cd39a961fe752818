package spec

import (
	"slices"
	"strings"
)

var (
	ruleNosniff  = rule{"nosniff", fetchStandard + "#should-response-to-request-be-blocked-due-to-nosniff?"}
	ruleMimeType = rule{"mime-type", fetchStandard + "#should-response-to-request-be-blocked-due-to-mime-type?"}
	ruleORB      = rule{"opaque-response-safelist-check", "https://github.com/annevk/orb#algorithm"}
)

// wrongType is main fetch, step 19, as far as the answer's type decides, for elements; and before
// it the part of Opaque Response Blocking that the header fields decide, in engines that have it.
func (f *Fetch) wrongType(resp Response) bool {
	c := f.req.Context
	if c == nil || c.Destination == "" {
		return false
	}
	essence, nosniff := extractMIME(resp.Header), hasNosniff(resp.Header)
	switch {
	case f.opaqueBlocked(resp, essence, nosniff):
		f.t.add(ruleORB, "an opaque answer of a type that no element can use: network error")
		f.block(ReasonORB, "")
	case scriptLike(c.Destination) && refusedScript(essence):
		f.t.add(ruleMimeType, "a script of the type "+essence+": network error")
		f.block(ReasonMimeType, "")
	case nosniff && scriptLike(c.Destination) && !slices.Contains(javaScriptTypes[:], essence),
		nosniff && c.Destination == "style" && essence != "text/css":
		f.t.add(ruleNosniff, "X-Content-Type-Options: nosniff, and the type "+essence+" does not fit the destination "+c.Destination+": network error")
		f.block(ReasonNosniff, "")
	default:
		return false
	}
	return true
}

// opaqueBlocked is the opaque-response-safelist check (https://github.com/annevk/orb), steps 1 to
// 3; orbDecided tells whether they decide. What comes after them looks at the content.
func (f *Fetch) opaqueBlocked(resp Response, essence string, nosniff bool) bool {
	f.orbDecided = false
	if f.tainting != TypeOpaque || !f.p.OpaqueBlocking {
		return false
	}
	if f.origin.SameOrigin(f.url.Origin()) { // where a redirect led back: Chromium looks at the last URL
		f.orbDecided = true
		return false
	}
	listed := slices.Contains(orbListed[:], essence) || xmlOrJSON(essence)
	f.orbDecided = true
	switch {
	case essence == "":
		f.orbDecided = false
		return false
	case slices.Contains(javaScriptTypes[:], essence), essence == "text/css", essence == "image/svg+xml":
		return false
	case slices.Contains(orbNeverSniffed[:], essence), resp.Status == 206 && listed, nosniff && (listed || essence == "text/plain"):
		return true
	}
	f.orbDecided = false
	return false
}

// hasNosniff is https://fetch.spec.whatwg.org/#determine-nosniff.
func hasNosniff(h Header) bool {
	list := h.Elements("x-content-type-options")
	return len(list) > 0 && equalFold(list[0], "nosniff")
}

// extractMIME is the essence that https://fetch.spec.whatwg.org/#concept-header-extract-mime-type
// gives; empty for failure.
func extractMIME(h Header) string {
	last := ""
	for _, v := range h.Elements("content-type") {
		if essence, ok := MIMEEssence(v); ok && essence != "*/*" {
			last = essence
		}
	}
	return last
}

// scriptLike is https://fetch.spec.whatwg.org/#request-destination-script-like.
func scriptLike(destination string) bool {
	switch destination {
	case "audioworklet", "paintworklet", "script", "serviceworker", "sharedworker", "worker":
		return true
	}
	return false
}

// refusedScript is https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-mime-type?
// for a script.
func refusedScript(essence string) bool {
	switch kind, _, _ := strings.Cut(essence, "/"); kind {
	case "audio", "image", "video":
		return true
	}
	return essence == "text/csv"
}

// xmlOrJSON is https://mimesniff.spec.whatwg.org/#json-mime-type or an XML one, SVG apart.
func xmlOrJSON(essence string) bool {
	return strings.HasSuffix(essence, "+json") || strings.HasSuffix(essence, "+xml") && essence != "image/svg+xml"
}

// javaScriptTypes are https://mimesniff.spec.whatwg.org/#javascript-mime-type-essence-match.
var javaScriptTypes = [...]string{
	"application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript",
	"text/ecmascript", "text/javascript", "text/javascript1.0", "text/javascript1.1", "text/javascript1.2", "text/javascript1.3",
	"text/javascript1.4", "text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript", "text/x-javascript",
}

// orbListed and orbNeverSniffed are the opaque-response-blocklisted MIME types of the proposal.
var (
	orbListed       = [...]string{"text/html", "application/json", "text/json", "application/xml", "text/xml"}
	orbNeverSniffed = [...]string{
		"application/gzip", "application/msexcel", "application/mspowerpoint", "application/msword", "application/msword-template", "application/pdf",
		"application/vnd.ces-quickpoint", "application/vnd.ces-quicksheet", "application/vnd.ces-quickword",
		"application/vnd.ms-excel", "application/vnd.ms-excel.sheet.macroenabled.12", "application/vnd.ms-powerpoint",
		"application/vnd.ms-powerpoint.presentation.macroenabled.12", "application/vnd.ms-word", "application/vnd.ms-word.document.12",
		"application/vnd.ms-word.document.macroenabled.12", "application/vnd.msword",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation", "application/vnd.openxmlformats-officedocument.presentationml.template",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
		"application/vnd.presentation-openxml", "application/vnd.presentation-openxmlm", "application/vnd.spreadsheet-openxml", "application/vnd.wordprocessing-openxml",
		"application/x-gzip", "application/x-protobuf", "application/x-protobuffer", "application/zip", "multipart/byteranges", "multipart/signed",
		"text/event-stream", "text/csv",
	}
)
