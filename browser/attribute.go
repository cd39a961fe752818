package browser

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"

	"github.com/corsproof/corsproof/spec"
)

// maxEventDelay is how long an event may come after the script
// had its result. The processes of the browser report independently of each
// other; normally it is a millisecond.
const maxEventDelay = 3 * time.Second

// call is a step that is being performed.
type call struct {
	js           jsCall
	url          string        // of its requests, as the browser writes it
	timeout      time.Duration // of each request that is on the wire
	document     *document
	results      []*repetition
	pending      int           // repetitions not delivered yet
	done         chan<- *call  // buffered: a send never blocks
	job          int           // index of its job in the run
	mayPreflight bool          // preflights may have been made
	late         map[int]error // by repetition: those that were given up; nil: none
}

// repetition is one repetition of a call: what the script saw, and what was recorded.
type repetition struct {
	call       *call
	result     jsResult
	record     *record
	marker     int  // number of the marker that has to be reported first; 0: none needed so far
	incomplete bool // not everything was reported in time
	timer      *time.Timer

	console consoleReason // what the console says about it, if the tab is consoleOnly
}

// message handles what a document sends through its binding.
func (t *tab) message(e *runtime.EventBindingCalled) {
	var m struct {
		Ready   string     `json:"ready"`
		Results []jsResult `json:"results"`
	}
	if json.Unmarshal([]byte(e.Payload), &m) != nil {
		return // sent by a script of the target that found the binding
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if ch := t.ready[m.Ready]; ch != nil {
		delete(t.ready, m.Ready)
		ch <- e.ExecutionContextID
	}
	for _, res := range m.Results {
		c := t.calls[res.ID]
		if c == nil || res.Rep < 0 || res.Rep >= len(c.results) || c.results[res.Rep] != nil {
			continue
		}
		t.result(c, res)
	}
}

// deliverComplete hands over the results that are complete. Only a few ever wait.
func (t *tab) deliverComplete() {
	for r := range t.waiting {
		if t.match(r) {
			t.deliver(r)
		}
	}
	for _, c := range t.navigations {
		// Not every navigation has a load event (204, a download), and a property of
		// CSS has none, so that the end of the request is taken for the result.
		for i := range c.results {
			rec := t.rec.started(c.js.URL, i)
			if rec != nil {
				rec.deferred = c.js.API == apiFetchLater
			}
			if c.results[i] == nil && rec != nil && rec.complete() {
				t.result(c, jsResult{ID: c.js.ID, Rep: i, URL: c.js.URL, OK: rec.failed == nil})
				go c.document.eval(t.ctx, "end", c.js.ID)
			}
		}
	}
}

// result takes in the result of a repetition.
func (t *tab) result(c *call, res jsResult) {
	r := &repetition{call: c, result: res}
	c.results[res.Rep] = r
	if t.match(r) {
		t.deliver(r)
		return
	}
	t.waiting[r] = struct{}{}
	r.timer = time.AfterFunc(maxEventDelay, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if _, still := t.waiting[r]; still {
			r.incomplete = true
			t.deliver(r)
		}
	})
}

// match looks for the record of a result and reports whether it is complete.
func (t *tab) match(r *repetition) bool {
	if t.consoleOnly {
		// The renderer writes to the console before the script has its result.
		r.console = t.console[r.result.URL]
		delete(t.console, r.result.URL)
		return true
	}
	if r.result.Thrown != "" || r.result.Bug != "" || r.result.Timeout || r.call.js.API == apiWebSocket {
		return true // a handshake has events of its own, which nothing here needs
	}
	if r.record == nil {
		r.record = t.rec.started(r.result.URL, r.result.Rep)
	}
	if r.record == nil && r.call.js.Layers {
		r.record = t.rec.started(upgraded(r.result.URL), r.result.Rep)
	}
	if r.record == nil {
		// The renderer reports a request before the script can have its result.
		return !r.result.OK && (r.result.Violated || refusedInPage(&r.call.js, r.call.document.origin) != "") || r.reused()
	}
	r.record.delivered = r.record.delivered || r.result.OK && scriptReads(r.call.js.API)
	if !r.record.complete() {
		return false
	}
	if !(r.call.mayPreflight && len(r.record.preflights) < len(r.record.hops)) && !r.record.probablyIncomplete() {
		return true
	}
	// Only a marker shows whether there was nothing more or it is still to come.
	d := r.call.document
	if r.marker == 0 {
		r.marker = d.sentMarker + 1
		if d.sentMarker == d.reportedMarker {
			t.sendMarker(d)
		} else {
			d.markerWanted = true
		}
	}
	return d.reportedMarker >= r.marker
}

