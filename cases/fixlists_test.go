package cases_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
)

// What is not known of a request has a placeholder in the setting of every stack, unless the stack allows it where the list is
// left out, and then it is left out; and no list that is printed lacks what the stack allows without it.
func TestWhatIsNotKnownHasAPlaceholderOrNoList(t *testing.T) {
	for _, stack := range cases.Stacks() {
		for _, id := range []string{"preflight-no-cors", "preflight-unauthorized", "preflight-not-routed", "no-cors", "origin-not-listed"} {
			need := cases.Policy{Name: "page", Origins: []string{"https://shop.test"}, Methods: []string{cases.UnnamedMethod}, RequestHeaders: []string{cases.UnnamedHeader}}
			text, proved := cases.NeededFix(&stack, cases.FindCause(id), &need, cases.Values{})
			if proved && (strings.Contains(text, cases.UnnamedMethod+" stands") || strings.Contains(text, cases.UnnamedHeader+" stands")) {
				t.Errorf("%s, %s: what has to be filled in was not measured", stack.ID, id)
			}
			code, comments := partsOf(text)
			for setting, name := range map[cases.Setting]string{cases.SettingMethods: cases.UnnamedMethod, cases.SettingHeaders: cases.UnnamedHeader} {
				a := stack.Settings[setting]
				if a.Option == "" || stack.PreflightOnly && !strings.HasPrefix(id, "preflight") {
					continue
				}
				there := strings.Contains(code, a.Option) && stack.ID != "kong" || // which has it in words below
					a.More != "" && strings.Contains(code, "additional")
				switch {
				case strings.Contains(code, name) && !strings.Contains(comments, name+" stands for "):
					t.Errorf("%s, %s: it is not said what %s is\n%s", stack.ID, id, name, text)
				case strings.Contains(code, name):
				case len(a.Unset) == 0:
					t.Errorf("%s, %s: no %s\n%s", stack.ID, id, name, text)
				case there && !a.Stated:
					t.Errorf("%s, %s: a list of %s without the request's\n%s", stack.ID, id, setting, text)
				case !a.Stated && !strings.Contains(comments, "Where "+a.Option+" is not set, "):
					t.Errorf("%s, %s: it is not said that %s are left out\n%s", stack.ID, id, setting, text)
				}
			}
		}
	}
}

// partsOf takes what stands above a text to explain it from the text.
func partsOf(text string) (code, comments string) {
	for line := range strings.Lines(text) {
		if s := strings.TrimLeft(line, "#/<!- "); strings.HasPrefix(s, "Keep ") || strings.Contains(s, " is not set, ") || strings.HasPrefix(s, "If you have it") || strings.Contains(s, " stands for ") {
			comments += line
			continue
		}
		code += line
	}
	return code, comments
}

// A list with one name more still has those that are allowed without it: other requests need them.
func TestOneNameMoreTakesNoneAway(t *testing.T) {
	for _, stack := range cases.Stacks() {
		for _, c := range []struct {
			id      string
			setting cases.Setting
			need    cases.Policy
		}{
			{"method-not-listed", cases.SettingMethods, cases.Policy{Methods: []string{"PURGE"}}},
			{"header-not-listed", cases.SettingHeaders, cases.Policy{RequestHeaders: []string{"x-tenant"}}},
			{"preflight-no-cors", cases.SettingMethods, cases.Policy{Methods: []string{"PURGE"}}},
			{"preflight-no-cors", cases.SettingHeaders, cases.Policy{RequestHeaders: []string{"x-tenant"}}},
		} {
			a := stack.Settings[c.setting]
			if len(a.Unset) == 0 || slices.Contains(a.Unset, "*") {
				continue
			}
			c.need.Origins = []string{"https://shop.test"}
			text, _ := cases.NeededFix(&stack, cases.FindCause(c.id), &c.need, cases.Values{})
			for _, name := range a.Unset {
				if a.More != "" && (strings.Contains(text, "*default_headers") || strings.Contains(text, "additionalHeaders")) {
					continue
				}
				if !strings.Contains(strings.ToLower(text), strings.ToLower(name)) {
					t.Errorf("%s, %s: no %s\n%s", stack.ID, c.id, name, text)
				}
			}
		}
	}
}

// What is printed of a stack that sends nothing counts by itself.
func TestWhatIsToSendSomethingIsMounted(t *testing.T) {
	need := cases.Policy{Origins: []string{"https://shop.test"}}
	for id, want := range map[string]string{
		"aspnet-core": "app.UseCors();", "spring-security": "http.cors(", "spring-mvc": "addCorsMappings", "tomcat": "filter-mapping", "jetty": "server.setHandler(cors)", "vertx": "router.route().handler(cors)",
		"litestar": "cors_config=cors_config", "django": `"corsheaders.middleware.CorsMiddleware"`, "rails": "insert_before 0, Rack::Cors", "tower-http": ".layer(cors)", "actix": ".wrap(cors)",
		"envoy": "http_filters:", "rs-cors": ".Handler(mux)", "gin": "r.Use(", "echo": "e.Use(", "fiber": "app.Use(", "chi": "r.Use(", "gorilla": ")(r)", "fastapi": "app.add_middleware", "traefik": "middlewares: [cors]",
		"cloudfront": `AccessControlAllowHeaders: {Items: ["Accept"]}`, "apigateway-rest": "With a proxy integration",
	} {
		text, _ := cases.NeededFix(cases.FindStack(id), cases.FindCause("no-cors"), &need, cases.Values{})
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %s\n%s", id, want, text)
		}
	}
}

// A method that an option cannot have is not printed, and that is said; in Rust one without a constant is made.
func TestMethodsThatAnOptionCannotHave(t *testing.T) {
	need := cases.Policy{Origins: []string{"https://shop.test"}, Methods: []string{"PROPFIND"}}
	for _, id := range []string{"s3", "cloudfront", "kong"} {
		for _, cause := range []string{"method-not-listed", "preflight-no-cors"} {
			text, _ := cases.NeededFix(cases.FindStack(id), cases.FindCause(cause), &need, cases.Values{})
			if code, _ := partsOf(text); !strings.Contains(text, " cannot allow PROPFIND: it takes ") || strings.Contains(strings.ReplaceAll(code, "cannot allow PROPFIND", ""), "PROPFIND") {
				t.Errorf("%s, %s:\n%s", id, cause, text)
			}
		}
	}
	text, _ := cases.NeededFix(cases.FindStack("tower-http"), cases.FindCause("method-not-listed"), &need, cases.Values{})
	if !strings.Contains(strings.Join(strings.Fields(text), " "), "Method::POST, Method::from_bytes(b\"PROPFIND\").unwrap()]") {
		t.Error(text)
	}
}
