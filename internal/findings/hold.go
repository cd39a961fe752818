package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// problem is one place where findings and result differ.
type problem struct {
	path string
	line int // 0: the file as a whole
	text string
}

func (p problem) String() string {
	if p.line == 0 {
		return p.path + ": " + p.text
	}
	return fmt.Sprintf("%s:%d: %s", p.path, p.line, p.text)
}

// holds compares a document with its row; the problems are in the file's order.
// elsewhere has, for a case, where another file explains it: the cause is often the same.
func (d *document) holds(r *row, elsewhere map[string]string) []problem {
	if r.unmeasured != "" {
		return []problem{{d.path, 0, "not measured in the committed result (" + r.unmeasured + "): nothing can be checked against it"}}
	}
	var problems []problem
	by := map[check]*section{}
	for _, s := range d.sections {
		for _, text := range s.differs(r, by) {
			problems = append(problems, problem{d.path, s.line, text})
		}
	}
	if d.disarranged(r) {
		problems = append(problems, problem{d.path, 0, "the headings of causes are not those of the result"})
	}
	for _, c := range d.unexplained(r) {
		text := fmt.Sprintf("unexplained: %s (%s) %s", c, r.stands[c], r.titles[c.Case])
		if e := elsewhere[c.Case]; e != "" {
			text += "; compare " + e
		}
		problems = append(problems, problem{d.path, 0, text})
	}
	return problems
}

// unexplained are the failing checks that are in no section.
func (d *document) unexplained(r *row) []check {
	explained := map[check]bool{}
	for _, s := range d.sections {
		for _, c := range s.checks {
			explained[c] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(r.failing), func(c check) bool { return explained[c] })
}

// differs says what is wrong in one section, and notes in by what it explains.
func (s *section) differs(r *row, by map[check]*section) (texts []string) {
	if s.checks == nil {
		return nil
	}
	kept, gone := s.split(r)
	for _, c := range kept {
		if o := by[c]; o != nil {
			texts = append(texts, fmt.Sprintf("%s is explained by %q already", c, o.title))
		}
		by[c] = s
	}
	switch {
	case len(kept) == 0:
		return append(texts, fmt.Sprintf("nothing of %q fails any more (%s): delete the section", s.title, s.why(r, gone)))
	case len(gone) > 0:
		texts = append(texts, fmt.Sprintf("%q explains what does not fail: %s", s.title, s.why(r, gone)))
	}
	if want := r.count(kept); s.count != want {
		texts = append(texts, fmt.Sprintf("the heading of %q says (%s), the result (%s)", s.title, s.count, want))
	}
	if !s.searched() {
		texts = append(texts, fmt.Sprintf("%q does not say with which words upstream was searched, and when; expected a paragraph %s", s.title, upstreamShape))
	}
	return texts
}

// split parts the checks into those that still do not pass and the others.
func (s *section) split(r *row) (kept, gone []check) {
	for _, c := range s.checks {
		if _, ok := r.stands[c]; ok {
			kept = append(kept, c)
		} else {
			gone = append(gone, c)
		}
	}
	return kept, gone
}

func (s *section) why(r *row, gone []check) string {
	parts := make([]string, len(gone))
	for i, c := range gone {
		parts[i] = c.String() + " " + r.now(c)
	}
	return strings.Join(parts, ", ")
}

const upstreamShape = "\"Upstream, searched YYYY-MM-DD for `WORDS`: FOUND\""

// upstream is how a section tells what those who keep the package know: with
// which words it was looked for, and when. Where there is nobody to ask it says so.
var upstream = regexp.MustCompile("(?m)^Upstream(, searched \\d{4}-\\d\\d-\\d\\d for `[^`]+`|: nobody keeps )")

func (s *section) searched() bool {
	return upstream.MatchString(strings.Join(s.body, "\n"))
}

// correct makes the changes that follow from the result alone, and says those
// that are more than a number in a heading.
func (d *document) correct(r *row, drop bool) (notes []string) {
	if r.unmeasured != "" {
		return nil
	}
	notes = append(d.adopt(r), d.takeOut(r, drop)...)
	for _, s := range d.sections {
		if kept, _ := s.split(r); len(kept) > 0 {
			s.count = r.count(kept)
		}
	}
	d.arrange(r)
	return notes
}

// takeOut removes checks that do not fail any more; a section of which nothing
// would be left stays as it is, so that a reader knows what it was about, or
// goes as a whole.
func (d *document) takeOut(r *row, drop bool) (notes []string) {
	d.sections = slices.DeleteFunc(d.sections, func(s *section) bool {
		if s.checks == nil {
			return false
		}
		kept, gone := s.split(r)
		switch {
		case len(kept) == 0 && drop:
			notes = append(notes, fmt.Sprintf("deleted %q: %s", s.title, s.why(r, gone)))
			return true
		case len(kept) > 0:
			s.setChecks(kept)
			if len(gone) > 0 {
				notes = append(notes, fmt.Sprintf("out of %q: %s", s.title, s.why(r, gone)))
			}
		}
		return false
	})
	return notes
}

// adopt gives a failing check that no section explains to the section that
// explains its case under other policies, where there is exactly one.
func (d *document) adopt(r *row) (notes []string) {
	by := map[string][]*section{}
	for _, s := range d.sections {
		for _, c := range s.checks {
			if !slices.Contains(by[c.Case], s) {
				by[c.Case] = append(by[c.Case], s)
			}
		}
	}
	for _, c := range d.unexplained(r) {
		if len(by[c.Case]) != 1 {
			continue
		}
		s := by[c.Case][0]
		s.setChecks(append(s.checks, c))
		notes = append(notes, fmt.Sprintf("into %q, which explains the case under other policies: %s", s.title, c))
	}
	return notes
}
