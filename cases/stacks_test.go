package cases_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/cases"
)

// A policy of the size that people have.
var stackPolicy = cases.Policy{
	Name: "p", Origins: []string{"https://app.example", "https://admin.example"}, Credentials: true,
	Methods: []string{"PUT", "DELETE"}, RequestHeaders: []string{"Authorization", "Content-Type"}, ExposeHeaders: []string{"X-Total-Count"}, MaxAge: new(7200),
}

// stackPolicies are policies that ask for each text.
func stackPolicies() map[string]cases.Policy {
	any, patterns, regexes := stackPolicy, stackPolicy, stackPolicy
	any.Origins, any.Methods, any.RequestHeaders, any.ExposeHeaders = []string{"*"}, []string{"*"}, []string{"*"}, []string{"*"}
	patterns.Origins, patterns.OriginPatterns = nil, []string{"https://*.apps.example"}
	regexes.Origins, regexes.OriginRegexes = nil, []string{`https://[a-z]+\.apps\.example`}
	return map[string]cases.Policy{"list": stackPolicy, "any": any, "patterns": patterns, "regexes": regexes, "empty": {}}
}

func TestEveryStackHasTheSettingsThatPeopleGetWrong(t *testing.T) {
	if n := len(cases.Stacks()); n < 28 {
		t.Errorf("%d stacks", n)
	}
	for _, s := range cases.Stacks() {
		for _, setting := range cases.Settings[:8] {
			if s.Settings[setting].Text == "" {
				t.Errorf("%s has nothing for %s", s.ID, setting)
			}
		}
	}
}

func TestEveryTextFillsAndFitsTheScreen(t *testing.T) {
	for name, policy := range stackPolicies() {
		for _, s := range cases.Stacks() {
			for setting := range s.Settings {
				text := cases.Fill(&s, setting, &policy, cases.Values{})
				where := s.ID + ", " + string(setting) + ", " + name
				if text == "" || regexp.MustCompile(`\{\{[a-z]|%!|%[vrRlc]\b`).MatchString(text) {
					t.Errorf("%s: not filled:\n%s", where, text)
				}
				lines := strings.Split(text, "\n")
				if len(lines) > 7 {
					t.Errorf("%s: %d lines", where, len(lines))
				}
				for _, line := range lines {
					if utf8.RuneCountInString(line) > 90 {
						t.Errorf("%s: %d columns: %s", where, utf8.RuneCountInString(line), line)
					}
				}
			}
		}
	}
}

