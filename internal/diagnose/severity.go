package diagnose

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Severity is how grave a symptom is for those whose data the server keeps, empty for
// none. It follows from what was seen and what the policy says, and from nothing else:
// no case has a severity of its own.
//
//	locked out     none: nobody gets at anything, however much is broken
//	malformed      none: no browser acts on it
//	not sendable   none, unavailable excepted: whoever is no browser has no other person's
//	               cookies and no place in another person's network, and reads what it
//	               likes without CORS; but it can stop a server
//	let in         by who gets in, with or without credentials: see reading and granted
//	cache-unsafe   by what a cache hands to whom: see cacheUnsafe
//	unavailable    by what it takes to bring it about: see unavailable
//
// The levels are those of CVSS 3.1 (critical from 9.0, high from 7.0, medium from 4.0).
// severity_advisories_test.go holds them against published advisories.
func Severity(s *agent.Symptom, c *cases.Check) cases.Severity {
	switch {
	case s.Effect == agent.EffectUnavailable:
		return unavailable(s, c)
	case !s.Sendable:
		return ""
	case s.Effect == agent.EffectLetIn:
		return letIn(s, c)
	case s.Effect == agent.EffectCacheUnsafe:
		return cacheUnsafe(s, c)
	}
	return ""
}

// Graver is the graver of two severities.
func Graver(a, b cases.Severity) cases.Severity {
	if severityRank[b] > severityRank[a] {
		return b
	}
	return a
}

// severityRank orders severities.
var severityRank = map[cases.Severity]int{"": 0, cases.Low: 1, cases.Medium: 2, cases.High: 3, cases.Critical: 4}

// who gets in, from few to many.
type who int

const (
	byNobody   who = iota // no page has this origin: another spelling of an allowed one
	bySameHost            // the allowed host itself: https in place of http, a dot behind the name
	byLocal               // a program on the reader's machine, another port of the host, an extension or app that the reader installed
	byNetwork             // whoever can change the reader's traffic: http in place of https, an address of a private network
	bySibling             // who has, or takes over, another name below the same domain, or the domain
	byAnybody             // every site on the web: a name that anybody can register, or null, which any page makes for itself
)

// reading is the table: an answer can be read, or a request that needs a preflight be
// sent, by who must not.
//
// With credentials it is what the server keeps for the user. Every site: critical (what is read
// may be a token that lets the site write, too). A sibling has to be had first
// (attack complexity high): high, since dangling names and user pages on subdomains are common.
// The network attacker and the local program meet few readers: medium. Ports share their
// cookies anyway.
//
// Without credentials the page learns what anybody learns who asks: the harm is
// where the server is reachable for the reader alone (an intranet, the own machine, an
// allowed address). Every site: medium. The others would have to be in that same
// network as well: low. The allowed host itself: the owner trusts it.
var reading = map[who]struct{ credentials, without cases.Severity }{
	byNobody:   {"", ""},
	bySameHost: {cases.Low, ""},
	byLocal:    {cases.Medium, cases.Low},
	byNetwork:  {cases.Medium, cases.Low},
	bySibling:  {cases.High, cases.Low},
	byAnybody:  {cases.Critical, cases.Medium},
}

func letIn(s *agent.Symptom, c *cases.Check) cases.Severity {
	x := &exchange{Seen: s.Seen, policy: c.Policy, header: s.Seen.Header()}
	if asked := s.Asked.Origin; asked != "" && (x.NoOrigin || !x.sharedWith(x.Origin) && x.sharedWith(asked)) {
		// An image without CORS, whose page learns of it all the same; or the answer names another origin than that which asked.
		x.Origin, x.NoOrigin = asked, false
	}
	in, credentials := x.reader(), s.Asked.Credentials || x.sharedWithCredentials()
	switch {
	case s.Predicate == "absent" && brought(s, c): // the requester writes fields of the answer, for others whom it sends there
		return cases.High
	case s.Predicate == "absent", said(s, c), strings.EqualFold(s.Field, "Access-Control-Allow-Private-Network"): // which no browser reads any more
		return ""
	case side(s) && in == byNobody && !x.stated():
		return ""
	case side(s):
		// A header more, or the times of a load: a little more of an answer, or a little about it.
		return cases.Low
	case !x.stated() && namesNobody(c.Policy) && !credentials:
		return ""
	case !x.stated() && x.Status >= 400:
		return ofError(graded(in, credentials), credentials)
	case !x.stated():
		return graded(in, credentials)
	}
	return granted(x, credentials)
}

