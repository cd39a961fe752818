package explain_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// wholeMessages are such as browsers write, each with all that it says.
var wholeMessages = map[string]string{
	"chrome, preflight":       head + "Response to preflight request doesn't pass access control check: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
	"chrome, nothing":         head + noHeader,
	"chrome, status":          head + "Response to preflight request doesn't pass access control check: It does not have HTTP ok status.",
	"chrome, two":             head + "The 'Access-Control-Allow-Origin' header contains multiple values 'https://shop.example, https://shop.example', but only one is allowed.",
	"chrome, other":           head + "The 'Access-Control-Allow-Origin' header has a value 'https://www.shop.example' that is not equal to the supplied origin. Have the server send the header with a valid value.",
	"chrome, star":            head + "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
	"chrome, credentials":     head + "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.",
	"chrome, header":          head + "Request header field x-tenant is not allowed by Access-Control-Allow-Headers in preflight response.",
	"chrome, method":          head + "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
	"chrome, redirect":        head + "Response to preflight request doesn't pass access control check: Redirect is not allowed for a preflight request.",
	"chrome, with its line":   head + noHeader + "\nGET https://api.example/v1/cart net::ERR_FAILED 500 (Internal Server Error)",
	"chrome, with the script": head + noHeader + "\nUncaught (in promise) TypeError: Failed to fetch\n    at load (http://localhost:5173/src/app.js:12:5)\n    at async http://localhost:5173/src/app.js:20:3",
	"chrome, old":             "XMLHttpRequest cannot load https://api.example/v1/cart. No 'Access-Control-Allow-Origin' header is present on the requested resource. Origin 'https://shop.example' is therefore not allowed access. The response had HTTP status code 500.",
	"chrome, translated":      "Der Zugriff auf fetch bei 'https://api.example/v1/cart' vom Ursprung 'https://shop.example' wurde durch die CORS-Richtlinie blockiert: Der Header 'Access-Control-Allow-Origin' fehlt.",
	"firefox":                 blank + "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://www.shop.example’).",
	"firefox, header":         blank + "header ‘x-trace’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS preflight response).",
	"firefox, German":         "Quellübergreifende (Cross-Origin) Anfrage blockiert: Die Gleiche-Quelle-Regel verbietet das Lesen der externen Ressource auf https://api.example/v1/cart. (Grund: CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt). Statuscode: 200.",
	"firefox, Italian":        "Richiesta multiorigine bloccata: il criterio di corrispondenza dell’origine non consente la lettura della risorsa remota da https://api.example/v1/cart. Motivo: header CORS “Access-Control-Allow-Origin” mancante. Codice di stato: 200.",
	"firefox, Chinese":        "已拦截跨源请求：同源策略禁止读取位于 https://api.example/v1/cart 的远程资源。（原因：CORS 头缺少 'Access-Control-Allow-Origin'）。状态码：200。",
	"safari":                  "[Error] Origin https://shop.example is not allowed by Access-Control-Allow-Origin. Status code: 500\n[Error] Fetch API cannot load https://api.example/v1/cart due to access control checks.",
	"safari, preflight":       "[Error] Preflight response is not successful. Status code: 401\n[Error] XMLHttpRequest cannot load https://api.example/v1/cart due to access control checks.",
}

// surroundings is testdata/around.txt: code, configurations, links and words that people paste beside a
// message, with a line of "%% name" before each.
func surroundings(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/around.txt")
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, part := range strings.Split("\n"+string(data), "\n%% ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		list[name] = strings.Trim(text, "\n")
	}
	if len(list) < 60 {
		t.Fatalf("%d surroundings", len(list))
	}
	return list
}

// TestWholeMessageCounts: what stands beside a whole message of a browser changes nothing of what is said of
// it, whatever it is and wherever it stands, and makes no other request.
func TestWholeMessageCounts(t *testing.T) {
	around := surroundings(t)
	for _, name := range slices.Sorted(maps.Keys(wholeMessages)) {
		m := wholeMessages[name]
		want := explained(t, m, explain.Context{})
		if want.Reason == explain.ReasonUndetermined || want.URL != "https://api.example/v1/cart" || len(want.Others) > 0 {
			t.Fatalf("%s: %s %s", name, want.Reason, want.URL)
		}
		for i, what := range slices.Sorted(maps.Keys(around)) {
			w := around[what]
			for way, text := range []string{
				w + "\n\n" + m, m + "\n" + w, w + "\n" + m, m + "\n\n" + w,
				"```\n" + w + "\n```\n\nBut I get:\n\n> " + strings.ReplaceAll(m, "\n", "\n> ") + "\n", m + "\n\n" + w + "\n\n" + m,
			} {
				if (way+i+len(name))%3 != 0 {
					continue // a third of them in each pair of message and surrounding
				}
				got := explained(t, text, explain.Context{})
				if got.Kind != explain.KindConsole || got.Reason != want.Reason || got.URL != want.URL || got.Origin != want.Origin || got.Cause.ID != want.Cause.ID || got.Browser != want.Browser ||
					got.Confidence != want.Confidence || got.Check != want.Check || strings.Join(got.Wanted, "\n") != strings.Join(want.Wanted, "\n") {
					t.Errorf("%s, %s, way %d: %s %s %s %q, want %s %s %q", name, what, way, got.Kind, got.Reason, got.URL, got.Check, want.Reason, want.URL, want.Check)
				}
				for _, o := range got.Others {
					t.Errorf("%s, %s, way %d: also %s %s %s", name, what, way, o.Reason, o.URL, o.Cause.Title)
				}
			}
		}
	}
}

