package matrix

import (
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/adapter"
)

// Question is what somebody asks who chooses a framework: a column.
type Question string

// The questions, each about other findings: a finding belongs to exactly one.
const (
	Denied  Question = "denied"
	Any     Question = "any"
	Default Question = "default"
	Page    Question = "page"
	Cache   Question = "cache"
	Stall   Question = "stall"
	Odd     Question = "odd"
	Rules   Question = "rules"
)

// Asked is a question in words.
type Asked struct {
	ID    Question `json:"id"`
	Short string   `json:"short"` // the heading of its column
	Text  string   `json:"text"`
	Says  string   `json:"says"` // what a cell counts, or the words that stand in it
	Words bool     `json:"words,omitempty"`
}

// Questions are the columns, in their order.
var Questions = []Asked{
	{ID: Denied, Short: "denied page reads", Text: "Can a page read that was denied?",
		Says: "Causes that let in whom a policy with named origins, or without credentials, keeps out."},
	{ID: Any, Short: "any origin with credentials", Text: "What does it make of any origin with credentials?", Words: true,
		Says: "refuses: it does not start with that. no way to say it: there is no such option. void: it answers in a way that no browser takes. reflects: every site reads as the user. \"forbidden\": its documentation says not to configure that."},
	{ID: Default, Short: "by default", Text: "Who may read when it is switched on without configuration?", Words: true,
		Says: "nobody; every site, without credentials; every site, as the user. none: it does not run without configuration."},
	{ID: Page, Short: "allowed page kept out", Text: "Does a page break that the policy allows?",
		Says: "Causes that keep out what the policy allows."},
	{ID: Cache, Short: "caches", Text: "Is it safe behind a cache?",
		Says: "Causes by which a cache gives the answer for one to another."},
	{ID: Stall, Short: "stalls or crashes", Text: "Can one request stall or crash it?",
		Says: "Causes by which a request costs too much, or gets no answer."},
	{ID: Odd, Short: "odd requests", Text: "What does it make of requests that no browser sends?",
		Says: "Causes that only show in requests made by hand."},
	{ID: Rules, Short: "other rules", Text: "Which rules does it break without consequence in a browser?",
		Says: "Causes that break a rule of HTTP or good practice, and change nothing for a page."},
}

// defaultPolicy is the one that configures nothing.
const defaultPolicy = "default"

// anyPolicy is the one that asks for any origin with credentials.
const anyPolicy = "any-creds"

// Question is the one that a finding answers.
func (m *Matrix) Question(x *Finding) Question {
	only := func(is func(string) bool) bool {
		return len(x.Policies) > 0 && !slices.ContainsFunc(x.Policies, func(p string) bool { return !is(p) })
	}
	switch {
	case x.Effect == agent.EffectUnavailable:
		return Stall
	case !x.Sendable:
		return Odd
	case only(m.unsafe):
		return Any
	case only(func(p string) bool { return p == defaultPolicy }):
		return Default
	case x.Effect == agent.EffectLetIn:
		return Denied
	case x.Effect == agent.EffectCacheUnsafe, cacheCause(x.ID):
		return Cache
	case x.Effect == agent.EffectLockedOut:
		return Page
	}
	return Rules
}

func (m *Matrix) unsafe(policy string) bool { return slices.Contains(m.Unsafe, policy) }

// cacheCause: what a cache does with such an answer is what it shows, even where that
// keeps somebody out, or nobody.
func cacheCause(id string) bool {
	return slices.Contains([]string{"vary-missing", "vary-denied", "vary-not-always", "vary-overwritten", "vary-star", "star-not-always", "cached-grant"}, id)
}

// Tally counts the causes of one question.
type Tally struct {
	// Causes break a must or have a severity, Severe of them have one; Lesser do neither.
	Causes, Severe, Lesser int
	// Of Causes, Seen were seen in a browser; Hand only by requests that no browser can send.
	Seen, Hand int
	// Asked are further ones, that the configuration asks for or the documentation forbids.
	Asked int
}

// Tallies are those of a framework, by question.
func (m *Matrix) Tallies(f *Framework) map[Question]Tally {
	all := map[Question]Tally{}
	for i := range f.Findings {
		x := &f.Findings[i]
		w := m.weigh(f, x)
		t := all[w.Question]
		t.add(w)
		all[w.Question] = t
	}
	return all
}

func (t *Tally) add(w weight) {
	switch {
	case w.Asked != "":
		t.Asked++
	case !w.Breaks:
		t.Lesser++
	default:
		t.Causes++
		if w.Severity != "" {
			t.Severe++
		}
		if w.Seen {
			t.Seen++
		}
		if !w.Sendable {
			t.Hand++
		}
	}
}

// String is a cell: "3 (1 seen) +2", "none".
func (t Tally) String() string {
	s := "none"
	if t.Causes > 0 {
		s = fmt.Sprint(t.Causes) + t.how()
	}
	if t.Lesser > 0 {
		s += fmt.Sprintf(" +%d", t.Lesser)
	}
	return s
}

func (t Tally) how() string {
	switch {
	case t.Seen == t.Causes:
		return " seen"
	case t.Seen > 0:
		return fmt.Sprintf(" (%d seen)", t.Seen)
	case t.Hand == t.Causes:
		return " by hand"
	case t.Hand > 0:
		return fmt.Sprintf(" (%d by hand)", t.Hand)
	}
	return ""
}

// Answer is the cell of a question: how many causes, or the words for it.
func (m *Matrix) Answer(f *Framework, q Question, t Tally) string {
	switch q {
	case Any:
		return m.anyWords(f)
	case Default:
		return defaultWords[f.Default] + further(f, t)
	}
	if f.Findings == nil {
		return "?"
	}
	if s := m.Score(f); t == (Tally{}) && s.Share() < half {
		return fmt.Sprintf("none in %d %%", s.Share())
	}
	return t.String()
}

// further are causes that the word for the default does not say.
func further(f *Framework, t Tally) string {
	if t.Causes == 0 || f.Default == AsTheUser {
		return ""
	}
	return " (" + t.String() + ")"
}

var anyWords = map[Grant]string{"": "?", Refused: "refuses", Unsayable: "no way to say it", Nobody: "grants nobody", WithoutAny: "void", AsTheUser: "reflects"}

var defaultWords = map[Grant]string{"": "?", Refused: "refuses", Unsayable: "none", Nobody: "nobody", WithoutAny: "every site", AsTheUser: "every site, as the user"}

func (m *Matrix) anyWords(f *Framework) string {
	words := anyWords[f.AnyCredentials]
	if f.AnyCredentials == AsTheUser && f.Forbids[anyPolicy] != "" {
		return words + ", forbidden"
	}
	return words
}

// Marks are what a reader has to know of a row before comparing it with others.
func (f *Framework) Marks() (marks []string) {
	switch f.Kind {
	case adapter.Configuration:
		marks = append(marks, "copied configuration")
	case adapter.Handwritten:
		marks = append(marks, "written by hand")
	}
	if d := f.Distribution(); d != "" {
		marks = append(marks, "version of "+d)
	}
	return marks
}
