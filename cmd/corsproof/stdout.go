package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// stdout is standard output for all commands. It keeps the first error of writing to it: what a
// command says there is what it was started for, and no command may end well when that is lost.
type stdout struct {
	file *os.File
	err  error
}

func (s *stdout) Write(b []byte) (int, error) {
	n, err := s.file.Write(b)
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// Fd is for those who ask whether it is a terminal.
func (s *stdout) Fd() uintptr { return s.file.Fd() }

// lost is the end of a command whose output was lost: that of the command, unless that was
// a good one or findings, which nobody could read.
func (s *stdout) lost(end error) error {
	if s.err == nil || errors.Is(s.err, syscall.EPIPE) { // whoever closed the pipe has read enough
		return end
	}
	if end != nil && strings.Contains(end.Error(), s.err.Error()) {
		return end // it says so itself
	}
	lost := &status{code: exitUsage, err: fmt.Errorf("writing to standard output: %w", s.err)}
	if own, ok := errors.AsType[*status](end); ok && own.code > exitFailures {
		lost.code, lost.hints = own.code, own.hints
	}
	if end != nil && end.Error() != "" {
		lost.err = fmt.Errorf("%w\n%w", end, lost.err)
	}
	return lost
}
