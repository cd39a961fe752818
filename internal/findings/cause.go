package main

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/matrix"
)

// cause is one that the comparison found on a framework, with the checks that it explains.
type cause struct {
	id, title string
	breaks    bool // it has a heading whether somebody explained it or not
	checks    []check
}

// readCauses takes the causes of a framework over, in the order in which the comparison has them.
func (r *row) readCauses(m *matrix.Matrix, f *matrix.Framework) {
	if f.Findings != nil {
		r.causes = []cause{}
	}
	for _, x := range m.Sorted(f) {
		c := cause{id: x.ID, title: m.Title(&x), breaks: x.Breaks()}
		for i := range f.Results {
			if at := &f.Results[i]; slices.Contains(at.Causes, x.ID) {
				c.checks = append(c.checks, check{at.Case, at.Policy})
			}
		}
		r.causes = append(r.causes, c)
	}
}

// main is the index of the cause that explains most of some checks, -1 for none.
func (r *row) main(checks []check) int {
	best, most := -1, 0
	for i := range r.causes {
		n := 0
		for _, c := range checks {
			if slices.Contains(r.causes[i].checks, c) {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// arrange puts each section below the heading of the cause that explains most of its checks. A
// section keeps its words: only its place follows from the result. Then come the
// sections of which no cause is known, and prose.
func (d *document) arrange(r *row) {
	if r.causes == nil {
		return
	}
	below := make([][]*section, len(r.causes))
	var before, alone, prose []*section
	for _, s := range d.sections {
		at := r.main(s.checks)
		s.below = at >= 0
		switch {
		case s.cause != "": // written anew
		case at >= 0:
			below[at] = append(below[at], s)
		case s.checks != nil:
			alone = append(alone, s)
		case len(alone) == 0 && !slices.ContainsFunc(below, func(l []*section) bool { return len(l) > 0 }):
			before = append(before, s)
		default:
			prose = append(prose, s)
		}
	}
	d.sections = before
	for i, list := range below {
		if len(list) > 0 || r.causes[i].breaks {
			d.sections = append(d.sections, r.heading(&r.causes[i], list))
			d.sections = append(d.sections, list...)
		}
	}
	d.sections = append(append(d.sections, alone...), prose...)
	d.space()
}

// space leaves one blank line before each heading.
func (d *document) space() {
	for i, s := range d.sections {
		for len(s.body) > 0 && strings.TrimSpace(s.body[len(s.body)-1]) == "" {
			s.body = s.body[:len(s.body)-1]
		}
		if i < len(d.sections)-1 {
			s.body = append(s.body, "")
		}
	}
}

// heading is that of a cause. Checks of it that no section below it explains are listed
// there: somebody explained them with those of another cause, or nobody did.
func (r *row) heading(c *cause, below []*section) *section {
	s := &section{cause: c.id, title: c.title, count: r.count(c.checks), body: []string{""}}
	also := slices.DeleteFunc(slices.Clone(c.checks), func(at check) bool {
		return slices.ContainsFunc(below, func(b *section) bool { return slices.Contains(b.checks, at) })
	})
	if len(also) > 0 {
		slices.SortFunc(also, func(a, b check) int { return strings.Compare(a.String(), b.String()) })
		s.body = append(s.body, wrap(alsoMark+" "+list(also), width)...)
	}
	return s
}

// disarranged tells whether headings and places of sections are not those that follow from the result.
func (d *document) disarranged(r *row) bool {
	again, err := parse(d.path, d.String())
	if err != nil {
		return true
	}
	again.arrange(r)
	return again.String() != d.String()
}
