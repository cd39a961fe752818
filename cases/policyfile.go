package cases

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/internal/input"
)

// PolicyError is one thing that is wrong with a Policy.
type PolicyError struct {
	Policy string // its name
	Field  string // the YAML key, with an index: "origins[1]"
	What   string
	Want   string
}

func (e *PolicyError) Error() string {
	s := fmt.Sprintf("policy %s: %s: %s", e.Policy, e.Field, e.What)
	if e.Want != "" {
		s += "; expected " + e.Want
	}
	return s
}

// LoadPolicy reads a YAML file that holds one policy. The error is a Problems
// with every mistake and its line, or says why the file could not be read. A
// policy without a name is called "declared".
func LoadPolicy(fsys fs.FS, name string) (Policy, error) {
	data, err := readFile(fsys, name)
	if err != nil {
		return Policy{}, fmt.Errorf("read the policy file %s: %w", name, err)
	}
	return ParsePolicy(name, data)
}

// readFile reads a file that a person wrote.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return input.All(file, name, input.Written)
}

// ParsePolicy is LoadPolicy for the content of a file; name is for messages.
func ParsePolicy(name string, data []byte) (Policy, error) {
	var problems Problems
	d := &decoder{reporter: reporter{file: name, list: &problems}}
	root := d.parse(data)
	if root == nil {
		return Policy{}, problems
	}
	p := d.decodePolicy(root, "declared")
	return p, problems.orNil()
}

// policiesDoc is policies.yaml.
type policiesDoc struct {
	Policies []*yaml.Node `yaml:"policies"`
}

// policies decodes a policies.yaml.
func (l *loader) policies(d *decoder, root *yaml.Node) {
	if root == nil {
		return
	}
	var doc policiesDoc
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	for _, node := range doc.Policies {
		p := d.decodePolicy(node, "")
		if p.Name != "" && l.table.Policy(p.Name) != nil {
			d.add(Duplicate, node.Line, p.Name, "there is a policy of this name already", "another name")
			continue
		}
		l.table.Policies = append(l.table.Policies, p)
	}
}

// decodePolicy decodes and validates one policy.
func (d *decoder) decodePolicy(node *yaml.Node, name string) Policy {
	d.places = places{"": node.Line}
	defer func() { d.places, d.id = nil, "" }()
	before := len(*d.list)
	p := Policy{Name: name}
	d.decode(node, reflect.ValueOf(&p).Elem(), "")
	if len(*d.list) > before {
		return p
	}
	for _, e := range p.Validate() {
		d.add(BadValue, d.places.line(e.Field), p.Name, "%s: %s", e.Want, e.Field, e.What)
	}
	return p
}

var (
	token     = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // RFC 9110 section 5.6.2
	segment   = regexp.MustCompile(`^[A-Za-z0-9_~+-][A-Za-z0-9._~+-]*$`)
	kebabCase = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// Validate gives everything that is wrong with the policy, nil for nothing. It
// does not judge whether the policy is wise: any origin with credentials is valid.
func (p *Policy) Validate() []*PolicyError {
	v := policyValidator{policy: p}
	if !kebabCase.MatchString(p.Name) {
		v.add("name", fmt.Sprintf("%q cannot be used in a URL and an id", p.Name), "lower-case letters, digits and hyphens")
	}
	if p.Path != "" && !segment.MatchString(p.Path) {
		v.add("path", fmt.Sprintf("%q cannot be used in a URL as it is", p.Path), "one path segment of letters, digits and -._~+")
	}
	v.origins()
	v.timing()
	v.tokens("methods", p.Methods, "a method such as PUT, or *")
	for i, m := range p.Methods {
		if up := strings.ToUpper(m); up == "CONNECT" || up == "TRACE" || up == "TRACK" {
			v.add(at("methods", i), m+" can never be sent by a script", "another method")
		} else if m != up && slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}, up) {
			v.add(at("methods", i), fmt.Sprintf("browsers send %s for %s, and methods are compared byte for byte", up, m), up)
		}
	}
	v.tokens("request_headers", p.RequestHeaders, "a header name, or *")
	v.tokens("expose_headers", p.ExposeHeaders, "a header name, or *")
	if p.MaxAge != nil && *p.MaxAge < -1 {
		v.add("max_age", fmt.Sprintf("%d seconds", *p.MaxAge), "0 or more seconds, or -1 for frameworks that document it")
	}
	if p.ZeroConfig && (len(p.Origins) > 0 || p.Credentials || len(p.Methods) > 0) {
		v.add("zero_config", "is given beside configuration", "nothing but name and doc")
	}
	return v.errs
}

