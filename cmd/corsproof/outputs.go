package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/report"
)

// outputFlags say where reports are written besides the page.
type outputFlags struct {
	json, junit string
	reports     []string
	at          string
}

func (f *outputFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.json, "json", "", "write the report as JSON to `FILE` (- for standard output)")
	fs.StringVar(&f.junit, "junit", "", "write the report as JUnit XML to `FILE`")
	fs.StringArrayVar(&f.reports, "report", nil, "write the report as `FORMAT=FILE`: "+strings.Join(formatNames(), ", ")+" (repeatable)")
	fs.StringVar(&f.at, "at", "", "where a code host shows findings: `FILE[:LINE]` of the repository, such as the one that configures CORS (not given: the file of --policy)")
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// outputs are the files of a run, tried before anything is measured so that a wrong
// path costs nothing. Each is replaced as a whole, or stays as it is.
type outputs struct {
	list []*output
	page *page
	opts report.Options
}

// output is one of them.
type output struct {
	format *report.Format
	path   string // "-": standard output
	device bool   // no file that can be replaced: a pipe, a terminal
	old    time.Time
	done   bool
}

// outlivePipes: somebody who reads the first lines only must not end the run. What is written to
// a pipe that nobody reads is an error of that write, and no more.
var outlivePipes = sync.OnceFunc(func() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) })

// open tries the files. policyFile is where findings are shown when --at does not say.
func (f *outputFlags) open(cmd *cobra.Command, policyFile string) (*outputs, error) {
	o := &outputs{}
	var err error
	if o.opts.At, err = place(f.at); err != nil {
		return nil, err
	}
	placed := policyFile != "" || f.at != ""
	stdout := false
	for _, a := range f.asked() {
		out, err := newOutput(a[0], a[1], placed)
		if err != nil {
			return nil, err
		}
		for _, other := range o.list {
			if filepath.Clean(other.path) == filepath.Clean(out.path) {
				return nil, usage(fmt.Errorf("two reports go to %s: %s and %s", out.path, other.format.Name, out.format.Name), "give each a file of its own")
			}
		}
		stdout = stdout || out.path == "-"
		o.list = append(o.list, out)
	}
	outlivePipes()
	w := cmd.OutOrStdout()
	if stdout {
		w = cmd.ErrOrStderr()
	}
	o.page = &page{w: w}
	return o, nil
}

// asked are all that the flags ask for: the words of the flag, and FORMAT=FILE.
func (f *outputFlags) asked() [][2]string {
	var list [][2]string
	if f.json != "" {
		list = append(list, [2]string{"--json", "json=" + f.json})
	}
	if f.junit != "" {
		list = append(list, [2]string{"--junit", "junit=" + f.junit})
	}
	for _, text := range f.reports {
		list = append(list, [2]string{"--report " + text, text})
	}
	return list
}

// newOutput is the output that FORMAT=FILE asks for.
func newOutput(flag, text string, placed bool) (*output, error) {
	name, path, ok := strings.Cut(text, "=")
	format := report.FindFormat(name)
	switch {
	case format == nil:
		return nil, usage(fmt.Errorf("%s: there is no format %q", flag, name), "the formats are "+strings.Join(formatNames(), ", "))
	case !ok || path == "":
		return nil, usage(fmt.Errorf("%s names no file", flag), "--report "+name+"=FILE (- for standard output)")
	case format.Placed && !placed:
		return nil, usage(fmt.Errorf("%s: this form shows each finding at a line of a file of the repository, and none was named", flag),
			"--at FILE[:LINE], such as the file that configures CORS; or --policy FILE, which is then the file")
	}
	out := &output{format: format, path: path}
	if path == "-" {
		return out, nil
	}
	if err := out.try(); err != nil {
		return nil, usage(fmt.Errorf("opening the file of %s: %w", flag, err))
	}
	return out, nil
}

