package diagnose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// exchange is one that was seen, under the policy that it was judged by.
type exchange struct {
	agent.Seen
	policy *cases.Policy
	via    string
	header spec.Header // the fields of Seen
	facts  cases.Facts
}

func newExchange(s agent.Seen, c *cases.Check) *exchange {
	x := &exchange{Seen: s, policy: c.Policy, via: c.Case.Via, header: s.Header()}
	x.facts = x.describe()
	return x
}

func (x *exchange) mode() spec.CredentialsMode {
	if x.Credentials {
		return spec.CredentialsInclude
	}
	return spec.CredentialsOmit
}

// shared tells whether a script of who asked can read the answer.
func (x *exchange) shared() bool {
	return !x.NoOrigin && x.Status != 0 && spec.CheckCORS(x.Origin, x.mode(), x.header) == ""
}

// sharedAtAll tells whether it could, were the request made without credentials.
func (x *exchange) sharedAtAll() bool {
	return x.shared() || !x.NoOrigin && x.Status != 0 && spec.CheckCORS(x.Origin, spec.CredentialsOmit, x.header) == ""
}

// granted tells whether the preflight passes for what it asked.
func (x *exchange) granted() bool {
	if !x.Preflight {
		return false
	}
	return x.passes(x.mode())
}

// passes tells whether the answer to a preflight grants what it asks for.
func (x *exchange) passes(mode spec.CredentialsMode) bool {
	reason, _ := spec.CheckPreflight(x.Origin, mode, x.Method, x.names(), x.Status, x.header)
	return reason == ""
}

