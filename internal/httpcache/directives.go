package httpcache

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// directives are those of Cache-Control: lower-case name to argument (RFC 9111
// section 5.2). The first of repeated ones counts.
type directives map[string]string

func parseDirectives(h spec.Header) directives {
	d := directives{}
	for _, line := range h.Values("Cache-Control") {
		for _, e := range split(line) {
			name, arg, _ := strings.Cut(e, "=")
			name = strings.ToLower(strings.Trim(name, " \t"))
			if _, seen := d[name]; name != "" && !seen {
				d[name] = strings.Trim(strings.Trim(arg, " \t"), `"`)
			}
		}
	}
	return d
}

func (d directives) has(name string) bool { _, ok := d[name]; return ok }

// seconds is the argument of a delta-seconds directive. One that is not valid
// counts as stale (RFC 9111 section 4.2.1).
func (d directives) seconds(name string) (time.Duration, bool) {
	arg, ok := d[name]
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(arg, 10, 31)
	if err != nil {
		if strings.Trim(arg, "0123456789") == "" && arg != "" {
			n = 1<<31 - 1 // too large for us, not wrong (RFC 9111 section 1.2.2)
		} else {
			n = 0
		}
	}
	return time.Duration(n) * time.Second, true
}

// split takes a list apart at commas outside quoted strings.
func split(line string) []string {
	var list []string
	quoted, start := false, 0
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ',' && !quoted:
			list = append(list, line[start:i])
			start = i + 1
		}
	}
	return append(list, line[start:])
}

// elements are the elements of a plain list field over all its lines.
func elements(h spec.Header, name string) []string {
	var list []string
	for _, line := range h.Values(name) {
		for _, e := range split(line) {
			if e = strings.Trim(e, " \t"); e != "" {
				list = append(list, e)
			}
		}
	}
	return list
}

// date parses a date field; ok is false without a valid one.
func date(h spec.Header, name string) (time.Time, bool) {
	v, ok := h.Get(name)
	if !ok {
		return time.Time{}, false
	}
	t, err := http.ParseTime(v)
	return t, err == nil
}

// freshness is how long a response is fresh (RFC 9111 section 4.2.1). ok is
// false when nothing says so.
func freshness(h spec.Header, d directives, shared bool) (lifetime time.Duration, ok bool) {
	if shared {
		if s, ok := d.seconds("s-maxage"); ok {
			return s, true
		}
	}
	if s, ok := d.seconds("max-age"); ok {
		return s, true
	}
	if !h.Has("Expires") {
		return 0, false
	}
	expires, valid := date(h, "Expires")
	made, dated := date(h, "Date")
	if !valid || !dated {
		return 0, true // "a cache MUST treat it as already expired" (section 5.3)
	}
	return max(expires.Sub(made), 0), true
}
