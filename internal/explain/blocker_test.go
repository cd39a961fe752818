package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/explain"
)

// TestWhoBlocks: only what the text shows to be an extension, or leaves open, is called one, and only the code that it has.
func TestWhoBlocks(t *testing.T) {
	for _, c := range []struct{ text, title, do string }{
		{"The resource at “https://connect.social.test/sdk.js” was blocked because content blocking is enabled.", "Firefox's tracking protection", "shield"},
		{"The resource at “https://stats.example.net/a.js” was blocked because Enhanced Tracking Protection is enabled.", "Firefox's tracking protection", "shield"},
		{"GET https://ads.example.net/a.js net::ERR_BLOCKED_BY_CLIENT", "An extension", "extension"},
		{"GET https://games.example.net/a net::ERR_BLOCKED_BY_ADMINISTRATOR", "A policy of the administrator", "chrome://policy"},
		{"Content blocker prevented frame displaying https://app.test/ from loading a resource from https://t.test/a.js", "An extension", "extension"},
	} {
		a := explained(t, c.text, explain.Context{})
		if a.Reason != explain.ReasonByClient || a.Side != cases.SideBrowser || !strings.HasPrefix(a.Cause.Title, c.title) || !strings.Contains(a.Fix.Do, c.do) {
			t.Errorf("%s: %+v", c.text, a)
		}
		if strings.Contains(a.Cause.Why, "net::") && !strings.Contains(c.text, "net::") || strings.Contains(a.Fix.Do, "xtension") != (c.title == "An extension") {
			t.Errorf("%s: %s %s", c.text, a.Cause.Why, a.Fix.Do)
		}
	}
}

// TestPrivateNetwork: the message of Private Network Access is whole.
func TestPrivateNetwork(t *testing.T) {
	const before = "Access to fetch at 'http://192.168.1.7/status' from origin 'https://panel.iot.test' has been blocked by CORS policy: Response to preflight request doesn't pass access control check: "
	for _, c := range []struct{ text, reason, value string }{
		{"No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private network request targeting the `private` address space.", "PreflightMissingAllowPrivateNetwork", ""},
		{"No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private network request targeting the `local` address space.", "PreflightMissingAllowPrivateNetwork", ""},
		{"The 'Access-Control-Allow-Private-Network' header in the preflight response for this private network request targeting the `private` address space had a value of 'yes', not 'true' as expected.", "PreflightInvalidAllowPrivateNetwork", "yes"},
	} {
		a := explained(t, before+c.text, explain.Context{})
		value := ""
		if a.Value != nil {
			value = *a.Value
		}
		if string(a.Reason) != c.reason || a.Confidence != explain.Certain || a.Mask == nil || *a.Mask != "local-network" || value != c.value || a.Side != cases.SideServer || strings.Join(a.Wanted, ";") != "Access-Control-Allow-Private-Network: true" {
			t.Errorf("%s: %+v", c.text, a)
		}
	}
}
