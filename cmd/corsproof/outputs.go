package main

import (
	"fmt"
	"io"
	"os"

	"github.com/corsproof/corsproof/internal/report"
)

// outputs are the files of a run, opened before anything is measured so that a
// wrong path costs nothing.
type outputs struct {
	json, junit io.WriteCloser
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func openOutputs(jsonFile, junitFile string, stdout io.Writer) (*outputs, error) {
	o := &outputs{}
	for _, f := range []struct {
		path string
		to   *io.WriteCloser
		flag string
	}{{jsonFile, &o.json, "--json"}, {junitFile, &o.junit, "--junit"}} {
		switch f.path {
		case "":
		case "-":
			*f.to = nopCloser{stdout}
		default:
			file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE, 0o666)
			if err == nil {
				err = file.Close()
			}
			if err != nil {
				o.close()
				return nil, usage(fmt.Errorf("opening the file of %s: %w", f.flag, err))
			}
			*f.to = &lateFile{path: f.path}
		}
	}
	return o, nil
}

// lateFile keeps what the file has until something is written to it: a run
// that fails leaves the report of the last one.
type lateFile struct {
	path string
	file *os.File
}

func (l *lateFile) Write(p []byte) (int, error) {
	if l.file == nil {
		var err error
		if l.file, err = os.Create(l.path); err != nil {
			return 0, err
		}
	}
	return l.file.Write(p)
}

func (l *lateFile) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// page is where the page for people goes: away from standard output when a
// report for machines goes there.
func (o *outputs) page(stdout, stderr io.Writer) io.Writer {
	for _, w := range []io.WriteCloser{o.json, o.junit} {
		if _, ok := w.(nopCloser); ok {
			return stderr
		}
	}
	return stdout
}

func (o *outputs) write(rep *report.Report) error {
	if o.json != nil {
		if err := rep.WriteJSON(o.json); err != nil {
			return fmt.Errorf("writing the JSON report: %w", err)
		}
	}
	if o.junit != nil {
		return rep.WriteJUnit(o.junit)
	}
	return nil
}

func (o *outputs) close() {
	for _, w := range []io.WriteCloser{o.json, o.junit} {
		if w != nil {
			_ = w.Close()
		}
	}
}
