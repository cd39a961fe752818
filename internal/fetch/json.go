package fetch

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// document is a fetch as JSON.
type document struct {
	// Exchange is a line that corsproof eval reads, Result the line that it answers. Where no
	// answer came, the exchange has null, and the result is what came of that.
	Exchange json.RawMessage `json:"exchange"`
	Result   json.RawMessage `json:"result"`
	// Findings are what is wrong; none: nothing is.
	Findings []*explain.Answer `json:"findings"`
	// Engines are those that do otherwise.
	Engines []engineDocument `json:"engines,omitempty"`
	// Hidden is the last answer where the script cannot read it.
	Hidden *hiddenDocument `json:"hidden,omitempty"`
	// FromCache: the HTTP cache gave the last answer.
	FromCache bool             `json:"from_cache,omitempty"`
	Trouble   string           `json:"trouble,omitempty"` // why there is no answer
	Notes     []string         `json:"notes,omitempty"`
	Browser   *Browsed         `json:"browser,omitempty"`
	Sent      []agent.Exchange `json:"sent"`
}

type engineDocument struct {
	Engine    spec.Engine `json:"engine"`
	Outcome   spec.Result `json:"outcome,omitempty"` // empty: it is not known
	Reason    spec.Reason `json:"reason,omitempty"`
	Unknown   string      `json:"unknown,omitempty"` // the request that it would make, and nobody did
	Otherwise []string    `json:"otherwise,omitempty"`
	// Departures are the ids of what the engine does otherwise than the standard.
	Departures []string `json:"departures,omitempty"`
}

type hiddenDocument struct {
	Status int `json:"status"`
}

// WriteJSON writes each fetch as a JSON object on a line of its own. Secrets are left out
// unless withSecrets.
func WriteJSON(w io.Writer, rep *Report, withSecrets bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	session := exchange.NewEvaluator(exchange.Options{})
	for i := range rep.Results {
		r := &rep.Results[i]
		d := document{Findings: []*explain.Answer{}, FromCache: r.FromCache, Trouble: r.Trouble, Browser: r.Browser, Sent: []agent.Exchange{}}
		line := r.Line
		if !withSecrets {
			line = r.safeLine()
		}
		d.Exchange = line.Append(nil)
		d.Result = r.resultLine(session, string(d.Exchange), i+1)
		if r.Answer.Reason != explain.ReasonAllowed {
			d.Findings = append(d.Findings, r.Answer)
		}
		d.others(r)
		for k := range r.Sent {
			ex := r.Sent[k].Exchange
			if !withSecrets {
				ex = r.safe(&ex)
			}
			d.Sent = append(d.Sent, ex)
		}
		if i == 0 {
			d.Notes = rep.Notes
		}
		if err := enc.Encode(d); err != nil {
			return err
		}
	}
	return nil
}

// others takes over engines and what is hidden.
func (d *document) others(r *Result) {
	for i := range r.Engines {
		j := &r.Engines[i]
		if !j.Differs() {
			continue
		}
		e := engineDocument{Engine: j.Engine, Unknown: safeWords(j.Unknown, &j.Outcome)}
		for _, text := range j.Otherwise {
			e.Otherwise = append(e.Otherwise, safeWords(text, &j.Outcome))
		}
		if j.Unknown == "" {
			e.Outcome, e.Reason = j.Outcome.Result, j.Outcome.Reason
		}
		for _, dep := range j.Departures {
			e.Departures = append(e.Departures, dep.ID)
		}
		d.Engines = append(d.Engines, e)
	}
	if r.Hidden != nil {
		d.Hidden = &hiddenDocument{r.Hidden.Status}
	}
}

// resultLine is the answer of eval to a line. Where an answer is missing, eval has none.
func (r *Result) resultLine(session *exchange.Evaluator, line string, number int) []byte {
	if r.Trouble == "" {
		if out, ok := session.AppendEval(nil, line, number); ok {
			return out
		}
	}
	out := r.Outcome
	out.Trace = safeTrace(&out)
	return exchange.AppendResult(nil, r.Line.ID, &out, nil, r.notConsidered())
}

// notConsidered are the layers of which a fetch that had no answer somewhere says nothing.
func (r *Result) notConsidered() []string {
	f := spec.Begin(r.Line.Request, spec.Options{})
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		var got *spec.Response
		if a.Hop < len(r.Line.Hops) {
			if got = r.Line.Hops[a.Hop].Response; a.Kind == spec.ActionPreflight {
				got = r.Line.Hops[a.Hop].Preflight
			}
		}
		if got == nil {
			f.Fail()
			continue
		}
		f.Deliver(*got)
	}
	return f.NotConsidered(nil)
}

// safeTrace are the steps of an outcome, whose URLs have no secrets.
func safeTrace(o *spec.Outcome) []spec.Step {
	steps := slices.Clone(o.Trace)
	for i := range steps {
		steps[i].Text = safeWords(steps[i].Text, o)
	}
	return steps
}

// safeWords is a text whose URLs, which are those of an outcome, have no secrets.
func safeWords(text string, o *spec.Outcome) string {
	for k := range o.Hops {
		bare, _, _ := strings.Cut(o.Hops[k].URL, "#")
		text = strings.ReplaceAll(text, bare, explain.SafeURL(bare))
	}
	return text
}

// safeLine is the exchange without secrets.
func (r *Result) safeLine() exchange.Line {
	l := r.Line
	l.Request.URL = explain.SafeURL(l.Request.URL)
	l.Request.Header = (&agent.Exchange{Request: l.Request.Header, Given: r.secret}).RedactedBy(r.by).Request
	l.Hops = slices.Clone(l.Hops)
	for i := range l.Hops {
		h := &l.Hops[i]
		h.Preflight, h.Response = r.safeResponse(h.Preflight), r.safeResponse(h.Response)
	}
	return l
}

func (r *Result) safeResponse(a *spec.Response) *spec.Response {
	if a == nil {
		return nil
	}
	ex := r.safe(&agent.Exchange{Response: a.Header})
	return &spec.Response{Status: a.Status, Header: ex.Response}
}

// safe is an exchange without secrets. What a person gave as content is one.
func (r *Result) safe(ex *agent.Exchange) agent.Exchange {
	s := ex.RedactedBy(r.by)
	s.Body = r.by.Text(s.Body)
	s.URL = explain.SafeURL(s.URL)
	if s.Sent != "" {
		s.Sent = "[redacted]"
	}
	for i := range s.Response {
		if f := &s.Response[i]; f.Name == "Location" || f.Name == "location" {
			f.Value = explain.SafeURL(f.Value)
		}
	}
	return s
}
