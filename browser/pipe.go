package browser

import (
	"bufio"
	"bytes"
	"io"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// pipeFilter reads what the browser sends before chromedp does, and handles the
// events of requests itself: eleven for each preflighted request, of which we need
// a few fields. chromedp would decode them completely and pass them through three
// goroutines, which costs more than all the rest of the agent.
//
// What it does not know it passes on to chromedp; without a filter (remote
// browsers, Windows) every event comes from chromedp.Listen.
type pipeFilter struct {
	mu   sync.Mutex
	tabs map[string]*tab // by session

	lossy atomic.Bool // of tests: replies of pages are lost
}

func newPipeFilter() *pipeFilter { return &pipeFilter{tabs: map[string]*tab{}} }

// add sends the events of a tab to it, until remove.
func (p *pipeFilter) add(id target.SessionID, t *tab) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tabs[string(id)] = t
}

func (p *pipeFilter) remove(id target.SessionID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tabs, string(id))
}

// run reads messages from the browser, each ended by a zero byte, until it
// ends, and writes those that are not ours to chromedp.
func (p *pipeFilter) run(from io.ReadCloser, to io.WriteCloser) {
	defer to.Close() // chromedp then knows that the browser has gone
	defer from.Close()
	r := bufio.NewReaderSize(from, 1<<16)
	for {
		message, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		if p.take(message[:len(message)-1]) {
			continue
		}
		if _, err := to.Write(message); err != nil {
			return
		}
	}
}

var (
	replyPrefix   = []byte(`{"id":`)
	networkPrefix = []byte(`{"method":"Network.`)
	bindingPrefix = []byte(`{"method":"Runtime.bindingCalled",`)
	consolePrefix = []byte(`{"method":"Log.entryAdded",`)
	paramsMark    = []byte(`","params":`)
	sessionMark   = []byte(`,"sessionId":"`)
)

// take handles a message if it is an event of a tab's requests, written in the
// order in which Chrome writes it.
func (p *pipeFilter) take(m []byte) bool {
	if p.lossy.Load() && bytes.HasPrefix(m, replyPrefix) && bytes.Contains(m, sessionMark) {
		return true
	}
	if !bytes.HasPrefix(m, networkPrefix) && !bytes.HasPrefix(m, bindingPrefix) && !bytes.HasPrefix(m, consolePrefix) {
		return false
	}
	const head = len(`{"method":"`)
	name := bytes.Index(m, paramsMark)
	session := bytes.LastIndex(m, sessionMark)
	if name < 0 || session < name || !bytes.HasSuffix(m, []byte(`"}`)) {
		return false
	}
	p.mu.Lock()
	t := p.tabs[string(m[session+len(sessionMark):len(m)-2])]
	p.mu.Unlock()
	if t == nil {
		return false
	}
	ev, known := decodeEvent(string(m[head:name]), m[name+len(paramsMark):session])
	if !known {
		return false
	}
	if ev != nil {
		t.event(ev)
	}
	return true
}

// The fields of events that we need; the others are skipped.
type (
	requestFields struct {
		URL     string          `json:"url"`
		Method  string          `json:"method"`
		Headers network.Headers `json:"headers"`
	}
	responseFields struct {
		Protocol string `json:"protocol"`
	}
	willBeSentFields struct {
		RequestID network.RequestID `json:"requestId"`
		Request   requestFields     `json:"request"`
		Initiator struct {
			Type      network.InitiatorType `json:"type"`
			RequestID network.RequestID     `json:"requestId"`
		} `json:"initiator"`
		RedirectHasExtraInfo bool            `json:"redirectHasExtraInfo"`
		RedirectResponse     *responseFields `json:"redirectResponse"`
	}
	sentExtraFields struct {
		RequestID         network.RequestID           `json:"requestId"`
		AssociatedCookies []*network.AssociatedCookie `json:"associatedCookies"`
		Headers           network.Headers             `json:"headers"`
	}
	receivedExtraFields struct {
		RequestID   network.RequestID `json:"requestId"`
		Headers     network.Headers   `json:"headers"`
		StatusCode  int64             `json:"statusCode"`
		HeadersText string            `json:"headersText"`
	}
	receivedFields struct {
		RequestID    network.RequestID `json:"requestId"`
		Response     responseFields    `json:"response"`
		HasExtraInfo bool              `json:"hasExtraInfo"`
	}
	consoleEntryFields struct {
		Entry struct {
			Text string `json:"text"`
		} `json:"entry"`
	}
	endFields struct {
		RequestID network.RequestID `json:"requestId"`
	}
)

func (s *responseFields) event() *network.Response {
	if s == nil {
		return nil
	}
	return &network.Response{Protocol: s.Protocol}
}

// decodeEvent decodes the parameters of an event. The event is nil if it is
// not needed; known is false if it has to be passed on to chromedp.
func decodeEvent(method string, params []byte) (ev any, known bool) {
	decode := func(v any) bool { return jsonv2.Unmarshal(params, v, chromedp.DefaultUnmarshalOptions) == nil }
	switch method {
	case "Network.requestWillBeSent":
		var s willBeSentFields
		if decode(&s) {
			return &network.EventRequestWillBeSent{
				RequestID: s.RequestID, Request: &network.Request{URL: s.Request.URL, Method: s.Request.Method, Headers: s.Request.Headers},
				Initiator:            &network.Initiator{Type: s.Initiator.Type, RequestID: s.Initiator.RequestID},
				RedirectHasExtraInfo: s.RedirectHasExtraInfo, RedirectResponse: s.RedirectResponse.event(),
			}, true
		}
	case "Network.requestWillBeSentExtraInfo":
		var s sentExtraFields
		if decode(&s) {
			return &network.EventRequestWillBeSentExtraInfo{RequestID: s.RequestID, AssociatedCookies: s.AssociatedCookies, Headers: s.Headers}, true
		}
	case "Network.responseReceivedExtraInfo":
		var s receivedExtraFields
		if decode(&s) {
			return &network.EventResponseReceivedExtraInfo{RequestID: s.RequestID, Headers: s.Headers, StatusCode: s.StatusCode, HeadersText: s.HeadersText}, true
		}
	case "Network.responseReceived":
		var s receivedFields
		if decode(&s) {
			return &network.EventResponseReceived{RequestID: s.RequestID, Response: s.Response.event(), HasExtraInfo: s.HasExtraInfo}, true
		}
	case "Network.loadingFinished":
		var s endFields
		if decode(&s) {
			return &network.EventLoadingFinished{RequestID: s.RequestID}, true
		}
	case "Network.loadingFailed":
		e := new(network.EventLoadingFailed)
		if decode(e) {
			return e, true
		}
	case "Runtime.bindingCalled":
		e := new(runtime.EventBindingCalled)
		if decode(e) {
			return e, true
		}
	case "Log.entryAdded":
		var s consoleEntryFields
		if decode(&s) {
			return &log.EventEntryAdded{Entry: &log.Entry{Text: s.Entry.Text}}, true
		}
	case "Network.dataReceived", "Network.resourceChangedPriority", "Network.policyUpdated":
		return nil, true
	}
	return nil, false
}
