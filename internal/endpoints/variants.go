package endpoints

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// variants are servers that are wrong on one kind of answer alone.
func variants() []Kind {
	p := plain()
	p.RequestHeaders, p.ExposeHeaders = []string{"if-none-match"}, []string{"ETag"}
	everybody := cases.Policy{Name: "everybody", Origins: []string{"*"}}
	inner := layer{policy: everybody}
	gzip := func(r *http.Request) bool {
		return isGet(r) && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	}
	stream := plain()
	stream.Credentials = true
	live := layer{policy: stream, app: http.HandlerFunc(events)}
	return []Kind{
		{
			Name: "not-modified-without-cors", Says: "The 304 to a conditional request has no CORS header.", Policy: p,
			Broken: []Shape{
				{"in front of the layer", handled(before(layer{policy: p, app: tagged(application(p))}, unchanged, status(304, "ETag", `"v7"`)))},
				{"taken off by a cache", handled(bare(layer{policy: p, app: tagged(application(p))}, unchanged))},
			},
			Right: []Shape{{"right", handled(layer{policy: p, app: tagged(application(p))})}},
			Finds: `\b304\b`, Never: []string{severity},
		},
		{
			Name: "compressed-without-cors", Says: "The compressed answer has no CORS header, the plain one has.", Policy: everybody,
			Broken: []Shape{
				{"of every answer", handled(bare(compressed(inner), gzip))},
				{"of GET alone", handled(bare(compressed(inner), func(r *http.Request) bool { return gzip(r) && r.Method == http.MethodGet }))},
			},
			Right: []Shape{{"compressed", handled(compressed(inner))}},
			Finds: "(?i)gzip|accept-encoding", Never: []string{severity},
		},
		{
			Name: "compressed-without-cors-in-a-browser", Says: "The same, asked by two agents: that they were answered differently is not a disagreement.", Policy: everybody, Browser: true,
			Broken: []Shape{{"of every answer", handled(bare(compressed(inner), gzip))}},
			Right:  []Shape{{"compressed", handled(compressed(inner))}},
			Never:  []string{severity, "report it", "browser disagree"},
		},
		{
			Name: "star-for-origins-alone", Says: "The * is sent only where the request has an Origin.", Policy: everybody,
			Broken: []Shape{
				{"without Vary", handled(bare(inner, originless))},
				{"with Vary", handled(fields(fields(inner, func(*http.Request) bool { return true }, "Vary", "Origin"), originless, allowOrigin, ""))},
			},
			Right: []Shape{{"right", handled(inner)}}, Exits: []int{Failures, Conformant},
			Finds: `only where the request has an\s+Origin`, Never: []string{severity, "varies without need", "Vary does not say so", `\+ Vary: Origin`},
		},
		{
			Name: "stream-for-everybody", Says: "An event stream that does not end overwrites the granted origin.", Policy: stream, Path: "/live",
			Broken: []Shape{
				{"*", handled(fields(live, isGet, allowOrigin, "*"))},
				{"nothing", handled(bare(live, isGet))},
			},
			Right: []Shape{{"right", handled(live)}}, Timeout: 5 * time.Second,
		},
	}
}

func originless(r *http.Request) bool { return r.Header.Get("Origin") == "" }

func unchanged(r *http.Request) bool {
	return isGet(r) && strings.Contains(r.Header.Get("If-None-Match"), `"v7"`)
}

// tagged has an ETag, and answers 304 to who has it.
func tagged(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v7"`)
		if unchanged(r) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.ServeHTTP(fixedTag{w}, r)
	})
}

// fixedTag keeps the tag that the application would overwrite.
type fixedTag struct{ http.ResponseWriter }

func (w fixedTag) Write(b []byte) (int, error) {
	w.Header().Set("ETag", `"v7"`)
	return w.ResponseWriter.Write(b)
}

// events is a stream that ends with its reader.
func events(w http.ResponseWriter, r *http.Request) {
	if !isGet(r) {
		status(http.StatusMethodNotAllowed, "Allow", "GET, HEAD")(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-cache")
	if r.Method == http.MethodHead {
		return
	}
	control := http.NewResponseController(w)
	for {
		if _, err := io.WriteString(w, "data: 1\n\n"); err != nil {
			return
		}
		_ = control.Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
}
