package mutants

import (
	"net/http"
	"strings"
	"time"
)

// kindMutants treat one kind of answer differently from the others.
func kindMutants() []Mutant {
	const (
		anyAnswer  = "https://fetch.spec.whatwg.org/#http-responses"
		validating = "https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch"
		freshening = "https://www.rfc-editor.org/rfc/rfc9111#section-4.3.4"
	)
	granting := func(x *exchange) bool { return !x.Layer.Origins.None() } // not where nobody was meant to get in
	strangers := both(isActual, isDenied, granting, originIs(func(o string) bool { return o != "" }))
	admits := func(c cond) func() hooks { return allowWhen(both(strangers, c)) }
	grants := func(c cond) func() hooks { return head(on(both(strangers, c), letIn)) }
	loses := func(c cond) func() hooks { return head(on(both(isShared, c), dropGrant)) }
	events := func(x *exchange) bool {
		return strings.HasPrefix(x.Header().Get("Content-Type"), "text/event-stream")
	}
	class := func(hundred int) cond { return func(x *exchange) bool { return x.Status/100 == hundred } }
	gzipped := field("Accept-Encoding", is("gzip"))
	let := func(name, doc string, hk func() hooks, targets ...string) Mutant {
		return Mutant{Name: "denied-" + name, Class: OriginLoose, Doc: doc, Sources: []string{anyAnswer}, Targets: targets, hooks: hk}
	}
	inBrowser := func(m Mutant) Mutant { m.Browser = true; return m }
	lose := func(name, doc string, hk func() hooks, targets []string, sources ...string) Mutant {
		return Mutant{Name: name, Class: ErrorLosesGrant, Doc: doc, Sources: append(sources, anyAnswer), Targets: targets, hooks: hk}
	}
	return []Mutant{
		inBrowser(let("head-granted", "HEAD is answered outside of the decision: every origin is granted.", admits(method(http.MethodHead)), "denied-head*", "denied-page*")),
		inBrowser(let("range-granted", "Requests with a Range are granted to everybody, for players.", admits(withField("Range")), "denied-range*", "denied-page*", "*range*")),
		let("gzip-granted", "The compressed variant is granted to everybody, from a layer of its own.", admits(gzipped), "denied-compressed*"),
		inBrowser(let("negotiated-granted", "Event streams are granted to everybody who asks for one.", admits(field("Accept", is("text/event-stream"))), "denied-negotiated*", "denied-page*", "denied-stream*")),
		let("authorization-granted", "Who sends an Authorization is granted.", admits(withField("Authorization")), "denied-authorization*", "*authorization*"),
		let("method-granted", "The answer to a method that nobody serves is granted to everybody.", admits(method("REPORT")), "denied-method-unusual*"),
		let("stream-granted", "Streams write their own head, with a grant for everybody.", grants(atPath("/stream")), "denied-stream*"),
		let("events-granted", "Event streams write their own head, with a grant for everybody.", grants(events), "denied-stream*"),
		let("2xx-granted", "A success other than 200 is granted to everybody.", grants(both(class(2), not(status(200)))), "denied-2xx*", "status-denied-*"),
		let("4xx-granted", "Errors of the client are granted to everybody, so that it can read them.", grants(class(4)), "denied-4xx*", "status-denied-*", "denied-*"),
		let("5xx-granted", "Errors of the server are granted to everybody, so that it can read them.", grants(class(5)), "denied-5xx*", "status-denied-*", "*panic*"),
		let("304-granted", "A 304 is granted to everybody.", and(validated, grants(status(http.StatusNotModified))), "denied-304*", "denied-conditional*"),
		lose("gzip-loses", "The compressed variant has no CORS fields.", loses(gzipped), []string{"shared-compressed*"}, "https://github.com/mozilla/addons-frontend/issues/9925"),
		lose("validated-loses", "A 304 has no CORS fields, whatever the answer that it stands for.", and(validated, loses(status(http.StatusNotModified))),
			[]string{"shared-conditional*", "status-304*", "br-304-*", "vary-304*", "cache-*"}, validating, "https://bz.apache.org/bugzilla/show_bug.cgi?id=51223"),
		lose("unsatisfiable-loses", "A range behind the end is answered by another layer, which knows no policy.",
			and(unsatisfiable, loses(status(http.StatusRequestedRangeNotSatisfiable))), []string{"shared-range-unsatisfiable*", "status-416*", "read-416*"}),
		{
			Name: "validated-other", Class: SharedState, Browser: true,
			Doc:     "A 304 carries the grant of another origin.",
			Sources: []string{freshening},
			Targets: []string{"shared-revalidated*", "shared-conditional*", "status-304*", "br-304-*", "cache-*"},
			hooks:   and(validated, head(on(both(isShared, status(http.StatusNotModified)), put(fieldACAO, "https://another.test")))),
		},
	}
}

// letIn grants whatever origin asks, as the policy grants others.
func letIn(x *exchange, h http.Header) {
	h.Set(fieldACAO, x.Origin)
	if x.policy.Credentials {
		h.Set(fieldACAC, "true")
	}
}

// validated gives the answers of /ok validators, and answers conditional
// requests for it with 304.
func validated() hooks {
	modified := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return hooks{inner: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/ok" || r.Method != http.MethodGet && r.Method != http.MethodHead {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Etag", `"ok-1"`)
			w.Header().Set("Last-Modified", modified.Format(http.TimeFormat))
			tag, since := r.Header.Get("If-None-Match"), r.Header.Get("If-Modified-Since")
			date, err := http.ParseTime(since)
			if strings.Contains(tag, `"ok-1"`) || tag == "*" || tag == "" && err == nil && !modified.After(date) {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// unsatisfiable answers a range behind the end of /ok with 416.
func unsatisfiable() hooks {
	return hooks{inner: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.Header.Get("Range"), "bytes=999") {
				http.Error(w, "there is no such range", http.StatusRequestedRangeNotSatisfiable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}}
}
