package origin_test

import (
	"testing"

	"github.com/corsproof/corsproof/internal/origin"
)

// table holds a function against what it must give.
func table[V comparable](t *testing.T, name string, f func(string) V, want map[string]V) {
	t.Helper()
	for in, w := range want {
		if got := f(in); got != w {
			t.Errorf("%s(%q) is %v, want %v", name, in, got, w)
		}
	}
}

func TestURLs(t *testing.T) {
	table(t, "Of", origin.Of, map[string]string{
		"http://a.example:80/x": "http://a.example", "https://A.example:443?x#y": "https://a.example", "https://u:p@a.example:80/": "https://a.example:80",
		"http://[::1]:80/": "http://[::1]", "http://[::1]:81/": "http://[::1]:81", "ftp://a.example/": "", "": "", "http:///x": "",
	})
	table(t, "Host", origin.Host, map[string]string{"http://a.example:8080/x": "a.example", "http://a.example": "a.example", "x": ""})
	table(t, "Site", origin.Site, map[string]string{
		"https://x.a.example.com:8443": "https://example.com", "https://a.github.io": "https://a.github.io", "http://127.0.0.1:1": "http://127.0.0.1", "null": "null",
	})
	table(t, "Domain", origin.Domain, map[string]string{"X.Example.com": "example.com", "github.io": "github.io", "127.0.0.1": "127.0.0.1", "": ""})
	table(t, "Loopback", origin.Loopback, map[string]bool{
		"127.9.9.9": true, "[::1]": true, "::1": true, "LOCALHOST.": true, "a.localhost": true,
		"localhost.evil.test": false, "10.0.0.1": false, "notlocalhost": false, "": false,
	})
}

func TestSplit(t *testing.T) {
	scheme, authority, target, err := origin.Split("HTTPS://u@a.example:1?q=%2f#f")
	if scheme != "https" || authority != "a.example:1" || target != "/?q=%2f" || err != nil {
		t.Errorf("%q %q %q %v", scheme, authority, target, err)
	}
	for _, bad := range []string{"", "a.example", "ftp://a.example", "http://", "http:///x"} {
		if _, _, _, err := origin.Split(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
