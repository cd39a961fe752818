package adapter

import (
	"net/http"

	"github.com/corsproof/corsproof/cases"
)

// Pair is two policies that differ in one field, and in what they demand: an
// adapter for which one question has the same answer under both has not given the
// framework what they say, or the framework knows no difference.
type Pair struct {
	Field Field
	A, B  Say
	// Ask is the question whose answer tells them apart.
	Ask Question
}

// Say is what one policy of a pair says in the pair's field.
type Say struct {
	Policy cases.Policy
	Value  string // as the page of results names it: `["*"]`
	// Like is the standard policy that says the same there: a framework that has no
	// way to say that one cannot say this one.
	Like string
}

// Question is a request for /ok.
type Question struct {
	Method string
	Header http.Header
}

// preflight asks for permission of a method with request headers (none: "").
func preflight(origin, method, headers string) Question {
	q := Question{http.MethodOptions, http.Header{"Origin": {origin}, "Access-Control-Request-Method": {method}}}
	if headers != "" {
		q.Header.Set("Access-Control-Request-Headers", headers)
	}
	return q
}

// actual asks for the content.
func actual(origin string) Question {
	return Question{http.MethodGet, http.Header{"Origin": {origin}}}
}

// network is a preflight of a page on a public network for a private one.
func network(origin string) Question {
	q := preflight(origin, "PUT", "")
	q.Header.Set("Access-Control-Request-Private-Network", "true")
	return q
}

// The origins of the pairs, those of standard policies.
const (
	app    = "https://app.example"
	strict = "https://strict.example"
	below  = "https://one.apps.example"
)

// say makes what a policy says from the one that all pairs begin with: the standard policy
// one, of a single origin.
func say(name, value, like string, change func(*cases.Policy)) Say {
	age := 600
	p := cases.Policy{
		Name: name, Origins: []string{app}, Methods: []string{"GET", "HEAD", "POST", "PUT"},
		RequestHeaders: []string{"X-Custom"}, ExposeHeaders: []string{"X-Resp"}, MaxAge: &age,
	}
	change(&p)
	return Say{p, value, like}
}

// base is what the pairs begin with, in the words of the field that a pair is about.
func base(value string) Say { return say("base", value, "one", func(*cases.Policy) {}) }

func baseCreds(value string) Say {
	return say("base-creds", value, "exact-creds", func(p *cases.Policy) { p.Credentials = true })
}

// credentialed is the same with credentials.
func credentialed(s Say, like string) Say {
	s.Policy.Name += "-creds"
	s.Policy.Credentials = true
	s.Like = like
	return s
}

// aged says a max-age in seconds.
func aged(name, value, like string, age *int) Say {
	return say(name, value, like, func(p *cases.Policy) { p.MaxAge = age })
}

// Pairs are the pairs of the equal-rules test, by field.
func Pairs() []Pair {
	var all []Pair
	for _, list := range [][]Pair{originPairs(), listPairs(), agePairs(), flagPairs()} {
		all = append(all, list...)
	}
	return all
}

