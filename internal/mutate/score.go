package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// score adds up what became of the mutants.
type score struct {
	w         io.Writer
	of        int // how many there are in all
	dead      map[string]int
	alive     map[string]int
	invalid   int
	survivors []string
}

func (s *score) add(c *candidate, got outcome) {
	if s.dead == nil {
		s.dead, s.alive = map[string]int{}, map[string]int{}
	}
	switch got {
	case invalid:
		s.invalid++
		return
	case survived:
		s.alive[c.target.dir]++
		s.survivors = append(s.survivors, c.String())
	default:
		s.dead[c.target.dir]++
	}
	fmt.Fprintf(s.w, "%4d  %-14s  %s\n", s.counted(), got, c.String())
}

// counted is the number of mutants that the score is of.
func (s *score) counted() int { return sum(s.dead) + sum(s.alive) }

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

func (s *score) print() {
	fmt.Fprintf(s.w, "\n%-26s %7s %9s %6s\n", "package", "killed", "survived", "score")
	dirs := slices.Sorted(maps.Keys(s.dead))
	for d := range s.alive {
		if !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	for _, d := range dirs {
		s.row(d, s.dead[d], s.alive[d])
	}
	s.row("together", sum(s.dead), sum(s.alive))
	fmt.Fprintf(s.w, "\nof %d mutants; %d others did not build\n", s.of, s.invalid)
	for _, m := range s.survivors {
		fmt.Fprintf(s.w, "survived  %s\n", m)
	}
}

func (s *score) row(name string, dead, alive int) {
	if dead+alive > 0 {
		fmt.Fprintf(s.w, "%-26s %7d %9d %5.0f%%\n", name, dead, alive, 100*float64(dead)/float64(dead+alive))
	}
}
