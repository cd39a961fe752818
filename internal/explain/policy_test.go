package explain_test

import (
	"slices"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
)

// The directive that is wanted keeps what the one that forbade the request has, as far as the message quotes
// it, and is the one that would have decided: default-src also stands for those that a policy does not have.
func TestPolicyKeepsItsSources(t *testing.T) {
	const connecting = "Connecting to 'https://api.example/x' violates the following Content Security Policy directive: "
	const firefox = "Content-Security-Policy: The page’s settings blocked the loading of a resource (connect-src) at https://api.example/x because it violates the following directive: "
	for _, c := range []struct{ text, want string }{
		{connecting + `"connect-src 'self'". The action has been blocked.`, "connect-src 'self' https://api.example"},
		{connecting + `"connect-src 'none'".`, "connect-src https://api.example"},
		{connecting + `"connect-src".`, "connect-src https://api.example"},
		{connecting + `"connect-src https://a.example:* 'self' wss://b.example".`, "connect-src https://a.example:* 'self' wss://b.example https://api.example"},
		{connecting + `"default-src 'none' data:". Note that 'connect-src' was not explicitly set, so 'default-src' is used as a fallback.`, "connect-src data: https://api.example"},
		{connecting + `"connect-src 'sel`, "connect-src (what it has) https://api.example"},
		{firefox + "“connect-src data:”", "connect-src data: https://api.example"},
		{firefox + "“default-src 'self'”", "connect-src 'self' https://api.example"},
		{firefox, "connect-src (what it has) https://api.example"},
		{"Refused to connect to https://api.example/x because it does not appear in the connect-src directive of the Content Security Policy.", "connect-src (what it has) https://api.example"},
		{"Refused to connect to 'https://api.example/x' because it violates the following Content Security Policy directive: \"connect-src 'self'\".", "connect-src 'self' https://api.example"},
		{"Framing 'https://api.example/' violates the following Content Security Policy directive: \"frame-ancestors https://a.example\".", "frame-ancestors https://a.example (the page's origin)"},
	} {
		a := explained(t, c.text, explain.Context{})
		if want := []string{"Content-Security-Policy: " + c.want}; !slices.Equal(a.Wanted, want) {
			t.Errorf("%s\nwanted %q, not %q", c.text, a.Wanted, want)
		}
	}
}
