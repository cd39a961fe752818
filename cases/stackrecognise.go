package cases

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Recognised is what one header line tells about what answered.
type Recognised struct {
	Line   string   // "Server: uvicorn", as received
	Proves Proof    // see the constants
	Stacks []string // ids; more than one are candidates, and so is one that is only proved to have a server
}

// Certain tells whether the line names one stack that made the answer itself.
func (r *Recognised) Certain() bool { return r.Proves == ProvesFramework && len(r.Stacks) == 1 }

// Recognise reads from an answer's header which stacks took part in it. It is
// nil when no line tells: then nothing is known, and nothing is guessed.
func Recognise(h spec.Header) []Recognised {
	var out []Recognised
	for _, f := range h {
		for _, proof := range proofs {
			r := Recognised{Line: f.Name + ": " + f.Value, Proves: proof}
			for _, s := range standardStacks() {
				if s.shows(f, proof) {
					r.Stacks = append(r.Stacks, s.ID)
				}
			}
			if len(r.Stacks) > 0 && !slices.ContainsFunc(out, r.same) {
				out = append(out, r)
			}
		}
	}
	return out
}

func (r Recognised) same(o Recognised) bool { return r.Line == o.Line && r.Proves == o.Proves }

func (s *Stack) shows(f spec.Field, proof Proof) bool {
	return slices.ContainsFunc(s.Shows, func(m Mark) bool { return m.Proves == proof && m.shown(f.Name, f.Value) })
}

func (m *Mark) shown(name, value string) bool {
	return strings.EqualFold(m.Header, name) && like(strings.ToLower(m.Value), strings.ToLower(value))
}

// like matches a glob whose "*" is any text, "/" included, which path.Match
// leaves out and "Server: nginx/1.26" has.
func like(glob, s string) bool {
	first, rest, wild := strings.Cut(glob, "*")
	if !wild {
		return s == glob
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	for part, more, again := strings.Cut(rest, "*"); ; part, more, again = strings.Cut(more, "*") {
		if !again {
			return strings.HasSuffix(s, part)
		}
		_, s, ok = strings.Cut(s, part)
		if !ok {
			return false
		}
	}
}
