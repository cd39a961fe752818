package cases

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"

	"github.com/corsproof/corsproof/spec"
)

// Env is what templates can know besides the policy.
type Env struct {
	// Target is the origin of the target's base, "http://127.0.0.1:8080".
	// Templates that need it have no value without.
	Target string
	// TLSTarget is the same over TLS, for cases with over: h2 or tls.
	TLSTarget string
	// Path gives the path at which an endpoint of a policy lives on the target,
	// without a trailing slash: Path(p, "/ok") is "/exact/ok" on a target that
	// serves the contract. Nil: that one, by the policy's Mount.
	Path func(p *Policy, path string) string
	// Nonce gives a string of letters and digits not used before; nil: random ones.
	Nonce func() string
}

// NoValueError says that a template function has no value under a policy: the
// case does not apply to it.
type NoValueError struct {
	Func   string // the template function
	Policy string
	Reason string // "the policy lists no method that needs permission"
}

func (e *NoValueError) Error() string {
	return fmt.Sprintf("{{%s}} has no value under the policy %s: %s", e.Func, e.Policy, e.Reason)
}

// scope is the data that the template functions work on: one policy on one
// target, for one check.
type scope struct {
	policy *Policy
	target string
	path   func(p *Policy, path string) string
	nonce  string
	entry  string // what a repeated step is repeated for
}

func (s *scope) none(fn, reason string) error {
	return &NoValueError{Func: fn, Policy: s.policy.Name, Reason: reason}
}

// given is what the case names itself, if the policy has it so.
func (s *scope) given(fn, what string, ok bool, why string) (string, error) {
	if !ok {
		return "", s.none(fn+" "+strconv.Quote(what), why)
	}
	return what, nil
}

// nth is the nth (from 1; default the first) of list.
func (s *scope) nth(fn, what string, list []string, n []int) (string, error) {
	i := 1
	if len(n) > 0 {
		i = n[0]
	}
	if i < 1 || len(n) > 1 {
		return "", fmt.Errorf("%s takes one number from 1", fn)
	}
	if i > len(list) {
		return "", s.none(fn, fmt.Sprintf("it has %d %s", len(list), what))
	}
	return list[i-1], nil
}

