package playground_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/internal/pagetest"
	"github.com/corsproof/corsproof/internal/playground"
)

// start starts the playground and gives the address of its page.
func start(t *testing.T) string {
	t.Helper()
	p, err := playground.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(p)
	t.Cleanup(func() { srv.Close(); _ = p.Close() })
	return srv.URL
}

func js(t *testing.T, ctx context.Context, script string) string {
	t.Helper()
	s, err := pagetest.Eval(ctx, script)
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return s
}

// sent opens a link, presses the button by the keyboard's way, and waits for what is said.
func sent(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := pagetest.Open(ctx, address); err != nil {
		t.Fatal(err)
	}
	js(t, ctx, `document.getElementById("form").requestSubmit()`)
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if js(t, ctx, `!!document.querySelector("#verdict,.error")`) == "true" {
			return
		}
	}
	t.Fatalf("%s: nothing was said", address)
}

// TestScenarios: what the page says is what Chrome did, and the model agrees.
func TestScenarios(t *testing.T) {
	base, ctx := start(t), pagetest.Chrome(t)
	for _, s := range []struct {
		name, hash, reason, cause string
		wire                      int  // messages
		sent, read                bool // the request itself went out; the script got a response
	}{
		{"allowed", "", "", "", 1, true, true},
		{"no header", "ao=", "MissingAllowOriginHeader", "no-cors", 1, true, false},
		{"star with credentials", "ao=*&credentials=include", "WildcardOriginNotAllowed", "star-with-credentials", 1, true, false},
		{"preflight refused", "method=PUT&am=PUT&ps=401", "PreflightInvalidStatus", "*", 1, false, false},
		{"header not listed", "method=POST&headers=Authorization:+Bearer+abc&ah=Content-Type", "HeaderDisallowedByPreflightResponse", "header-not-listed", 1, false, false},
		{"method not listed", "method=PATCH&am=GET", "MethodDisallowedByPreflightResponse", "*", 1, false, false},
		{"preflight and request", "method=DELETE&am=DELETE&headers=X-A:1&ah=x-a&ex=X-Total", "", "", 2, true, true},
		{"opaque origin", "from=null", "", "", 1, true, true},
		{"opaque origin, star", "from=null&ao=*", "", "", 1, true, true},
		{"its own origin", "from=same&ao=&method=PUT", "", "", 1, true, true},
		{"no-cors", "mode=no-cors&ao=", "", "*", 1, true, true},
		{"another origin", "ao=https://other.example", "AllowOriginMismatch", "*", 1, true, false},
		{"a method that no script may use", "method=TRACE", "", "*", 0, false, false},
		{"pasted", "by=lines&site=https://app.example.com&ans=" + escape("< HTTP/2 200\r\n< access-control-allow-origin: https://app.example.com\r\n< server: x"), "", "", 1, true, true},
		{"pasted, with a slash", "by=lines&site=https://app.example.com&ans=" + escape("access-control-allow-origin: https://app.example.com/"), "AllowOriginMismatch", "*", 1, true, false},
		{"the preflight is a redirect", "method=PUT&by=lines&pre=" + escape("HTTP/1.1 301 Moved Permanently\nLocation: /x\nAccess-Control-Allow-Origin: *"), "PreflightDisallowedRedirect", "*", 1, false, false},
	} {
		t.Run(s.name, func(t *testing.T) {
			sent(t, ctx, base+"/#"+s.hash)
			if got := js(t, ctx, `document.getElementById("agreement")?.textContent`); !strings.Contains(got, "says the same") {
				t.Errorf("the model and Chrome: %q; %s", got, js(t, ctx, `document.getElementById("result").innerText`))
			}
			if got := js(t, ctx, `document.getElementById("reason")?.textContent ?? ""`); got != s.reason {
				t.Errorf("reason %q, want %q", got, s.reason)
			}
			if got := js(t, ctx, `document.getElementById("cause")?.dataset.id ?? ""`); got != s.cause && s.cause != "*" {
				t.Errorf("cause %q, want %q", got, s.cause)
			}
			if got := js(t, ctx, `document.querySelectorAll(".msg").length`); got != string(rune('0'+s.wire)) {
				t.Errorf("%s messages, want %d", got, s.wire)
			}
			if got := js(t, ctx, `!document.getElementById("not-sent") && !!document.querySelector(".msg")`); got != str(s.sent) {
				t.Errorf("sent: %s, want %t", got, s.sent)
			}
			if got := js(t, ctx, `document.getElementById("saw").textContent.startsWith("status")`); got != str(s.read) {
				t.Errorf("read: %s, want %t", got, s.read)
			}
			if got := js(t, ctx, `[...document.querySelectorAll("#steps a")].every(a => a.href.startsWith("https://fetch.spec.whatwg.org/#") || a.href.startsWith("https://"))`); s.wire > 0 && got != "true" {
				t.Error("a step has no link")
			}
		})
	}
}

