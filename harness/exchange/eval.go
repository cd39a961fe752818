package exchange

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Options configure Eval. The zero value is the Fetch Standard itself.
type Options struct {
	Engine    spec.Engine
	OmitTrace bool // leave "trace" empty, which is faster
	MaxLine   int  // longest line in bytes; 0 for DefaultMaxLine
}

// DefaultMaxLine is the longest line that Eval takes: 16 MiB.
const DefaultMaxLine = 16 << 20

// Eval reads exchanges from r, one a line, and writes what becomes of each to
// w, in the same order. A line that is not valid gives an output line that says
// so, and is counted. Memory does not grow with the number of lines, save for
// the preflight caches of sessions. Output is flushed whenever no more input
// is at hand, so that a program can ask and wait for the answer.
//
// The error is of reading, writing or ctx, which is looked at between lines.
func Eval(ctx context.Context, r io.Reader, w io.Writer, opt Options) (invalid int, err error) {
	if opt.MaxLine <= 0 {
		opt.MaxLine = DefaultMaxLine
	}
	in := bufio.NewReaderSize(r, 64<<10)
	out := bufio.NewWriterSize(w, 64<<10)
	e := NewEvaluator(opt)
	var buf []byte
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return invalid, errors.Join(err, out.Flush())
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return invalid, err
			}
		}
		line, tooLong, readErr := readLine(in, opt.MaxLine)
		if readErr != nil && readErr != io.EOF {
			return invalid, errors.Join(readErr, out.Flush())
		}
		switch {
		case tooLong:
			invalid++
			buf = AppendInvalid(buf[:0], nil, fmt.Sprintf("line %d: longer than %d bytes", n, opt.MaxLine))
		case strings.TrimSpace(line) == "":
			buf = buf[:0]
		default:
			var ok bool
			if buf, ok = e.AppendEval(buf[:0], line, n); !ok {
				invalid++
			}
		}
		if len(buf) > 0 {
			if _, err := out.Write(append(buf, '\n')); err != nil {
				return invalid, err
			}
		}
		if readErr == io.EOF {
			return invalid, out.Flush()
		}
	}
}

// readLine returns the next line, without its newline, as a string of its own.
// Of a line longer than limit it returns nothing and passes over the rest. A
// line that lies in the reader's buffer as a whole is copied once; only of
// others the parts are put together.
func readLine(in *bufio.Reader, limit int) (line string, tooLong bool, err error) {
	var parts strings.Builder
	for {
		part, err := in.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		if parts.Len()+len(part) > limit {
			tooLong = true
			parts = strings.Builder{}
		}
		whole := !errors.Is(err, bufio.ErrBufferFull)
		switch {
		case tooLong:
		case whole && parts.Len() == 0:
			return string(part), false, err
		default:
			parts.Write(part)
		}
		if whole {
			return parts.String(), tooLong, err
		}
	}
}

// Evaluator decides exchanges one after another and remembers the sessions
// among them. It is not safe for concurrent use.
type Evaluator struct {
	opt      Options
	decoder  decoder
	line     Line
	fetch    spec.Fetch
	sessions map[string]*session
	fields   spec.Header

	notConsidered []string
}

type session struct {
	cache *spec.PreflightCache
	now   time.Duration
}

// NewEvaluator returns an Evaluator without sessions.
func NewEvaluator(opt Options) *Evaluator {
	return &Evaluator{opt: opt, sessions: map[string]*session{}}
}

// AppendEval decides the exchange of an input line and appends the output
// line, without a newline. number is the line's number, for errors; ok is false
// for a line that is not valid. Nothing of line is kept.
func (e *Evaluator) AppendEval(dst []byte, line string, number int) (_ []byte, ok bool) {
	err := e.decoder.decode(line, &e.line)
	if err == nil {
		err = e.run(&e.line)
	}
	if err != nil {
		id := &e.line.ID
		if !e.decoder.gotID {
			id = nil
		}
		return AppendInvalid(dst, id, "line "+strconv.Itoa(number)+": "+err.Error()), false
	}
	out := e.fetch.Summary()
	clear(e.fields)
	e.fields = e.fetch.Readable(e.fields[:0])
	e.notConsidered = e.fetch.NotConsidered(e.notConsidered[:0])
	return AppendResult(dst, e.line.ID, &out, e.fields, e.notConsidered), true
}

// Eval decides one exchange. The outcome of one that is not valid is
// spec.Invalid, with Error set.
func (e *Evaluator) Eval(l Line) spec.Outcome {
	if err := e.run(&l); err != nil {
		return spec.Outcome{Result: spec.Invalid, Type: spec.TypeErr, FailedHop: -1, PreflightCacheSeconds: -1, Error: err.Error()}
	}
	out := e.fetch.Outcome()
	e.fetch = spec.Fetch{} // the outcome keeps its storage
	return out
}

// run brings e.fetch to its end. A line that is not valid leaves its session as it was.
func (e *Evaluator) run(l *Line) error {
	var cache *spec.PreflightCache // nil: a fresh one
	var now time.Duration
	var s *session
	known := false
	if l.Session == "" {
		if l.At != nil {
			now = *l.At
		}
	} else {
		if s, known = e.sessions[l.Session]; !known {
			s = &session{cache: spec.NewPreflightCache(e.opt.Engine)}
		}
		cache, now = s.cache, s.now
		if l.At != nil {
			if now = *l.At; now < s.now {
				return at("at", fail("%v s is before the %v s of an earlier line of session %q", now.Seconds(), s.now.Seconds(), l.Session))
			}
		}
		cache.Checkpoint()
	}
	e.fetch.Reset(l.inContext(), spec.Options{Engine: e.opt.Engine, Cache: cache, Now: now, Trace: !e.opt.OmitTrace})
	if err := e.answer(l.Hops); err != nil {
		if s != nil {
			cache.Rollback()
		}
		return err
	}
	if s != nil {
		s.now = now
		if !known {
			e.sessions[strings.Clone(l.Session)] = s
		}
	}
	return nil
}

// inContext is the request, with the address spaces of the servers in its context.
func (l *Line) inContext() spec.Request {
	r := l.Request
	if r.Context == nil {
		return r
	}
	c := *r.Context
	c.Servers = make([]spec.AddressSpace, len(l.Hops))
	for i := range l.Hops {
		c.Servers[i] = l.Hops[i].AddressSpace
	}
	r.Context = &c
	return r
}

func (e *Evaluator) answer(hops []Hop) error {
	f := &e.fetch
	for {
		kind, i := f.Kind(), f.HopIndex()
		if kind == spec.ActionDone {
			if out := f.Summary(); out.Result == spec.Invalid {
				return errors.New(out.Error)
			}
			return nil
		}
		if i >= len(hops) {
			if i == 0 {
				return at("hops", fail("empty, but the request is sent"))
			}
			return at("hops", fail("the redirect of hop %d is followed, and there is no hop %d", i-1, i))
		}
		response, name := hops[i].Response, "response"
		if kind == spec.ActionPreflight {
			response, name = hops[i].Preflight, "preflight"
		}
		if response == nil {
			return at("hops"+index(i)+"."+name, fail("null, but it is needed"))
		}
		f.Deliver(*response)
	}
}