func TestAFilledTextHasThePolicysValues(t *testing.T) {
	values := map[cases.Setting]func(cases.Policy) []string{
		cases.SettingOrigins: func(p cases.Policy) []string { return p.Origins[:1] },
		cases.SettingMethods: func(p cases.Policy) []string { return p.Methods },
		cases.SettingHeaders: func(p cases.Policy) []string { return p.RequestHeaders },
		cases.SettingExpose:  func(p cases.Policy) []string { return p.ExposeHeaders },
		cases.SettingMaxAge:  func(cases.Policy) []string { return []string{"7200"} },
	}
	for _, s := range cases.Stacks() {
		for setting, want := range values {
			if s.Settings[setting].Option == "" {
				continue // there is no such option
			}
			text := strings.ToLower(strings.NewReplacer(`\`, "").Replace(cases.Fill(&s, setting, &stackPolicy, cases.Values{})))
			for _, v := range want(stackPolicy) {
				if !strings.Contains(text, strings.ToLower(v)) {
					t.Errorf("%s, %s: no %s in\n%s", s.ID, setting, v, text)
				}
			}
		}
	}
}

func TestFillWritesListsInTheLanguage(t *testing.T) {
	for id, want := range map[string]string{
		"django":      `CORS_ALLOWED_ORIGINS = ["https://app.example", "https://admin.example"]`,
		"rs-cors":     `AllowedOrigins: []string{"https://app.example", "https://admin.example"},`,
		"jetty":       "// Regular expressions for the whole origin.\n" + `cors.setAllowedOriginPatterns(Set.of("https://app\\.example", "https://admin\\.example"));`,
		"apache":      `SetEnvIf Origin "^(https://app\.example|https://admin\.example)$" CORS_ORIGIN=$1` + "\n" + `Header always set Access-Control-Allow-Origin "%{CORS_ORIGIN}e" env=CORS_ORIGIN` + "\nHeader always merge Vary Origin",
		"actix":       "Cors::default()\n    .allowed_origin(\"https://app.example\")\n    .allowed_origin(\"https://admin.example\")",
		"spring-mvc":  `registry.addMapping("/**").allowedOrigins("https://app.example", "https://admin.example");`,
		"unheard-of!": "",
	} {
		s := cases.FindStack(id)
		if s == nil {
			if want != "" {
				t.Errorf("no stack %s", id)
			}
			continue
		}
		if got := cases.Fill(s, cases.SettingOrigins, &stackPolicy, cases.Values{}); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", id, got, want)
		}
	}
	rails := cases.FindStack("rails")
	if got, want := cases.Fill(rails, cases.SettingMethods, &stackPolicy, cases.Values{}), `resource "*", ..., methods: [:get, :head, :post, :put, :delete]`; got != want {
		t.Errorf("rails: %s", got)
	}
}

func TestFillSaysAnyAndPatternsInTheirOwnWords(t *testing.T) {
	p := stackPolicies()
	any, patterns, regexes := p["any"], p["patterns"], p["regexes"]
	patterns.OriginPatterns = append(patterns.OriginPatterns, "http://localhost:*")
	several := regexes
	several.OriginRegexes = []string{`https://a\.example|https://b\.example`}
	for want, got := range map[string]string{
		"CORS_ALLOW_ALL_ORIGINS = True": cases.Fill(cases.FindStack("django"), cases.SettingOrigins, &any, cases.Values{}),
		"CORS_ALLOWED_ORIGIN_REGEXES = [r\"^https://([a-z0-9-]+\\.)+apps\\.example$\",\n    r\"^http://localhost(:[0-9]+)?$\"]": cases.Fill(cases.FindStack("django"), cases.SettingOrigins, &patterns, cases.Values{}),
		`app.use(cors({ origin: [new RegExp("^https://[a-z]+\\.apps\\.example$")] }))`:                                          cases.Fill(cases.FindStack("express"), cases.SettingOrigins, &regexes, cases.Values{}),
		`CORS_ALLOWED_ORIGIN_REGEXES = [r"^(https://a\.example|https://b\.example)$"]`:                                          cases.Fill(cases.FindStack("django"), cases.SettingOrigins, &several, cases.Values{}),
		"registry.addMapping(\"/**\").allowedOriginPatterns(\"https://*.apps.example\",\n    \"http://localhost:[*]\");":        cases.Fill(cases.FindStack("spring-mvc"), cases.SettingOrigins, &patterns, cases.Values{}),
	} {
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

func TestFillPrefersTheValuesOfTheCheck(t *testing.T) {
	got := cases.Fill(cases.FindStack("apigateway-rest"), cases.SettingOrigins, &stackPolicy, cases.Values{Origin: "https://admin.example"})
	if !strings.Contains(got, `"Access-Control-Allow-Origin": "https://admin.example"`) {
		t.Error(got)
	}
	if got := cases.Fill(cases.FindStack("hapi"), cases.SettingMethods, &stackPolicy, cases.Values{Method: "DELETE"}); !strings.Contains(got, "a route for DELETE.") {
		t.Error(got)
	}
}

func TestNothingIsAddedToWhatThePolicyAllows(t *testing.T) {
	none := cases.Policy{Origins: []string{"https://app.example"}}
	for setting, want := range map[cases.Setting]string{cases.SettingMethods: `"GET", "HEAD", "POST"]`, cases.SettingHeaders: `["Accept"]`, cases.SettingExpose: `["Cache-Control"]`, cases.SettingCredentials: "=False"} {
		if got := cases.Fill(cases.FindStack("fastapi"), setting, &none, cases.Values{}); !strings.Contains(got, want) {
			t.Errorf("%s: %s", setting, got)
		}
	}
}

// The adapters run these frameworks: an option that none of their files names
// is misspelt, or of another version.
func TestAdaptersUseTheOptions(t *testing.T) {
	seen := 0
	for _, s := range cases.Stacks() {
		if s.Adapter == "" {
			continue
		}
		code := adapterCode(t, s.Adapter)
		for _, setting := range cases.Settings[:6] {
			if option := s.Settings[setting].Option; option != "" {
				seen++
				if !strings.Contains(code, option) {
					t.Errorf("%s, %s: testdata/frameworks/%s does not use %s", s.ID, setting, s.Adapter, option)
				}
			}
		}
	}
	if seen < 120 {
		t.Errorf("only %d options were looked for", seen)
	}
}

// adapterCode is what an adapter and the code that adapters share have written.
func adapterCode(t *testing.T, name string) string {
	t.Helper()
	var code strings.Builder
	for _, dir := range []string{name, "shared"} {
		err := filepath.WalkDir(filepath.Join("../testdata/frameworks", dir), func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() && slices.Contains([]string{".py", ".js", ".go", ".rs", ".java", ".rb", ".ru"}, filepath.Ext(path)) && !strings.Contains(path, "node_modules") {
				data, err := os.ReadFile(path)
				code.Write(data)
				return err
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return code.String()
}

func TestTheSchemaOfStacksIsKeptInStep(t *testing.T) {
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Enum []cases.Proof `json:"enum"`
			} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(cases.StacksSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	keys := func(def string) []string {
		var out []string
		for key := range doc.Defs[def].Properties {
			out = append(out, key)
		}
		slices.Sort(out)
		return out
	}
	tags := func(typ reflect.Type) []string {
		var out []string
		for f := range typ.Fields() {
			out = append(out, f.Tag.Get("yaml"))
		}
		slices.Sort(out)
		return out
	}
	var settings []string
	for _, s := range cases.Settings {
		settings = append(settings, string(s))
	}
	slices.Sort(settings)
	for def, want := range map[string][]string{
		"stack":    {"adapter", "docs", "id", "language", "mount", "name", "preflight-only", "settings", "shows", "whole"},
		"mark":     tags(reflect.TypeFor[cases.Mark]()),
		"advice":   tags(reflect.TypeFor[cases.Advice]()),
		"settings": settings,
	} {
		if got := keys(def); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", def, got, want)
		}
	}
	if got := doc.Defs["mark"].Properties["proves"].Enum; !slices.Equal(got, []cases.Proof{cases.ProvesFramework, cases.ProvesFront, cases.ProvesServer}) {
		t.Error(got)
	}
}

func TestTheSchemaAcceptsTheStacksAndRefusesMistakes(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(cases.StacksSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("stacks", schema); err != nil {
		t.Fatal(err)
	}
	compiled := c.MustCompile("stacks")
	file, err := os.ReadFile("stacks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	judge := func(text string) error {
		var v any
		if err := yaml.Load([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(v)
	}
	if err := judge(string(file)); err != nil {
		t.Error(err)
	}
	for from, to := range map[string]string{"    name: Litestar\n": "", "proves: front}": "proves: proxy}", "      max-age:": "      max_age:", "option: allow_origin\n": "options: allow_origin\n"} {
		if broken := strings.Replace(string(file), from, to, 1); broken == string(file) || judge(broken) == nil {
			t.Errorf("%q is accepted, or not in the file", to)
		}
	}
}

func TestMistakesInStacksHaveTheirLine(t *testing.T) {
	file, err := os.ReadFile("stacks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	lineOf := func(text string) int {
		return strings.Count(string(file[:strings.Index(string(file), text)]), "\n") + 1
	}
	for _, c := range []struct{ from, to, want string }{
		{"    name: Flask with Flask-CORS\n", "    nam: Flask with Flask-CORS\n", `unknown key "nam", did you mean "name"?`},
		{"option: supports_credentials, text: 'CORS(", "option: support_credential, text: 'CORS(", `settings.credentials.option "support_credential" is not in its text`},
		{"      expose: {option: exposedHeaders, text: 'app.use", "      exposes: {option: exposedHeaders, text: 'app.use", `unknown key "exposes" in settings, did you mean "expose"?`},
		{"proves: framework, example: Python/3.11", "proves: frameworks, example: Python/3.11", `shows[0].proves is "frameworks"`},
		{"example: Jetty(12.1.14)", "example: Netty(12.1.14)", `shows[0].example "Netty(12.1.14)" is not what "Jetty(*" takes`},
		{"'CORS_PREFLIGHT_MAX_AGE = {{max_age}}'", "'CORS_PREFLIGHT_MAX_AGE = {{maxage}}'", `{{maxage}} is no placeholder, did you mean "max_age"?`},
		{"'CORS_ALLOW_HEADERS = [{{headers|\"%l\"}}]'", "'CORS_ALLOW_HEADERS = [{{headers|\"%d\"}}]'", `{{headers|"%d"}} has the verb %d`},
		{"docs: https://laravel.com/", "docs: http://laravel.com/", `docs is "http://laravel.com/docs/routing#cors"`},
		{"  - id: nestjs\n", "  - id: express\n", "the id express is taken"},
		{"  - id: koa\n", "  - id: Koa\n", `id is "Koa"`},
	} {
		broken := strings.Replace(string(file), c.from, c.to, 1)
		if broken == string(file) {
			t.Errorf("the mistake %q is not in the file", c.to)
			continue
		}
		_, err := cases.ParseStacks("s.yaml", []byte(broken))
		problems, _ := err.(cases.Problems)
		if len(problems) == 0 || !slices.ContainsFunc(problems, func(p *cases.Problem) bool {
			return strings.Contains(p.What, c.want) && near(p.Pos.Line, lineOf(c.from))
		}) {
			t.Errorf("%q: %v", c.want, err)
		}
	}
}

// near: a text of several lines has the line of its key, an entry its first.
func near(got, want int) bool { return got <= want && want-got <= 2 }

func TestASettingCannotBeLeftOut(t *testing.T) {
	_, err := cases.ParseStacks("s.yaml", []byte("stacks:\n  - id: a\n    name: A\n    language: Go\n    docs: https://a.example/\n    settings:\n      origins: {text: x}\n"))
	if err == nil || !strings.Contains(err.Error(), "s.yaml:7: a: settings.errors is missing") && !strings.Contains(err.Error(), "s.yaml:6: a: settings.errors is missing") {
		t.Error(err)
	}
	if strings.Contains(err.Error(), "settings.vary") {
		t.Error("twice and vary may be left out")
	}
}

func TestStackIDsThatAreMeantAreFound(t *testing.T) {
	if got := cases.NearestStacks("fast-api"); !slices.Contains(got, "fastapi") {
		t.Error(got)
	}
	if cases.FindStack("fast-api") != nil {
		t.Error("a stack is never guessed")
	}
}
