package ask

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
)

// Sent are the field lines of a request as it goes out.
type Sent struct {
	Lines []string
	// Given are the names of the fields whose value was given, Added those of them
	// that the request did not have before.
	Given, Added []string
}

// Lines adds what was given to the field lines of a request. credentials says
// whether it is one with credentials, to which the cookies belong. What a request
// states of Accept, Accept-Language and Content-Type by itself stays, as that is what
// a check asks; Content-Type goes with content alone.
func (o *Options) Lines(rawURL, method string, lines []string, credentials bool) Sent {
	return o.Dress(rawURL, lines, IsPreflight(method, lines), credentials)
}

// Dress is Lines where it is known whether the request is a preflight.
func (o *Options) Dress(rawURL string, lines []string, preflight, credentials bool) Sent {
	s := Sent{Lines: lines}
	if !o.Within(rawURL) {
		return s
	}
	fields := o.Gate
	if !preflight {
		fields = slices.Concat(o.Gate, o.Page)
	}
	if len(fields) > 0 || credentials && len(o.Cookies) > 0 {
		s.Lines = slices.Clone(lines)
	}
	for _, f := range fields {
		if !strings.EqualFold(f.Name, "Content-Type") || hasContent(lines) {
			s.put(f)
		}
	}
	if credentials && !preflight {
		s.cookies(o.Cookies)
	}
	o.proxyAuthorization(&s, rawURL)
	return s
}

// IsPreflight tells whether a request is a preflight.
func IsPreflight(method string, lines []string) bool {
	return method == "OPTIONS" && find(lines, "Access-Control-Request-Method") >= 0
}

// put sets a field.
func (s *Sent) put(f Field) {
	line := f.Name + ": " + f.Value
	i := find(s.Lines, f.Name)
	switch {
	case i < 0:
		s.Lines = append(s.Lines, line)
		s.Added = append(s.Added, f.Name)
	case ofTheCheck(s.Lines[i]):
		return
	default:
		s.Lines[i] = line
	}
	s.Given = append(s.Given, f.Name)
}

// ofTheCheck tells whether a line is one that a check states, in the place of a
// browser's default.
func ofTheCheck(line string) bool {
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch strings.ToLower(name) {
	case "accept":
		return value != "*/*"
	case "accept-language":
		return value != "en-US,en;q=0.9"
	case "content-type":
		return value != "text/plain;charset=UTF-8" // what a script's string has
	}
	return false
}

// hasContent tells whether a request has content, by its framing.
func hasContent(lines []string) bool {
	if i := find(lines, "Content-Length"); i >= 0 {
		_, n, _ := strings.Cut(lines[i], ":")
		return strings.TrimSpace(n) != "0"
	}
	return find(lines, "Transfer-Encoding") >= 0
}

// cookies adds to the cookies of the request.
func (s *Sent) cookies(list []Cookie) {
	if len(list) == 0 {
		return
	}
	pairs := make([]string, len(list))
	for i, c := range list {
		pairs[i] = c.Name + "=" + c.Value
	}
	text := strings.Join(pairs, "; ")
	s.Given = append(s.Given, "Cookie")
	if i := find(s.Lines, "Cookie"); i >= 0 {
		s.Lines[i] += "; " + text
		return
	}
	s.Lines = append(s.Lines, "Cookie: "+text)
	s.Added = append(s.Added, "Cookie")
}

// proxyAuthorization is what a proxy wants of requests that it reads itself.
func (o *Options) proxyAuthorization(s *Sent, rawURL string) {
	if p := o.forwarding(rawURL); p != nil && p.User != nil {
		password, _ := p.User.Password()
		text := base64.StdEncoding.EncodeToString([]byte(p.User.Username() + ":" + password))
		s.Lines = append(slices.Clone(s.Lines), "Proxy-Authorization: Basic "+text)
		s.Given, s.Added = append(s.Given, "Proxy-Authorization"), append(s.Added, "Proxy-Authorization")
	}
}

// Prefix is what goes before the request target where a proxy reads the request
// itself (RFC 9112 section 3.2.2); empty otherwise.
func (o *Options) Prefix(rawURL string) string {
	if o == nil || o.forwarding(rawURL) == nil {
		return ""
	}
	scheme, authority, _, err := origin.Split(rawURL)
	if err != nil {
		return ""
	}
	return scheme + "://" + authority
}

// find is the index of the first line with that name, -1 for none.
func find(lines []string, name string) int {
	return slices.IndexFunc(lines, func(line string) bool {
		n, _, ok := strings.Cut(line, ":")
		return ok && strings.EqualFold(strings.TrimSpace(n), name)
	})
}
