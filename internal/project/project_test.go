package project_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/internal/project"
)

const whole = `version: 1
name: shop
variables: {APP: "https://app.example.com", PORT: 8080}
environment: local
environments:
  local: {doc: here, variables: {BASE: "http://127.0.0.1:${PORT}"}}
  staging: {variables: {BASE: "https://192.0.2.1"}}
targets:
  api:
    doc: the shop
    url: ${BASE}
    headers: {Authorization: "${TOKEN}", X-A: "1"}
    gate_headers: {X-Gate: "${GATE:-open}"}
    cookies: {session: abc}
    http: "1.1"
    wait: 30s
    rate: 50
    allow_methods: [PUT]
    stack: express
policies:
  api:
    origins: ["${APP}"]
    credentials: true
    methods: [PUT]
    request_headers: [Authorization]
    max_age: 600
  public: {origins: ["*"]}
policies_by_path:
  - {path: /public/**, policy: public}
  - {path: /**, policy: api}
endpoints:
  - {path: /items}
  - {path: "/items?b=1", method: PUT, body: '{"a": "$${A}"}', headers: {x-a: "2"}}
  - {name: upload, path: /upload, body_bytes: 20, status: 413, serves: [POST], no_changes: false}
  - {path: /public/info, websocket: /socket, skip: ["vary-*"]}
  - {path: /missing, status: 404, policy: public}
browser: none
baseline: known.yaml
reports: {junit: out.xml}
at: server.js:3
level: must
strict: true
timeout: 5s
watch: [src]
`