// reused says that an element was loaded from what the page still had in
// memory, without a request.
func (r *repetition) reused() bool {
	switch r.call.js.API {
	case apiImg, apiCanvas, apiScript, apiModule, apiStylesheet, apiFont, apiVideo, apiAudio, apiTrack:
		return r.result.OK && r.result.Rep > 0 && r.record == nil
	}
	return false
}

// refusedInPage is the reason why the request never leaves the renderer, which
// reports nothing about it then; empty if it does.
func refusedInPage(c *jsCall, origin string) spec.Reason {
	switch {
	case c.Mode == string(spec.ModeSameOrigin) && !spec.SameOrigin(origin, c.URL):
		return spec.ReasonDisallowedByMode
	case c.Mode == string(spec.ModeNoCORS) && c.Redirect != "" && c.Redirect != string(spec.RedirectFollow):
		return spec.ReasonNoCorsRedirectModeNotFollow
	case scriptReads(c.API) && !fetchable(c.URL):
		return spec.ReasonCorsDisabledScheme
	}
	return ""
}

// fetchable says whether the renderer passes on a request for a URL of this scheme.
func fetchable(rawURL string) bool {
	scheme, _, _ := strings.Cut(rawURL, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "data", "blob", "file", "filesystem":
		return true
	}
	return false
}

// markerPrefix begins the URLs of markers. Browsers refuse port 1 before
// they connect (https://fetch.spec.whatwg.org/#port-blocking).
const markerPrefix = "http://127.0.0.1:1/.corsproof-marker/"

// sendMarker has the document make a preflight that no server gets.
func (t *tab) sendMarker(d *document) {
	d.sentMarker++
	url := markerPrefix + d.name + "/" + strconv.Itoa(d.sentMarker)
	t.markers[url] = d
	go d.eval(t.ctx, "marker", url) // if it fails, the tab is gone
}

// markerReported handles the report of a marker, and sends the next one if wanted.
func (t *tab) markerReported(url string) {
	d := t.markers[url]
	if d == nil {
		return
	}
	delete(t.markers, url)
	d.reportedMarker = d.sentMarker
	if d.markerWanted {
		d.markerWanted = false
		t.sendMarker(d)
	}
}

// deliver notes that a repetition is complete, and sends the call when all are.
func (t *tab) deliver(r *repetition) {
	delete(t.waiting, r)
	if r.timer != nil {
		r.timer.Stop()
	}
	c := r.call
	c.pending--
	if c.pending > 0 {
		return
	}
	for _, r := range c.results {
		t.rec.forget(r.result.URL)
	}
	delete(t.calls, c.js.ID)
	delete(t.navigations, c.js.ID)
	if len(t.calls) == 0 {
		t.rec.reset() // icons and the like
	}
	c.done <- c
}

// addConsoleLine keeps a line of the console for the request that it is about.
func (t *tab) addConsoleLine(e *log.EventEntryAdded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Entry.NetworkRequestID != "" {
		if r := t.rec.byID[e.Entry.NetworkRequestID]; r != nil {
			r.console = append(r.console, e.Entry.Text)
		}
		return
	}
	for u, records := range t.rec.byURL {
		if strings.Contains(e.Entry.Text, "'"+u+"'") {
			r := records[len(records)-1]
			r.console = append(r.console, e.Entry.Text)
		}
	}
}