func originPairs() []Pair {
	none := say("origins-none", "[]", "empty", func(p *cases.Policy) { p.Origins = nil })
	any := say("origins-any", `["*"]`, "any", func(p *cases.Policy) { p.Origins = []string{"*"} })
	null := say("origins-null", `[`+app+`, "null"]`, "null", func(p *cases.Policy) { p.Origins = []string{app, "null"} })
	other := say("origins-other", "["+strict+"]", "strict", func(p *cases.Policy) { p.Origins = []string{strict} })
	pattern := say("patterns", "a pattern", "pattern", func(p *cases.Policy) {
		p.Origins, p.OriginPatterns = nil, []string{"https://*.apps.example"}
	})
	regex := say("regexes", "an expression", "regex", func(p *cases.Policy) {
		p.Origins, p.OriginRegexes = nil, []string{`https://[a-z]+\.apps\.example`}
	})
	port := say("patterns-port", "a pattern of any port", "any-port", func(p *cases.Policy) {
		p.Origins, p.OriginPatterns = nil, []string{"http://localhost:*"}
	})
	function := func(name, allow string) Say {
		return say(name, "a function for "+allow, "callback", func(p *cases.Policy) {
			p.Origins, p.OriginFunc = nil, &cases.OriginFunc{Allow: allow, Throw: "https://throw.example"}
		})
	}
	some, someCreds := base("["+app+"]"), baseCreds("["+app+"]")
	return []Pair{
		{FieldOrigins, none, any, actual(app)},
		{FieldOrigins, none, some, actual(app)},
		{FieldOrigins, some, any, actual(strict)},
		{FieldOrigins, some, other, actual(app)},
		{FieldOrigins, some, null, actual("null")},
		{FieldOrigins, someCreds, credentialed(any, "any-creds"), actual(strict)},
		{FieldOriginPatterns, pattern, some, actual(below)},
		{FieldOriginPatterns, port, some, actual("http://localhost:4321")},
		{FieldOriginRegexes, regex, some, actual(below)},
		{FieldOriginRegexes, credentialed(regex, "regex-creds"), someCreds, actual(below)},
		{FieldOriginFunc, function("function", app), function("function-other", strict), actual(app)},
	}
}

// listPairs are those of the lists of names: nothing, a name and any name.
func listPairs() []Pair {
	var all []Pair
	for _, l := range []struct {
		field      Field
		name, some string // the name of the policies; the value of the base
		set        func(p *cases.Policy, list []string)
		any        string // the standard policy
		known, new Question
	}{
		{FieldMethods, "methods", "[GET, HEAD, POST, PUT]", func(p *cases.Policy, l []string) { p.Methods = l }, "any-methods",
			preflight(app, "PUT", ""), preflight(app, "DELETE", "")},
		{FieldRequestHeaders, "request-headers", "[X-Custom]", func(p *cases.Policy, l []string) { p.RequestHeaders = l }, "any-headers",
			preflight(app, "PUT", "x-custom"), preflight(app, "PUT", "x-other")},
		{FieldExposeHeaders, "expose-headers", "[X-Resp]", func(p *cases.Policy, l []string) { p.ExposeHeaders = l }, "expose-any",
			actual(app), actual(app)},
	} {
		none := say(l.name+"-none", "[]", "bare", func(p *cases.Policy) { l.set(p, nil) })
		any := say(l.name+"-any", `["*"]`, l.any, func(p *cases.Policy) { l.set(p, []string{"*"}) })
		noneCreds, anyCreds := credentialed(none, "bare"), credentialed(any, l.any+"-creds")
		all = append(all,
			Pair{l.field, none, any, l.known},
			Pair{l.field, none, base(l.some), l.known},
			Pair{l.field, base(l.some), any, l.new},
			Pair{l.field, noneCreds, anyCreds, l.known},
			Pair{l.field, baseCreds(l.some), anyCreds, l.new},
		)
	}
	return all
}

func agePairs() []Pair {
	zero, negative, day := 0, -1, 86400
	absent := aged("max-age-absent", "none", "maxage-absent", nil)
	never := aged("max-age-0", "0", "maxage-0", &zero)
	q := preflight(app, "PUT", "x-custom")
	return []Pair{
		{FieldMaxAge, absent, base("600"), q},
		{FieldMaxAge, never, base("600"), q},
		{FieldMaxAge, never, absent, q},
		{FieldMaxAge, aged("max-age-day", "86400", "maxage-86400", &day), base("600"), q},
		{FieldMaxAge, aged("max-age-negative", "-1", "maxage-neg", &negative), base("600"), q},
	}
}

func flagPairs() []Pair {
	private := say("private-network", "true", "pna", func(p *cases.Policy) { p.PrivateNetwork = true })
	timing := say("timing", "["+app+"]", "timing", func(p *cases.Policy) { p.TimingOrigins = []string{app} })
	return []Pair{
		{FieldCredentials, base("false"), baseCreds("true"), actual(app)},
		{FieldPrivateNetwork, base("false"), private, network(app)},
		{FieldTimingOrigins, base("[]"), timing, actual(app)},
	}
}
