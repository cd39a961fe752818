package matrix

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
)

// Ranks give each framework its place by a question, or by all of them together under
// "all": the fewer causes, the sooner, and first the fewer with a severity. Those that are equal have the same place.
//
// Nobody comes first because little of it was measured: a row with less than half of the
// table stands behind all others however few causes it has, and then one that was not measured.
// Where the answer is in words, having no way to ask is no merit either: it stands
// behind those that were asked and did well, and before those that did not.
func (m *Matrix) Ranks() []map[Question]int {
	ranks := make([]map[Question]int, len(m.Frameworks))
	for i := range ranks {
		ranks[i] = map[Question]int{}
	}
	for _, q := range append([]Question{all}, ids()...) {
		keys := make([][]int, len(m.Frameworks))
		for i := range m.Frameworks {
			keys[i] = m.key(&m.Frameworks[i], q)
		}
		order := slices.SortedFunc(slices.Values(keys), slices.Compare)
		order = slices.CompactFunc(order, slices.Equal)
		for i, k := range keys {
			ranks[i][q], _ = slices.BinarySearchFunc(order, k, slices.Compare)
		}
	}
	return ranks
}

// all stands for every question.
const all Question = "all"

func ids() (list []Question) {
	for _, q := range Questions {
		list = append(list, q.ID)
	}
	return list
}

// key is what a row is ordered by; the least first.
func (m *Matrix) key(f *Framework, q Question) []int {
	if f.State != Measured {
		return []int{2}
	}
	s := m.Score(f)
	little := 0
	if f.Findings == nil || s.Share() < half {
		little = 1
	}
	tallies := m.Tallies(f)
	t := tallies[q]
	words := 0
	switch q {
	case Any:
		words = wordRank(anyOrder, f.AnyCredentials)
		t.Lesser += t.Asked
	case Default:
		words = wordRank(defaultOrder, f.Default)
	case all:
		for _, o := range tallies {
			t.Severe, t.Causes, t.Lesser = t.Severe+o.Severe, t.Causes+o.Causes, t.Lesser+o.Lesser
		}
	}
	// Of equal ones, that of which more was measured.
	return []int{little, words, t.Severe, t.Causes, t.Lesser, 100 - s.Share()}
}

var (
	anyOrder     = []Grant{Refused, Nobody, WithoutAny, Unsayable, AsTheUser}
	defaultOrder = []Grant{Nobody, Refused, Unsayable, WithoutAny, AsTheUser}
)

// wordRank puts what is not known last.
func wordRank(order []Grant, g Grant) int {
	if i := slices.Index(order, g); i >= 0 {
		return i
	}
	return len(order)
}

var distribution = regexp.MustCompile(`\(([A-Z][^()]*GNU/Linux)( \d+)\)$`)

// Distribution is the release of an operating system whose package was measured, "Debian 12",
// which can be years older than what the project releases; empty for others.
func (f *Framework) Distribution() string {
	m := distribution.FindStringSubmatch(f.Version)
	if m == nil {
		return ""
	}
	return strings.TrimSuffix(m[1], " GNU/Linux") + m[2]
}

// Sorted are a framework's findings: those that get past the owner's words, of these the
// gravest, then what explains most.
func (m *Matrix) Sorted(f *Framework) []Finding {
	list := slices.Clone(f.Findings)
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(m.gravity(f, &a), m.gravity(f, &b)), cmp.Compare(b.Checks, a.Checks))
	})
	return list
}

func (m *Matrix) gravity(f *Framework, x *Finding) int {
	w := m.weigh(f, x)
	severity := w.Severity
	if w.Asked != "" {
		severity = x.Severity
	}
	n := slices.Index([]cases.Severity{cases.Critical, cases.High, cases.Medium, cases.Low}, severity)
	switch {
	case n < 0 && x.Level == cases.Must:
		n = 4
	case n < 0:
		n = 5 + slices.Index([]cases.Level{cases.Should, cases.Practice, cases.Info}, x.Level)
	}
	if w.Asked != "" {
		n += 20
	}
	return n
}
