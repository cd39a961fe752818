package explain

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// pattern is a regular expression with the words of which a text must have one if it is to
// match. To look for words is a hundred times as quick as to match, and most texts match none
// of a hundred sentences. Neither is made before it is needed: every command would wait for it.
type pattern struct {
	words    func() []string // in lower case; none: every text is matched
	compiled func() *regexp.Regexp
}

// mustPattern is an expression in which letter case does not count. A wrong one panics when it is first used.
func mustPattern(re string) pattern {
	re = "(?i)" + re
	return pattern{
		words: sync.OnceValue(func() []string {
			tree, err := syntax.Parse(re, syntax.Perl)
			if err != nil {
				panic(err)
			}
			return wordsOf(tree.Simplify())
		}),
		compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(re) }),
	}
}

// may tells whether a text, in lower case, has one of the words.
func (p *pattern) may(lower string) bool {
	words := p.words()
	for _, w := range words {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return len(words) == 0
}

// wordsOf are words of which every match has at least one; none where there are no such.
func wordsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}
	case syntax.OpCapture, syntax.OpPlus:
		return wordsOf(re.Sub[0])
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if w := wordsOf(sub); shortest(w) > shortest(best) {
				best = w
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			w := wordsOf(sub)
			if len(w) == 0 {
				return nil
			}
			all = append(all, w...)
		}
		return all
	}
	return nil
}

// shortest is the length of the shortest word; 0 for none.
func shortest(words []string) int {
	if len(words) == 0 {
		return 0
	}
	n := len(words[0])
	for _, w := range words[1:] {
		n = min(n, len(w))
	}
	return n
}

// matches tells whether a text matches.
func (p *pattern) matches(text string) bool {
	return p.may(strings.ToLower(text)) && p.compiled().MatchString(text)
}

// groups are those of the first match in a text, which is given in lower case too; nil for none.
func (p *pattern) groups(text, lower string) []string {
	if !p.may(lower) {
		return nil
	}
	return p.compiled().FindStringSubmatch(text)
}
