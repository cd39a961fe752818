package explain

import "github.com/corsproof/corsproof/spec"

// KindLive is the kind of an Answer about a request that was made. It is none of Kinds, as no
// text is of that kind.
const KindLive Kind = "live"

// Observed is a request that was made, and what came of it.
type Observed struct {
	Request spec.Request
	Hops    []ObservedHop
	// Engine decides; empty: the standard.
	Engine spec.Engine
	// Reason is what stopped it where the answers do not tell: no answer came, or the browser
	// does not make the request. Empty: the answers tell.
	Reason spec.Reason
	// Broken: there was a connection and no answer over it; else, with ReasonNetworkError, none
	// could be made.
	Broken bool
	// Late: no complete answer came in the time that was waited.
	Late bool
	// PlainHTTP: TLS was asked for, and the port speaks HTTP without it.
	PlainHTTP bool
	// FromCache: the browser's HTTP cache gave the last answer.
	FromCache bool
}

// ObservedHop is what was answered at one URL; nil: nothing, or it was not asked.
type ObservedHop struct {
	URL                 string
	Preflight, Response *spec.Response
}

// Observe says what is wrong with a request that was made, or that nothing is. Of c it takes
// Reads and Stack.
func Observe(o *Observed, c Context) *Answer {
	r := o.Request
	c = Context{Origin: r.Origin, URL: r.URL, Method: spec.NormalizeMethod(orGET(r.Method)), Credentials: r.Credentials, Header: r.Header, Reads: c.Reads, Stack: c.Stack}
	s := sighting{url: r.URL, origin: r.Origin, method: c.Method, reason: o.Reason, fromCache: o.FromCache, plainHTTP: o.PlainHTTP}
	if o.Reason == spec.ReasonNetworkError {
		s.code = "net::ERR_CONNECTION_TIMED_OUT"
		switch {
		case o.Late:
			s.code = "net::ERR_TIMED_OUT"
		case o.Broken:
			s.code = "net::ERR_EMPTY_RESPONSE"
		}
	}
	a := &answersSeen{request: r, credentials: true, engine: o.Engine, sentOrigin: true, browserSent: true, complete: true}
	if a.engine == "" {
		a.engine = spec.EngineFetch
	}
	for _, h := range o.Hops {
		a.hops = append(a.hops, hopSeen{url: h.URL, preflight: h.Preflight, response: h.Response})
	}
	if s.answers = a; o.Reason != "" && len(o.Hops) > 0 {
		s.stoppedAt(&o.Hops[len(o.Hops)-1])
	}
	return answers([]sighting{s}, KindLive, &c)
}

// stoppedAt takes over where a request was stopped by what is not an answer.
func (s *sighting) stoppedAt(h *ObservedHop) {
	if h.URL != s.url {
		s.from, s.url = s.url, h.URL
	}
	s.preflight = no
}
