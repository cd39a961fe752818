package explain

import (
	"fmt"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// Kind is what an input is.
type Kind string

// The kinds.
const (
	KindConsole    Kind = "console" // messages of a browser's console
	KindHAR        Kind = "har"
	KindCurl       Kind = "curl"    // a command: Copy as cURL (bash, cmd), Copy as PowerShell
	KindFetch      Kind = "fetch"   // a call: Copy as fetch
	KindTranscript Kind = "curl-v"  // what curl -v or curl -i prints
	KindHeaders    Kind = "headers" // lines of a request, an answer, or both
	KindEval       Kind = "eval"    // a line of what corsproof eval reads
	KindURL        Kind = "url"
	KindConfig     Kind = "config" // of a server
)

// Kinds are all of them.
var Kinds = []Kind{KindConsole, KindHAR, KindCurl, KindFetch, KindTranscript, KindHeaders, KindEval, KindURL, KindConfig}

// Context is what is known besides the input. The zero value is nothing.
type Context struct {
	Origin      string               // of the page
	URL         string               // that was asked for
	Method      string               // empty: GET, or what the input says
	Credentials spec.CredentialsMode // empty: what the input says, else same-origin
	Header      spec.Header          // request headers of the script
	Reads       string               // a response header that the script wants to read
	// ResponseOf says what pasted lines answer: "preflight", "response", or empty for what
	// they look like.
	ResponseOf string
	Stack      *cases.Stack // whose configuration is shown; nil: the one that an answer names
}

// LargestInput is the longest input that is read, in bytes: 256 MiB.
const LargestInput = 256 << 20

// longestText is how much of an input that is no HAR is looked at, in bytes: messages,
// commands and headers are short.
const longestText = 256 << 10

// Error is an input that cannot be read.
type Error struct {
	Doing string // "reading the HAR"
	Err   error
	Hint  string // what to do
}

func (e *Error) Error() string { return e.Doing + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Explain says what an input shows. kind is empty for what it looks like. The error is an
// *Error.
func Explain(text string, kind Kind, c Context) (*Answer, error) {
	if len(text) > LargestInput {
		return nil, &Error{"reading the input", fmt.Errorf("it is longer than %d bytes", LargestInput), "export less: clear the network panel, repeat the request, save again"}
	}
	text = clean(text)
	if strings.TrimSpace(text) == "" {
		return nil, &Error{"reading the input", fmt.Errorf("it is empty"), "paste the message of the console, then press Ctrl-D; or give a HAR file"}
	}
	if kind == "" {
		kind = Recognise(text)
	}
	if kind != KindHAR && kind != KindEval && len(text) > longestText {
		text = text[:longestText]
	}
	list, err := read(text, kind, &c)
	if err != nil {
		return nil, err
	}
	return answers(list, kind, &c), nil
}

// read makes the sightings of an input.
func read(text string, kind Kind, c *Context) ([]sighting, error) {
	switch kind {
	case KindHeaders, KindTranscript:
		list, err := map[Kind]func(string, *Context) ([]sighting, error){KindHeaders: readHeaders, KindTranscript: readTranscript}[kind](text, c)
		refusedIn(list, text)
		return list, err
	case KindCurl:
		return readCommands(text, c)
	case KindHAR:
		return readHAR(text, c)
	case KindFetch:
		return readCalls(text, c)
	case KindEval:
		return readEval(text)
	case KindURL:
		return readURL(text, c)
	case KindConfig:
		return readConfig(text, c)
	}
	return readConsole(text), nil
}
