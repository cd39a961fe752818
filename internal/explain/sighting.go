package explain

import (
	"github.com/corsproof/corsproof/spec"
)

// sighting is what an input shows of one request. What is empty is not shown.
type sighting struct {
	browser string // chrome, firefox, safari
	method  string
	url     string
	from    string // the URL that was asked for, and led to url by redirects
	host    string // of a server whose certificate was not accepted, where no URL is named
	leads   string // where the redirect leads to that was not followed
	origin  string // of the page; "null" is one
	asker   string // what asked: fetch, XMLHttpRequest, font, image, ...

	// reason is what the browser says; empty: the answers decide.
	reason spec.Reason
	// same are other reasons that the browser says in the same words.
	same      []spec.Reason
	preflight answer3 // whether it is about the preflight
	param     string  // the method or header that was refused, the directive of a policy
	value     *string // of the deciding header
	status    int     // of the answer that was blocked
	// fromCache: the browser blocked an answer that did not come from the network. A line of the
	// console never shows that: Chrome leaves the status out of many that came from the network too.
	fromCache bool
	// mayBeCached: the message is one that Chrome also prints for an answer of its HTTP cache.
	mayBeCached bool
	code        string // of the network, such as net::ERR_CONNECTION_REFUSED
	// echo is what "Failed to load resource: net::ERR_FAILED" names, which Chrome prints of every request that
	// CORS stopped too: the end of a path, or "?" where it names nothing; empty: it is no such message.
	echo string
	// either: Firefox says the same of the preflight and of the request itself, and which of them it was, the
	// text does not show.
	either bool
	// options: the line is about an OPTIONS, which is the preflight unless the script itself asks with it.
	options bool
	// answered: the console has a line with the status and no code of the network; unread: the script
	// says that it saw no answer.
	answered, unread bool
	printed          int // the status that a script says it got; 0: none
	// resource is what "Failed to load resource" names, the end of a path, or "?" where it names
	// nothing; empty: it is no such message.
	resource string
	// carries: the message names the URL of another's reason, as Safari's do; repeats: it says another's
	// once more, about place, the end of a path.
	carries, repeats bool
	place            string
	// part: it may be words or code around a message, and is no whole message of a browser.
	part bool
	// wordsOnly: besides a URL it has nothing of a message, nor of a script's error.
	wordsOnly bool
	urlAlone  bool // and no word besides
	// aside: DevTools speaks of what it asked for itself.
	aside bool
	// panel: it is a row of the network panel, by which CORS stopped the request.
	panel bool
	// config is a server's configuration; nil: the text is none.
	config *configSeen
	// unresolved says why a call's URL is not known; empty: it is.
	unresolved string
	// piece: it is of a part of a HAR that has no headers of the answer.
	piece bool
	// muted: it is no more than what a page gets of an error that is hidden from it.
	muted bool
	// refusedBy is the CORS layer that the content of the answer is of, where that refuses; nil: none is known.
	refusedBy *refusal
	// connection is how the connection failed; nil: the text does not say more than its cause.
	connection *connection
	// tracking: Firefox's tracking protection stopped it.
	tracking bool
	// notice: it is a message after which the request went on; nil: it is another.
	notice *notice
	// plainHTTP: TLS was asked for at a port that speaks HTTP without it.
	plainHTTP bool
	// otherPreflight: the preflight of the text does not ask for param, which the request needs.
	otherPreflight bool
	// presumed: no answer shows the reason, and what the script does makes it likely.
	presumed bool

	answers *answersSeen // nil: the text has none
	notes   []string
	nothing bool // the text is about no request at all
	empty   int  // it is a HAR of so many requests, none of which is of that kind
	stored  bool // the answer is a 304, and another that is not shown decides
	hsts    bool // the browser itself turned http into https

	// What settle finds out:

	verdict *verdict
	// leaning is what is looked at first where nothing shows the reason; empty: nothing is.
	leaning spec.Reason
	mode    spec.CredentialsMode
	hop     int
	fields  spec.Header // of the answer that decided
}

// answer3 is yes, no, or not known.
type answer3 int

const (
	unknown answer3 = iota
	yes
	no
)

// answersSeen are a request and the answers to it.
type answersSeen struct {
	request spec.Request
	// credentials: request.Credentials is known; else both modes are looked at.
	credentials bool
	// cookie: they are known by a cookie alone.
	cookie bool
	// noOrigin: the request was sent without Origin, so that a server may have kept its
	// CORS headers back.
	noOrigin bool
	// sentOrigin: the request was sent with the page's Origin, as the input shows.
	sentOrigin bool
	// unseen: the input has an answer alone, and nobody knows what was asked for it.
	unseen bool
	// browserSent: the input shows that a browser sent the request. It has then asked for permission before,
	// where it has to; curl and the like ask for none, and an answer to them says nothing about the preflight.
	browserSent bool
	// complete: what is not in the text was not sent.
	complete bool
	// client is the name of the program that sent it, where it is none of a browser; empty: not known.
	client string
	// asked is what the preflight of the text asks for; empty: it is not in the text. A browser's asks for all
	// that its request needs.
	asked askedFor
	// preflightAlone: a preflight was sent by hand, or is given as one, to see the answer.
	preflightAlone bool
	// blocked tells what the browser did.
	blocked answer3
	hops    []hopSeen
	// engine decides, whatever browser it was; empty: that browser's.
	engine spec.Engine
}

// hopSeen is what was answered at one URL.
type hopSeen struct {
	url       string
	preflight *spec.Response // nil: not shown
	response  *spec.Response // nil: not shown
}

// header is that of the last answer that there is.
func (s *sighting) header() spec.Header {
	if s.answers == nil {
		return nil
	}
	for i := len(s.answers.hops) - 1; i >= 0; i-- {
		for _, r := range []*spec.Response{s.answers.hops[i].response, s.answers.hops[i].preflight} {
			if r != nil {
				return r.Header
			}
		}
	}
	return nil
}

func text(s string) *string { return &s }
