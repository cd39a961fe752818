package verify

import (
	"reflect"

	"github.com/corsproof/corsproof/spec"
)

// Several is what Report.Departures has for exchanges that leaving out a single
// departure does not change.
const Several = "several at once"

// attribute says for each exchange of a session which of the engine's
// departures made the outcome what it is: those without which the model decides
// otherwise. It is nil where the engine decides as the standard has it.
func attribute(xs []Exchange, outcomes []spec.Outcome, engine spec.Engine) [][]string {
	ids := make([][]string, len(xs))
	standard := decide(xs, spec.EngineFetch)
	if !departs(outcomes, standard, nil) {
		return ids
	}
	departures := spec.ProfileOf(engine).Departures
	for _, d := range departures {
		if !d.Modelled() {
			continue
		}
		departs(outcomes, decide(xs, engine, d.ID), func(i int) { ids[i] = append(ids[i], d.ID) })
	}
	departs(outcomes, standard, func(i int) {
		if ids[i] == nil {
			ids[i] = []string{Several}
		}
	})
	return ids
}

// departs says whether, and by calling at where, two accounts of a session
// differ in what anybody can observe.
func departs(a, b []spec.Outcome, at func(i int)) bool {
	any := false
	for i := range a {
		if observable(a[i], b[i]) {
			any = true
			if at != nil {
				at(i)
			}
		}
	}
	return any
}

func observable(a, b spec.Outcome) bool {
	a.Trace, b.Trace = nil, nil
	a.PreflightCacheSeconds, b.PreflightCacheSeconds = 0, 0 // what matters of it shows in the next exchange
	a.Error, b.Error = "", ""
	for _, o := range []*spec.Outcome{&a, &b} {
		o.Hops = append([]spec.Hop(nil), o.Hops...)
		for i := range o.Hops {
			o.Hops[i].Header = combined(o.Hops[i].Header)
		}
	}
	return !reflect.DeepEqual(a, b)
}

// combined is the header list with repeated fields on one line, which makes no
// difference to a server.
func combined(h spec.Header) spec.Header {
	var out spec.Header
	for _, f := range h {
		out.Combine(f.Name, f.Value)
	}
	return out
}
