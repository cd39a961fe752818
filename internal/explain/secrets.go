package explain

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
)

const hidden = "[redacted]"

var (
	secretName  = regexp.MustCompile(`(?i)token|secret|passw|pwd|auth|key|sig|session|sid$|jwt|credential|code|otp|nonce|cookie|email|user`)
	secretValue = regexp.MustCompile(`^(?:[A-Za-z0-9_~+/=.-]{24,}|eyJ[A-Za-z0-9_.-]+)$`)
	// inPath are parts of a path that only a token looks like.
	inPath = regexp.MustCompile(`/(?:eyJ[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*|[A-Za-z0-9_-]{40,})`)
)

// safeURL is a URL without user name, password and what looks like a secret in its query:
// an input is what somebody had at hand, so the names of secrets are not only those that
// corsproof knows from servers. Of the fragment, which no server sees, nothing is shown.
func safeURL(s string) string {
	if s == "" {
		return ""
	}
	s, _, _ = strings.Cut(s, "#")
	s = (&agent.Exchange{URL: s}).Redacted().URL
	path, query, ok := strings.Cut(s, "?")
	path = inPath.ReplaceAllString(path, "/"+hidden)
	if !ok {
		return path
	}
	list := strings.Split(query, "&")
	for i, p := range list {
		name, value, has := strings.Cut(p, "=")
		plain, err := url.QueryUnescape(name)
		decoded, err2 := url.QueryUnescape(value)
		switch {
		case has && (err != nil || err2 != nil || secretName.MatchString(plain) || secretValue.MatchString(decoded)):
			list[i] = name + "=" + hidden
		case !has && secretValue.MatchString(p):
			list[i] = hidden
		}
	}
	return path + "?" + strings.Join(list, "&")
}

// safeValue is the value of a response header without secrets.
func safeValue(name, value string) string {
	if strings.EqualFold(name, "Location") || strings.Contains(value, "@") {
		return safeURL(value)
	}
	return value
}

// SafeURL is a URL as answers show it: without what looks like a secret.
func SafeURL(s string) string { return safeURL(s) }
