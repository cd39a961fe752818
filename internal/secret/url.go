package secret

import (
	"net/url"
	"strings"
)

// URL hides the user info, the fragment and the secrets of the query of a URL, absolute or
// not, and leaves every other byte.
func (r *Redactor) URL(s string) string {
	s = userInfo(r.known(s))
	s, fragment, has := strings.Cut(s, "#")
	if has && own(s) && !strings.Contains(fragment, "=") {
		fragment = "#" + fragment
	} else if has && fragment != "" {
		fragment = "#" + Hidden
	} else if has {
		fragment = "#"
	}
	return r.query(s) + fragment
}

// own tells whether a URL is no more than the origin of a site that checks ask for: what follows was put there by them,
// as in https://evil.test?.app.example.com, and shows what the server took for an allowed origin.
func own(before string) bool {
	_, host, ok := strings.Cut(before, "://")
	return ok && (host == OwnSite || strings.HasSuffix(host, "."+OwnSite))
}

func userInfo(s string) string {
	i := strings.Index(s, "//")
	if i < 0 || i > 0 && s[i-1] != ':' {
		return s
	}
	rest := s[i+2:]
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		return s[:i+2] + Hidden + rest[at:]
	}
	return s
}

// query hides the secrets of the query of a URL that has no fragment.
func (r *Redactor) query(s string) string {
	before, query, ok := strings.Cut(s, "?")
	if !ok || query == "" {
		return s
	}
	if own(before) && !strings.Contains(query, "=") {
		return s
	}
	list := strings.Split(query, "&")
	for i, p := range list {
		name, value, pair := strings.Cut(p, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		switch {
		case pair && (value == "" || plain == OwnParameter):
		case pair && (r.endpoint() || r.theirs(p) || Named(plain)):
			list[i] = name + "=" + Hidden
		case !pair && p != "" && (r.endpoint() || r.theirs(p)):
			list[i] = Hidden
		}
	}
	return before + "?" + strings.Join(list, "&")
}
