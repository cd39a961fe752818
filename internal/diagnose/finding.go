package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

// Finding is one cause on one target, with its evidence.
type Finding struct {
	// ID is stable: the cause's, or the case's where no cause is known.
	ID string `json:"id"`
	// Cause is an id of cases.Causes; empty where none is known, and one case's
	// failure is reported alone.
	Cause  string       `json:"cause,omitempty"`
	Title  string       `json:"title"`
	Effect agent.Effect `json:"effect"` // the gravest
	// Severity is the greatest of the symptoms'; nil for none.
	Severity *cases.Severity `json:"severity"`
	Level    cases.Level     `json:"level"` // the strictest of the cases'
	Side     cases.Side      `json:"side,omitempty"`
	// Browser are the browsers that saw it; Sendable says that one can send such a request.
	// Where some of what it explains fails, what only warns does not count.
	Browser  []string `json:"browser"`
	Sendable bool     `json:"sendable"`
	// Policies are those under which it was seen, on a target with several.
	Policies []string `json:"policies,omitempty"`
	Affects  string   `json:"affects,omitempty"` // which requests
	// Odd says why no browser sends these requests; nil where one can.
	Odd []string `json:"odd,omitempty"`
	// Received are the lines of an answer that decided, Wanted those in their place.
	Received []string `json:"received,omitempty"`
	Wanted   []string `json:"wanted,omitempty"`
	Says     string   `json:"says,omitempty"`  // what Chrome prints
	Layer    string   `json:"layer,omitempty"` // who answered, where the evidence shows it
	Why      string   `json:"why,omitempty"`
	Fix      string   `json:"fix,omitempty"`
	Docs     string   `json:"docs,omitempty"` // the address of the page about the cause
	// Explains are the ids of the checks.
	Explains []string `json:"explains"`
	// Plain tells that a plain exchange shows it: what the typical script does.
	Plain bool `json:"plain,omitempty"`
	// LocksOut tells that pages that the policy allows are locked out by it, and that a plain exchange shows
	// that, where Effect is graver.
	LocksOut bool `json:"locks_out,omitempty"`
}

// Breaks tells whether a finding makes a target fail: it breaks a must, or has a severity.
func (f *Finding) Breaks() bool { return f.Level == cases.Must || f.Severity != nil }

// finding is a diagnosis in words.
func (g *Diagnosis) finding(plain map[string]bool) Finding {
	e := &g.Symptoms[0]
	for i := range g.Symptoms { // a plain exchange shows it best
		if plain[g.Symptoms[i].Check.ID] {
			e = &g.Symptoms[i]
			break
		}
	}
	f := Finding{
		ID: e.Check.Case.ID, Title: "Does not hold: " + e.Check.Case.Title, Level: cases.Practice, Browser: []string{}, Explains: g.Checks,
		Affects: affected(g.like(e)), Says: says(&e.Symptom), Why: e.Check.Case.Why, Fix: e.Check.Case.Fix, Plain: plain[e.Check.ID],
		Effect: effect(g.Symptoms), Layer: layer(e),
	}
	if c := g.Cause; c != nil {
		f.ID, f.Cause, f.Title, f.Side, f.Why, f.Fix, f.Docs = c.ID, c.ID, c.Title, c.Side, c.Why, c.Do, c.Page()
	}
	f.Received, f.Wanted = diff(e, f.Cause)
	fails := slices.ContainsFunc(g.Symptoms, func(e Explained) bool { return !e.Warns })
	for i := range g.Symptoms {
		e := &g.Symptoms[i]
		f.take(e)
		if !e.Warns || !fails {
			f.seen(e)
			f.LocksOut = f.LocksOut || f.Effect != agent.EffectLockedOut && e.Effect == agent.EffectLockedOut && e.Sendable && plain[e.Check.ID]
		}
	}
	slices.Sort(f.Policies)
	if !f.Sendable && len(f.Browser) == 0 {
		f.Odd = odd(g.Symptoms)
	}
	return f
}

// like are the symptoms that the lines of one are true of as well: of another effect only those whose answers are
// shared where its is, and are not where it is not.
func (g *Diagnosis) like(e *Explained) []Explained {
	return slices.DeleteFunc(slices.Clone(g.Symptoms), func(s Explained) bool {
		return s.Effect != e.Effect && first(s.facts["shared"]) != first(e.facts["shared"])
	})
}

func (f *Finding) take(e *Explained) {
	if !slices.Contains(f.Policies, e.Check.Policy.Name) {
		f.Policies = append(f.Policies, e.Check.Policy.Name)
	}
	if l := e.Check.Case.Level; levelRank[l] > levelRank[f.Level] && (l != cases.Must || !e.Warns) {
		f.Level = l
	}
	if s := Severity(&e.Symptom, e.Check); severityRank[s] > 0 && (f.Severity == nil || severityRank[s] > severityRank[*f.Severity]) {
		f.Severity = &s
	}
}

func (f *Finding) seen(e *Explained) {
	f.Sendable = f.Sendable || e.Sendable
	if e.By != "" && e.By != agent.NameWire && e.By != agent.NameModel && !slices.Contains(f.Browser, e.By) {
		f.Browser = append(f.Browser, e.By)
	}
}

var levelRank = map[cases.Level]int{cases.Info: 0, cases.Practice: 1, cases.Should: 2, cases.Must: 3}

// effect is the gravest of the symptoms', those that a browser can show before the others.
func effect(list []Explained) agent.Effect {
	var sent, all []agent.Effect
	for i := range list {
		all = append(all, list[i].Effect)
		if list[i].Sendable {
			sent = append(sent, list[i].Effect)
		}
	}
	if len(sent) > 0 {
		return agent.Gravest(sent...)
	}
	return agent.Gravest(all...)
}

// layer says who answered in place of the application, where the answer names somebody.
func layer(e *Explained) string {
	names := e.facts["server"]
	if len(names) == 0 || e.Effect != agent.EffectLockedOut {
		return ""
	}
	line, _, _ := strings.Cut(e.Seen.Server, "\n")
	return fmt.Sprintf("the answer names %s (%s)", strings.Join(names, ", "), agent.Show(line))
}

// Findings are the diagnoses in words: what a plain exchange shows comes first, then what
// is gravest, then what explains most. plain are the checks of plain exchanges.
func Findings(all []Evidence, causes []cases.Cause, plain map[string]bool) []Finding {
	var list []Finding
	for _, g := range Find(all, causes) {
		list = append(list, g.finding(plain))
	}
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(Order(&a), Order(&b)), cmp.Compare(len(b.Explains), len(a.Explains)))
	})
	return list
}

// Order is where a finding belongs: the less the sooner.
func Order(f *Finding) int {
	switch {
	case f.Plain && f.Breaks():
		return 0
	case f.Severity != nil:
		return 5 - severityRank[*f.Severity]
	case f.Level == cases.Must && (f.Sendable || len(f.Browser) > 0):
		return 5
	case f.Level == cases.Must:
		return 6
	}
	return 7 + levelRank[cases.Must] - levelRank[f.Level]
}
