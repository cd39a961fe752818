package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
)

// TestConfigurationThatLetsInOthers: a configuration by which sites of others read with the user's credentials is
// called dangerous, in the words of each library; one without credentials is not, and neither is one
// that compares.
func TestConfigurationThatLetsInOthers(t *testing.T) {
	for _, c := range []struct{ text, cause string }{
		{"app.use(cors({origin: true, credentials: true}))", "reflects-any-origin"},
		{"const corsOptions = {\n  origin: true,\n  credentials: true\n}\napp.use(cors(corsOptions))", "reflects-any-origin"},
		{"app.enableCors({ origin: true, credentials: true })", "reflects-any-origin"},
		{"await app.register(cors, { origin: true, credentials: true })", "reflects-any-origin"},
		{"app.use(cors({ origin: (origin, cb) => cb(null, true), credentials: true }))", "reflects-any-origin"},
		{"app.use(cors({\n  origin: function (origin, callback) {\n    callback(null, true)\n  },\n  credentials: true\n}))", "reflects-any-origin"},
		{"app.use(cors({ origin: (origin, callback) => { return callback(null, true) }, credentials: true }))", "reflects-any-origin"},
		{"app.use('*', cors({ origin: (origin) => origin, credentials: true }))", "reflects-any-origin"},
		{"app.use(cors({ origin: ctx => ctx.get('Origin'), credentials: true }))", "reflects-any-origin"},
		{"app.use(cors({ origin: /.*/, credentials: true }))", "reflects-any-origin"},
		{"app.use(cors({ origin: [/^https?:\\/\\/.*$/], credentials: true }))", "reflects-any-origin"},
		{"app.use(cors({ origin: /example\\.com$/, credentials: true }))", "origin-any-start"},
		{"app.use(cors({ origin: /^https:\\/\\/app\\.example\\.com/, credentials: true }))", "origin-any-end"},
		{"app.use(cors({ origin: /localhost/, credentials: true }))", "origin-any-end"},
		{"app.use(cors({ origin: /^https:\\/\\/app.example.com$/, credentials: true }))", "origin-dot"},
		{"app.use(cors({ origin: /^https:\\/\\/.*example\\.com$/, credentials: true }))", "origin-any-start"},
		{"app.use(cors({\n  origin: [\n    'https://a.example.org',\n    /\\.example\\.com/,\n  ],\n  credentials: true\n}))", "origin-any-end"},
		{"app.use(cors({ origin: new RegExp('^https://app\\\\.example\\\\.com'), credentials: true }))", "origin-any-end"},
		{"CORS(app, origins='*', supports_credentials=True)", "reflects-any-origin"},
		{"CORS(app, resources={r\"/api/*\": {\"origins\": \"*\"}}, supports_credentials=True)", "reflects-any-origin"},
		{"CORS(app, origins=[r\"https://.*\\.example\\.com\"], supports_credentials=True)", "origin-any-end"},
		{"app.add_middleware(CORSMiddleware, allow_origins=[\"*\"], allow_credentials=True)", "reflects-any-origin"},
		{"app.add_middleware(\n    CORSMiddleware,\n    allow_origin_regex=\".*\",\n    allow_credentials=True,\n)", "reflects-any-origin"},
		{"CORS_ALLOW_ALL_ORIGINS = True\nCORS_ALLOW_CREDENTIALS = True", "reflects-any-origin"},
		{"CORS_ALLOWED_ORIGIN_REGEXES = [\n    r\"^https://\\w+\\.example\\.com\",\n]\nCORS_ALLOW_CREDENTIALS = True", "origin-any-end"},
		{"c := cors.New(cors.Options{\n    AllowOriginFunc:  func(origin string) bool { return true },\n    AllowCredentials: true,\n})", "reflects-any-origin"},
		{"AllowOriginFunc: func(r *http.Request, origin string) bool { return true },\nAllowCredentials: true,", "reflects-any-origin"},
		{"AllowOriginFunc: func(origin string) (bool, error) {\n\treturn true, nil\n},\nAllowCredentials: true,", "reflects-any-origin"},
		{"registry.addMapping(\"/**\").allowedOriginPatterns(\"*\").allowCredentials(true);", "reflects-any-origin"},
		{"config.setAllowedOriginPatterns(List.of(\"*\"));\nconfig.setAllowCredentials(true);", "reflects-any-origin"},
		{"config.addAllowedOriginPattern(\"*\");\nconfig.setAllowCredentials(true);", "reflects-any-origin"},
		{"@CrossOrigin(originPatterns = \"*\", allowCredentials = \"true\")", "reflects-any-origin"},
		{"policy.SetIsOriginAllowed(_ => true).AllowAnyHeader().AllowCredentials()", "reflects-any-origin"},
		{"'allowed_origins' => ['*'],\n'supports_credentials' => true,", "reflects-any-origin"},
		{"'allowed_origins_patterns' => ['#https://.*\\.example\\.com#'],\n'supports_credentials' => true,", "origin-any-end"},
		{"CorsLayer::new().allow_origin(AllowOrigin::mirror_request()).allow_credentials(true)", "reflects-any-origin"},
		{"Cors::default().allowed_origin_fn(|_, _| true).supports_credentials()", "reflects-any-origin"},
		{"add_header Access-Control-Allow-Origin $http_origin always;\nadd_header Access-Control-Allow-Credentials true always;", "reflects-any-origin"},
		{"add_header 'Access-Control-Allow-Origin' \"$http_origin\";\nadd_header 'Access-Control-Allow-Credentials' 'true';", "reflects-any-origin"},
		{"if ($http_origin ~* \"https://.*\\.example\\.com\") {\n    add_header Access-Control-Allow-Origin $http_origin;\n    add_header Access-Control-Allow-Credentials true;\n}", "origin-any-end"},
		{"map $http_origin $cors {\n    default \"\";\n    \"~^https://app.example.com$\" $http_origin;\n}\nadd_header Access-Control-Allow-Origin $cors;\nadd_header Access-Control-Allow-Credentials true;", "origin-dot"},
		{"SetEnvIf Origin \"example\\.com$\" CORS_ORIGIN=$0\nHeader set Access-Control-Allow-Origin %{CORS_ORIGIN}e env=CORS_ORIGIN\nHeader set Access-Control-Allow-Credentials \"true\"", "origin-any-start"},
		{"res.setHeader('Access-Control-Allow-Origin', req.headers.origin);\nres.setHeader('Access-Control-Allow-Credentials', 'true');", "reflects-any-origin"},
		{"const origin = req.headers.origin;\nres.header('Access-Control-Allow-Origin', origin);\nres.header('Access-Control-Allow-Credentials', 'true');", "reflects-any-origin"},
		{"w.Header().Set(\"Access-Control-Allow-Origin\", r.Header.Get(\"Origin\"))\nw.Header().Set(\"Access-Control-Allow-Credentials\", \"true\")", "reflects-any-origin"},
		{"header(\"Access-Control-Allow-Origin: \" . $_SERVER['HTTP_ORIGIN']);\nheader(\"Access-Control-Allow-Credentials: true\");", "reflects-any-origin"},
	} {
		a := explained(t, c.text, explain.Context{})
		out := flat(page(t, a))
		if a.Kind != explain.KindConfig || a.Cause.ID != c.cause || a.Side != cases.SideServer || a.Confidence != explain.Open || !strings.HasPrefix(out, "WARNING This is a server's configuration, and it is dangerous: by ") || !strings.Contains(out, "with credentials") {
			t.Errorf("%s\n%s, %q: %s", c.text, a.Kind, a.Cause.ID, out)
		}
		if !strings.Contains(a.Cause.Here, "only a request shows") || strings.Contains(out, "refuse *") {
			t.Errorf("%s\n%s", c.text, out)
		}
		if c.cause == "reflects-any-origin" != (strings.HasSuffix(a.Check, "--from https://evil.test") && strings.Contains(out, "every site can read")) {
			t.Errorf("%s\n%s", c.text, a.Check)
		}
		b := explained(t, strings.NewReplacer("true\nCORS", "True\nCORS", "credentials: true", "maxAge: 6", "redentials=True", "redentials=False", "redentials: true", "redentials: false", "CREDENTIALS = True", "CREDENTIALS = False", "redentials(true)", "redentials(false)", "redentials = \"true\"", "redentials = \"false\"", "redentials()", "redential()", "redentials' => true", "redentials' => false", "Credentials true", "Credentials false", "Credentials' 'true'", "Credentials' 'false'", "Credentials \"true\"", "Credentials \"false\"", "Credentials', 'true'", "Credentials', 'false'", "Credentials\", \"true\"", "Credentials\", \"false\"").Replace(c.text), explain.Context{})
		if text := flat(page(t, b)); strings.Contains(text, "dangerous") || strings.Contains(text, "signed in") || b.Cause.ID != "" {
			t.Errorf("without credentials: %s\n%s", c.text, text)
		}
	}
	for _, text := range []string{
		"app.use(cors({ origin: (origin, cb) => cb(null, allowed.includes(origin)), credentials: true }))",
		"app.use(cors({ origin: (origin, cb) => { if (allowed.has(origin)) cb(null, true); else cb(new Error('no')) }, credentials: true }))",
		"app.use(cors({ origin: function (origin, callback) {\n  if (!origin || list.indexOf(origin) !== -1) {\n    callback(null, true)\n  }\n}, credentials: true }))",
		"app.use('*', cors({ origin: (origin) => origin.endsWith('.example.com') ? origin : null, credentials: true }))",
		"app.use(cors({ origin: ctx => allowed.includes(ctx.get('Origin')) && ctx.get('Origin'), credentials: true }))",
		"app.use(cors({ origin: 'https://a.example.com', // origin: true\n credentials: true }))",
		"app.use(cors({ origin: /^https:\\/\\/app\\.example\\.com$/, credentials: true }))",
		"app.use(cors({ origin: [/^https:\\/\\/([a-z0-9-]+\\.)*example\\.com$/], credentials: true }))",
		"app.use(cors({ origin: [/^https:\\/\\/.*\\.example\\.com$/], credentials: true }))",
		"app.use(cors({ origin: [/\\.example\\.com$/], credentials: true }))",
		"app.use(cors({ origin: /^http:\\/\\/localhost(:\\d+)?$/, credentials: true }))",
		"app.add_middleware(CORSMiddleware, allow_origin_regex=r\"https://.*\\.example\\.com\", allow_credentials=True)",
		"app.add_middleware(CORSMiddleware, allow_origins=[\"https://a.example.com\"], allow_credentials=True, allow_headers=[\"*\"])",
		"CORS(app, origins=['https://a.example.com'], allow_headers='*', supports_credentials=True)",
		"AllowOriginFunc: func(origin string) bool { return allowed[origin] },\nAllowCredentials: true,",
		"registry.addMapping(\"/**\").allowedOriginPatterns(\"https://*.example.com\").allowCredentials(true);",
		"policy.SetIsOriginAllowed(o => allowed.Contains(o)).AllowCredentials()",
		"map $http_origin $cors {\n    default \"\";\n    \"https://app.example.com\" $http_origin;\n}\nadd_header Access-Control-Allow-Origin $cors;\nadd_header Access-Control-Allow-Credentials true;",
		"if ($http_origin ~ \"^https://app\\.example\\.com$\") {\n    add_header Access-Control-Allow-Origin $http_origin;\n    add_header Access-Control-Allow-Credentials true;\n}",
		"const origin = req.headers.origin;\nif (allowed.includes(origin)) res.header('Access-Control-Allow-Origin', origin);\nres.header('Access-Control-Allow-Credentials', 'true');",
		"if (req.headers.origin === 'https://a.example.com') {\n  res.setHeader('Access-Control-Allow-Origin', req.headers.origin);\n  res.setHeader('Access-Control-Allow-Credentials', 'true');\n}",
	} {
		if a := explained(t, text, explain.Context{}); a.Kind != explain.KindConfig || a.Cause.ID != "" || strings.Contains(a.Cause.Title, "dangerous") || strings.Contains(a.Cause.Title, "lets in") {
			t.Errorf("%s\n%s: %s %s", text, a.Kind, a.Cause.Title, a.Cause.Here)
		}
	}
}

// TestConfigurationsOfOurOwn: no setting that is shown for a stack is called dangerous.
func TestConfigurationsOfOurOwn(t *testing.T) {
	p := cases.Policy{Origins: []string{"https://shop.example.com"}, Credentials: true, Methods: []string{"PUT"}}
	patterns := cases.Policy{OriginPatterns: []string{"https://*.shop.example.com"}, Credentials: true}
	for _, s := range cases.Stacks() {
		whole, _ := cases.NeededFix(&s, cases.FindCause("preflight-refused"), &p, cases.Values{})
		for _, text := range []string{whole, cases.Fill(&s, cases.SettingOrigins, &p, cases.Values{}), cases.Fill(&s, cases.SettingOrigins, &patterns, cases.Values{}) + "\ncredentials: true"} {
			if a := explained(t, text, explain.Context{}); a.Kind == explain.KindConfig && a.Cause.ID != "" {
				t.Errorf("%s\n%s\n%s %s", s.ID, text, a.Cause.Title, a.Cause.Here)
			}
		}
	}
}
