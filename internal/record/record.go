package record

import (
	"errors"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
)

// New records a request that was sent, or tried, and its answer.
func New(url string, req *wire.Request, a wire.Answer) agent.Exchange {
	ex := agent.Exchange{Method: req.Method, URL: url, Proto: req.Version, Request: agent.FieldsOf(req.Lines)}
	ex.Version = req.Version
	ex.KeepLines(req.Lines)
	ex.Given, ex.Added, ex.Way = req.Given, req.Added, req.Way
	ex.Sent = req.Body[:min(len(req.Body), 64<<10)]
	if _, _, target, err := origin.Split(url); err != nil || target != req.Target {
		ex.Target = req.Target
	}
	if a.Err != nil {
		ex.Error, ex.ErrorKind = a.Err.Error(), string(a.Err.Kind)
		if a.Err.Partial != nil {
			answer(&ex, a.Err.Partial)
		}
		return ex
	}
	answer(&ex, a.Response)
	return ex
}

// answer records what was answered.
func answer(e *agent.Exchange, r *wire.Response) {
	if e.Version == r.Proto || e.Version == "" && r.Proto == "HTTP/1.1" || strings.HasPrefix(r.Proto, "HTTP/2") {
		e.Version = "" // Proto tells it
	} else if e.Version == "" {
		e.Version = "HTTP/1.1"
	}
	if strings.HasPrefix(r.Proto, "HTTP/2") {
		e.Lines = nil // HTTP/2 has fields, no lines
	}
	e.Proto, e.Status, e.Response = r.Proto, r.Status, r.Header
	e.BodySize, e.HeadBytes, e.Elapsed, e.Unfinished = r.Size, r.HeadBytes, r.Elapsed, r.Unfinished
	Stray(e, r.Excess, r.ExcessStart)
	var err error
	if e.Body, err = Decoded(r.Header, r.Body, r.Unfinished || r.Size > int64(len(r.Body))); err != nil {
		e.BodyError = err.Error()
	}
	if r.Cut != "" {
		e.BodyError = r.Cut
	}
	for _, i := range r.Interim {
		e.Interim = append(e.Interim, i.Status)
	}
}

// Stray adds bytes that came after the answer and answer no request. They may
// be met twice: behind this answer and before the next.
func Stray(e *agent.Exchange, n int, start string) {
	if n > e.Excess {
		e.Excess, e.ExcessStart = n, start
	}
}

// AsAnswer makes an Answer of what a client call returned.
func AsAnswer(resp *wire.Response, err error) wire.Answer {
	if err == nil {
		return wire.Answer{Response: resp}
	}
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return wire.Answer{Err: e}
	}
	return wire.Answer{Err: &wire.Error{Kind: wire.Canceled, Doing: "waiting to send a request", Err: err}}
}

// Elapsed is for exchanges that failed, whose time nobody measured.
func Elapsed(e *agent.Exchange, start time.Time) {
	if e.Elapsed == 0 {
		e.Elapsed = time.Since(start)
	}
}