// funcs are the template functions; doc.go describes them.
func (s *scope) funcs() template.FuncMap {
	p := s.policy
	fns := template.FuncMap{
		"policy":     func() string { return p.Name },
		"allowed":    func(n ...int) (string, error) { return s.nth("allowed", "origins to grant", p.AllowedOrigins(), n) },
		"denied":     s.denied,
		"wild":       s.wild,
		"nullOrigin": s.nullOrigin,
		"target":     s.targetOrigin,
		"targetHost": func() (string, error) {
			o, err := s.targetParsed("targetHost")
			return o.Host + ":" + portOf(o), err
		},
		"otherScheme": func() (string, error) { return s.otherThanTarget("otherScheme") },
		"otherPort":   func() (string, error) { return s.otherThanTarget("otherPort") },
		"otherHost":   func() (string, error) { return s.otherThanTarget("otherHost") },
		"alias":       s.alias,
		"path": func(rest ...string) string {
			return s.path(p, strings.Join(rest, ""))
		},

		"method":       s.method,
		"methodStated": func() string { return statedMethod(p) },
		"methods":      func() []string { return unsafeMethods(p) },
		"methodDenied": s.methodDenied,
		"header":       func(n ...int) (string, error) { return s.nth("header", "custom request headers", customHeaders(p), n) },
		"headers":      func() []string { return sortedLower(unsafeHeaders(p)) },
		"headerDenied": s.headerDenied,
		"expose":       func(n ...int) (string, error) { return s.nth("expose", "exposed headers", exposed(p), n) },
		"allowedOrigin": func(o string) (string, error) {
			ok, certain := p.AllowsOrigin(o)
			return s.given("allowedOrigin", o, ok && certain, "it does not surely allow that origin")
		},
		"allowedMethod": func(m string) (string, error) {
			return s.given("allowedMethod", m, !p.ZeroConfig && p.AllowsMethod(m), "it does not allow that method")
		},
		"deniedMethod": func(m string) (string, error) {
			return s.given("deniedMethod", m, !p.ZeroConfig && !p.AllowsMethod(m), "it allows that method")
		},
		"allowedHeader": func(h string) (string, error) {
			return s.given("allowedHeader", h, !p.ZeroConfig && p.AllowsHeader(h), "it does not allow that request header")
		},
		"deniedHeader": func(h string) (string, error) {
			return s.given("deniedHeader", h, !p.ZeroConfig && !p.AllowsHeader(h), "it allows that request header")
		},
		"maxAge": func() (string, error) {
			if p.MaxAge == nil {
				return "", s.none("maxAge", "it sets no max-age")
			}
			return strconv.Itoa(*p.MaxAge), nil
		},

		"scheme": func(o string) (string, error) { x, err := parseOrigin(o); return x.Scheme, err },
		"host":   func(o string) (string, error) { x, err := parseOrigin(o); return x.Host, err },
		"port":   func(o string) (string, error) { x, err := parseOrigin(o); return portOf(x), err },
		"hostport": func(o string) (string, error) {
			x, err := parseOrigin(o)
			return strings.TrimPrefix(x.String(), x.Scheme+"://"), err
		},
		"rep":   repeat,
		"quote": regexp.QuoteMeta, // for matches
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
		"replace": func(old, new, text string) (string, error) {
			if (len(text)+1)*(len(new)+1) > maxRepeated {
				return "", fmt.Errorf("replace: %d bytes could become more than %d", len(text), maxRepeated)
			}
			return strings.ReplaceAll(text, old, new), nil
		},
		"join":           func(list []string, sep string) string { return strings.Join(list, sep) },
		"nonce":          func() string { return s.nonce },
		"entry":          s.entryValue,
		"granted":        s.granted,
		"requestHeaders": func() []string { return settableHeaders(p) },
		"exposes":        p.exposedNames,
		"ask":            s.ask,
		"allHeaders":     s.allHeaders,
		"preflighted":    s.preflighted,
		"sample":         sample,
		// index takes the place of the built-in one, for which a short list is a mistake.
		"index": func(list []string, i int) (string, error) {
			if i < 0 || i >= len(list) {
				return "", s.none("index", fmt.Sprintf("its list has %d elements, none at %d", len(list), i))
			}
			return list[i], nil
		},
	}
	maps.Copy(fns, s.originFuncs())
	return fns
}

// maxRepeated bounds what a typing mistake can cost, in bytes.
const maxRepeated = 4 << 20

func repeat(s string, n int) (string, error) {
	if n < 0 || len(s)*n > maxRepeated {
		return "", fmt.Errorf("rep: %d times %d bytes is more than %d", n, len(s), maxRepeated)
	}
	return strings.Repeat(s, n), nil
}

// wild is the first wildcard with label in place of its "*.". The origins of
// an expression are subdomains if one of them begins with a label that could be
// any other.
func (s *scope) wild(label string) (string, error) {
	for _, text := range s.policy.OriginPatterns {
		if p, err := parsePattern(text); err == nil && p.subdomains && !p.anyPort {
			return strings.Replace(text, "*.", label, 1), nil
		}
	}
	for _, expr := range s.policy.OriginRegexes {
		if list := examplesOf(expr); len(list) > 1 {
			scheme, x, _ := strings.Cut(list[0], "://x.")
			_, y, ok := strings.Cut(list[1], "://y.")
			if ok && x == y && x != "" {
				return scheme + "://" + label + x, nil
			}
		}
	}
	return "", s.none("wild", "its origins are not the subdomains of a domain")
}

func (s *scope) denied(n ...int) (string, error) {
	var list []string
	for _, o := range []string{"https://evil.test", "https://evil2.test", "https://denied.test", "https://denied2.test"} {
		if s.surelyDenies(o) {
			list = append(list, o)
		}
	}
	return s.nth("denied", "origins to deny", list, n)
}

func (s *scope) nullOrigin() (string, error) {
	if !slices.Contains(s.policy.Origins, "null") {
		return "", s.none("nullOrigin", "it does not allow the origin null")
	}
	return "null", nil
}

func (s *scope) targetOrigin() (string, error) {
	if s.target == "" {
		return "", s.none("target", "the target has no base URL of this kind")
	}
	return s.target, nil
}

