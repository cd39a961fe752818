package cases

import (
	"fmt"
	"strconv"
	"strings"
)

// ProblemKind says what sort of mistake a Problem is, so that a test, or a
// tool that fixes files, need not look at the words.
type ProblemKind string

// The kinds of mistakes in case and policy files.
const (
	BadSyntax   ProblemKind = "syntax"    // not YAML, or not readable
	UnknownKey  ProblemKind = "key"       // a key that the format does not have
	WrongType   ProblemKind = "type"      // a list where a string belongs, ...
	MissingKey  ProblemKind = "missing"   // a field that must be there
	BadValue    ProblemKind = "value"     // of the right type, but not one of those possible
	Duplicate   ProblemKind = "duplicate" // an id, name or key for the second time
	BadTemplate ProblemKind = "template"  // does not parse, or never has a value
	Conflict    ProblemKind = "conflict"  // two fields that contradict one another
	BadIntent   ProblemKind = "intent"    // the case expects what its policy does not mean
)

// Problem is one mistake in a case or policy file.
type Problem struct {
	Kind ProblemKind
	Pos  Position
	Case string // the case's or policy's id; empty above them
	What string // what is wrong
	Want string // what was expected; empty when What says it
}

// Error gives "file:line: case ID: what is wrong; expected what".
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Pos.File != "" {
		b.WriteString(p.Pos.String() + ": ")
	}
	if p.Case != "" {
		b.WriteString(p.Case + ": ")
	}
	b.WriteString(p.What)
	if p.Want != "" {
		b.WriteString("; expected " + p.Want)
	}
	return b.String()
}

// String gives file:line.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Problems are all the mistakes of a load, in file order.
type Problems []*Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As and errors.Is each problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// orNil is ps as an error: nil when there is none.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// reporter collects problems of one file.
type reporter struct {
	file string
	list *Problems
}

func (r reporter) add(kind ProblemKind, line int, id, what, want string, args ...any) {
	if len(args) > 0 {
		what = fmt.Sprintf(what, args...)
	}
	*r.list = append(*r.list, &Problem{Kind: kind, Pos: Position{File: r.file, Line: line}, Case: id, What: what, Want: want})
}
