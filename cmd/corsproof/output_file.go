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

// writeFile writes a whole file in the place of the one that may be there, or leaves that as it was.
func writeFile(path string, text []byte) error {
	f := &output{path: path}
	if err := f.try(); err != nil {
		return err
	}
	return f.replaceOrWrite(func(w io.Writer) error { return write(w, text) })
}

// write writes the file, if one is asked for.
func (f *outputFile) write(stdout io.Writer, write func(io.Writer) error) error {
	var err error
	switch f.path {
	case "":
	case "-":
		err = write(stdout)
	default:
		err = f.replaceOrWrite(write)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", f.name(), err)
	}
	return nil
}
