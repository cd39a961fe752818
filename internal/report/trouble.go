package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// trouble is something that went wrong with the run as a whole.
type trouble struct {
	text string
	at   Place // the line that it is about; the zero value: none
}

// troubles are what went wrong with the run as a whole, so that its results are not
// all there is: no form may show a run that has some as one that passed.
func (r *Report) troubles() []trouble {
	var list []trouble
	add := func(at Place, text string) { list = append(list, trouble{block.Visible(text), at}) }
	if r.Stopped != nil {
		add(Place{}, "the run was cut short: "+r.Stopped.Reason)
	}
	for i := range r.Endpoints {
		if e := &r.Endpoints[i]; e.Trouble != "" {
			add(r.endpointPlace(e), e.Name+": "+e.Trouble)
		}
	}
	if b := r.Baseline; b != nil {
		for i, t := range b.Stale {
			at := Place{}
			if i < len(b.StaleLines) { // reports of earlier versions have none
				at = Place{b.File, b.StaleLines[i]}
			}
			add(at, t)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.AgentErrors)) {
		add(Place{}, fmt.Sprintf("%s broke: %s", name, r.AgentErrors[name]))
	}
	if n := r.Counts.Disagreements; n > 0 {
		add(Place{}, "the model and a browser disagree about "+block.Count(n, "check")+"; please report it")
	}
	if r.Counts.Decided()+r.Counts.Known == 0 {
		add(Place{}, "not one check was decided")
	}
	return list
}

// incomplete is why the findings may not be all there are.
func (r *Report) incomplete() []trouble {
	list := r.troubles()
	if r.Counts.Error > 0 {
		list = append(list, trouble{text: undone(r.Counts.Error)})
	}
	return list
}

// texts are what troubles say.
func texts(list []trouble) []string {
	var lines []string
	for _, t := range list {
		lines = append(lines, t.text)
	}
	return lines
}

// endpointPlace is the line of the project's file that has an endpoint; the zero value: none is known.
func (r *Report) endpointPlace(e *Endpoint) Place {
	if r.PolicyFile == "" || e.Line == 0 {
		return Place{}
	}
	return Place{r.PolicyFile, e.Line}
}

// places are where a finding is shown: where somebody said, at the lines of the endpoints that
// show it, or at the beginning of the file that states the policy. Nil: no file is known.
func (r *Report) places(f *Finding, o Options) []Place {
	if o.At.File != "" {
		return []Place{o.at()}
	}
	var list []Place
	for i := range r.Endpoints {
		if at := r.endpointPlace(&r.Endpoints[i]); at.File != "" && f.at(r.Endpoints[i].Name) {
			list = append(list, at)
		}
	}
	if len(list) == 0 && r.PolicyFile != "" {
		list = []Place{{r.PolicyFile, 1}}
	}
	return list
}

// shownAt is the first of them; the zero value: no file is known.
func (r *Report) shownAt(f *Finding, o Options) Place {
	if list := r.places(f, o); len(list) > 0 {
		return list[0]
	}
	return Place{}
}

// troublePlace is where a trouble is shown: at the line that it is about, or where findings are.
func (r *Report) troublePlace(t trouble, o Options) Place {
	if t.at.File != "" {
		return t.at
	}
	return r.shownAt(&Finding{}, o)
}

// state is what a run came to, in two words at most, for a badge; as is its kind.
func (r *Report) state() (text string, as agent.Verdict) {
	c := &r.Counts
	switch breaking := len(r.Breaking()); {
	case breaking > 0:
		return fmt.Sprintf("%d wrong", breaking), agent.VerdictFail
	case len(r.troubles()) > 0 || c.Error > 0:
		return "not decided", agent.VerdictError
	case c.Warn > 0:
		return "passing, " + block.Count(c.Warn, "warning"), agent.VerdictPass
	}
	return "passing", agent.VerdictPass
}

// lines are a finding as lines of text, without colour: what is wrong, what was
// received (-) and wanted (+), and what to do.
func (r *Report) lines(f *Finding) []string {
	return (&block.Style{Policies: r.manyPolicies()}).Lines(&f.Finding, r.setting(f))
}

// sum are the results by verdict, as the last line of the page has them.
func (r *Report) sum() string { return (&Printer{}).summary(r) }
