package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// ErrorKind says what went wrong, as far as a client can tell.
type ErrorKind string

// The kinds.
const (
	Unreachable ErrorKind = "unreachable" // no connection could be made
	Exhausted   ErrorKind = "exhausted"   // this process, or machine, has no file descriptor left for a connection
	NoTLS       ErrorKind = "tls"         // the TLS handshake failed
	NoProtocol  ErrorKind = "no-protocol" // the server does not speak the protocol asked for
	Timeout     ErrorKind = "timeout"     // no complete answer in time
	Closed      ErrorKind = "closed"      // the server hung up before the first byte of an answer
	Cut         ErrorKind = "cut"         // the server hung up in the middle of an answer
	Malformed   ErrorKind = "malformed"   // what came is not HTTP
	TooLarge    ErrorKind = "too-large"   // the head of the answer exceeds Options.MaxHead
	Reset       ErrorKind = "reset"       // HTTP/2: the server reset the stream
	Canceled    ErrorKind = "canceled"    // the caller's context ended
	Forbidden   ErrorKind = "forbidden"   // the request must not be sent: a *limit.ForbiddenError says why
	Unsendable  ErrorKind = "unsendable"  // the request cannot be expressed in the protocol
)

// Error is a request without a (complete) answer.
type Error struct {
	Kind ErrorKind
	Addr string
	// Doing is what was being done: "connecting", "reading the status line".
	Doing string
	// Received are the first bytes of what came, for Malformed.
	Received string
	// Foreign says, for Malformed, that it does not even begin as HTTP.
	Foreign bool
	// OnlyH2 says that the server speaks HTTP/2 from the first byte, and was asked over HTTP/1.1.
	OnlyH2 bool
	// Partial is the head of the answer when it came whole, else nil.
	Partial *Response
	Err     error
}

func (e *Error) Error() string {
	s := e.Doing + " " + e.Addr + ": "
	switch {
	case e.Kind == Forbidden:
		return e.Err.Error()
	case e.OnlyH2:
		return s + errOnlyH2.Error()
	case e.Received != "":
		return s + fmt.Sprintf("%v, received %q", e.Err, e.Received)
	default:
		return s + e.Err.Error()
	}
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of err, empty if it is not an *Error.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return ""
}

var (
	errHungUp   = errors.New("the server closed the connection without an answer")
	errCut      = errors.New("the server closed the connection in the middle of the answer")
	errTimedOut = errors.New("no complete answer in time")
)

// ioError classifies an error of a read or write. started tells whether a
// byte of the answer had come.
func ioError(ctx context.Context, addr, doing string, started bool, err error) *Error {
	e := &Error{Addr: addr, Doing: doing, Err: err}
	var ne net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind, e.Err = Canceled, context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded),
		errors.As(err, &ne) && ne.Timeout():
		e.Kind, e.Err = Timeout, errTimedOut
	case !started && hungUp(err):
		e.Kind, e.Err = Closed, errHungUp
	case hungUp(err):
		e.Kind, e.Err = Cut, errCut
	case started:
		e.Kind = Cut
	default:
		e.Kind = Closed
	}
	return e
}

func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed)
}
