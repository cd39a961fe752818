// Package baseline reads and applies the list of what is known to be wrong with a server and
// stays for now, so that a run fails for what is new alone. What is on the list and no longer
// wrong fails the run too, until it is taken off: the list stays true.
package baseline

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/input"
)

// Entry is something that is known.
type Entry struct {
	// ID is that of a cause (CAUSE, or CAUSE/POLICY with a glob of policies or endpoints), or a
	// glob of checks, on CASE or CASE/POLICY.
	ID string `yaml:"id"`
	// Reason is why it stays.
	Reason string `yaml:"reason"`
	// Expires is the last day of it, as 2027-01-31 (UTC); empty: none.
	Expires string `yaml:"expires"`
	// Browser: only a browser shows it, so that a run without one says nothing of it.
	Browser bool `yaml:"browser"`

	line    int
	last    time.Time // the zero value: no end
	cause   *cases.Cause
	where   string          // a cause's glob of policies; empty: all
	fails   map[string]bool // checks that it is about and that fail
	passes  []string        // those that pass
	expired bool
}

// File is a baseline.
type File struct {
	Known []Entry `yaml:"known"`

	path  string
	exist bool
}

// dayForm is how a day is written.
const dayForm = "2006-01-02"

// Load reads a baseline. With missing a file that is not there is an empty one. The error is a
// cases.Problems, or says why the file could not be read.
func Load(path string, missing bool) (*File, error) {
	data, err := input.File(path, input.Written)
	switch {
	case missing && errors.Is(err, fs.ErrNotExist), err == nil && len(strings.TrimSpace(string(data))) == 0:
		return &File{path: path, exist: err == nil}, nil
	case err != nil:
		return nil, fmt.Errorf("reading the baseline: %w", err)
	}
	return Parse(path, data)
}

// Parse is Load for the content of a file at a path.
func Parse(path string, data []byte) (*File, error) {
	f := &File{path: path, exist: true}
	lines, err := cases.DecodeFile(path, data, f)
	if err != nil {
		return nil, err
	}
	var problems cases.Problems
	seen := map[string]bool{}
	for i := range f.Known {
		e, at := &f.Known[i], fmt.Sprintf("known[%d]", i)
		e.line, e.fails = lines.Line(at), map[string]bool{}
		add := func(field, what, want string) {
			problems = append(problems, &cases.Problem{Kind: cases.BadValue, Pos: cases.Position{File: path, Line: lines.Line(at + field)}, What: at + field + ": " + what, Want: want})
		}
		switch {
		case e.ID == "":
			add("", "id is missing", "the id of a cause, or a glob of checks")
		case !doublestar.ValidatePattern(e.ID):
			add(".id", fmt.Sprintf("%q is not a glob", e.ID), "such as vary-* or vary-allowed/items")
		case seen[e.ID]:
			add(".id", fmt.Sprintf("%q is on the list twice", e.ID), "each once")
		}
		seen[e.ID] = true
		if strings.TrimSpace(e.Reason) == "" {
			add("", "reason is missing", "why it stays, such as the number of a ticket")
		}
		if e.Expires != "" {
			day, err := time.Parse(dayForm, e.Expires)
			if err != nil {
				add(".expires", fmt.Sprintf("%q is not a day", e.Expires), "such as 2027-01-31")
			}
			e.last = day
		}
		id, where, _ := strings.Cut(e.ID, "/")
		if e.cause = cases.FindCause(id); e.cause != nil {
			e.where = where
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

// Path is where the file is.
func (l *File) Path() string { return l.path }

// about tells whether the entry names a check.
func (e *Entry) about(id string) bool {
	name, _, _ := strings.Cut(id, "/")
	return doublestar.MatchUnvalidated(e.ID, id) || doublestar.MatchUnvalidated(e.ID, name)
}

// names tells whether the entry names a cause, of a policy.
func (e *Entry) names(cause, policy string) bool {
	return e.cause != nil && e.cause.ID == cause && (e.where == "" || doublestar.MatchUnvalidated(e.where, policy))
}