// stepOf is the step that a symptom is of; the zero value where there is none.
func stepOf(s *agent.Symptom, c *cases.Check) cases.Step {
	if i := slices.IndexFunc(c.Steps, func(step cases.Step) bool { return step.Name == s.Step }); i >= 0 {
		return c.Steps[i]
	}
	return cases.Step{}
}

// namesNobody: the owner configured nothing, or an empty list. Libraries document that this is any
// origin, and whether it should be is contested (see cases/DECISIONS.md): a warning.
// None documents that it is any origin with credentials.
func namesNobody(p *cases.Policy) bool {
	return p.ZeroConfig || len(p.Origins)+len(p.OriginPatterns)+len(p.OriginRegexes) == 0 && p.OriginFunc == nil
}

// said: the application itself was told to send CORS fields. What it grants is the
// owner's word, whatever the layer around it is configured to.
func said(s *agent.Symptom, c *cases.Check) bool {
	step := stepOf(s, c)
	path := ""
	if step.Wire != nil {
		path = step.Wire.Path
	} else if step.Request != nil {
		path = step.Request.Path
	}
	return strings.Contains(strings.ToLower(path), "access-control-allow-")
}

// brought tells whether a field of the answer came with the request.
func brought(s *agent.Symptom, c *cases.Check) bool {
	w := stepOf(s, c).Wire
	return w != nil && s.Field != "" && strings.Contains(strings.ToLower(w.Path+"\n"+strings.Join(w.Headers, "\n")), strings.ToLower(s.Field))
}

func graded(in who, credentials bool) cases.Severity {
	if credentials {
		return reading[in].credentials
	}
	return reading[in].without
}

// ofError is for errors: they tell that somebody is logged in, that something exists, at most how a
// program failed, and nothing of what is kept there.
func ofError(s cases.Severity, credentials bool) cases.Severity {
	most := cases.Low
	if credentials {
		most = cases.Medium
	}
	if severityRank[s] > severityRank[most] {
		return most
	}
	return s
}

// side: what was granted is not the answer itself.
func side(s *agent.Symptom) bool {
	return slices.Contains([]string{"hidden", "timing", "hides_times"}, s.Predicate) || strings.EqualFold(s.Field, "Timing-Allow-Origin")
}

// granted is about an origin that the policy allows, which got more than it says.
//
// Any origin with credentials: every site reads as the user. Where the owner wrote just
// that, a framework that does it is one step less grave than one that does it
// unasked (by default, or in spite of the policy): the words are the owner's, but the Fetch
// Standard gives them no such meaning, and the reader has not been asked.
//
// Credentials that the policy does not allow, for a listed origin: medium, since that origin
// has to be taken over first. A method or a header that is not listed: the server still decides
// what it does with the request; medium with the user's credentials, low without: * lists none
// for a request with credentials.
//
// Otherwise it got nothing that the policy does not give it, though perhaps at another path:
// the owner trusts it.
func granted(x *exchange, credentials bool) cases.Severity {
	p := x.policy
	switch {
	case p.AnyOrigin() && credentials && !p.Credentials:
		return reading[byAnybody].credentials
	case credentials && !p.Credentials, credentials && x.asksMore() && x.grantsUnlisted():
		return cases.Medium
	case asksForAll(p) && credentials:
		return cases.High
	case x.asksMore():
		return cases.Low
	}
	return ""
}

// asksForAll: the owner wrote any origin with credentials.
func asksForAll(p *cases.Policy) bool { return p.Unsafe || p.AnyOrigin() && p.Credentials }

// asksMore: the request, or the one that the preflight is for, has a method or a header
// that the policy does not list. OPTIONS changes nothing on a server, and a method
// in other case is not served.
func (x *exchange) asksMore() bool {
	other := func(m string) bool { return strings.EqualFold(m, x.Method) }
	return x.Method != "OPTIONS" && !x.policy.AllowsMethod(x.Method) && !slices.ContainsFunc(x.policy.Methods, other) ||
		slices.ContainsFunc(x.names(), func(n string) bool { return !x.policy.AllowsHeader(n) })
}

