// Command corsproof checks whether a server's CORS does what its owner meant,
// by the Fetch Standard's algorithm and in a real browser.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// The exit statuses.
const (
	exitConformant  = 0
	exitFailures    = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitBrowser     = 4
	exitSelfcheck   = 5
)

// status is an error that carries an exit status and hints. An empty message
// prints nothing: the output has said it already.
type status struct {
	code  int
	err   error
	hints []string
}

func (s *status) Error() string {
	if s.err == nil {
		return ""
	}
	return s.err.Error()
}

func (s *status) Unwrap() error { return s.err }

// usage is an error of the command line or of a file that it names.
func usage(err error, hints ...string) error {
	return &status{code: exitUsage, err: err, hints: hints}
}

func main() {
	collectLate()
	// The first interrupt ends the run in good order, with what was measured;
	// the second ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	ctx, atOnce := interruptible(ctx)
	ended := context.AfterFunc(ctx, func() {
		if atOnce() {
			os.Exit(say(os.Stderr, nothingLost()))
		}
	})
	if err := enoughFiles(); err != nil {
		os.Exit(say(os.Stderr, err))
	}
	out := &stdout{file: os.Stdout}
	root := newRoot()
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	ended() // stop ends ctx too
	stop()
	os.Exit(say(os.Stderr, out.lost(err)))
}

// say prints an error as "error:" and "hint:" lines and returns the exit status.
func say(w io.Writer, err error) int {
	if err == nil {
		return exitConformant
	}
	var s *status
	if !errors.As(err, &s) {
		s = &status{code: exitUsage, err: err} // cobra's own: unknown flag, unknown command
	}
	if msg := s.Error(); msg != "" {
		fmt.Fprintf(w, "error: %s\n", shorter(msg))
	}
	for _, h := range s.hints {
		fmt.Fprintf(w, "hint: %s\n", h)
	}
	return s.code
}

// shorter is a message of which no line is endless: it may quote a file that is one line.
func shorter(msg string) string {
	const most = 2000 // bytes
	lines := strings.Split(msg, "\n")
	for i, line := range lines {
		if len(line) > most {
			lines[i] = fmt.Sprintf("%s ... (%d bytes are left out here) ... %s", strings.ToValidUTF8(line[:most/2], ""), len(line)-most, strings.ToValidUTF8(line[len(line)-most/2:], ""))
		}
	}
	return strings.Join(lines, "\n")
}
