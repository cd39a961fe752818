package agent

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// plainExchange is Exchange without its methods.
type plainExchange Exchange

// jsonExchange is how an Exchange is written: bytes as code points.
type jsonExchange struct {
	plainExchange
	Request  pairs `json:"request"`
	Response pairs `json:"response"`
}

// pairs is a header list as [name, value] arrays.
type pairs [][2]string

// MarshalJSON writes bytes as code points U+0000 to U+00FF.
func (e Exchange) MarshalJSON() ([]byte, error) {
	p := plainExchange(e)
	p.Lines = slices.Clone(e.Lines)
	for i := range p.Lines {
		p.Lines[i] = cases.FromBytes(p.Lines[i])
	}
	if e.Grown != nil {
		g := *e.Grown
		g.Begin, g.Unit, g.End = cases.FromBytes(g.Begin), cases.FromBytes(g.Unit), cases.FromBytes(g.End)
		p.Grown = &g
	}
	for _, s := range []*string{&p.Method, &p.URL, &p.Target, &p.Sent, &p.Body, &p.ExcessStart} {
		*s = cases.FromBytes(*s)
	}
	return json.Marshal(jsonExchange{p, toPairs(e.Request), toPairs(e.Response)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Exchange) UnmarshalJSON(data []byte) error {
	var j jsonExchange
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("reading an exchange: %w", err)
	}
	x := Exchange(j.plainExchange)
	var err error
	strings := []*string{&x.Method, &x.URL, &x.Target, &x.Sent, &x.Body, &x.ExcessStart}
	if x.Grown != nil {
		strings = append(strings, &x.Grown.Begin, &x.Grown.Unit, &x.Grown.End)
	}
	for i := range x.Lines {
		strings = append(strings, &x.Lines[i])
	}
	for _, s := range strings {
		if *s, err = cases.ToBytes(*s); err != nil {
			return fmt.Errorf("reading an exchange: %w", err)
		}
	}
	if x.Request, err = j.Request.header(); err != nil {
		return err
	}
	if x.Response, err = j.Response.header(); err != nil {
		return err
	}
	*e = x
	return nil
}

func toPairs(h spec.Header) pairs {
	p := make(pairs, len(h))
	for i, f := range h {
		p[i] = [2]string{cases.FromBytes(f.Name), cases.FromBytes(f.Value)}
	}
	return p
}

func (p pairs) header() (spec.Header, error) {
	var h spec.Header
	for _, pair := range p {
		name, err := cases.ToBytes(pair[0])
		if err != nil {
			return nil, fmt.Errorf("reading an exchange: %w", err)
		}
		value, err := cases.ToBytes(pair[1])
		if err != nil {
			return nil, fmt.Errorf("reading an exchange: %w", err)
		}
		h = append(h, spec.Field{Name: name, Value: value})
	}
	return h, nil
}
