package fetch

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Judged is what an engine makes of a fetch that was made as the standard has it.
type Judged struct {
	Engine spec.Engine
	// Outcome is what comes of it; where Unknown is not empty, as far as it is known.
	Outcome spec.Outcome
	// Unknown is the request that the engine would have made and nobody did, so that what it
	// would have got is not known: "OPTIONS http://...". Empty: all is known.
	Unknown string
	// Otherwise is what the engine would have sent in another form, or not at all.
	Otherwise []string
	// Departures are those of the engine by which it comes to another end, or sends something
	// else, than the standard; several at once may be needed.
	Departures []spec.Departure
}

// Differs tells whether the engine departs from the standard here.
func (j *Judged) Differs() bool {
	return len(j.Otherwise) > 0 || len(j.Departures) > 0 || j.Unknown != ""
}

// judge lets an engine decide the fetches of one browser, in order.
func judge(list []taken, engine spec.Engine) []Judged {
	out := replay(list, spec.Options{Engine: engine})
	if engine == spec.EngineFetch {
		return out
	}
	standard := replay(list, spec.Options{})
	for _, d := range spec.ProfileOf(engine).Departures {
		if !d.Modelled() {
			continue
		}
		without := replay(list, spec.Options{Engine: engine, Without: []string{d.ID}})
		for i := range out {
			if !alike(&out[i], &standard[i]) && !alike(&out[i], &without[i]) {
				out[i].Departures = append(out[i].Departures, d)
			}
		}
	}
	return out
}

// alike tells whether two engines do the same, as far as anybody can observe.
func alike(a, b *Judged) bool {
	return a.Unknown == b.Unknown && a.Outcome.Result == b.Outcome.Result && a.Outcome.Type == b.Outcome.Type &&
		a.Outcome.Reason == b.Outcome.Reason && a.Outcome.FailedParameter == b.Outcome.FailedParameter &&
		reflect.DeepEqual(a.Outcome.Readable, b.Outcome.Readable) && slices.Equal(a.Otherwise, b.Otherwise)
}

// replay gives the answers of the fetches to the model once more, with an engine's profile and
// the preflight cache that it would have.
func replay(list []taken, opt spec.Options) []Judged {
	out := make([]Judged, len(list))
	opt.Cache = spec.NewPreflightCache(opt.Engine)
	if len(opt.Without) > 0 {
		opt.Cache = new(spec.PreflightCache) // takes on the profile of the fetch
	}
	for i := range list {
		opt.Now = list[i].at
		out[i] = replayOne(&list[i], opt)
	}
	return out
}

func replayOne(t *taken, opt spec.Options) Judged {
	j := Judged{Engine: opt.Engine}
	if j.Engine == "" {
		j.Engine = spec.EngineFetch
	}
	opt.Trace = opt.Engine == "" || opt.Engine == spec.EngineFetch
	m := spec.Begin(t.step.Request.Spec(t.step.URL), opt)
	used := make([]bool, len(t.legs))
	var stopped spec.Reason
	for a := m.Next(); a.Kind != spec.ActionDone; a = m.Next() {
		i := t.find(a)
		if i < 0 {
			j.Unknown = a.Method + " " + a.URL
			break
		}
		used[i] = true
		l := &t.legs[i]
		j.Otherwise = append(j.Otherwise, otherwise(&a, &l.action)...)
		switch {
		case l.refused != "":
			stopped = l.refused
			m.Fail()
		case l.response == nil:
			m.Fail()
		case t.withheld(i):
			stopped = agent.ReasonBlockedByCORP
			m.Fail()
		default:
			m.Deliver(*l.response)
		}
	}
	j.Outcome = m.Outcome()
	if stopped != "" {
		j.Outcome.Reason = stopped
	}
	if stopped == agent.ReasonBlockedByCORP {
		j.Outcome.Reason = corp(t.legs[len(t.legs)-1].response.Header)
	}
	for i := range used {
		if !used[i] && j.Unknown == "" {
			j.Otherwise = append(j.Otherwise, "would not send "+t.legs[i].action.Method+" "+t.legs[i].action.URL)
		}
	}
	return j
}

// corp is the name that DevTools has for an answer that Cross-Origin-Resource-Policy keeps back.
func corp(h spec.Header) spec.Reason {
	if v, _ := h.Get("Cross-Origin-Resource-Policy"); v == "same-site" {
		return spec.ReasonCORPNotSameSite
	}
	return spec.ReasonCORPNotSameOrigin
}

// find is the index of the message that was sent for an action, -1 where none was.
func (t *taken) find(a spec.Action) int {
	for i := range t.legs {
		if b := &t.legs[i].action; b.Kind == a.Kind && b.Hop == a.Hop && b.URL == a.URL && b.Method == a.Method {
			return i
		}
	}
	return -1
}

// withheld tells whether the answer of a message was kept back by Cross-Origin-Resource-Policy.
func (t *taken) withheld(i int) bool {
	return i == len(t.legs)-1 && t.done != nil && t.done.Reason == agent.ReasonBlockedByCORP
}

// otherwise is in which an engine's message differs from the one that was sent.
func otherwise(engine, sent *spec.Action) []string {
	var list []string
	names := map[string]bool{}
	for _, h := range []spec.Header{engine.Header, sent.Header} {
		for _, f := range h {
			names[strings.ToLower(f.Name)] = true
		}
	}
	var sorted []string
	for name := range names {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	for _, name := range sorted {
		a, b := strings.Join(engine.Header.Values(name), ", "), strings.Join(sent.Header.Values(name), ", ")
		switch {
		case engine.Header.Has(name) && !sent.Header.Has(name):
			list = append(list, fmt.Sprintf("would send %s with %s", name, engine.Method))
		case !engine.Header.Has(name) && sent.Header.Has(name):
			list = append(list, fmt.Sprintf("would send no %s with %s", name, engine.Method))
		case a != b && strings.HasPrefix(name, "access-control-"):
			list = append(list, fmt.Sprintf("would send %s: %s", name, a))
		case a != b:
			list = append(list, fmt.Sprintf("would send another %s with %s", name, engine.Method))
		}
	}
	if engine.Credentials != sent.Credentials {
		list = append(list, "would send "+map[bool]string{true: "cookies", false: "no cookies"}[engine.Credentials]+" with "+engine.Method)
	}
	return list
}