// TestSurroundingsAlone: code, configurations and words alone show no request that failed, nor that it was Firefox.
func TestSurroundingsAlone(t *testing.T) {
	for what, w := range surroundings(t) {
		a := explained(t, w, explain.Context{})
		if quotes := what == "words that quote a part" || what == "a title" || what == "an answer, quoted" || what == "words about the network"; quotes || a.Kind != explain.KindConsole || a.Browser == "chrome" && a.Mask != nil {
			continue
		}
		if out := flat(page(t, a)); a.Confidence != explain.Open || a.Browser != "" || strings.Contains(out, "Firefox") || len(a.Others) > 0 {
			t.Errorf("%s: %s %s %s, %d others\n%s", what, a.Browser, a.Reason, a.URL, len(a.Others), out)
		}
	}
}

// TestWrapped: a message that a terminal or a mail broke into lines is one, also with code behind it.
func TestWrapped(t *testing.T) {
	around := surroundings(t)
	for name, m := range wholeMessages {
		want := explained(t, m, explain.Context{})
		for _, width := range []int{50, 64, 72, 80, 100, 120} {
			broken := wrapped(m, width)
			texts := []string{broken}
			for _, what := range []string{"Express, headers by hand", "nginx", "words about a preflight", "Spring, annotation"} {
				texts = append(texts, broken+"\n"+around[what], around[what]+"\n"+broken, broken+"\n\n"+around[what])
			}
			for _, text := range texts {
				got := explained(t, text, explain.Context{})
				if got.Reason != want.Reason || got.URL != want.URL || got.Origin != want.Origin || got.Cause.ID != want.Cause.ID || strings.Join(got.Wanted, "\n") != strings.Join(want.Wanted, "\n") || len(got.Others) > 0 {
					t.Errorf("%s, width %d: %s %s %s, %d others, want %s %s %s:\n%s", name, width, got.Reason, got.URL, got.Cause.ID, len(got.Others), want.Reason, want.URL, want.Cause.ID, text)
				}
			}
		}
	}
}

// wrapped breaks each line at the last blank before a width.
func wrapped(s string, width int) string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		for len(line) > width {
			at := strings.LastIndexByte(line[:width], ' ')
			if at <= 0 {
				break
			}
			out, line = append(out, line[:at]), line[at+1:]
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// TestReasonBesideCode: the reason alone, without the beginning of Chrome's message, counts before code and
// configurations too, but not where it is a comment of theirs; a message in a line of a log counts before the log.
func TestReasonBesideCode(t *testing.T) {
	const two = "The 'Access-Control-Allow-Origin' header contains multiple values 'https://q.test, https://q.test', but only one is allowed."
	for _, what := range []string{"nginx", "Apache", "Express", "PHP", "Spring, annotation", "Django", "FastAPI", "Go", "C#", "Laravel"} {
		config := surroundings(t)[what]
		for text, want := range map[string]spec.Reason{
			config + "\n\n" + two: spec.ReasonMultipleAllowOriginValues, two + "\n" + config: spec.ReasonMultipleAllowOriginValues, config + "\n\n" + noHeader: spec.ReasonMissingAllowOriginHeader,
			config + "\n# " + two: explain.ReasonUndetermined, "// " + noHeader + "\n" + config: explain.ReasonUndetermined,
		} {
			a := explained(t, text, explain.Context{})
			if a.Reason != want || a.URL != "" || len(a.Others) > 0 || (a.Kind == explain.KindConfig) != (want == explain.ReasonUndetermined) {
				t.Errorf("%q: %s %s, %d others", text, a.Kind, a.Reason, len(a.Others))
			}
		}
	}
	for text, url := range map[string]string{
		"https://api.example/v1/cart\n" + noHeader: "https://api.example/v1/cart", "POST https://api.example/v1/cart\n\n" + noHeader: "https://api.example/v1/cart",
		"My page is https://q.test, and there I get this:\n\n" + noHeader: "", noHeader + "\n\nSee https://q.test/help for more.": "",
	} {
		if a := explained(t, text, explain.Context{}); a.Reason != spec.ReasonMissingAllowOriginHeader || a.URL != url || len(a.Others) > 0 {
			t.Errorf("%q: %s %s, %d others", text, a.Reason, a.URL, len(a.Others))
		}
	}
	log := `{"level":"error","url":"https://shop.example/app","method":"log","msg":"` + head + noHeader + `"}`
	if a := explained(t, log, explain.Context{}); a.Reason != spec.ReasonMissingAllowOriginHeader || a.URL != "https://api.example/v1/cart" || len(a.Others) > 0 {
		t.Errorf("%s: %s %s", a.Kind, a.Reason, a.URL)
	}
	for _, call := range []string{"axios.post('https://api.example/v1/cart', {a: 1})", "fetch('https://api.example/v1/cart', {method: 'POST', body: '{}'})", "new EventSource('https://api.example/v1/cart')"} {
		a := explained(t, call+"\n\nUncaught (in promise) TypeError: Failed to fetch\n    at main.js:14:20", explain.Context{})
		if a.Kind != explain.KindFetch || a.URL != "https://api.example/v1/cart" || a.Confidence != explain.Open {
			t.Errorf("%q: %s %s, %s", call, a.Kind, a.URL, a.Confidence)
		}
	}
}