type policyValidator struct {
	policy *Policy
	errs   []*PolicyError
}

func (v *policyValidator) add(field, what, want string) {
	v.errs = append(v.errs, &PolicyError{Policy: v.policy.Name, Field: field, What: what, Want: want})
}

func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

const wantOrigin = "a serialised origin, byte for byte as browsers send it (scheme://host[:port]), null, or * alone"

// mostEntries is the most that a list of a policy may have: a run asks for each of them several times.
const mostEntries = 10_000

// crowded tells whether a list is longer than anybody can have checked.
func (v *policyValidator) crowded(field string, list []string) bool {
	if len(list) <= mostEntries {
		return false
	}
	v.add(field, fmt.Sprintf("%d entries", len(list)), fmt.Sprintf("%d at most; a sample of them shows how the server compares", mostEntries))
	return true
}

func (v *policyValidator) origins() {
	p := v.policy
	if v.crowded("origins", p.Origins) || v.crowded("origin_patterns", p.OriginPatterns) || v.crowded("origin_regexes", p.OriginRegexes) {
		return
	}
	for i, o := range p.Origins {
		switch {
		case o == "*":
			if len(p.Origins) > 1 {
				v.add(at("origins", i), "* is listed beside other origins", "* alone, or a list without it")
			}
		case o == "null":
		default:
			if err := checkOrigin(o); err != nil {
				v.add(at("origins", i), err.Error(), wantOrigin)
			}
		}
		if slices.Index(p.Origins, o) < i {
			v.add(at("origins", i), fmt.Sprintf("%q appears twice", o), "each origin once")
		}
	}
	for i, o := range p.OriginPatterns {
		if _, err := parsePattern(o); err != nil {
			v.add(at("origin_patterns", i), err.Error(), wantPattern)
		}
	}
	for i, e := range p.OriginRegexes {
		_, err := syntax.Parse(e, syntax.Perl)
		switch {
		case err != nil:
			v.add(at("origin_regexes", i), err.Error(), "a regular expression")
		case strings.HasPrefix(e, "^") || strings.HasSuffix(e, "$") && !strings.HasSuffix(e, `\$`):
			v.add(at("origin_regexes", i), fmt.Sprintf("%q has anchors", e), "the expression without them; whether the framework adds them is what the cases find out")
		}
	}
	if f := p.OriginFunc; f != nil {
		for field, o := range map[string]string{"allow": f.Allow, "throw": f.Throw} {
			if err := checkOrigin(o); err != nil {
				v.add("origin_func."+field, err.Error(), wantOrigin)
			}
		}
	}
}

// timing validates the origins that may read times: entries of
// Timing-Allow-Origin (https://fetch.spec.whatwg.org/#concept-tao-check).
func (v *policyValidator) timing() {
	list := v.policy.TimingOrigins
	if v.crowded("timing_origins", list) {
		return
	}
	for i, o := range list {
		switch {
		case o == "*" && len(list) > 1:
			v.add(at("timing_origins", i), "* is listed beside other origins", "* alone, or a list without it")
		case slices.Index(list, o) < i:
			v.add(at("timing_origins", i), fmt.Sprintf("%q appears twice", o), "each origin once")
		case o != "*" && o != "null":
			if err := checkOrigin(o); err != nil {
				v.add(at("timing_origins", i), err.Error(), wantOrigin)
			}
		}
	}
}

func (v *policyValidator) tokens(field string, list []string, want string) {
	if v.crowded(field, list) {
		return
	}
	for i, s := range list {
		switch {
		case !token.MatchString(s):
			v.add(at(field, i), fmt.Sprintf("%q is not a token", s), want)
		case s == "*" && len(list) > 1:
			v.add(at(field, i), "* is listed beside other names", "* alone, or a list without it")
		case slices.IndexFunc(list, func(o string) bool { return o == s }) < i:
			v.add(at(field, i), fmt.Sprintf("%q appears twice", s), "each name once")
		}
	}
}
