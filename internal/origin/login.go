package origin

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// LeadsToLogin tells whether a redirect from one URL to another looks like one to where somebody
// has to sign in, by the words of the path and the name of the host. What the URL that redirects
// has of it already does not count, nor does a query, which often names where to go back to.
func LeadsToLogin(from, to string) bool {
	a, err := url.Parse(from)
	if err != nil {
		return false
	}
	b, err := url.Parse(to)
	if err != nil {
		return false
	}
	moved := !strings.EqualFold(a.Host, b.Host)
	switch {
	case loginPath(b.Path):
		return !loginPath(a.Path) || moved && loginHost(b.Hostname()) && !loginHost(a.Hostname())
	case moved:
		return loginHost(b.Hostname()) && !loginHost(a.Hostname())
	}
	return false
}

// loginWords are words of paths and hosts that speak of signing in; loginLabels those that do so
// as a label of a host alone.
var (
	loginWords  = []string{"logon", "sso", "saml", "saml2", "oidc", "openid", "auth", "authn", "authorize", "authorise", "authenticate", "authentication", "adfs", "idp"}
	loginLabels = []string{"accounts", "id", "identity", "keycloak", "cas"}
)

// loginHosts are domains of services that sign people in for others.
var loginHosts = []string{
	"okta.com", "oktapreview.com", "okta-emea.com", "auth0.com", "onelogin.com", "microsoftonline.com", "microsoftonline.us", "b2clogin.com", "ciamlogin.com",
	"amazoncognito.com", "awsapps.com", "cloudflareaccess.com", "pingidentity.com", "pingone.com", "pingone.eu", "duosecurity.com", "accounts.dev", "authkit.app",
}

func loginPath(path string) bool {
	words := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if loginWord(w) || i > 0 && w == "in" && (words[i-1] == "sign" || words[i-1] == "log") {
			return true
		}
	}
	return false
}

func loginHost(host string) bool {
	host = strings.ToLower(host)
	if slices.ContainsFunc(loginHosts, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) }) {
		return true
	}
	labels := strings.Split(host, ".")
	for _, label := range labels[:len(labels)-1] { // the last is a top-level domain, or the whole name
		if slices.Contains(loginLabels, label) || slices.ContainsFunc(strings.Split(label, "-"), loginWord) {
			return true
		}
	}
	return false
}

func loginWord(w string) bool {
	for _, sign := range []string{"login", "signin"} {
		if strings.HasPrefix(w, sign) || strings.HasSuffix(w, sign) {
			return true
		}
	}
	return strings.HasPrefix(w, "oauth") || slices.Contains(loginWords, w)
}