// grantsUnlisted: a request with credentials got what was asked for, or would get it by the
// preflight's answer.
func (x *exchange) grantsUnlisted() bool {
	if !x.Preflight {
		return x.Credentials
	}
	return x.passes(spec.CredentialsInclude)
}

func (x *exchange) sharedWithCredentials() bool {
	return !x.NoOrigin && spec.CheckCORS(x.Origin, spec.CredentialsInclude, x.header) == ""
}

// sharedWith tells whether a page of an origin can read such an answer.
func (x *exchange) sharedWith(o string) bool {
	return spec.CheckCORS(o, spec.CredentialsOmit, x.header) == ""
}

// stated: who reads is allowed to.
func (x *exchange) stated() bool {
	if x.NoOrigin {
		return false
	}
	return slices.Contains(asker(x.Origin, x.policy, origin.Host(x.URL)), "stated")
}

// Allowed tells whether an exchange is of an origin that the policy allows.
func Allowed(p *cases.Policy, s *agent.Seen) bool {
	return (&exchange{Seen: *s, policy: p}).stated()
}

// reader is who gets in by an answer.
func (x *exchange) reader() who {
	switch {
	case x.AllowOrigin.Text == "*":
		return byAnybody
	case x.NoOrigin:
		return byNobody
	}
	from := x.Origin
	kinds := asker(from, x.policy, origin.Host(x.URL))
	if x.policy.ZeroConfig && from != "null" { // nobody has said who is allowed, but whose an origin is can be seen
		kinds = foreign(from, nil, origin.Host(x.URL))
	}
	if f := split(from); slices.Contains(kinds, "foreign") {
		switch {
		case f.scheme == "http" && knows(x.policy, "https", f.host):
			return byNetwork
		case f.scheme == "https" && knows(x.policy, "http", f.host):
			return bySameHost
		}
	}
	in := byNobody
	for _, k := range kinds {
		in = max(in, owners[k])
	}
	if in == byAnybody && sibling(from, x.policy) {
		in = bySibling
	}
	if in >= bySibling && unowned(split(from).host, x.policy) {
		return byNobody
	}
	if in > byLocal && knows(x.policy, split(from).scheme, split(from).host) {
		return byLocal // of a pattern's host, another port
	}
	return in
}

// owners are those who have an origin, by the way in which it is like an allowed one
// (see asker); nobody has what is not listed.
var owners = map[string]who{
	"null": byAnybody, "unrelated": byAnybody, "beginning": byAnybody, "ending": byAnybody, "contains": byAnybody, "shortened": byAnybody, "dot": byAnybody, "junk": byAnybody, "any": byAnybody,
	"subdomain": bySibling, "parent": bySibling, "www": bySibling,
	"private": byNetwork,
	"port":    byLocal, "own-host": byLocal, "localhost": byLocal, "file": byLocal, "extension": byLocal, "app": byLocal, "scheme": byLocal,
	"trailing-dot": bySameHost,
}

// sibling tells whether an origin is below a domain that somebody registered of whom the policy allows another name.
func sibling(from string, p *cases.Policy) bool {
	domain := origin.Domain(split(from).host)
	return slices.ContainsFunc(known(p), func(o string) bool {
		host := split(o).host
		return host != domain && origin.Domain(host) == domain
	})
}

// unowned: nobody can register the host: the last label has no such letters, a label is empty,
// or it is the text of a pattern.
func unowned(host string, p *cases.Policy) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.ContainsAny(last, `"'<>{}!_;|^*(),&$+=~`+"`") || strings.HasPrefix(host, ".") || strings.Contains(host, "..") ||
		slices.ContainsFunc(p.OriginPatterns, func(pattern string) bool { return split(pattern).host == host })
}

// knows tells whether a policy allows a host with a scheme, at whatever port.
func knows(p *cases.Policy, scheme, host string) bool {
	allowed, _ := p.AllowsOrigin(scheme + "://" + host)
	return !p.AnyOrigin() && (allowed || slices.ContainsFunc(p.AllowedOrigins(), func(o string) bool {
		a := split(o)
		return a.scheme == scheme && a.host == host
	}))
}

