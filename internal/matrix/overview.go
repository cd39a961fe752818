package matrix

import "cmp"

// overview is what the page shows before anything is opened.
type overview struct {
	Groups     []groupBrief      `json:"groups"`
	Questions  []Asked           `json:"questions"`
	Titles     map[string]string `json:"titles"` // of findings
	Unsafe     []string          `json:"unsafe"`
	Frameworks []rowBrief        `json:"frameworks"`
}

// groupBrief is a group of the table, explained.
type groupBrief struct {
	Name  string `json:"name"`
	Doc   string `json:"doc"`
	Cases int    `json:"cases"`
}

// rowBrief is a framework without its results.
type rowBrief struct {
	Name      string                 `json:"name"`
	Display   string                 `json:"display"`
	Language  string                 `json:"language"`
	Kind      string                 `json:"kind"`
	Version   string                 `json:"version"`
	Package   string                 `json:"package"`
	Marks     []string               `json:"marks"`
	State     State                  `json:"state"`
	Message   string                 `json:"message,omitempty"`
	Explained string                 `json:"explained,omitempty"`
	Share     int                    `json:"share"`
	Ran       int                    `json:"ran"`
	Checks    int                    `json:"applicable"`
	Cells     map[Question]cellBrief `json:"cells"`
	Ranks     map[Question]int       `json:"ranks"`
	Findings  []findingBrief         `json:"findings"`
}

// cellBrief is an answer, with the colour that it has.
type cellBrief struct {
	Text string `json:"text"`
	Tone tone   `json:"tone"`
}

// findingBrief is a finding without its lines.
type findingBrief struct {
	ID       string   `json:"id"`
	Question Question `json:"q"`
	Tone     tone     `json:"tone"`
	Word     string   `json:"word"` // severity or level
	Seen     string   `json:"seen"`
	Browser  bool     `json:"browser,omitempty"`
	Sendable bool     `json:"sendable,omitempty"`
	Breaks   bool     `json:"breaks,omitempty"`
	Asked    string   `json:"asked,omitempty"`
	Checks   int      `json:"checks"`
}

// tone is a class of the page's style.
type tone string

const (
	toneSevere tone = "sec"
	toneFail   tone = "fail"
	toneAsked  tone = "asked"
	toneMinor  tone = "warn"
	toneGood   tone = "pass"
	toneLittle tone = "ne" // nothing found in a small part
	toneRefuse tone = "refused"
)

func (m *Matrix) overview() overview {
	o := overview{Questions: Questions, Titles: map[string]string{}, Unsafe: m.Unsafe, Groups: m.groups(), Frameworks: []rowBrief{}}
	ranks := m.Ranks()
	for i := range m.Frameworks {
		f := &m.Frameworks[i]
		for k := range f.Findings {
			o.Titles[f.Findings[k].ID] = m.Title(&f.Findings[k])
		}
		o.Frameworks = append(o.Frameworks, m.brief(f, ranks[i]))
	}
	return o
}

func (m *Matrix) groups() []groupBrief {
	n := map[string]int{}
	for _, c := range m.Cases {
		n[c.Group]++
	}
	list := []groupBrief{}
	for _, g := range m.Groups {
		list = append(list, groupBrief{g, m.GroupDocs[g], n[g]})
	}
	return list
}

func (m *Matrix) brief(f *Framework, ranks map[Question]int) rowBrief {
	s := m.Score(f)
	r := rowBrief{
		Name: f.Name, Display: f.Display, Language: f.Language, Kind: string(cmp.Or(f.Kind, "library")), Version: f.Version, Package: f.Package,
		Marks: f.Marks(), State: f.State, Message: f.Message, Explained: f.Explained, Share: s.Share(), Ran: s.Ran, Checks: s.Applicable(),
		Cells: map[Question]cellBrief{}, Ranks: ranks, Findings: []findingBrief{},
	}
	tones := map[Question]tone{}
	for _, x := range m.Sorted(f) {
		b := m.findingBrief(f, &x)
		r.Findings = append(r.Findings, b)
		tones[b.Question] = graver(tones[b.Question], b.Tone)
	}
	tallies := m.Tallies(f)
	for _, q := range Questions {
		t := tallies[q.ID]
		r.Cells[q.ID] = cellBrief{m.Answer(f, q.ID, t), m.tone(f, q.ID, tones[q.ID])}
	}
	return r
}

func (m *Matrix) findingBrief(f *Framework, x *Finding) findingBrief {
	w := m.weigh(f, x)
	b := findingBrief{
		ID: x.ID, Question: w.Question, Word: w.word(x), Seen: w.how(), Browser: w.Seen,
		Sendable: w.Sendable, Breaks: w.Breaks || w.Asked != "", Asked: w.Asked, Checks: x.Checks, Tone: toneMinor,
	}
	switch {
	case w.Asked != "":
		b.Tone = toneAsked
	case w.Severity != "":
		b.Tone = toneSevere
	case w.Breaks:
		b.Tone = toneFail
	}
	return b
}

// gravest first.
var tones = []tone{toneSevere, toneFail, toneAsked, toneMinor}

func graver(a, b tone) tone {
	for _, t := range tones {
		if a == t || b == t {
			return t
		}
	}
	return a
}

// tone is that of a cell: of its gravest finding, or of the word that stands in it.
func (m *Matrix) tone(f *Framework, q Question, gravest tone) tone {
	switch {
	case q == Any:
		return anyTones[f.AnyCredentials]
	case q == Default && gravest != toneSevere && gravest != toneFail:
		return defaultTones[f.Default]
	case gravest != "":
		return gravest
	case f.Findings == nil, m.Score(f).Share() < half:
		return toneLittle
	}
	return toneGood
}

var anyTones = map[Grant]tone{"": toneLittle, Refused: toneRefuse, Unsayable: toneLittle, Nobody: toneGood, WithoutAny: toneGood, AsTheUser: toneAsked}

var defaultTones = map[Grant]tone{"": toneLittle, Refused: toneRefuse, Unsayable: toneLittle, Nobody: toneGood, WithoutAny: toneMinor, AsTheUser: toneSevere}
