package diagnose

import (
	"cmp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Evidence is what one check showed.
type Evidence struct {
	Check *cases.Check
	// Symptoms are those of the agents that found it wrong; none: it passed, or says nothing.
	Symptoms []agent.Symptom
	// Seen are all its exchanges.
	Seen []agent.Seen
	// Warns: what it shows breaks no must.
	Warns bool
}

// Diagnosis is what explains the symptoms of a target.
type Diagnosis struct {
	Cause *cases.Cause // nil: no cause is known, and one check's symptoms stand by themselves
	// Symptoms are those that it explains, the plainest first.
	Symptoms []Explained
	// Checks are the ids of the checks that it explains, or one of whose symptoms it does.
	Checks []string
}

// Explained is a symptom with the check that has it.
type Explained struct {
	agent.Symptom
	Check *cases.Check
	Warns bool
	facts cases.Facts
	index int // of the evidence
	// behind is the URL, where the check's redirect leads there.
	behind string
}

type diagnosis struct {
	causes    []cause
	exchanges []*exchange
	spreads   map[crowd]spread
	holds     map[holding]bool
	granted   map[*cases.Policy]map[string]bool // parameters that some preflight was granted
	headed    map[*cases.Policy]map[string]bool // methods of preflights that were granted request headers
	direct    map[asked]bool                    // whether it was shared without a cache
	urls      map[string]bool                   // URLs for which some preflight was
	statuses  map[answered]bool                 // statuses with which an answer was shared
	refused   map[answered]bool                 // statuses of preflights that a browser sends and that failed; true: of a stated origin
}

// answered are the answers of a status from a URL.
type answered struct {
	policy *cases.Policy
	url    string
	status int
}

// Find gives the fewest causes that explain the symptoms of all evidence.
func Find(all []Evidence, causes []cases.Cause) []Diagnosis {
	if !slices.ContainsFunc(all, func(e Evidence) bool { return len(e.Symptoms) > 0 }) {
		return nil
	}
	d := &diagnosis{causes: compiled(causes), spreads: map[crowd]spread{}, holds: map[holding]bool{}, granted: map[*cases.Policy]map[string]bool{}, headed: map[*cases.Policy]map[string]bool{}, urls: map[string]bool{}, direct: map[asked]bool{}, statuses: map[answered]bool{}, refused: map[answered]bool{}}
	d.look(all)
	d.refusals(all)
	var symptoms []*Explained
	for i := range all {
		for _, s := range all[i].Symptoms {
			e := &Explained{Symptom: s, Check: all[i].Check, Warns: all[i].Warns, index: i}
			e.facts, e.behind = d.facts(e), behind(all[i].Seen, &s.Seen)
			symptoms = append(symptoms, e)
		}
	}
	return d.cover(symptoms)
}

// behind is the URL of an exchange to which another of its check redirects; empty for none.
func behind(list []agent.Seen, x *agent.Seen) string {
	for i := range list {
		s := &list[i]
		if !spec.RedirectStatus(s.Status) || s.Location == "" || s.URL == x.URL {
			continue
		}
		_, to, err := resolved(s.URL, s.Location)
		if err != nil {
			continue
		}
		bare, _, _ := strings.Cut(to.String(), "?")
		if bare, _, _ = strings.Cut(bare, "#"); bare == x.URL {
			return bare
		}
	}
	return ""
}

// cause is one whose facts are ready to be compared.
type cause struct {
	*cases.Cause
	when, needs, unless, never []matcher
}

type matcher func(cases.Facts) bool

func compiled(causes []cases.Cause) []cause {
	ready := func(list []cases.Match) (ms []matcher) {
		for i := range list {
			ms = append(ms, list[i].Holds())
		}
		return ms
	}
	list := make([]cause, len(causes))
	for i := range causes {
		c := &causes[i]
		list[i] = cause{c, ready(c.When), ready(c.Needs), ready(c.Unless), ready(c.Never)}
	}
	return list
}

// asked is who asked for what under a policy.
type asked struct {
	policy         *cases.Policy
	origin, method string
}

// look takes the exchanges of all evidence, each that is different once.
func (d *diagnosis) look(all []Evidence) {
	type under struct {
		policy *cases.Policy
		via    string
		agent.Seen
	}
	known := map[under]bool{}
	for i := range all {
		c := all[i].Check
		for _, s := range all[i].Seen {
			if key := (under{c.Policy, c.Case.Via, s}); !known[key] {
				known[key] = true
				d.add(newExchange(s, c))
			}
		}
	}
}

// refusals takes the statuses of the preflights that failed.
func (d *diagnosis) refusals(all []Evidence) {
	for i := range all {
		for _, s := range all[i].Symptoms {
			if !s.Sendable || !s.Seen.Preflight || s.Seen.Status < 300 {
				continue
			}
			x := newExchange(s.Seen, all[i].Check)
			key := answered{x.policy, x.URL, x.Status}
			d.refused[key] = d.refused[key] || slices.Contains(x.facts["asker"], "stated")
		}
	}
}

// asAll tells whether a preflight that no browser sends is answered as those are that browsers
// send, none of which is granted: what is odd in it is not the reason.
func (d *diagnosis) asAll(x *exchange) bool {
	return x.Preflight && !d.urls[x.URL] && d.refused[answered{x.policy, x.URL, x.Status}]
}

// otherwise tells whether the status of an answer is had by others of its kind too: shared answers, and
// preflights that a browser sends.
func (d *diagnosis) otherwise(x *exchange) bool {
	key := answered{x.policy, x.URL, x.Status}
	if x.Preflight {
		_, refused := d.refused[key]
		return refused
	}
	return d.statuses[key]
}

func (d *diagnosis) add(x *exchange) {
	d.exchanges = append(d.exchanges, x)
	if key := (asked{x.policy, x.Origin, x.Method}); x.via == "" && !x.Preflight {
		shared := x.shared()
		d.direct[key] = d.direct[key] || shared
		key.method = ""
		d.direct[key] = d.direct[key] || shared
	}
	if !x.Preflight && x.shared() {
		d.statuses[answered{x.policy, x.URL, x.Status}] = true
	}
	if !x.Preflight || !x.granted() {
		return
	}
	if d.granted[x.policy] == nil {
		d.granted[x.policy] = map[string]bool{}
	}
	d.granted[x.policy][x.Method] = true
	d.urls[x.URL] = true
	for _, n := range x.names() {
		d.granted[x.policy][n] = true
		if d.headed[x.policy] == nil {
			d.headed[x.policy] = map[string]bool{}
		}
		d.headed[x.policy][x.Method] = true
	}
}

// facts are those of a symptom and of the exchange that shows it.
func (d *diagnosis) facts(e *Explained) cases.Facts {
	s := &e.Symptom
	x := newExchange(s.Seen, e.Check)
	if x.via != "" && x.Status != 0 && d.wrongAnyway(x) {
		x.via = "" // it is not right without the cache either
		x.facts["at"] = x.at()
	}
	f := x.facts
	f["effect"] = []string{string(s.Effect)}
	f["reason"] = []string{cmp.Or(agent.OfExchange(s.Reason), "none")}
	f["sendable"] = yes(s.Sendable || d.asAll(x))
	f["excess"] = yes(s.Seen.Excess)
	f["error"] = []string{s.Seen.Error}
	if !s.Silent { // where no answer came nothing is known of what was looked for in it
		f["predicate"] = []string{s.Predicate}
		f["case"], f["group"] = []string{e.Check.Case.ID}, []string{e.Check.Case.Group}
	}
	f["credentials"] = yes(s.Asked.Credentials || s.Seen.Credentials)
	f["parameter"] = []string{strings.ToLower(s.Asked.Parameter)}
	if s.Asked.Parameter != "" {
		f["parameter_elsewhere"] = []string{"never"}
		if d.granted[x.policy][s.Asked.Parameter] {
			f["parameter_elsewhere"] = []string{"granted"}
		}
	}
	if field := fieldOf(s); field != "" {
		f["field"], f["form"] = []string{field}, form(field, s, x.policy)
	}
	if resemblesListed(x) {
		f["policy_origins"] = []string{"list"}
	}
	if s.Effect == agent.EffectLetIn {
		if f["grants"] = grants(s, x); f["grants"] == nil { // nothing beyond what the policy allows
			s.Effect = agent.EffectMalformed
			f["effect"] = []string{string(s.Effect)}
		}
	}
	f["names_elsewhere"] = d.namesElsewhere(x)
	f["headers_by_method"] = yes(x.Preflight && len(x.names()) > 0 && len(d.headed[x.policy]) > 0 && !d.headed[x.policy][x.Method])
	f["others_granted"] = yes(d.urls[x.URL])
	f["odd_alone"] = yes(!s.Sendable && d.otherwise(x))
	// An answer that takes too long may lack the header for a good reason: the names that are asked for are odd.
	f["lost"] = yes(s.Effect != agent.EffectUnavailable && x.AllowOrigin.N == 0 && x.Status != 0 && (slices.Contains(f["asker"], "stated") || x.NoOrigin && x.policy.AnyOrigin() && !x.policy.Credentials))
	f["only"] = d.only(x, right(s))
	return f
}

// resemblesListed tells whether a foreign origin is like one that a policy lists, and like none that its
// patterns or expressions let in.
func resemblesListed(x *exchange) bool {
	p := x.policy
	if x.NoOrigin || len(p.OriginPatterns)+len(p.OriginRegexes) == 0 || !slices.Contains(x.facts["asker"], "foreign") || slices.Contains(x.facts["asker"], "several") {
		return false
	}
	like := func(o string) bool { return resembles(x.Origin, o) != "" }
	patterns := *p
	patterns.Origins = nil
	return slices.ContainsFunc(p.Origins, like) && !slices.ContainsFunc(known(&patterns), like)
}

// wrongAnyway tells whether who asked through a cache cannot read the answer without one
// either.
func (d *diagnosis) wrongAnyway(x *exchange) bool {
	if shared, tried := d.direct[asked{x.policy, x.Origin, x.Method}]; tried {
		return !shared
	}
	shared, tried := d.direct[asked{x.policy, x.Origin, ""}]
	return tried && !shared
}

// namesElsewhere tells whether each name that a preflight asked for was granted by some preflight.
func (d *diagnosis) namesElsewhere(x *exchange) []string {
	names := x.names()
	switch {
	case !x.Preflight || len(names) == 0:
		return nil
	case slices.ContainsFunc(names, func(n string) bool { return !d.granted[x.policy][n] }):
		return []string{"never"}
	}
	return []string{"granted"}
}

// reasonFields are the fields that the failing checks of a browser read.
var reasonFields = map[string]string{
	"MissingAllowOriginHeader": "access-control-allow-origin", "AllowOriginMismatch": "access-control-allow-origin",
	"InvalidAllowOriginValue": "access-control-allow-origin", "MultipleAllowOriginValues": "access-control-allow-origin",
	"WildcardOriginNotAllowed": "access-control-allow-origin", "InvalidAllowCredentials": "access-control-allow-credentials",
	"MethodDisallowedByPreflightResponse": "access-control-allow-methods", "InvalidAllowMethodsPreflightResponse": "access-control-allow-methods",
	"HeaderDisallowedByPreflightResponse": "access-control-allow-headers", "InvalidAllowHeadersPreflightResponse": "access-control-allow-headers",
}

// fieldOf is the response header that a symptom is about.
func fieldOf(s *agent.Symptom) string {
	if s.Effect == agent.EffectLockedOut {
		if f := reasonFields[agent.OfExchange(s.Reason)]; f != "" {
			return f
		}
	}
	return strings.ToLower(s.Field)
}

// candidates are the indexes of the causes that would explain a symptom, none below one that is
// certain.
func (d *diagnosis) candidates(e *Explained) []int {
	var list []int
	for i := range d.causes {
		c := &d.causes[i]
		if slices.ContainsFunc(c.when, func(holds matcher) bool { return holds(e.facts) }) && d.possible(i, e.Check.Policy) {
			list = append(list, i)
			if c.Certain {
				return list
			}
		}
	}
	return list
}

// holding is a cause that what was seen allows, under a policy.
type holding struct {
	policy *cases.Policy
	cause  int
}

// possible tells whether what was seen has all that a cause needs, and nothing that it
// excludes: under the policy, or anywhere.
func (d *diagnosis) possible(cause int, p *cases.Policy) bool {
	key := holding{p, cause}
	if ok, known := d.holds[key]; known {
		return ok
	}
	c := &d.causes[cause]
	ok := !slices.ContainsFunc(c.needs, func(m matcher) bool { return !d.seen(m, nil) }) &&
		!slices.ContainsFunc(c.unless, func(m matcher) bool { return d.seen(m, p) }) &&
		!slices.ContainsFunc(c.never, func(m matcher) bool { return d.seen(m, nil) })
	d.holds[key] = ok
	return ok
}

// seen tells whether an exchange matches, under a policy if one is given.
func (d *diagnosis) seen(holds matcher, p *cases.Policy) bool {
	return slices.ContainsFunc(d.exchanges, func(x *exchange) bool { return (p == nil || x.policy == p) && holds(x.facts) })
}

// cover chooses causes, again and again the one that explains most of what is not
// yet explained, and of those the first.
func (d *diagnosis) cover(symptoms []*Explained) []Diagnosis {
	byCause := map[int][]*Explained{}
	var alone []*Explained
	for _, e := range symptoms {
		list := d.candidates(e)
		if len(list) == 0 {
			alone = append(alone, e)
		}
		for _, c := range list {
			byCause[c] = append(byCause[c], e)
		}
	}
	explained := map[*Explained]bool{}
	var found []Diagnosis
	for _, fallback := range []bool{false, true} {
		found = append(found, d.choose(byCause, explained, fallback)...)
	}
	for _, group := range byCheck(alone) {
		if !follows(found, group) {
			found = append(found, conclude(nil, group))
		}
	}
	return found
}

// follows tells whether another symptom of the same check is explained: then these follow
// from it.
func follows(found []Diagnosis, group []*Explained) bool {
	if len(found) > 0 && !slices.ContainsFunc(group, func(e *Explained) bool { return e.Predicate != "sent" }) {
		return true // what was sent follows from what was answered before
	}
	return slices.ContainsFunc(found, func(g Diagnosis) bool { return g.Cause != nil && slices.Contains(g.Checks, group[0].Check.ID) })
}

// choose takes causes until none explains more: the fallbacks, or the others.
func (d *diagnosis) choose(byCause map[int][]*Explained, explained map[*Explained]bool, fallback bool) (found []Diagnosis) {
	for {
		best, most := -1, 0
		for c := range d.causes {
			if d.causes[c].Fallback != fallback {
				continue
			}
			if n := weigh(byCause[c], explained); n > most {
				best, most = c, n
			}
		}
		if best < 0 {
			return found
		}
		var mine []*Explained
		for _, e := range byCause[best] {
			if !explained[e] {
				explained[e] = true
				mine = append(mine, e)
			}
		}
		found = append(found, conclude(d.causes[best].Cause, mine))
	}
}

// weigh counts what a cause would explain; what breaks a must, and can be sent by
// a browser, counts more than what does not.
func weigh(list []*Explained, explained map[*Explained]bool) int {
	n := 0
	for _, e := range list {
		switch {
		case explained[e]:
		case slices.Contains(e.facts["at"], "cache"):
			n++ // what a cache makes of it says little of why
		case e.Warns:
			n += 1000
		case !e.Sendable:
			n += 2000
		default:
			n += 4000
		}
	}
	return n
}

func byCheck(list []*Explained) (groups [][]*Explained) {
	at := map[string]int{}
	for _, e := range list {
		i, ok := at[e.Check.ID]
		if !ok {
			i = len(groups)
			at[e.Check.ID] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

func conclude(c *cases.Cause, list []*Explained) Diagnosis {
	g := Diagnosis{Cause: c}
	slices.SortStableFunc(list, func(a, b *Explained) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.index, b.index))
	})
	for _, e := range list {
		g.Symptoms = append(g.Symptoms, *e)
		if !slices.Contains(g.Checks, e.Check.ID) {
			g.Checks = append(g.Checks, e.Check.ID)
		}
	}
	return g
}

// rank puts what is plain before what is odd.
func rank(e *Explained) int {
	n := len(e.Check.Steps)
	if !e.Sendable {
		n += 100
	}
	if e.Warns {
		n += 50
	}
	if e.Seen.Status == 0 {
		n += 10
	}
	if g := first(e.facts["grants"]); (g == "method" || g == "header") && !e.Seen.Preflight {
		n += 5 // the lines that granted it are those of the preflight before
	}
	return n
}