// cacheUnsafe is about Vary.
//
//	Origin is missing, or Accept-Encoding, or anything on a preflight: none. A cache hands
//	    on a grant for another origin, or none, or bytes that cannot be read: the browser
//	    refuses it. Somebody is kept out. (Where a cache does let somebody in, that is
//	    what was seen, and let in.)
//	* or a credential of the application's is missing: medium. What was made for one user is
//	    given to another.
//	Another field is missing: low. It is the wrong language, device or tenant.
//	What the requester wrote stands in it: medium. A stranger decides under which key a
//	    cache keeps the answers. (* and the names of a preflight only make caches useless.)
func cacheUnsafe(s *agent.Symptom, c *cases.Check) cases.Severity {
	if s.Seen.Preflight && s.Predicate != "lists_not" {
		return ""
	}
	most := cases.Severity("")
	have := s.Seen.Header().Elements("Vary")
	for _, name := range varying(s, c) {
		present := slices.ContainsFunc(have, func(h string) bool { return strings.EqualFold(h, name) })
		if present == (s.Predicate == "lists_not") {
			most = Graver(most, mattersTo(name, present))
		}
	}
	return most
}

func mattersTo(name string, written bool) cases.Severity {
	name = strings.ToLower(name)
	switch {
	case name == "origin", name == "accept-encoding", strings.HasPrefix(name, "access-control-"), name == "*" && written:
		return ""
	case written, name == "*", name == "cookie", name == "authorization":
		return cases.Medium
	}
	return cases.Low
}

// varying are the names that a step wants in Vary, or does not want there.
func varying(s *agent.Symptom, c *cases.Check) (names []string) {
	var walk func(list []cases.Predicate)
	walk = func(list []cases.Predicate) {
		for _, p := range list {
			for _, l := range []*cases.FieldList{p.Lists, p.ListsNot} {
				if l != nil && strings.EqualFold(l.Name, "Vary") && (l == p.ListsNot) == (s.Predicate == "lists_not") {
					names = append(names, l.Values...)
				}
			}
			if p.VariesOr != nil {
				names = append(names, *p.VariesOr)
			}
			walk(p.Then)
			for _, alt := range p.AnyOf {
				walk(alt)
			}
		}
	}
	walk(stepOf(s, c).Answer)
	return names
}

// unavailable is about what one request costs.
//
//	The time grows faster than the request: medium. It takes a long head, and many of
//	    them, to keep a server busy.
//	Each byte costs many times what it costs elsewhere: none. The work is in proportion to
//	    what is sent, and the limit of the head is a limit of it.
//	Nothing of an answer comes, and the connection stays: medium for a small request, which
//	    holds a worker as long as it likes; low for a large one.
//	The server hangs up, or breaks off: none. It is the sender who gets no answer. (A
//	    server that does not come back is told by the run, which ends there.)
//	A request as those send it whom the policy allows, and one that was to be denied:
//	    none. Who is not answered is kept out.
func unavailable(s *agent.Symptom, c *cases.Check) cases.Severity {
	x := &exchange{Seen: s.Seen, policy: c.Policy}
	ordinary := s.Sendable && (x.NoOrigin || x.stated())
	switch {
	case s.Predicate == "grow" && (s.Silent || costs(s, c)): // silent: not even the short request was answered
		return ""
	case s.Predicate == "grow":
		return cases.Medium
	case s.Moot, ordinary, s.Seen.Status != 0, s.Seen.Error != string(wire.Timeout):
		return ""
	case len(s.Seen.Origin)+len(s.Seen.Names)+len(s.Seen.Method)+len(s.Seen.URL) < smallRequest:
		return cases.Medium
	}
	return cases.Low
}

// smallRequest is the length, in bytes, from which on a server may refuse a request as
// too large: RFC 9110, section 4.1, wants 8000 for a target, and frameworks take as many for a field.
const smallRequest = 2048

// costs tells whether a step measured the cost of a byte, and not how it grows.
func costs(s *agent.Symptom, c *cases.Check) bool {
	grow := stepOf(s, c).Grow
	return grow != nil && grow.Beside != ""
}
