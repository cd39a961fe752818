package explain

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"github.com/corsproof/corsproof/spec"
)

// place is where a configuration has an expression for origins: the last group that took part.
type place struct {
	at           *regexp.Regexp
	within       *regexp.Regexp // finds each in what at found; nil: at does
	whole, start bool           // it has to match all of the origin, or from its beginning
	doubled      bool           // its backslashes are doubled, as in a string
}

// expressions are these places, compiled when a configuration is read.
var expressions = sync.OnceValue(func() []place {
	return []place{
		{at: regexp.MustCompile(`\borigins?["']?\s*:\s*(?:\[[^\]\n]*?)?/((?:[^/\\\n]|\\.)+)/[a-z]*\s*[,}\])\n]`)},
		{at: regexp.MustCompile(`(?s)\borigins?["']?\s*:\s*\[(.*?)\n?\s*\]\s*[,})]`), within: regexp.MustCompile(`(?:^|[\s,])/((?:[^/\\\n]|\\.)+)/[a-z]*`)},
		{at: regexp.MustCompile("\\borigins?[\"']?\\s*:\\s*\\[?\\s*new\\s+RegExp\\(\\s*[\"'`]([^\"'`\\n]+)[\"'`]"), doubled: true},
		{at: regexp.MustCompile(`\borigins\s+/((?:[^/\\\n]|\\.)+)/`)},                                                                                                                               // rack-cors
		{at: regexp.MustCompile(`\ballow_origin_regex\s*=\s*r?["']([^"'\n]+)["']`), whole: true},                                                                                                    // Starlette, Litestar: fullmatch
		{at: regexp.MustCompile(`(?s)\bCORS_(?:ALLOWED_ORIGIN_REGEXES|ORIGIN_REGEX_WHITELIST)\s*=\s*[\[(](.*?)\n?[\])]\s*(?:\n|$)`), within: regexp.MustCompile(`["']([^"'\n]+)["']`), start: true}, // re.match
		{at: regexp.MustCompile(`(?s)\bCORS\s*\(.*?\borigins["']?\s*[=:]\s*(?:\[[^\]]*?)?r["']([^"'\n]*[*\\\]][^"'\n]*)["']`), start: true},                                                         // Flask-CORS: re.match
		{at: regexp.MustCompile(`["']allowed_origins_patterns["']\s*=>\s*\[\s*["']([#~/@])(.+?)[#~/@][a-z]*["']`)},                                                                                  // Laravel: preg_match
		{at: regexp.MustCompile(`\$http_origin\s+~\*?\s*["']?\(?([^"'\s]+?)["']?\s*\)\s*\{`)},                                                                                                       // nginx
		{at: regexp.MustCompile(`(?m)^\s*["']?~\*?([^"'\s]+)["']?\s+["']?\$http_origin\b`)},                                                                                                         // nginx, a map
		{at: regexp.MustCompile(`(?i)\bSetEnvIf(?:NoCase)?\s+Origin\s+["']?([^"'\s]+)["']?\s`)},
		{at: regexp.MustCompile(`\bheader_regexp\s+(?:\w+\s+)?Origin\s+["']?([^"'\s]+)`)},
		{at: regexp.MustCompile(`\baccessControlAllowOriginListRegex:\s*(?:\[\s*|-\s*|\n\s*-\s*)["']?([^"'\s]+)["']?`)},
		{at: regexp.MustCompile("\\bAllowOriginFunc\\s*:\\s*regexp\\.MustCompile\\(\\s*[`\"]([^`\"\\n]+)[`\"]\\s*\\)\\.MatchString")},
		{at: regexp.MustCompile(`\bsafe_regex:\s*\{?\s*(?:\n\s*)?regex:\s*["']?([^"'\s}]+)`), whole: true}, // Envoy
	}
})

