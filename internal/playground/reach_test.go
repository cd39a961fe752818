package playground_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/internal/pagetest"
)

// TestKeyboard: the button comes early and is seen without scrolling, and whoever presses it
// by a key goes on at what came of it, and hears it.
func TestKeyboard(t *testing.T) {
	base, ctx := start(t), pagetest.Chrome(t)
	for _, size := range [][2]int64{{1200, 900}, {390, 844}} {
		if _, err := chromedp.Run(ctx, chromedp.EmulateViewport(size[0], size[1])); err != nil {
			t.Fatal(err)
		}
		if err := pagetest.Open(ctx, base+"/#method=PUT&ps=401"); err != nil {
			t.Fatal(err)
		}
		if got := js(t, ctx, `document.getElementById("send").getBoundingClientRect().bottom <= innerHeight && document.documentElement.scrollWidth <= innerWidth`); got != "true" {
			t.Errorf("%v: the button is below the window, or the page wider than it", size)
		}
		if got := js(t, ctx, `document.activeElement.id + [...document.querySelectorAll("a[href],button,input,select,textarea,[tabindex='0']")].filter(e => e.checkVisibility() && e.tabIndex >= 0).findIndex(e => e.id === "send")`); got != "13" {
			t.Errorf("%v: the button comes after %s others, not 13: 8 examples and the 5 fields of the request", size, got)
		}
		js(t, ctx, `document.getElementById("send").focus()`)
		if _, err := chromedp.Run(ctx, chromedp.KeyEvent("\r")); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(40 * time.Second); js(t, ctx, `document.activeElement.id`) == "send" && time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		}
		if got := js(t, ctx, `[document.activeElement.id, !!document.getElementById("verdict"), document.getElementById("heard").textContent, document.getElementById("heard").getAttribute("aria-live")].join("|")`); got != "result|true|The browser blocked it: the script cannot read the answer.|polite" {
			t.Errorf("%v: the focus, the verdict and what is said are %s", size, got)
		}
	}
}

// TestProse: texts have no marks of a source in them, one address stands for the request
// throughout, and the setting of a stack is chosen beside the fix, where the focus stays.
func TestProse(t *testing.T) {
	base, ctx := start(t), pagetest.Chrome(t)
	sent(t, ctx, base+"/#ao=*&credentials=include")
	if got := js(t, ctx, `document.getElementById("result").innerText`); strings.Contains(got, "`") || !strings.Contains(got, "/items") || strings.Contains(got, "/items/") {
		t.Errorf("backticks, or two addresses of one request:\n%s", got)
	}
	if got := js(t, ctx, `[...document.querySelectorAll("#steps code")].some(e => e.textContent === "*")`); got != "true" {
		t.Error("a value in a step is not shown as code")
	}
	if got := js(t, ctx, `document.getElementById("stack").closest("dd")?.previousElementSibling.textContent`); got != "fix" {
		t.Errorf("the stack is chosen beside %q", got)
	}
	js(t, ctx, `(() => { const s = document.getElementById("stack"); s.focus(); s.value = "express"; s.dispatchEvent(new Event("change", {bubbles: true})) })()`)
	for end := time.Now().Add(20 * time.Second); js(t, ctx, `document.getElementById("heard").textContent.startsWith("The setting of Express")`) != "true"; time.Sleep(30 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the setting is not shown: " + js(t, ctx, `document.getElementById("heard").textContent`))
		}
	}
	if got := js(t, ctx, `[document.activeElement.id, document.getElementById("stack").closest("dd").nextElementSibling.textContent.startsWith("Express")].join()`); got != "stack,true" {
		t.Errorf("the focus, and the setting below the fix: %s", got)
	}
	sent(t, ctx, base+"/#ao=")
	js(t, ctx, `document.getElementById("form").requestSubmit()`)
	if got := js(t, ctx, `!!document.getElementById("stack")`); got != "true" {
		t.Error("the choice of a stack is lost when the next request is sent")
	}
}
