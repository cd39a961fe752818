package cases

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"text/template"

	"github.com/corsproof/corsproof/spec"
)

// This file has the template functions that make other origins of those that a
// policy allows, and choose among them.

func (s *scope) originFuncs() template.FuncMap {
	return template.FuncMap{
		"deniedOrigin": func(o string) (string, error) {
			return s.given("deniedOrigin", o, s.surelyDenies(o), "it does not surely deny that origin")
		},
		"oneDenied":       s.oneDenied,
		"allowedLike":     s.allowedLike,
		"allowedApp":      s.allowedApp,
		"allowedWithPort": s.allowedWithPort,
		"longerPort":      s.longerPort,
		"shortened":       s.shortened,
		"parent":          s.parent,
		"label":           s.label,
		"www":             s.www,
		"timed":           s.timed,
		"untimed":         s.untimed,
		"preflightMethod": s.preflightMethod,
	}
}

// timed is the first allowed origin that may read times; nobody where all may.
func (s *scope) timed() (string, error) {
	for _, o := range s.policy.AllowedOrigins() {
		if slices.Contains(s.policy.TimingOrigins, o) {
			return o, nil
		}
	}
	return "", s.none("timed", "it names no allowed origin that may read times")
}

// untimed is the first allowed origin that may not read times.
func (s *scope) untimed() (string, error) {
	list := s.policy.TimingOrigins
	for _, o := range s.policy.AllowedOrigins() {
		if len(list) > 0 && list[0] != "*" && !slices.Contains(list, o) && o != s.target {
			return o, nil
		}
	}
	return "", s.none("untimed", "all allowed origins may read times, or nothing is said of times")
}

// surelyDenies says whether nobody may be let in from an origin. A server may
// grant its own one: a page of it needs no grant to read.
func (s *scope) surelyDenies(origin string) bool {
	allowed, certain := s.policy.AllowsOrigin(origin)
	return !allowed && certain && origin != s.target
}

// oneDenied is the first of origins that the policy surely denies.
func (s *scope) oneDenied(origins ...string) (string, error) {
	if i := slices.IndexFunc(origins, s.surelyDenies); i >= 0 {
		return origins[i], nil
	}
	return "", s.none("oneDenied", "it does not surely deny any of "+strings.Join(origins, ", "))
}

// firstAllowed is the first origin that the policy allows and that is as wanted.
func (s *scope) firstAllowed(fn, what string, wanted func(o spec.Origin) bool) (string, error) {
	for _, text := range s.policy.AllowedOrigins() {
		if o, err := parseOrigin(text); err == nil && wanted(o) {
			return text, nil
		}
	}
	return "", s.none(fn, "it allows no origin "+what)
}

func (s *scope) allowedLike(prefix string) (string, error) {
	return s.firstAllowed("allowedLike", "that begins with "+prefix, func(o spec.Origin) bool {
		return strings.HasPrefix(o.String(), prefix)
	})
}

func (s *scope) allowedApp() (string, error) {
	return s.firstAllowed("allowedApp", "with a scheme of its own", func(o spec.Origin) bool {
		return o.Scheme != "http" && o.Scheme != "https"
	})
}

func (s *scope) allowedWithPort() (string, error) {
	return s.firstAllowed("allowedWithPort", "with a port", func(o spec.Origin) bool { return o.Port != "" })
}

// longerPort is an allowed origin with a digit behind its port, as far as such
// a port exists.
func (s *scope) longerPort() (string, error) {
	short, err := s.firstAllowed("longerPort", "with a port to which a digit can be added", func(o spec.Origin) bool {
		return o.Port != "" && portNumber(o) > 0 && portNumber(o)*10 <= 65535
	})
	if err != nil {
		return "", err
	}
	return short + "0", nil
}

// shortened is an allowed origin without the last character of its host, where what is left is a web
// origin that is surely denied.
func (s *scope) shortened() (string, error) {
	for _, text := range s.policy.AllowedOrigins() {
		o, err := parseOrigin(text)
		if err != nil || o.Port != "" {
			continue
		}
		short := text[:len(text)-1]
		if u, err := spec.ParseURL(short); err == nil && u.Origin().String() == short && s.surelyDenies(short) {
			return short, nil
		}
	}
	return "", s.none("shortened", "it allows no origin without a port whose beginning is an origin that it surely denies")
}

// named is an origin whose host is a name of at least so many labels.
func (s *scope) named(fn, text string, labels int) (spec.Origin, error) {
	o, err := parseOrigin(text)
	if err != nil {
		return o, err
	}
	_, notAddress := netip.ParseAddr(strings.Trim(o.Host, "[]"))
	if notAddress == nil || strings.Count(o.Host, ".")+1 < labels {
		return o, s.none(fn, fmt.Sprintf("the host of %s is not a name of %d labels or more", text, labels))
	}
	return o, nil
}

func (s *scope) parent(text string) (string, error) {
	o, err := s.named("parent", text, 2)
	_, o.Host, _ = strings.Cut(o.Host, ".")
	return o.String(), err
}

func (s *scope) label(text string) (string, error) {
	o, err := s.named("label", text, 1)
	first, _, _ := strings.Cut(o.Host, ".")
	return first, err
}

// www takes "www." off a host, or puts it on one without.
func (s *scope) www(text string) (string, error) {
	o, err := s.named("www", text, 2)
	if rest, ok := strings.CutPrefix(o.Host, "www."); ok {
		o.Host = rest
	} else {
		o.Host = "www." + o.Host
	}
	return o.String(), err
}

// preflightMethod is a method to ask for where the answer to the origin is all
// that matters: that of method, or GET where no method needs permission (a
// preflight for it is made when a header needs permission).
func (s *scope) preflightMethod() (string, error) {
	if m, err := s.method(); err == nil {
		return m, nil
	}
	return "GET", nil
}
