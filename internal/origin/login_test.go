package origin

import "testing"

// What looks like a login is told by whole words, and not by letters that stand in others.
func TestLeadsToLogin(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"https://api.example/items", "https://api.example/login", true},
		{"https://api.example/items", "https://api.example/users/sign_in", true},
		{"https://api.example/items", "https://api.example/Account/LogOn?ReturnUrl=%2Fitems", true},
		{"https://api.example/items", "https://api.example/wp-login.php", true},
		{"https://api.example/items", "https://api.example/oauth2/start", true},
		{"https://api.example/items", "https://api.example/auth/realms/x", true},
		{"https://api.example/items", "https://login.microsoftonline.com/x/v2.0", true},
		{"https://api.example/items", "https://accounts.google.com/o/x", true},
		{"https://api.example/items", "https://idp.example/", true},
		{"https://api.example/items", "https://my-sso.example/", true},
		{"https://api.example/items", "https://shop.okta.com/app/x", true},
		{"https://api.example/items", "https://team.cloudflareaccess.com/x", true},
		{"https://api.example/oauth/token", "https://login.example/oauth/authorize", true},
		{"https://accounts.example/api", "https://accounts.example/login", true},

		{"https://api.example/items", "https://api.example/lessons/1", false},
		{"https://api.example/items", "https://api.example/authors", false},
		{"https://api.example/items", "https://api.example/blogindex", false},
		{"https://api.example/items", "https://api.example/cataloging", false},
		{"https://api.example/items", "https://api.example/items/", false},
		{"https://api.example/items", "https://api.example/items?next=/login", false},
		{"https://api.example/items", "https://files.example/items", false},
		{"https://api.example/items", "https://id/", false},
		{"https://api.example/login", "https://api.example/login/", false},
		{"https://api.example/auth/token", "https://api.example/auth/token/", false},
		{"https://auth.example/a", "https://auth.example/b", false},
		{"https://auth.example/a", "https://auth2.example/b", false},
		{"http://auth.example/a", "https://auth.example/a", false},
		{"https://login.example/a", "https://sso.example/a", false},
		{"%", "https://api.example/login", false},
		{"https://api.example/", "%", false},
	} {
		if got := LeadsToLogin(c.from, c.to); got != c.want {
			t.Errorf("%s -> %s: %v", c.from, c.to, got)
		}
	}
}