// try tells whether the file can be replaced.
func (o *output) try() error {
	if real, err := filepath.EvalSymlinks(o.path); err == nil {
		o.path = real // the file that a link names is replaced, not the link
	}
	info, err := os.Stat(o.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a directory", o.path)
	case !info.Mode().IsRegular():
		o.device = true
		return nil
	default:
		o.old = info.ModTime()
		file, err := os.OpenFile(o.path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_ = file.Close()
	}
	part, err := o.part()
	if err != nil {
		return fmt.Errorf("a file beside %s, which would replace it when it is complete, cannot be made: %w", o.path, errors.Unwrap(err))
	}
	_ = part.Close()
	return os.Remove(part.Name())
}

// part is the new file, beside the old one, until it is complete.
func (o *output) part() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(o.path), "."+filepath.Base(o.path)+".*")
}

// write writes the report.
func (o *output) write(rep *report.Report, opts report.Options, stdout io.Writer) error {
	switch {
	case o.path == "-":
		err := o.format.Write(stdout, rep, opts)
		if o.format.Name == "terminal" && errors.Is(err, syscall.EPIPE) {
			return nil // whoever closed the pipe has read enough
		}
		return err
	}
	return o.replaceOrWrite(func(w io.Writer) error { return o.format.Write(w, rep, opts) })
}

// replaceOrWrite replaces the file, or writes to it where it is a device.
func (o *output) replaceOrWrite(write func(io.Writer) error) error {
	if !o.device {
		return o.replace(write)
	}
	file, err := os.OpenFile(o.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// replace writes a new file and puts it in the place of the old one when all of it is
// on the disk. If anything fails the old one is there as it was.
func (o *output) replace(write func(io.Writer) error) (err error) {
	mode := fs.FileMode(0o666) &^ umask()
	if info, err := os.Stat(o.path); err == nil {
		mode = info.Mode().Perm()
	}
	part, err := o.part()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(part.Name())
		}
	}()
	if err = errors.Join(write(part), part.Chmod(mode), part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), o.path)
}

// write writes all reports, and then says what could not be written: the page too.
func (o *outputs) write(rep *report.Report, stdout io.Writer) error {
	var errs []error
	for _, out := range o.list {
		if err := out.write(rep, o.opts, stdout); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", out.name(), err))
			continue
		}
		out.done = true
	}
	if err := o.page.err; err != nil && !errors.Is(err, syscall.EPIPE) { // whoever closed the pipe has read enough
		errs = append(errs, fmt.Errorf("writing the page: %w", err))
	}
	if len(errs) == 0 {
		return nil
	}
	return &status{code: exitUsage, err: errors.Join(errs...)}
}

func (o *output) name() string {
	if o.path == "-" {
		return "standard output"
	}
	return o.path
}

// left adds to an error which files still have the report of an earlier run.
func (o *outputs) left(err error) error {
	if err == nil {
		return nil
	}
	var hints []string
	for _, out := range o.list {
		if !out.done && !out.old.IsZero() {
			hints = append(hints, fmt.Sprintf("%s still is what an earlier run wrote, at %s", out.path, out.old.Format(time.DateTime)))
		}
	}
	var s *status
	if !errors.As(err, &s) {
		s = &status{code: exitUsage, err: err}
	}
	return &status{code: s.code, err: s.err, hints: append(s.hints[:len(s.hints):len(s.hints)], hints...)}
}

// page is where the page for people goes. It keeps the first error, and goes on without
// writing.
type page struct {
	w   io.Writer
	err error
}

func (p *page) Write(b []byte) (int, error) {
	if p.err == nil {
		_, p.err = p.w.Write(b)
	}
	return len(b), nil
}

// inRepository is a path as a code host names it: relative, if it is below the working
// directory, and with slashes.
func inRepository(path string) string {
	if dir, err := os.Getwd(); err == nil && filepath.IsAbs(path) {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// place reads FILE[:LINE].
func place(text string) (report.Place, error) {
	if text == "" {
		return report.Place{}, nil
	}
	file, number, ok := text, "", false
	if at := strings.LastIndexByte(text, ':'); at > 1 { // not that of C:\file
		file, number, ok = text[:at], text[at+1:], true
	}
	line := 1
	if ok {
		var err error
		if line, err = strconv.Atoi(number); err != nil || line < 1 {
			return report.Place{}, usage(fmt.Errorf("--at %s: %q is not the number of a line", text, number), "--at FILE:LINE, such as --at src/server.js:12, or --at FILE")
		}
	}
	return report.Place{File: inRepository(file), Line: line}, nil
}
