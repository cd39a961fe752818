package secret

import (
	"regexp"
	"slices"
	"strings"
)

// named are what the names of secrets hold; whole are names that are short.
var (
	named = []string{
		"token", "secret", "passw", "passphrase", "session", "csrf", "xsrf", "apikey", "api-key", "api_key", "accesskey", "access-key", "access_key",
		"subscription-key", "credential", "signature", "jwt", "authenticat", "authoriz", "x-auth", "assertion", "private-key", "private_key",
	}
	whole = []string{"sig", "sid", "code", "auth", "pwd", "pass", "pin", "otp", "state", "opaque", "ticket", "hmac"}
)

// Named tells whether a field or a parameter is named like a secret.
func Named(name string) bool {
	name = strings.ToLower(name)
	if strings.HasPrefix(name, "access-control-") || strings.HasPrefix(name, "sec-") {
		return false
	}
	return slices.Contains(whole, name) || slices.ContainsFunc(named, func(part string) bool { return strings.Contains(name, part) })
}

// Field hides the secrets of a field's value: all of it where its name says so, or where
// it is one of those that a person gave. The scheme of an authorization and the names of
// cookies stay.
func (r *Redactor) Field(name, value string, given bool) string {
	switch lower := strings.ToLower(name); {
	case value == "":
		return value
	case lower == "authorization", lower == "proxy-authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok {
			return scheme + " " + Hidden
		}
		return Hidden
	case lower == "cookie":
		return cookies(value)
	case lower == "set-cookie", lower == "set-cookie2":
		first, attributes, more := strings.Cut(value, ";")
		if first = cookies(first); more {
			return first + ";" + attributes
		}
		return first
	case lower == "www-authenticate", lower == "proxy-authenticate":
		return r.Text(challenge.ReplaceAllString(value, "${1}"+Hidden))
	case given, Named(lower):
		return Hidden
	case lower == "location", lower == "content-location", lower == "referer":
		return r.URL(value)
	case lower == "link", lower == "refresh":
		return r.Text(bracketed.ReplaceAllStringFunc(value, func(u string) string { return "<" + r.URL(u[1:len(u)-1]) + ">" }))
	}
	return r.Text(value)
}

var (
	// challenge are the parameters of a challenge that hold something to be repeated, and a
	// token alone (RFC 9110 section 11.2).
	challenge = regexp.MustCompile(`(?i)((?:^|[\s,])(?:nonce|opaque|\w*token\w*)="?|^(?:Negotiate|NTLM) +)[^\s",]+`)
	// bracketed are the URLs of Link (RFC 8288).
	bracketed = regexp.MustCompile(`<[^<>]*>`)
)

// cookies hides the values of cookies, and leaves their names and our own.
func cookies(value string) string {
	list := strings.Split(value, ";")
	for i, c := range list {
		name, _, ok := strings.Cut(c, "=")
		switch {
		case strings.TrimSpace(c) == OwnCookie:
		case ok:
			list[i] = name + "=" + Hidden
		case strings.TrimSpace(c) != "":
			list[i] = Hidden
		}
	}
	return strings.Join(list, ";")
}

// Content hides what an ordinary endpoint answers.
func (r *Redactor) Content(text string) string {
	if text == "" || !r.endpoint() {
		return r.known(text)
	}
	return Hidden
}