func getenv(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func parse(t *testing.T, text string) *project.File {
	t.Helper()
	f, err := project.Parse("corsproof.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func plan(t *testing.T, text string, v project.Values) *project.Plan {
	t.Helper()
	if v.Getenv == nil {
		v.Getenv = getenv("TOKEN", "Bearer s3cret")
	}
	p, err := parse(t, text).Plan(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlan(t *testing.T) {
	p := plan(t, whole, project.Values{})
	var got []string
	for _, j := range p.Jobs {
		o := j.Target.Requests
		var fields []string
		for _, f := range o.Page {
			fields = append(fields, f.Name+"="+f.Value+"/"+f.Variable)
		}
		data := "-"
		if o.Data != nil {
			data = *o.Data
		}
		got = append(got, fmt.Sprint(j.Name, " ", j.Target.Endpoint, " ", j.Policy, " ", o.QuestionMethod(), " ", fields, " ", data, " ", o.Serves, " ", j.Status))
	}
	want := []string{
		"items http://127.0.0.1:8080/items api  [Authorization=Bearer s3cret/TOKEN X-A=1/] - [] 0",
		`items-put http://127.0.0.1:8080/items?b=1 api PUT [Authorization=Bearer s3cret/TOKEN x-a=2/ Content-Type=application/json/] {"a": "${A}"} [] 0`,
		"upload http://127.0.0.1:8080/upload api POST [Authorization=Bearer s3cret/TOKEN X-A=1/ Content-Type=text/plain/] " + strings.Repeat("x", 20) + " [POST] 413",
		"public-info http://127.0.0.1:8080/public/info public  [Authorization=Bearer s3cret/TOKEN X-A=1/] - [] 0",
		"missing http://127.0.0.1:8080/missing public  [Authorization=Bearer s3cret/TOKEN X-A=1/] - [GET] 404",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if o := p.Jobs[0].Target.Declared.Origins; !slices.Equal(o, []string{"https://app.example.com"}) {
		t.Errorf("origins %q", o)
	}
}

// Where a server is decides what it may be sent, whatever the file is silent about.
func TestPlanForeign(t *testing.T) {
	p := plan(t, strings.Replace(whole, "    rate: 50\n", "", 1), project.Values{Environment: "staging"})
	j := p.Jobs[0].Target
	if !j.Foreign || j.RateLimit != 10 || !slices.Equal(j.AllowedMethods, []string{"GET", "HEAD", "PUT"}) {
		t.Errorf("foreign %v, rate %v, methods %v", j.Foreign, j.RateLimit, j.AllowedMethods)
	}
	var dry bytes.Buffer
	p.WriteDry(&dry, [][]checks{{}, {}, {}, {}, {}})
	if strings.Contains(dry.String(), "s3cret") {
		t.Errorf("a secret:\n%s", &dry)
	}
}

// The value that counts: of --var, then the environment, then the file, then the process.
func TestValues(t *testing.T) {
	text := strings.Replace(whole, "name: shop", "name: ${N}", 1)
	for _, c := range []struct {
		file, env, set, process string
		want                    string
	}{
		{"a", "b", "c", "d", "c"}, {"a", "b", "", "d", "b"}, {"a", "", "", "d", "a"}, {"", "", "", "d", "d"},
	} {
		with := text
		v := project.Values{Set: map[string]string{}, Getenv: getenv("TOKEN", "t", "N", c.process)}
		if c.file != "" {
			with = strings.Replace(with, "variables: {APP", "variables: {N: "+c.file+", APP", 1)
		}
		if c.env != "" {
			with = strings.Replace(with, "local: {doc: here, variables: {", "local: {doc: here, variables: {N: "+c.env+", ", 1)
		}
		if c.set != "" {
			v.Set["N"] = c.set
		}
		if got := plan(t, with, v).File.Name; got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// Every mistake has the line at which it is, and says what was expected.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"version: 1", "version: 2", "corsproof.yaml:1: version: 2 is not a version that this corsproof reads; expected version: 1"},
		{"browser: none", "browsr: none", `corsproof.yaml:37: unknown key "browsr", did you mean "browser"?; expected one of at, baseline,`},
		{"browser: none", "browser: lynx", `corsproof.yaml:37: browser: there is no browser "lynx"; expected auto`},
		{"rate: 50", "rate: fast", `corsproof.yaml:17: targets.api.rate is "fast"; expected a number`},
		{"wait: 30s", "wait: 30", `corsproof.yaml:16: targets.api.wait is "30"; expected a duration`},
		{"environment: local", "environment: here", `corsproof.yaml:4: environment: there is no environment "here"; expected one of local, staging`},
		{"stack: express", "stack: exprezz", `corsproof.yaml:19: targets.api.stack: there is no stack "exprezz"`},
		{"{path: /items}", "{path: items}", `corsproof.yaml:32: endpoints[0].path: "items" is not a path`},
		{"{path: /items}", "{path: /items, polcy: api}", `corsproof.yaml:32: unknown key "polcy" in endpoints[0], did you mean "policy"?`},
		{"{path: /items}", "{path: /items, policy: none}", `corsproof.yaml:32: endpoints[0].policy: there is no policy "none"; expected one of api, public`},
		{"{path: /items}", "{path: /items, status: 99}", `corsproof.yaml:32: endpoints[0].status: 99 is not the status of an answer`},
		{"{path: /items}", "{path: /items, body: a, body_file: b}", "corsproof.yaml:32: endpoints[0]: body, body_file and body_bytes each say what the content is; expected one of them"},
		{"{path: /items}", "{path: /items, method: GET, body: a}", "corsproof.yaml:32: endpoints[0].method: a browser sends no content with GET"},
		{"policies_by_path:", "policies_by_path: []\nx-old:", "corsproof.yaml:33: endpoints[0]: no policy is about /items; expected policy: with one of api, public"},
		{"{name: upload", "{name: items", "corsproof.yaml:34: endpoints[2]: the endpoint at line 32 is called items too"},
		{"reports: {junit: out.xml}", "reports: {html5: out.xml}", `corsproof.yaml:39: reports.html5: there is no form "html5"`},
		{`origins: ["${APP}"]`, `origins: ["${APP}/"]`, `corsproof.yaml:22: policies.api.origins[0]: `},
		{"url: ${BASE}", "url: ${BSE}", "corsproof.yaml:11: targets.api.url: ${BSE} has no value; expected a variable of the process"},
		{"environment: local", "x-e: 1", "corsproof.yaml:11: targets.api.url: ${BASE} has no value; expected --env local or --env staging"},
		{`BASE: "http://127.0.0.1:${PORT}"`, `BASE: "${BASE}"`, "corsproof.yaml:11: targets.api.url: the value of ${BASE} names other values without end"},
		{"url: ${BASE}", "url: ${BASE", "corsproof.yaml:11: targets.api.url: "},
		{"url: ${BASE}", "url: http://u:p@127.0.0.1", "corsproof.yaml:11: targets.api.url: the URL holds a user name or password"},
		{"cookies: {session: abc}", "cookies: {session: a;b}", "corsproof.yaml:14: targets.api.cookies.session: "},
		{"X-A: \"1\"}", "Origin: https://x.test}", "corsproof.yaml:12: targets.api.headers.Origin: Origin is set by each check itself"},
		{"gate_headers: {X-Gate", "gate_headers: {x-a", "the request field x-a is given twice"},
		{"http: \"1.1\"", "cacert: /nonexistent/ca.pem", "corsproof.yaml:15: targets.api.cacert: "},
		{"path: /public/**", "path: public", `corsproof.yaml:29: policies_by_path[0].path: "public" is not a glob of paths`},
	} {
		text := strings.Replace(whole, c.from, c.to, 1)
		if text == whole {
			t.Fatalf("%q is not in the example", c.from)
		}
		f, err := project.Parse("corsproof.yaml", []byte(text))
		if err == nil {
			_, err = f.Plan(project.Values{Getenv: getenv("TOKEN", "t")}, nil)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n got %v\nwant %s", c.to, err, c.want)
		}
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(project.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	var doc any
	if err := yaml.Load([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// What the loader takes is valid by the schema, and a key that it does not know is not.
func TestSchema(t *testing.T) {
	s := compiled(t)
	if err := valid(t, s, whole); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"browser: none", "{path: /items", "url: ${BASE}", "credentials: true", "doc: here"} {
		if valid(t, s, strings.Replace(whole, key, strings.Replace(key, ":", "x:", 1), 1)) == nil {
			t.Errorf("%s with another key is valid", key)
		}
	}
}

// The schema has the keys that the loader has, each with what it is.
func TestSchemaKeys(t *testing.T) {
	var s struct {
		Properties map[string]struct{ Description string }
		Defs       map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(project.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		of   reflect.Type
		have map[string]struct{ Description string }
	}{
		"file": {reflect.TypeFor[project.File](), s.Properties}, "target": {reflect.TypeFor[project.Target](), s.Defs["target"].Properties},
		"endpoint": {reflect.TypeFor[project.Endpoint](), s.Defs["endpoint"].Properties}, "environment": {reflect.TypeFor[project.Environment](), s.Defs["environment"].Properties},
	} {
		var have []string
		for key, p := range c.have {
			have = append(have, key)
			if p.Description == "" {
				t.Errorf("%s: %s has no description", name, key)
			}
		}
		slices.Sort(have)
		if want := keys(c.of); !slices.Equal(have, want) {
			t.Errorf("%s: the schema has %v, the loader %v", name, have, want)
		}
	}
}

func keys(of reflect.Type) []string {
	var list []string
	for f := range of.Fields() {
		if tag := f.Tag.Get("yaml"); tag != "" {
			list = append(list, tag)
		} else if f.Anonymous {
			list = append(list, keys(f.Type)...)
		}
	}
	slices.Sort(list)
	return list
}

// Paths of the file are relative to it.
func TestNear(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "b.json"), []byte("[1]"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(whole, "{path: /items}", "{path: /items, body_file: b.json}", 1)
	f, err := project.Parse(filepath.Join(dir, "corsproof.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Plan(project.Values{Getenv: getenv("TOKEN", "t")}, []string{"items-*st"})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Jobs) != 1 || *p.Jobs[0].Target.Requests.Data != "[1]" {
		t.Errorf("%+v", p.Jobs)
	}
}
