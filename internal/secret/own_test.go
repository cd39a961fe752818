package secret_test

import (
	"testing"

	"github.com/corsproof/corsproof/internal/secret"
)

// TestOwnSite: what checks put behind their own site is shown, and nothing else of a URL's query or fragment.
func TestOwnSite(t *testing.T) {
	for in, want := range map[string]string{
		"https://evil.test?.app.example.com": "https://evil.test?.app.example.com", "http://a.evil.test#.app.example.com": "http://a.evil.test#.app.example.com",
		"Access-Control-Allow-Origin: https://evil.test?.app.example.com, x": "Access-Control-Allow-Origin: https://evil.test?.app.example.com, x",
		"https://evil.test?token=abc":                                        "https://evil.test?token=[redacted]", "https://evil.test#token=abc": "https://evil.test#[redacted]",
		"https://evil.test/p?abc": "https://evil.test/p?[redacted]", "https://notevil.test?abc": "https://notevil.test?[redacted]", "https://evil.test.example?abc#d": "https://evil.test.example?[redacted]#[redacted]",
	} {
		if got := (&secret.Redactor{Endpoint: true}).Text(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