// TestLinesAndHidden: a line that stays is neither lost nor new, and what exposes headers is named only where it would.
func TestLinesAndHidden(t *testing.T) {
	base, ctx := start(t), pagetest.Chrome(t)
	for _, s := range []struct {
		name, hash string
		lines      string // with their signs, and their classes in brackets
		hidden     string
	}{
		{"an error", "ao=&st=502", "[]  502 Bad Gateway|[got]- (no Access-Control-Allow-Origin)|[want]+ Access-Control-Allow-Origin: ", ""},
		{"another error", "ao=&st=404", "[]  404 Not Found|[got]- (no", ""},
		{"a star", "ao=*&credentials=include", "[got]- Access-Control-Allow-Origin: *|[want]+ Access-Control-Allow-Origin: http://", ""},
		{"no-cors", "mode=no-cors&ao=", "", "whatever Access-Control-Expose-Headers lists"},
		{"no-cors, let in", "mode=no-cors&ao=*&ex=X-Total", "", "no status, no header and no content"},
		{"cors", "", "", "Access-Control-Expose-Headers lists what it may read besides"},
	} {
		t.Run(s.name, func(t *testing.T) {
			sent(t, ctx, base+"/#"+s.hash)
			got := js(t, ctx, `[...document.querySelectorAll("#lines span")].map(e => "[" + e.className + "]" + e.textContent.trimEnd()).join("|")`)
			if !strings.HasPrefix(got, s.lines) || s.lines == "" && got != "" {
				t.Errorf("lines %q, want %q", got, s.lines)
			}
			if got := js(t, ctx, `document.getElementById("hidden")?.textContent ?? ""`); !strings.Contains(got, s.hidden) || strings.Contains(got, "whatever") != strings.Contains(s.hash, "no-cors") {
				t.Errorf("hidden %q, want %q", got, s.hidden)
			}
		})
	}
}

func str(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func escape(s string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", " ", "%20", "&", "%26", "<", "%3C").Replace(s)
}

const hostile = `<img src=x onerror=pwned=1><script>pwned=1</script>"'><a href=javascript:pwned=1>`

// TestHostile: what is pasted, or stands in a link, is shown as text, and nothing is loaded or sent elsewhere.
func TestHostile(t *testing.T) {
	base, ctx := start(t), pagetest.Chrome(t)
	lines := escape("HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: *\nX-Evil: " + strings.ReplaceAll(hostile, "&", "%26") +
		"\nSet-Cookie: a=b\nLocation: https://evil.example/\nLink: <https://evil.example/>; rel=preload")
	for _, hash := range []string{
		"by=lines&ans=" + lines, "ao=" + escape(hostile), "method=" + escape(hostile), "by=lines&ans=" + escape(hostile), "by=lines&site=" + escape(hostile),
		"headers=X-A:" + escape(hostile), "from=" + escape(hostile) + "&stack=" + escape(hostile), "st=" + escape(hostile), "st=407", "ah=a%0Ab", "headers=X-A:%00",
	} {
		sent(t, ctx, base+"/#"+hash)
		if got := js(t, ctx, `[typeof pwned, document.querySelectorAll("img,object,embed,base").length, document.querySelectorAll("a[href^=javascript]").length, document.scripts.length, document.cookie].join()`); got != "undefined,0,0,1," {
			t.Errorf("%s: %s", hash, got)
		}
		if got := js(t, ctx, `performance.getEntriesByType("resource").every(e => /^http:\/\/127\.0\.0\.1:/.test(e.name) || e.name.startsWith("data:"))`); got != "true" {
			t.Errorf("%s: something was loaded from elsewhere", hash)
		}
	}
	sent(t, ctx, base+"/#by=lines&ans="+lines)
	if got := js(t, ctx, `document.getElementById("result").innerText`); !strings.Contains(got, "<script>pwned=1") || !strings.Contains(got, "Set-Cookie: it would set") || !strings.Contains(got, "Location: redirects") {
		t.Errorf("it is not shown as text, or not what was left out:\n%s", got)
	}
}

// TestLink: what is chosen is in the address, and a link chooses it, without sending anything.
func TestLink(t *testing.T) {
	base, ctx := start(t), pagetest.Chrome(t)
	sent(t, ctx, base+"/")
	js(t, ctx, `(document.getElementById("ao").value = "*", document.getElementById("method").value = "PUT", document.getElementById("ao").dispatchEvent(new Event("input", {bubbles: true})))`)
	hash := js(t, ctx, `location.hash`)
	if hash != "#method=PUT&ao=*" {
		t.Fatalf("the address has %q", hash)
	}
	for _, to := range []string{"about:blank", base + "/" + hash} {
		if _, err := chromedp.Run(ctx, chromedp.Navigate(to)); err != nil {
			t.Fatal(err)
		}
	}
	if got := js(t, ctx, `[document.getElementById("ao").value, document.getElementById("method").value, document.getElementById("result").textContent, document.documentElement.scrollWidth <= innerWidth].join("|")`); got != "*|PUT||true" {
		t.Errorf("the link chose %q", got)
	}
	if dir := os.Getenv("CORSPROOF_SHOTS"); dir != "" {
		shoot(t, ctx, base, dir)
	}
}

// shoot writes screenshots, for somebody to look at.
func shoot(t *testing.T, ctx context.Context, base, dir string) {
	for name, size := range map[string][2]int{"desktop": {1200, 900}, "phone": {390, 844}} {
		if _, err := chromedp.Run(ctx, chromedp.EmulateViewport(int64(size[0]), int64(size[1]))); err != nil {
			t.Fatal(err)
		}
		sent(t, ctx, base+"/#ao=*&credentials=include&stack=express")
		time.Sleep(500 * time.Millisecond)
		if got := js(t, ctx, `document.documentElement.scrollWidth <= innerWidth`); got != "true" {
			t.Errorf("%s: the page is wider than the screen", name)
		}
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
