package main

import (
	"fmt"
	"io"
)

// outputFile is a file that a command writes besides its page: tried first, replaced as a whole
// or left as it is. Without a path nothing is written.
type outputFile struct{ output }

// newOutputFile tries the file of a flag.
func newOutputFile(path, flag string) (*outputFile, error) {
	f := &outputFile{output{path: path}}
	if path == "" || path == "-" {
		return f, nil
	}
	if err := f.try(); err != nil {
		return nil, usage(fmt.Errorf("opening the file of %s: %w", flag, err))
	}
	return f, nil
}

// write writes the file.
func (f *outputFile) write(stdout io.Writer, write func(io.Writer) error) error {
	if f.path == "-" {
		return write(stdout)
	}
	return f.replaceOrWrite(write)
}
