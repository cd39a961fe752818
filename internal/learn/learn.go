package learn

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Options say what to look at, and how.
type Options struct {
	URL      string
	Requests *ask.Options // how requests are made; nil: directly
	// Origins are asked for before those that are guessed.
	Origins []string
	Timeout time.Duration // of a request; 0: 10 s
	Rate    float64       // requests a second; 0: as many as come
}

// probe is a look at an endpoint under way.
type probe struct {
	opt    Options
	sender *wire.Sender
	out    Result
	seen   map[string]view // by origin
}

// view is what an endpoint answered to an origin.
type view struct{ actual, preflight *wire.Response }

// Endpoint looks at an endpoint. The error is one of the first request, or the context's: what
// comes without an answer later is not known.
func Endpoint(ctx context.Context, opt Options) (*Result, error) {
	p := newProbe(opt)
	defer p.sender.Close()
	first, err := p.ask(ctx, "GET")
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", opt.URL, err)
	}
	p.out.Statuses["GET"] = first.Status
	head, _ := p.ask(ctx, "HEAD")
	p.out.Statuses["HEAD"] = status(head)
	p.origins(ctx, named(first))
	p.grants(ctx)
	p.questions()
	return &p.out, ctx.Err()
}

func newProbe(opt Options) *probe {
	if opt.Timeout <= 0 {
		opt.Timeout = 10 * time.Second
	}
	p := &probe{opt: opt, sender: wire.NewSender(opt.Requests.TLS(), limit.New(limit.Options{Anywhere: true, Rate: opt.Rate}), opt.Timeout), seen: map[string]view{}}
	p.sender.Use(opt.Requests)
	p.out = Result{URL: opt.URL, Statuses: map[string]int{}}
	return p
}

func status(r *wire.Response) int {
	if r == nil {
		return 0
	}
	return r.Status
}

// ask sends one request as a browser would, with these fields.
func (p *probe) ask(ctx context.Context, method string, fields ...string) (*wire.Response, error) {
	ep, authority, target, err := wire.EndpointOf(p.opt.URL, wire.Any)
	if err != nil {
		return nil, err
	}
	before, after := browserfields.BrowserFields(browserfields.RawAsking(p.opt.URL, method, fields))
	req := &wire.Request{Method: method, Target: target, Lines: slices.Concat([]string{"Host: " + authority}, before, fields, after)}
	p.sender.Dress(p.opt.URL, req, true)
	p.out.Requests++
	return p.sender.Do(ctx, ep, req, p.opt.Timeout)
}

// preflight asks whether an origin may use a method, with further lines.
func (p *probe) preflight(ctx context.Context, from, method string, more ...string) *wire.Response {
	fields := append([]string{"Origin: " + from, "Access-Control-Request-Method: " + method}, more...)
	resp, err := p.ask(ctx, "OPTIONS", fields...)
	if err != nil {
		return nil
	}
	return resp
}

// origins tries origins: those that were named by the caller or by the server, those of
// the server's neighbours, the usual ones of development, and one that nobody can know.
func (p *probe) origins(ctx context.Context, namedBefore []string) {
	stranger := "https://" + strings.ToLower(rand.Text()[:10]) + ".example"
	queue := append([]string{stranger}, slices.Concat(p.opt.Origins, namedBefore, neighbours(p.opt.URL), usual)...)
	for i := 0; i < len(queue); i++ {
		from := queue[i]
		if _, done := p.seen[from]; done || from == origin.Of(p.opt.URL) {
			continue
		}
		v := p.look(ctx, from)
		p.seen[from] = v
		queue = append(queue, named(v.actual)...)
		queue = append(queue, named(v.preflight)...)
		if p.out.Malformed == nil && !v.shares(from) {
			if p.out.Malformed = malformed(v.actual); p.out.Malformed == nil {
				p.out.Malformed = malformed(v.preflight)
			}
		}
		switch {
		case from == stranger && v.shares(from):
			p.out.Sharing = Reflected
			if v.shares("https://another.example") {
				p.out.Sharing = Everyone
			}
			p.out.Origins = []string{stranger}
			return
		case from == stranger:
			p.out.DeniedGET, p.out.DeniedPreflight = status(v.actual), status(v.preflight)
		case v.shares(from):
			p.out.Origins = append(p.out.Origins, from)
		default:
			p.out.Refused = append(p.out.Refused, from)
		}
	}
	p.out.Sharing = Nobody
	if len(p.out.Origins) > 0 {
		p.out.Sharing = Some
		p.out.Statuses["OPTIONS"] = status(p.seen[p.out.Origins[0]].preflight)
	}
}

