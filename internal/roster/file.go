package roster

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// File is a file of records, to which lines are added. A line that was written stays, whatever
// ends the program. The nil File keeps nothing.
type File struct {
	path string
	w    io.WriteCloser
	done map[key]bool // by earlier runs

	// Earlier is the tally of the records of earlier runs.
	Earlier Tally
}

// ErrOther says that a file of records is of a run with other settings, or is none.
var ErrOther = errors.New("it is of another run")

// ErrThere says that a file has records already.
var ErrThere = errors.New("it has the records of an earlier run")

// Create makes a file of records; one that has any is left alone (ErrThere).
func Create(path string, h Header) (*File, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrThere)
	}
	w, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, w: w}
	if err := f.line(h); err != nil {
		if info, serr := os.Stat(path); serr == nil && info.Mode().IsRegular() && info.Size() == 0 {
			_ = os.Remove(path)
		}
		return nil, errors.Join(err, w.Close())
	}
	return f, nil
}

// To writes the records to w, from which no later run goes on.
func To(w io.Writer, h Header) (*File, error) {
	f := &File{path: "standard output", w: nopCloser{w}}
	return f, f.line(h)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Resume opens a file of records to go on from, or makes it where there is none. Its settings must be
// those of h (ErrOther). A last line that an earlier run could not complete is taken off.
func Resume(path string, h Header) (*File, error) {
	w, err := os.OpenFile(path, os.O_RDWR, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return Create(path, h)
	}
	if err != nil {
		return nil, err
	}
	f := &File{path: path, w: w, done: map[key]bool{}}
	end, err := f.read(w, h)
	if err == nil {
		err = w.Truncate(end)
	}
	if err == nil {
		_, err = w.Seek(end, io.SeekStart)
	}
	if err == nil && end == 0 {
		err = f.line(h)
	}
	if err != nil {
		_ = w.Close()
		return nil, fmt.Errorf("%s%w", path, colon(err))
	}
	return f, nil
}

// colon puts one before an error that has no line.
func colon(err error) error {
	if _, ok := errors.AsType[*lineError](err); ok {
		return err
	}
	return fmt.Errorf(": %w", err)
}

// lineError is about a line of a file of records.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf(":%d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// read takes what is done from the records, and gives where the last whole line ends.
func (f *File) read(r io.Reader, h Header) (end int64, err error) {
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil // what there is of a line was never completed
		}
		if err == nil && n == 1 {
			err = h.check(text)
		} else if err == nil {
			err = f.take(text)
		}
		if err != nil {
			return end, &lineError{n, err}
		}
		end += int64(len(text))
	}
}

// check compares the first line.
func (h *Header) check(text []byte) error {
	var there Header
	if err := json.Unmarshal(text, &there); err != nil || there.Version == 0 {
		return fmt.Errorf("%w: the first line has no settings of a run; expected what --results has written", ErrOther)
	}
	if there.Version != Version {
		return fmt.Errorf("%w: version %d of the form, and this corsproof writes version %d", ErrOther, there.Version, Version)
	}
	if names := h.Differ(&there); names != "" {
		return fmt.Errorf("%w: %s", ErrOther, names)
	}
	return nil
}

// take takes a record of an earlier run.
func (f *File) take(text []byte) error {
	var r Record
	if err := json.Unmarshal(text, &r); err != nil || r.URL == "" {
		return fmt.Errorf("it is no record of a target: %w", errors.Join(err, ErrOther))
	}
	if !r.Interrupted {
		f.done[r.key()] = true
		f.Earlier.Add(&r)
	}
	return nil
}

// Done tells whether an earlier run has measured a target.
func (f *File) Done(e Entry) bool {
	return f != nil && len(f.done) > 0 && f.done[e.Begin().key()]
}

// Add writes a record.
func (f *File) Add(r *Record) error {
	if f == nil {
		return nil
	}
	return f.line(r)
}

// line writes a line at once, so that whoever reads meanwhile sees whole lines.
func (f *File) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if _, err := f.w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("writing the results to %s: %w", f.path, err)
	}
	return nil
}

// Close closes the file.
func (f *File) Close() error {
	if f == nil {
		return nil
	}
	return f.w.Close()
}
