package learn

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// others are the methods that are asked for by preflight, and names the request fields.
var (
	others = []string{"PUT", "PATCH", "DELETE"}
	fields = []string{"authorization", "content-type", "x-requested-with"}
)

// grants finds out what an origin that is let in may do.
func (p *probe) grants(ctx context.Context) {
	if len(p.out.Origins) == 0 {
		return
	}
	from := p.out.Origins[0]
	v := p.seen[from]
	p.credentials(v, from)
	if v.actual != nil {
		for _, name := range spec.ExposedNames(mode(p.out.Credentials), v.actual.Header) {
			if !spec.IsSafelistedResponseHeaderName(name) && name != "*" { // those are readable anyway; a field that is called * is not all
				p.out.Expose = append(p.out.Expose, name)
			}
		}
		p.stars(v.actual)
		if v.shares(from) && !slices.Contains(p.out.Expose, "*") {
			p.out.Unread = unread(v.actual.Header, p.out.Expose)
		}
	}
	if !v.grants(from, "GET") {
		return // what else it asks of preflights cannot be known
	}
	if age, ok := spec.ParseMaxAge(v.preflight.Header); ok && age >= 0 && age < 1<<31 {
		seconds := int(age)
		p.out.MaxAge = &seconds
	}
	p.methods(ctx, from, v.preflight)
	p.headers(ctx, from, v.preflight)
	if r := p.preflight(ctx, from, "GET", "Access-Control-Request-Private-Network: true"); r != nil {
		value, _ := r.Header.Get("Access-Control-Allow-Private-Network")
		p.out.PrivateNetwork = value == "true"
	}
}

func mode(credentials bool) spec.CredentialsMode {
	if credentials {
		return spec.CredentialsInclude
	}
	return spec.CredentialsOmit
}

// credentials looks at the answer that is shared: that to the request, or to the preflight.
func (p *probe) credentials(v view, from string) {
	answer := v.actual
	if answer == nil || spec.CheckCORS(from, spec.CredentialsOmit, answer.Header) != "" {
		answer = v.preflight
	}
	p.out.Credentials = answer != nil && spec.CheckCORS(from, spec.CredentialsInclude, answer.Header) == ""
}

// stars: * exposes all where there are no credentials.
func (p *probe) stars(r *wire.Response) {
	if !p.out.Credentials && slices.Contains(r.Header.Elements("Access-Control-Expose-Headers"), "*") {
		p.out.Expose = []string{"*"}
	}
}

// methods asks for the usual methods and for those that the server names; and for one
// that nobody knows, which only who allows any lets pass.
func (p *probe) methods(ctx context.Context, from string, plain *wire.Response) {
	if granted(p.preflight(ctx, from, "CORSPROOF"), from, "CORSPROOF") {
		p.out.Methods = []string{"*"}
		return
	}
	list := slices.Concat(others, plain.Header.Elements("Access-Control-Allow-Methods"))
	for i, m := range list {
		if sent := spec.NormalizeMethod(m); sent != m { // which this does not grant
			if !spec.IsSafelistedMethod(sent) && sent != "OPTIONS" && !slices.Contains(list[len(others):], sent) && !slices.Contains(p.out.OtherCase, m) {
				p.out.OtherCase = append(p.out.OtherCase, m)
			}
			continue
		}
		known := slices.Contains([]string{"GET", "HEAD", "POST", "OPTIONS", "*", ""}, m) || slices.Contains(list[:i], m)
		if known || !statable(cases.Policy{Methods: []string{m}}) { // TRACE, which no script can send
			continue
		}
		if granted(plain, from, m) || slices.Contains(others, m) && granted(p.preflight(ctx, from, m), from, m) {
			p.out.Methods = append(p.out.Methods, m)
		}
	}
}

// headers does the same for request fields.
func (p *probe) headers(ctx context.Context, from string, plain *wire.Response) {
	asked := func(name string) bool {
		return granted(p.preflight(ctx, from, "GET", "Access-Control-Request-Headers: "+name), from, "GET", name)
	}
	authorization := asked(fields[0])
	if stranger := "x-" + strings.ToLower(rand.Text()[:10]); asked(stranger) {
		p.out.RequestHeaders = []string{"*"}
		if authorization { // * does not cover it
			p.out.RequestHeaders = append(p.out.RequestHeaders, "Authorization")
		}
		return
	}
	var list []string
	if authorization {
		list = append(list, fields[0])
	}
	for _, name := range slices.Concat(fields[1:], plain.Header.Elements("Access-Control-Allow-Headers")) {
		lower := strings.ToLower(name)
		if slices.Contains(list, lower) || lower == fields[0] || !spec.IsToken(lower) || lower == "*" {
			continue
		}
		if granted(plain, from, "GET", lower) || slices.Contains(fields, lower) && asked(lower) {
			list = append(list, lower)
		}
	}
	p.out.RequestHeaders = list
}

// questions are what cannot be known from outside.
func (p *probe) questions() {
	ask := func(part, text string) { p.out.Questions = append(p.out.Questions, Question{part, text}) }
	switch p.out.Sharing {
	case Nobody:
		ask("origins", "none of the origins that were tried is let in: which are meant to be?")
	case Some:
		ask("origins", "others may be let in that were not tried: which are meant to be?")
	case Everyone:
		ask("origins", "every site is let in: is that meant?")
	case Reflected:
		text := "every site is let in, as the server repeats whatever origin asks: is that meant?"
		if p.out.Credentials {
			text = "every site is let in, with the credentials of its visitors: which are meant to be?"
		}
		ask("origins", text)
	}
	if p.out.Statuses["GET"] == 401 || p.out.Statuses["GET"] == 403 {
		ask("requests", "the answers are those to somebody who is not logged in: which token or cookie does it want (-H, -u, --bearer-env, -b)?")
	}
	if slices.Contains(p.out.Origins, "null") {
		ask("origins", "null is let in, which every site can be (in a sandboxed frame): is that meant (--origin null)?")
	}
	if list := p.out.OtherCase; len(list) > 0 {
		var sent []string
		for _, m := range list {
			if m = spec.NormalizeMethod(m); !slices.Contains(sent, m) {
				sent = append(sent, m)
			}
		}
		ask("methods", "Access-Control-Allow-Methods has "+strings.Join(brief(list), ", ")+", which does not allow what browsers send, "+strings.Join(sent, ", ")+": is that meant to be allowed?")
	}
	if p.out.Sharing != Nobody && len(p.out.Methods) == 0 && len(p.out.OtherCase) == 0 {
		ask("methods", "which methods besides GET, HEAD and POST are meant to be allowed?")
	}
	if list := p.out.Unread; len(list) > 0 {
		ask("expose_headers", "no page can read "+strings.Join(brief(list), ", ")+" of the answer: is one meant to?")
	}
	if p.out.Sharing != Nobody && p.out.MaxAge == nil {
		ask("max_age", "for how long may a preflight be cached?")
	}
}
