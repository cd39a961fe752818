//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// enoughFiles tells whether this process may open the few files without which a Go program cannot
// do anything but crash: its runtime ends the program where it gets none for its poller, in the
// middle of whatever it does (runtime.netpollinit). A command opens its own besides.
func enoughFiles() error {
	const few = 3 // the poller's two, and a file
	var open []int
	var err error
	for len(open) < few && err == nil {
		var fd int
		if fd, err = syscall.Dup(int(os.Stderr.Fd())); err == nil {
			open = append(open, fd)
		}
	}
	for _, fd := range open {
		_ = syscall.Close(fd)
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return usage(errors.New("this process may open too few files to do anything: too many are open"), "allow it more: ulimit -n 1024")
	}
	return nil
}