// strangersLetIn finds an expression of a configuration that matches an origin which somebody else can have.
func strangersLetIn(text string) *letsIn {
	for _, e := range expressions() {
		for _, m := range e.at.FindAllStringSubmatch(text, 20) {
			found := [][]string{m}
			if e.within != nil {
				found = e.within.FindAllStringSubmatch(m[1], 50)
			}
			for _, f := range found {
				expr := f[len(f)-1]
				if e.doubled {
					expr = strings.ReplaceAll(expr, `\\`, `\`)
				}
				if l := stranger(strings.ReplaceAll(expr, `\/`, "/"), e.whole, e.start); l != nil {
					l.written = "the expression " + shown(expr)
					return l
				}
			}
		}
	}
	return nil
}

// stranger is an origin that an expression matches and that somebody else can have than the one for whom
// the expression was written; nil where none is found, or where it is not read.
func stranger(expr string, whole, start bool) *letsIn {
	switch {
	case whole:
		expr = "^(?:" + expr + ")$"
	case start:
		expr = "^(?:" + expr + ")"
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil
	}
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	if re.MatchString(anyOther) && re.MatchString("https://q7.invalid") {
		does := "It matches every origin"
		if !re.MatchString("http://q7.invalid") {
			does += " with https://"
		}
		return &letsIn{does: does, cause: "reflects-any-origin", example: anyOther}
	}
	base := &sampler{}
	own := base.origin(tree)
	if own == "" {
		base.star = "a" // as with .*\.example\.com
		own = base.origin(tree)
	}
	if own == "" || !re.MatchString(own) {
		return nil
	}
	host := own[strings.Index(own, "://")+3:]
	for _, try := range base.others(tree, own, host) {
		if re.MatchString(try.origin) && !sameDomain(own, try.origin) {
			return &letsIn{does: fmt.Sprintf("It also matches %s, which anybody can have: %s", try.origin, try.why), cause: try.cause, example: try.origin}
		}
	}
	return nil
}

// attempt is an origin of somebody else, and why an expression may match it.
type attempt struct{ origin, why, cause string }

// others are origins of somebody else that look like own.
func (s *sampler) others(tree *syntax.Regexp, own, host string) []attempt {
	scheme := strings.TrimSuffix(own, host)
	list := []attempt{
		{own + ".evil.test", "nothing in it ends the origin ($)", "origin-any-end"},
		{scheme + "evil" + host, "nothing in it stands before the host", "origin-any-start"},
	}
	for i := range s.dots {
		one := &sampler{star: s.star, not: i + 1}
		list = append(list, attempt{one.origin(tree), "a dot without a backslash is any character", "origin-dot"})
	}
	return append(list, attempt{(&sampler{star: "evil"}).origin(tree), "no dot stands between what is free and the domain", "origin-any-start"})
}

// sampler writes a text that an expression matches.
type sampler struct {
	star string // in place of what may be any text
	dots int    // how many single dots stand for any character
	not  int    // of which the one with this number is a letter; 0: none is
}

// origin is a text that the expression matches as an origin; empty: it is none.
func (s *sampler) origin(re *syntax.Regexp) string {
	s.dots = 0
	var b strings.Builder
	s.write(&b, re)
	text := b.String()
	if strings.HasPrefix(text, ".") { // as with \.example\.com$
		text = "a" + text
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	if host := hostOf(text); host == "" || strings.HasPrefix(host, ".") || strings.Contains(host, "..") {
		return ""
	}
	return text
}

func (s *sampler) write(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(strings.ToLower(string(re.Rune)))
	case syntax.OpCharClass:
		b.WriteRune(fromClass(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		if s.dots++; s.dots == s.not {
			b.WriteByte('x')
		} else {
			b.WriteByte('.')
		}
	case syntax.OpStar, syntax.OpPlus:
		switch any := re.Sub[0].Op == syntax.OpAnyChar || re.Sub[0].Op == syntax.OpAnyCharNotNL; {
		case any && re.Op == syntax.OpPlus && s.star == "":
			b.WriteByte('a')
		case any:
			b.WriteString(s.star)
		case re.Op == syntax.OpPlus:
			s.write(b, re.Sub[0])
		}
	case syntax.OpRepeat:
		for range re.Min {
			s.write(b, re.Sub[0])
		}
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			s.write(b, sub)
		}
	case syntax.OpAlternate:
		s.write(b, re.Sub[0])
	}
}

// fromClass is a character of a class, a letter or a digit where it has one.
func fromClass(ranges []rune) rune {
	for _, want := range "a0s" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				return want
			}
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}

// sameDomain tells whether two origins are below one domain that somebody registered. What ends in another
// public suffix than the first, which nobody can register, is of nobody, and counts as the same.
func sameDomain(own, other string) bool {
	a, b := hostOf(own), hostOf(other)
	if a == b || b == "" {
		return true
	}
	mine, _ := publicsuffix.PublicSuffix(a)
	if suffix, icann := publicsuffix.PublicSuffix(b); !icann && !strings.Contains(suffix, ".") && suffix != "test" && suffix != mine {
		return true
	}
	registeredA, _ := publicsuffix.EffectiveTLDPlusOne(a)
	registeredB, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err != nil || registeredA == registeredB
}

// hostOf is the host of a serialised origin; empty: it is none.
func hostOf(o string) string {
	parsed, err := spec.ParseOrigin(o)
	if err != nil {
		return ""
	}
	return parsed.Host
}