// names are those of Access-Control-Request-Headers, as a browser would ask for them.
func (x *exchange) names() []string {
	var list []string
	for _, n := range strings.Split(x.Names, ",") {
		if n = strings.ToLower(strings.Trim(n, " \t")); n != "" {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (x *exchange) at() []string {
	at := "request"
	switch {
	case x.Preflight:
		at = "preflight"
	case x.NoOrigin:
		at = "plain"
	case x.Sent == "OPTIONS":
		at = "options"
	}
	if x.via != "" {
		return []string{at, "cache"}
	}
	return []string{at}
}

func (x *exchange) describe() cases.Facts {
	who := []string{"none"}
	if !x.NoOrigin {
		who = asker(x.Origin, x.policy, origin.Host(x.URL))
	}
	if x.AllowOrigin.Text == "*" && (who[0] == "foreign" || who[0] == "null") { // * does not tell of how origins are compared
		related := !slices.Contains(who, "unrelated")
		if who = []string{"foreign", "unrelated"}; related {
			who = who[:1]
		}
	}
	f := cases.Facts{
		"at": x.at(), "method": {x.Method}, "status": statusFacts(x.Status), "asker": who,
		"credentialed": yes(x.Credentials), "asks_headers": yes(x.Names != ""), "transport": {x.Transport},
		"allow_origin": x.allowOrigin(), "other_fields": yes(x.otherFields()), "allow_credentials": presence(x.AllowCredentials), "allow_methods": presence(x.AllowMethods), "allow_headers": append(presence(x.AllowHeaders), syntax(&x.Seen, allowHeaders)...),
		"expose_headers": presence(x.Expose), "max_age": append(presence(x.MaxAge), readable(x.Seen)...), "policy": {x.policy.Name}, "policy_origins": naming(x.policy), "policy_lists": listing(x.policy), "policy_credentials": yes(x.policy.Credentials), "vary": presence(x.Vary), "vary_origin": yes(x.is("varies")), "shared": yes(x.sharedAtAll()), "granted": yes(x.granted()),
		"coding": {orIdentity(x.Coding)}, "server": servers(x.Server), "answered_by": x.answeredBy(),
	}
	if spec.RedirectStatus(x.Status) {
		f["redirect"] = []string{redirect(x.URL, x.Location)}
	}
	return f
}

func statusFacts(status int) []string {
	if status == 0 {
		return []string{"none"}
	}
	return []string{strconv.Itoa(status), strconv.Itoa(status/100) + "xx"}
}

func yes(b bool) []string {
	if b {
		return []string{"yes"}
	}
	return []string{"no"}
}

func presence(l agent.Lines) []string {
	if l.N == 0 {
		return []string{"absent"}
	}
	switch {
	case l.Text == "*":
		return []string{"present", "star"}
	case l.Text == "":
		return []string{"present", "empty"}
	}
	return []string{"present"}
}

func (x *exchange) allowOrigin() []string {
	switch {
	case x.AllowOrigin.N == 0:
		return []string{"absent"}
	case x.AllowOrigin.Text == "":
		return []string{"present", "empty"}
	case x.AllowOrigin.Text == "*":
		return []string{"present", "star"}
	case x.AllowOrigin.Text == x.Origin:
		return []string{"present", "same"}
	case x.AllowOrigin.N > 1:
		return []string{"present", "other", "several-lines"}
	}
	return []string{"present", "other", originForm(x.AllowOrigin.Text, &x.Seen, x.policy)}
}

// otherFields tells whether the answer has a CORS header besides Access-Control-Allow-Origin.
func (x *exchange) otherFields() bool {
	return x.AllowCredentials.N+x.AllowMethods.N+x.AllowHeaders.N+x.Expose.N+x.MaxAge.N+x.PrivateNetwork.N > 0
}

func orIdentity(coding string) string {
	if coding == "" {
		return "identity"
	}
	return coding
}

func syntax(s *agent.Seen, field string) []string {
	if _, ok := spec.ExtractTokenList(s.Header(), field); !ok {
		return []string{"syntax"}
	}
	return nil
}

func readable(s agent.Seen) []string {
	if _, ok := spec.ParseMaxAge(s.Header()); !ok && s.MaxAge.N > 0 || strings.HasPrefix(s.MaxAge.Text, "-") {
		return []string{"unreadable"}
	}
	return nil
}

// marks are what firewalls, caches and gateways say of themselves, in lower case.
var marks = []struct{ text, name string }{
	{"cloudflare", "cloudflare"}, {"cf-ray", "cloudflare"}, {"awselb", "awselb"}, {"x-amz-cf-id", "cloudfront"}, {"cloudfront", "cloudfront"},
	{"akamaighost", "akamai"}, {"imperva", "imperva"}, {"incapsula", "imperva"}, {"microsoft-azure-application-gateway", "azure"},
	{"envoy", "envoy"}, {"varnish", "varnish"}, {"x-amzn-requestid", "api-gateway"}, {"kong", "kong"},
}

// servers are those that the answer names.
func servers(text string) []string {
	var list []string
	text = strings.ToLower(text)
	for _, m := range marks {
		if strings.Contains(text, m.text) && !slices.Contains(list, m.name) {
			list = append(list, m.name)
		}
	}
	return list
}

// answeredBy: an answer to OPTIONS with Allow, or with content, and without any CORS
// field is the application's, or its router's.
func (x *exchange) answeredBy() []string {
	switch {
	case x.App != "", x.Allow != "", x.Content != "" && x.AllowOrigin.N == 0:
		return []string{"application"}
	}
	return []string{"unknown"}
}

// resolved are the URL that redirects, and that to which it does.
func resolved(from, location string) (base, to spec.URL, err error) {
	if base, err = spec.ParseURL(from); err == nil {
		to, err = base.Resolve(location)
	}
	return base, to, err
}

// redirect says what kind of redirect an answer is.
func redirect(from, location string) string {
	base, to, err := resolved(from, location)
	if err != nil {
		return "other"
	}
	a, b := base.String(), to.String()
	bare, _, _ := strings.Cut(b, "?")
	switch {
	case strings.TrimSuffix(a, "/") == strings.TrimSuffix(bare, "/"):
		return "slash"
	case strings.Replace(a, "http://", "https://", 1) == bare:
		return "https"
	case origin.LeadsToLogin(a, b):
		return "login"
	case base.Origin() != to.Origin():
		return "host"
	}
	return "other"
}

// grants says what was granted that the policy does not: for a symptom of somebody
// let in.
func grants(s *agent.Symptom, x *exchange) []string {
	p := x.policy
	from := x.Origin
	allowed, _ := p.AllowsOrigin(from)
	if allowed && s.Asked.Origin != "" { // who is to be kept out may be another than who asked
		allowed, _ = p.AllowsOrigin(s.Asked.Origin)
	}
	switch {
	case fieldOf(s) == "access-control-allow-private-network":
		return []string{"private-network"}
	case fieldOf(s) == "timing-allow-origin" || s.Predicate == "hides_times":
		return []string{"timing"}
	case s.Predicate == "hidden":
		return []string{"exposed"}
	case !allowed:
		return []string{"origin"}
	case p.AnyOrigin() && (s.Predicate == "denies_with_credentials" || s.Asked.Credentials || x.Credentials):
		return []string{"credentials"}
	case s.Predicate == "denies_with_credentials", s.Asked.Credentials && !p.Credentials, x.Credentials && !p.Credentials:
		return []string{"credentials"}
	case !p.AllowsMethod(x.Method):
		return []string{"method"}
	case slices.ContainsFunc(x.names(), func(n string) bool { return !p.AllowsHeader(n) }),
		slices.ContainsFunc(strings.Split(x.Fields, ","), func(n string) bool { return n != "" && !p.AllowsHeader(n) && !safelisted(n) }):
		return []string{"header"}
	}
	return nil
}

// safelisted names need no listing with ordinary values.
func safelisted(name string) bool {
	return slices.Contains([]string{"accept", "accept-language", "content-language", "content-type", "range"}, name)
}

// naming says how a policy names origins.
func naming(p *cases.Policy) []string {
	switch {
	case p.ZeroConfig:
		return []string{"nothing"}
	case p.AnyOrigin() && p.Credentials:
		return []string{"any", "any-credentialed"}
	case p.AnyOrigin():
		return []string{"any", "any-plain"}
	case p.OriginFunc != nil:
		return []string{"callback"}
	case len(p.OriginPatterns) > 0:
		return []string{"pattern"}
	case len(p.OriginRegexes) > 0:
		return []string{"regex"}
	}
	return []string{"list"}
}

// listing says what the policy states that a preflight has to list.
func listing(p *cases.Policy) []string {
	methods := slices.ContainsFunc(p.Methods, func(m string) bool { return !spec.IsSafelistedMethod(m) })
	switch headers := len(p.RequestHeaders) > 0; {
	case methods && headers:
		return []string{"both"}
	case methods:
		return []string{"methods"}
	case headers:
		return []string{"headers"}
	}
	return []string{"none"}
}
