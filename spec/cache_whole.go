package spec

import (
	"strings"
	"time"
)

// wholeEntry is the response to one preflight, which is what Chromium and
// WebKit keep.
type wholeEntry struct {
	stored      time.Duration
	maxAge      int64
	credentials bool
	methods     map[string]struct{}
	headers     map[string]struct{}
}

func newWholeEntry(r cacheRequest, maxAge int64, h Header) *wholeEntry {
	w := &wholeEntry{stored: r.now, maxAge: maxAge, credentials: r.credentials}
	collect := func(name string, fold bool) map[string]struct{} {
		set := map[string]struct{}{}
		for l := newTokenList(h, name); ; {
			token, ok := l.next()
			if !ok {
				return set
			}
			if fold {
				token = lower(token)
			}
			set[strings.Clone(token)] = struct{}{}
		}
	}
	w.methods, w.headers = collect(allowMethods, false), collect(allowHeaders, true)
	return w
}

// covers: the checks of a preflight's response once more, on what was kept of
// it. `*` counts only if the preflight was made without credentials.
func (w *wholeEntry) covers(p *Profile, credentials bool, method string, unsafe []string) bool {
	if credentials && !w.credentials {
		return false
	}
	has := func(set map[string]struct{}, name string) bool {
		_, ok := set[name]
		return ok
	}
	if !IsSafelistedMethod(method) && !has(w.methods, method) && (w.credentials || !has(w.methods, "*")) {
		return false
	}
	star := !w.credentials && has(w.headers, "*")
	for _, name := range unsafe {
		if star && (name != "authorization" || p.CacheWildcardAuth) {
			continue
		}
		if !has(w.headers, name) {
			return false
		}
	}
	return true
}
