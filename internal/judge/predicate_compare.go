package judge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// Comparable is what of a header two answers must share to be the same to
// browsers and caches: each CORS field, and Vary, with its value. Elements of
// lists are sorted, so that order and the number of lines do not matter.
func Comparable(h spec.Header, withVary bool) map[string]string {
	fields := map[string]string{}
	for _, f := range h {
		name := strings.ToLower(f.Name)
		if _, done := fields[name]; done {
			continue
		}
		switch {
		case name == "access-control-allow-headers", name == "access-control-expose-headers", name == "vary":
			list := h.Elements(name)
			for i := range list {
				list[i] = strings.ToLower(list[i])
			}
			slices.Sort(list)
			fields[name] = strings.Join(slices.Compact(list), ", ")
		case name == "access-control-allow-methods":
			list := h.Elements(name)
			slices.Sort(list)
			fields[name] = strings.Join(slices.Compact(list), ", ")
		case strings.HasPrefix(name, "access-control-"):
			fields[name] = strings.Join(h.Values(name), " | ")
		}
	}
	if !withVary {
		delete(fields, "vary")
	}
	return fields
}

// Differing are the names on which two comparables differ, sorted.
func Differing(a, b map[string]string) []string {
	var names []string
	for name, v := range a {
		if w, ok := b[name]; !ok || v != w {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (j *judge) find(name string) *Performed {
	for i := range j.steps {
		if j.steps[i].Step.Name == name {
			return &j.steps[i]
		}
	}
	return nil
}

// sameAs: the CORS fields and Vary equal those of the named step's first answer.
func (j *judge) sameAs(name string) []agent.Symptom {
	ref, failures := j.earlier(name)
	if ref == nil {
		return failures
	}
	wrong, step := j.ex, ""
	if turned(wrong, ref) {
		wrong, ref, step, name = ref, wrong, name, j.at.Step.Name
	}
	for _, field := range Differing(Comparable(wrong.Response, true), Comparable(ref.Response, true)) {
		field = http.CanonicalHeaderKey(field)
		f := agent.Symptom{
			Step: step, What: field + " is as in the step " + name,
			Expected: agent.ShowField(ref.Response, field), Actual: agent.ShowField(wrong.Response, field), Field: field,
		}
		if step != "" {
			f.Seen = agent.See(wrong, false)
		}
		failures = append(failures, f)
	}
	return failures
}

// turned tells whether of two answers to one origin it is the earlier one that is wrong: that origin can read only
// the other.
func turned(x, earlier *agent.Exchange) bool {
	from, asked := x.Request.Get("Origin")
	before, _ := earlier.Request.Get("Origin")
	reads := func(x *agent.Exchange) bool { return spec.CheckCORS(from, spec.CredentialsOmit, x.Response) == "" }
	return asked && from == before && reads(x) && !reads(earlier)
}

// earlier is the first answer of a step that this one is compared with; nil where there is
// none, with what that means.
func (j *judge) earlier(name string) (*agent.Exchange, []agent.Symptom) {
	other := j.find(name)
	if other == nil || len(other.Exchanges) == 0 {
		return nil, []agent.Symptom{{What: "the case is complete", Expected: "a step named " + name, Actual: "none: the case file is wrong, not the target"}}
	}
	ref := &other.Exchanges[0]
	if !ref.Answered() {
		return nil, []agent.Symptom{{What: "the answer is as that of the step " + name, Expected: "an answer there", Actual: ref.Error, Effect: agent.EffectUnavailable, Silent: true}}
	}
	return ref, nil
}

// variesOr: Vary lists the field, or the CORS fields are the same in every
// step of the case, so that a cache cannot hand out the wrong ones.
func (j *judge) variesOr(field string) []agent.Symptom {
	if j.ex.Response.VariesBy(field) {
		return nil
	}
	mine := Comparable(j.ex.Response, false)
	for i := range j.steps {
		other := &j.steps[i]
		for k := range other.Exchanges {
			if !other.Exchanges[k].Answered() {
				continue
			}
			if diff := Differing(mine, Comparable(other.Exchanges[k].Response, false)); len(diff) > 0 {
				name := http.CanonicalHeaderKey(diff[0])
				return []agent.Symptom{{
					What:     "Vary lists " + field + ", or the answer is the same to everybody",
					Expected: "Vary: " + field, Field: "Vary",
					Actual: fmt.Sprintf("%s, although another request got a different answer: %s here, %s there",
						agent.ShowField(j.ex.Response, "Vary"), agent.ShowField(j.ex.Response, name), agent.ShowField(other.Exchanges[k].Response, name)),
				}}
			}
		}
	}
	return nil
}