// usual are the origins that are tried whatever the server is called.
var usual = []string{"http://localhost:3000", "http://localhost:5173", example, "null"}

// neighbours are origins of the server's own site.
func neighbours(rawURL string) []string {
	host := origin.Host(rawURL)
	domain := origin.Domain(host)
	if origin.Loopback(host) || !strings.Contains(domain, ".") || strings.Trim(domain, "0123456789.") == "" {
		return nil
	}
	return []string{"https://" + domain, "https://www." + domain, "https://app." + domain}
}

// look asks for a page of the origin.
func (p *probe) look(ctx context.Context, from string) view {
	actual, _ := p.ask(ctx, "GET", "Origin: "+from)
	v := view{actual: actual, preflight: p.preflight(ctx, from, "GET")}
	if _, asked := p.out.Statuses["OPTIONS"]; !asked {
		p.out.Statuses["OPTIONS"] = status(v.preflight)
		p.allow(actual, v.preflight)
	}
	return v
}

// allow keeps the methods that the server names.
func (p *probe) allow(list ...*wire.Response) {
	for _, r := range list {
		if r == nil {
			continue
		}
		for _, m := range r.Header.Elements("Allow") {
			if m != "" && !slices.Contains(p.out.Allow, m) {
				p.out.Allow = append(p.out.Allow, m)
			}
		}
	}
}

// shares tells whether a script of the origin can read the answer, or its preflight is granted.
func (v view) shares(from string) bool {
	if v.actual != nil && spec.CheckCORS(from, spec.CredentialsOmit, v.actual.Header) == "" {
		return true
	}
	return v.preflight != nil && v.grants(from, "GET")
}

func (v view) grants(from, method string) bool {
	return granted(v.preflight, from, method)
}

func granted(r *wire.Response, from, method string, names ...string) bool {
	if r == nil {
		return false
	}
	reason, _ := spec.CheckPreflight(from, spec.CredentialsOmit, method, names, r.Status, r.Header)
	return reason == ""
}

// named are the origins that an answer names as allowed, whoever asked.
func named(r *wire.Response) []string {
	if r == nil {
		return nil
	}
	var list []string
	for _, v := range r.Header.Values("Access-Control-Allow-Origin") {
		if o, err := spec.ParseOrigin(v); err == nil && (o.Scheme == "http" || o.Scheme == "https") && pages(v) && !strings.ContainsAny(v, `,"`) { // as flags are read
			list = append(list, v)
		}
	}
	return list
}

// malformed are the values of Access-Control-Allow-Origin that let in no page, whoever asks: several, or one that is
// no page's origin.
func malformed(r *wire.Response) []string {
	if r == nil {
		return nil
	}
	list := r.Header.Values("Access-Control-Allow-Origin")
	if len(list) == 0 || len(list) == 1 && pages(list[0]) {
		return nil
	}
	return list
}

// statable tells whether a policy can be stated.
func statable(p cases.Policy) bool {
	p.Name = "declared"
	return len(p.Validate()) == 0
}

// pages tells whether a value lets in pages of some origin.
func pages(value string) bool {
	return statable(cases.Policy{Origins: []string{value}})
}
