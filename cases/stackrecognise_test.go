package cases_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

func TestEachStackIsRecognisedByItsExamples(t *testing.T) {
	for _, s := range cases.Stacks() {
		for _, m := range s.Shows {
			value := m.Example
			if value == "" {
				value = m.Value
			}
			got := cases.Recognise(spec.Header{{Name: "Content-Type", Value: "text/plain"}, {Name: strings.ToLower(m.Header), Value: value}})
			if !slices.ContainsFunc(got, func(r cases.Recognised) bool { return r.Proves == m.Proves && slices.Contains(r.Stacks, s.ID) }) {
				t.Errorf("%s: %s: %s is not recognised: %v", s.ID, m.Header, value, got)
			}
		}
	}
}

func TestRecogniseNamesCandidatesWhereItIsNotOne(t *testing.T) {
	for line, want := range map[string]struct {
		proves  cases.Proof
		stacks  string
		certain bool
	}{
		"Server: Kestrel":                           {cases.ProvesFramework, "aspnet-core", true},
		"X-Powered-By: Express":                     {cases.ProvesFramework, "express nestjs", false},
		"server: uvicorn":                           {cases.ProvesServer, "django fastapi litestar falcon", false},
		"Server: nginx/1.26.2":                      {cases.ProvesFront, "nginx", false},
		"Server: Apache/2.4.71 (Debian)":            {cases.ProvesFront, "apache", false},
		"Server: Apache-Coyote/1.1":                 {cases.ProvesServer, "spring-mvc tomcat", false},
		"Via: 1.1 1a2b.cloudfront.net (CloudFront)": {cases.ProvesFront, "cloudfront", false},
	} {
		name, value, _ := strings.Cut(line, ": ")
		got := cases.Recognise(spec.Header{{Name: name, Value: value}})
		if len(got) != 1 || got[0].Proves != want.proves || strings.Join(got[0].Stacks, " ") != want.stacks || got[0].Certain() != want.certain || got[0].Line != line {
			t.Errorf("%s: %+v", line, got)
		}
	}
}

func TestNothingIsGuessed(t *testing.T) {
	for _, h := range []spec.Header{
		nil,
		{{Name: "Content-Type", Value: "application/json"}, {Name: "Vary", Value: "Origin"}, {Name: "Access-Control-Allow-Origin", Value: "*"}},
		{{Name: "Server", Value: ""}, {Name: "Server", Value: "nginxish"}, {Name: "Server", Value: "not nginx/1"}, {Name: "X-Powered-By", Value: "Expression"}},
		{{Name: "Set-Cookie", Value: "sid=csrftoken=1"}, {Name: "Via", Value: "1.1 proxy"}, {Name: "X-Server", Value: "Kestrel"}},
	} {
		if got := cases.Recognise(h); got != nil {
			t.Errorf("%v: %+v", h, got)
		}
	}
}

func TestMarksThatAreNotThereRecogniseNothing(t *testing.T) {
	marked := map[string]bool{}
	for _, s := range cases.Stacks() {
		for _, m := range s.Shows {
			marked[strings.ToLower(m.Header)] = true
		}
	}
	for _, name := range []string{"Date", "Content-Length", "ETag", "Allow", "Vary", "Location", "Strict-Transport-Security", "X-Request-Id", "CF-Ray", "Alt-Svc"} {
		if marked[strings.ToLower(name)] {
			continue
		}
		for _, s := range cases.Stacks() {
			for _, m := range s.Shows {
				if got := cases.Recognise(spec.Header{{Name: name, Value: m.Example}, {Name: name, Value: m.Value}}); got != nil {
					t.Errorf("%s: %v", name, got)
				}
			}
		}
	}
}
