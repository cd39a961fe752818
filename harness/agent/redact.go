package agent

import (
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// hidden stands for a secret in what is shown.
const hidden = "[redacted]"

// Redacted is the exchange without secrets: the fields that a person gave, the credentials of Authorization
// and Proxy-Authorization (the scheme stays), the values of cookies (their
// names stay, and the cookie of ours), user name and password of URLs, and
// query parameters that are named like a secret.
func (e *Exchange) Redacted() Exchange {
	r := *e
	r.URL = redactURL(e.URL)
	r.Request, r.Response = redactHeader(e.Request, e.Given), redactHeader(e.Response, nil)
	r.Lines = redactLines(e.Lines, e.Given)
	return r
}

func redactHeader(h spec.Header, given []string) spec.Header {
	h = slices.Clone(h)
	for i := range h {
		f := &h[i]
		switch name := strings.ToLower(f.Name); name {
		case "authorization", "proxy-authorization":
			if scheme, _, ok := strings.Cut(f.Value, " "); ok {
				f.Value = scheme + " " + hidden
			} else if f.Value != "" {
				f.Value = hidden
			}
		case "cookie":
			f.Value = redactCookies(f.Value)
		case "set-cookie":
			first, attributes, more := strings.Cut(f.Value, ";")
			f.Value = redactCookies(first)
			if more {
				f.Value += ";" + attributes
			}
		case "location", "referer":
			f.Value = redactURL(f.Value)
		case "x-api-key", "x-auth-token", "x-amz-security-token", "api-key":
			f.Value = hidden
		default:
			if slices.ContainsFunc(given, func(g string) bool { return strings.EqualFold(g, name) }) {
				f.Value = hidden
			}
		}
	}
	return h
}

// redactLines hides in each line what redactHeader hides in its field. What a
// secret goes on with in a folded line is hidden whole.
func redactLines(lines, given []string) []string {
	if lines == nil {
		return nil
	}
	out := slices.Clone(lines)
	secret := false
	for i, line := range lines {
		if folded := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"); folded {
			if secret {
				out[i] = line[:1] + hidden
			}
			continue
		}
		first, rest, _ := strings.Cut(line, "\r\n")
		f := fieldOf(first)
		shown := redactHeader(spec.Header{f}, given)[0].Value
		if secret = shown != f.Value; !secret {
			continue
		}
		out[i] = strings.Replace(first, f.Value, shown, 1)
		if rest != "" {
			out[i] += "\r\n " + hidden
		}
	}
	return out
}

func redactCookies(value string) string {
	list := strings.Split(value, ";")
	for i, c := range list {
		name, _, ok := strings.Cut(c, "=")
		switch {
		case strings.TrimSpace(c) == Cookie:
		case ok:
			list[i] = name + "=" + hidden
		case strings.TrimSpace(c) != "":
			list[i] = hidden
		}
	}
	return strings.Join(list, ";")
}

// secretParameters are query parameters that carry credentials.
var secretParameters = []string{
	"access_token", "api_key", "apikey", "client_secret", "code", "id_token", "password", "refresh_token",
	"secret", "sig", "signature", "token", "x-amz-signature", "x-amz-security-token",
}

// redactURL hides userinfo and secret parameters, and leaves every other byte.
func redactURL(s string) string {
	if i := strings.Index(s, "://"); i >= 0 {
		rest := s[i+3:]
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
			s = s[:i+3] + hidden + rest[at:]
		}
	}
	before, query, ok := strings.Cut(s, "?")
	if !ok {
		return s
	}
	query, fragment, hasFragment := strings.Cut(query, "#")
	list := strings.Split(query, "&")
	for i, p := range list {
		name, _, _ := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); err == nil && slices.Contains(secretParameters, strings.ToLower(plain)) {
			list[i] = name + "=" + hidden
		}
	}
	s = before + "?" + strings.Join(list, "&")
	if hasFragment {
		s += "#" + fragment
	}
	return s
}
