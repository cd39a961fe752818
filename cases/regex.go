package cases

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// examplesOf gives up to two short strings that the expression matches as a
// whole, none when it cannot tell (another dialect, a construct without examples).
func examplesOf(expr string) []string {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	check, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	if err != nil {
		return nil
	}
	var out []string
	for _, letter := range []rune{'x', 'y'} {
		var b strings.Builder
		writeExample(&b, re, letter)
		if s := b.String(); check.MatchString(s) && (len(out) == 0 || out[0] != s) {
			out = append(out, s)
		}
	}
	return out
}

// writeExample writes a string that re matches, with the given letter where
// the expression leaves the choice.
func writeExample(b *strings.Builder, re *syntax.Regexp, letter rune) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		pick := re.Rune[0]
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= letter && letter <= re.Rune[i+1] {
				pick = letter
			}
		}
		b.WriteRune(pick)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteRune(letter)
	case syntax.OpPlus, syntax.OpCapture, syntax.OpStar:
		writeExample(b, re.Sub[0], letter)
	case syntax.OpRepeat:
		for range max(re.Min, min(1, re.Max)) {
			writeExample(b, re.Sub[0], letter)
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeExample(b, sub, letter)
		}
	case syntax.OpAlternate:
		sub := re.Sub[0]
		if letter != 'x' {
			sub = re.Sub[len(re.Sub)-1]
		}
		writeExample(b, sub, letter)
	}
}
