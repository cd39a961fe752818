package mutants

import (
	"net/http"
	"strings"
	"time"

	"github.com/corsproof/corsproof/reference/internal/layer"
)

const (
	conditionalFetch = "https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch"
	cacheFreshening  = "https://www.rfc-editor.org/rfc/rfc9111#section-4.3.4"
)

// isStranger: an origin that the policy, which allows some, does not.
var isStranger = both(isActual, isDenied, sharesSomething, originIs(func(o string) bool { return o != "" }))

// admitsStrangers allows every origin in some exchanges.
func admitsStrangers(c cond) func() hooks { return allowWhen(both(isStranger, c)) }

// grantsStrangers gives the fields of a grant to every origin, in some answers.
func grantsStrangers(c cond) func() hooks { return head(on(both(isStranger, c), letIn)) }

// losesGrant takes the grant from some answers.
func losesGrant(c cond) func() hooks { return head(on(both(isShared, c), dropGrant)) }

func isEventStream(x *exchange) bool {
	return strings.HasPrefix(x.Header().Get("Content-Type"), "text/event-stream")
}

// statusClass: the status is one of a hundred, as 4 for 4xx.
func statusClass(hundred int) cond { return func(x *exchange) bool { return x.Status/100 == hundred } }

var acceptsGzip = field("Accept-Encoding", is("gzip"))

// deniedGranted is a mutant that grants origins which are denied.
func deniedGranted(name, doc string, hk func() hooks, targets ...string) Mutant {
	return Mutant{Name: "denied-" + name, Class: OriginLoose, Doc: doc, Sources: []string{anyResponse}, Targets: targets, hooks: hk}
}

func inBrowser(m Mutant) Mutant { m.Browser = true; return m }

// answerLoses is a mutant that does not share some answers.
func answerLoses(name, doc string, hk func() hooks, targets []string, sources ...string) Mutant {
	return Mutant{Name: name, Class: ErrorLosesGrant, Doc: doc, Sources: append(sources, anyResponse), Targets: targets, hooks: hk}
}

// kindMutants treat one kind of answer differently from the others.
var kindMutants = []Mutant{
	inBrowser(deniedGranted("head-granted", "HEAD is answered outside of the decision: every origin is granted.", admitsStrangers(method(http.MethodHead)), "denied-head*", "denied-page*")),
	inBrowser(deniedGranted("range-granted", "Requests with a Range are granted to everybody, for players.", admitsStrangers(withField("Range")), "denied-range*", "denied-page*", "*range*")),
	deniedGranted("gzip-granted", "The compressed variant is granted to everybody, from a layer of its own.", admitsStrangers(acceptsGzip), "denied-compressed*"),
	inBrowser(deniedGranted("negotiated-granted", "Event streams are granted to everybody who asks for one.", admitsStrangers(field("Accept", is("text/event-stream"))), "denied-negotiated*", "denied-page*", "denied-stream*")),
	deniedGranted("authorization-granted", "Who sends an Authorization is granted.", admitsStrangers(withField("Authorization")), "denied-authorization*", "*authorization*"),
	deniedGranted("method-granted", "The answer to a method that nobody serves is granted to everybody.", admitsStrangers(method("REPORT")), "denied-method-unusual*"),
	deniedGranted("stream-granted", "Streams write their own head, with a grant for everybody.", grantsStrangers(atPath("/stream")), "denied-stream*"),
	deniedGranted("events-granted", "Event streams write their own head, with a grant for everybody.", grantsStrangers(isEventStream), "denied-stream*"),
	deniedGranted("2xx-granted", "A success other than 200 is granted to everybody.", grantsStrangers(both(statusClass(2), not(status(200)))), "denied-2xx*", "status-denied-*"),
	deniedGranted("4xx-granted", "Errors of the client are granted to everybody, so that it can read them.", grantsStrangers(statusClass(4)), "denied-4xx*", "status-denied-*", "denied-*"),
	deniedGranted("5xx-granted", "Errors of the server are granted to everybody, so that it can read them.", grantsStrangers(statusClass(5)), "denied-5xx*", "status-denied-*", "*panic*"),
	deniedGranted("304-granted", "A 304 is granted to everybody.", and(validated, grantsStrangers(status(http.StatusNotModified))), "denied-304*", "denied-conditional*"),
	answerLoses("gzip-loses", "The compressed variant has no CORS fields.", losesGrant(acceptsGzip), []string{"shared-compressed*"}, "https://github.com/mozilla/addons-frontend/issues/9925"),
	answerLoses("validated-loses", "A 304 has no CORS fields, whatever the answer that it stands for.", and(validated, losesGrant(status(http.StatusNotModified))),
		[]string{"shared-conditional*", "status-304*", "br-304-*", "vary-304*", "cache-*"}, conditionalFetch, "https://bz.apache.org/bugzilla/show_bug.cgi?id=51223"),
	answerLoses("unsatisfiable-loses", "A range behind the end is answered by another layer, which knows no policy.",
		and(unsatisfiable, losesGrant(status(http.StatusRequestedRangeNotSatisfiable))), []string{"shared-range-unsatisfiable*", "status-416*", "read-416*"}),
	{
		Name: "validated-other", Class: SharedState, Browser: true,
		Doc:     "A 304 carries the grant of another origin.",
		Sources: []string{cacheFreshening},
		Targets: []string{"shared-revalidated*", "shared-conditional*", "status-304*", "br-304-*", "cache-*"},
		hooks:   and(validated, head(on(both(isShared, status(http.StatusNotModified)), put(layer.FieldACAO, "https://another.test")))),
	},
}

// letIn grants whatever origin asks, as the policy grants others.
func letIn(x *exchange, h http.Header) {
	h.Set(layer.FieldACAO, x.Origin)
	if x.policy.Credentials {
		h.Set(layer.FieldACAC, "true")
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