func (s *scope) targetParsed(fn string) (spec.Origin, error) {
	if s.target == "" {
		return spec.Origin{}, s.none(fn, "the target has no base URL of this kind")
	}
	return parseOrigin(s.target)
}

// otherThanTarget is an origin that differs from the target's in one
// component only.
func (s *scope) otherThanTarget(fn string) (string, error) {
	o, err := s.targetParsed(fn)
	if err != nil {
		return "", err
	}
	switch fn {
	case "otherScheme": // the port stays what it was, spelled out or not
		port := portOf(o)
		if o.Scheme == "https" {
			o.Scheme = "http"
		} else {
			o.Scheme = "https"
		}
		o = withPort(o, port)
	case "otherPort":
		port := portNumber(o) + 1
		if port > 65535 {
			port = 65534
		}
		o = withPort(o, strconv.Itoa(port))
	default:
		o.Host = "other." + strings.TrimPrefix(o.Host, "other.")
		if strings.ContainsAny(o.Host, "[]") || strings.Trim(o.Host, "other.0123456789") == "" {
			o.Host = "other.test" // of an IP address
		}
	}
	return o.String(), nil
}

// alias is the target's origin by another name of the same server, for
// redirects that lead to another origin. Only loopback has one for sure.
func (s *scope) alias() (string, error) {
	o, err := s.targetParsed("alias")
	if err != nil {
		return "", err
	}
	switch o.Host {
	case "127.0.0.1":
		o.Host = "localhost"
	case "localhost":
		o.Host = "127.0.0.1"
	default:
		return "", s.none("alias", "the target is not on 127.0.0.1, so that no other name is known to lead to it")
	}
	return o.String(), nil
}

// programs are the parsed templates of a table, by their text. The functions
// are bound at execution, so that a text is parsed once for all policies.
type programs map[string]*template.Template

// stubs give the parser the names of the functions.
var stubs = (&scope{policy: &Policy{}}).funcs()

// stubbed is a template to make others of: each of its own would be given all functions again.
var stubbed = template.New("").Option("missingkey=error").Funcs(stubs)

// add parses text unless it holds no template action.
func (ps programs) add(text string) error {
	if !strings.Contains(text, "{{") || ps[text] != nil {
		return nil
	}
	t, err := stubbed.New("value").Parse(text)
	if err != nil {
		what := strings.TrimPrefix(err.Error(), "template: value:1: ")
		if _, name, ok := strings.Cut(what, `function "`); ok {
			name, _, _ = strings.Cut(name, `"`)
			names := slices.Sorted(maps.Keys(stubs))
			what = fmt.Sprintf("there is no function %q%s", name, didYouMean(name, names))
		}
		return errors.New(what)
	}
	ps[text] = t
	return nil
}

// evaluator executes templates under one policy. It keeps the values of those
// without a nonce or an entry.
type evaluator struct {
	mu       sync.Mutex // Check.Fresh may be called by several goroutines
	programs programs
	scope    scope
	root     *template.Template
	done     map[string]value
}

type value struct {
	text string
	err  error
}

func (ps programs) under(p *Policy, env Env, over string) *evaluator {
	ev := &evaluator{programs: ps, done: map[string]value{}}
	ev.scope = scope{policy: p, target: env.Target, path: env.Path}
	if over == "h2" || over == "tls" {
		ev.scope.target = env.TLSTarget
	}
	if env.Path == nil {
		ev.scope.path = func(p *Policy, path string) string { return "/" + p.Mount() + path }
	}
	ev.root = template.New("").Funcs(ev.scope.funcs())
	return ev
}

// eval is the value of a template text. The error is a *NoValueError when the
// case does not apply to the policy.
func (ev *evaluator) eval(text string) (string, error) {
	prog := ev.programs[text]
	if prog == nil {
		return text, nil
	}
	if v, ok := ev.done[text]; ok {
		return v.text, v.err
	}
	t, err := ev.root.New("value").AddParseTree("value", prog.Tree)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, nil)
	if none, ok := errors.AsType[*NoValueError](err); ok {
		err = none
	}
	v := value{b.String(), err}
	if !strings.Contains(text, "nonce") && !strings.Contains(text, "entry") {
		ev.done[text] = v
	}
	return v.text, v.err
}
