package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// check is one check of the table: a case under a policy.
type check struct{ Case, Policy string }

func (c check) String() string { return c.Case + "/" + c.Policy }

// document is a FINDINGS.md.
type document struct {
	path     string
	preamble []string // the lines before the first section
	sections []*section
}

// section is what is below one heading: "## CAUSE", "### SECTION" below that of a cause,
// "## SECTION" elsewhere.
type section struct {
	// cause is the id of the cause whose heading it is; empty for a section that somebody wrote.
	cause string
	below bool   // it stands below the heading of a cause
	title string // without what the tool wrote behind it
	count string // what the tool wrote: "1 low, 3 must"; empty for none
	line  int    // of the heading, from 1
	body  []string
	// checks are those that it explains; nil for a section that is prose.
	checks []check
	// from and to are where the paragraph of the checks is in body.
	from, to int
}

// syntaxError is a place in a FINDINGS.md that cannot be read.
type syntaxError struct {
	path string
	line int
	text string
}

func (e *syntaxError) Error() string {
	return fmt.Sprintf("reading findings: %s:%d: %s", e.path, e.line, e.text)
}

const (
	headingMark = "## "
	belowMark   = "### "
	alsoMark    = "Also:"
	checksMark  = "Checks:"
	width       = 120 // columns of a line of checks
)

var counted = regexp.MustCompile(`^(.*) \((\d+ [a-z]+(?:, \d+ [a-z]+)*)\)$`)

var causeHeading = regexp.MustCompile("^(.*) \\(`([a-z0-9-]+)`: (\\d+ [a-z]+(?:, \\d+ [a-z]+)*)\\)$")

// parse reads a document. What is in a fenced block is not a heading.
func parse(path, text string) (*document, error) {
	d := &document{path: path}
	fenced, below := false, false
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		switch {
		case !fenced && strings.HasPrefix(line, headingMark):
			s := newSection(strings.TrimPrefix(line, headingMark), i+1)
			below = s.cause != ""
			d.sections = append(d.sections, s)
		case !fenced && below && strings.HasPrefix(line, belowMark):
			s := newSection(strings.TrimPrefix(line, belowMark), i+1)
			s.below = true
			d.sections = append(d.sections, s)
		case len(d.sections) == 0:
			d.preamble = append(d.preamble, line)
		default:
			s := d.sections[len(d.sections)-1]
			s.body = append(s.body, line)
		}
	}
	return d, d.read()
}

// read reads what stands below the headings.
func (d *document) read() error {
	if at := paragraph(d.preamble, checksMark); at >= 0 {
		return &syntaxError{d.path, at + 1, "checks before the first section; expected them below a heading"}
	}
	for _, s := range d.sections {
		if err := s.read(d.path); err != nil {
			return err
		}
	}
	return nil
}

func (s *section) read(path string) error {
	switch {
	case s.cause != "" && s.below:
		return &syntaxError{path, s.line, "the heading of a cause below that of another; expected " + headingMark + "before it"}
	case s.cause == "":
		return s.readChecks(path)
	}
	text := strings.TrimSpace(strings.Join(s.body, "\n"))
	if text != "" && (!strings.HasPrefix(text, alsoMark) || strings.Contains(text, "\n\n")) {
		return &syntaxError{path, s.line, "text below the heading of a cause; expected sections, which begin with " + belowMark + "TITLE"}
	}
	return nil
}

func newSection(heading string, line int) *section {
	if m := causeHeading.FindStringSubmatch(heading); m != nil {
		return &section{title: m[1], cause: m[2], count: m[3], line: line}
	}
	s := &section{title: heading, line: line}
	if m := counted.FindStringSubmatch(heading); m != nil {
		s.title, s.count = m[1], m[2]
	}
	return s
}

// paragraph is the index of the first line outside of fenced blocks that begins with
// mark, -1 for none.
func paragraph(lines []string, mark string) int {
	fenced := false
	for i, line := range lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && strings.HasPrefix(line, mark) {
			return i
		}
	}
	return -1
}

// end is the index behind the paragraph that begins at from.
func end(lines []string, from int) int {
	for i := from; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) == "" {
			return i
		}
	}
	return len(lines)
}

var (
	item  = regexp.MustCompile("^`([a-z0-9-]+)` \\(([a-z0-9-]+(?:, [a-z0-9-]+)*)\\)(?:, |\\.?$)")
	shape = "expected `case` (policy, policy), `case` (policy)"
)

func (s *section) readChecks(path string) error {
	s.from = paragraph(s.body, checksMark)
	if s.from < 0 {
		return nil
	}
	s.to = end(s.body, s.from)
	at := s.line + 1 + s.from
	if again := paragraph(s.body[s.to:], checksMark); again >= 0 {
		return &syntaxError{path, s.line + 1 + s.to + again, "a second list of checks in one section; expected one"}
	}
	rest := strings.TrimSpace(strings.TrimPrefix(strings.Join(s.body[s.from:s.to], " "), checksMark))
	if rest == "" {
		return &syntaxError{path, at, "no checks; " + shape}
	}
	for rest != "" {
		m := item.FindStringSubmatch(rest)
		if m == nil {
			return &syntaxError{path, at, fmt.Sprintf("in the checks, at %q: %s", rest, shape)}
		}
		for _, policy := range strings.Split(m[2], ", ") {
			s.checks = append(s.checks, check{m[1], policy})
		}
		rest = rest[len(m[0]):]
	}
	return nil
}

// setChecks replaces the list; there must be at least one check.
func (s *section) setChecks(checks []check) {
	s.checks = slices.SortedFunc(slices.Values(checks), func(a, b check) int { return strings.Compare(a.String(), b.String()) })
	lines := wrap(checksMark+" "+list(s.checks), width)
	s.body = slices.Concat(s.body[:s.from], lines, s.body[s.to:])
	s.to = s.from + len(lines)
}

// list is the text of checks, policies of one case together.
func list(checks []check) string {
	var items []string
	for i := 0; i < len(checks); {
		var policies []string
		id := checks[i].Case
		for ; i < len(checks) && checks[i].Case == id; i++ {
			policies = append(policies, checks[i].Policy)
		}
		items = append(items, fmt.Sprintf("`%s` (%s)", id, strings.Join(policies, ", ")))
	}
	return strings.Join(items, ", ")
}

// wrap breaks text at blanks into lines of at most columns.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > columns {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// String is the file's text.
func (d *document) String() string {
	lines := slices.Clone(d.preamble)
	for _, s := range d.sections {
		lines = append(append(lines, s.heading()), s.body...)
	}
	return strings.Join(lines, "\n") + "\n"
}

func (s *section) heading() string {
	mark, count := headingMark, s.count
	if s.below {
		mark = belowMark
	}
	switch {
	case s.cause != "":
		count = fmt.Sprintf(" (`%s`: %s)", s.cause, s.count)
	case count != "":
		count = " (" + count + ")"
	}
	return mark + s.title + count
}
