package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/wire"
)

// affected says which requests a cause concerns: their methods, who makes them,
// with credentials or without, and which answers it shows in.
func affected(list []Explained) string {
	var methods, origins names
	var answers, accepts []string
	asked := 0
	with, without, bare, query := false, false, false, false
	for i := range list {
		s := &list[i].Seen
		if s.Method == "" {
			continue
		}
		methods.add(agent.Show(s.Method), plainMethod.MatchString(s.Method))
		switch {
		case !s.NoOrigin:
			origins.add(orNobody(s.Origin), plainOrigin.MatchString(s.Origin))
		case s.Grown != "":
			origins.add(s.Grown, plainOrigin.MatchString(s.Grown))
		default:
			origins.add("nobody (no Origin)", true)
		}
		answer := answerOf(s)
		if at := list[i].behind; at != "" {
			answer += " of " + agent.Show(at)
		}
		if only := list[i].facts["only"]; s.Coding != "" && slices.Contains(only, "coding") {
			answer += " compressed (" + s.Coding + ")"
		} else if s.Accepts != "" && slices.Contains(only, "accepts") {
			accepts = add(accepts, agent.Show(s.Accepts))
		} else {
			asked++
		}
		answers = add(answers, answer)
		bare, query = bare || !s.Query, query || slices.Contains(list[i].facts["only"], "query")
		creds := s.Credentials || list[i].Asked.Credentials
		with, without = with || creds, without || !creds
	}
	if methods.none() {
		return ""
	}
	text := fmt.Sprintf("%s from %s", methods.text(5), origins.text(3))
	if with && !without {
		text += " with credentials"
	}
	text += ": " + enumerate(answers, 4)
	if query && !bare {
		text += ", to URLs with a query"
	}
	if n := len(accepts); asked == 0 && n > 0 && n <= 3 {
		text += ", and only with Accept-Encoding: " + strings.Join(accepts, " or ")
	}
	return text
}

func answerOf(s *agent.Seen) string {
	switch {
	case s.Status != 0 && s.Preflight:
		return "preflight " + strconv.Itoa(s.Status)
	case s.Status != 0:
		return "answer " + strconv.Itoa(s.Status)
	case refused(s) && s.Preflight:
		return refusedAnswer + " to the preflight"
	case refused(s):
		return refusedAnswer
	case s.Preflight:
		return noAnswer + " to the preflight"
	}
	return noAnswer
}

const noAnswer = "no answer"

// refusedAnswer is what came where it is not HTTP.
const refusedAnswer = "an answer that clients refuse"

// refused tells whether an answer came, and was none that a client takes.
func refused(s *agent.Seen) bool { return s.Status == 0 && s.Error == string(wire.Malformed) }

// Refused tells whether all that a finding is about was answered with what is not HTTP.
func (f *Finding) Refused() bool {
	_, answers, _ := strings.Cut(f.Affects, ": ")
	return strings.HasSuffix(f.Affects, refusedAnswer) && !strings.Contains(f.Affects, noAnswer) && !strings.Contains(answers, " and ")
}

// Unanswered tells whether some request that a finding is about had no answer.
func (f *Finding) Unanswered() bool { return f.Affects == "" || strings.Contains(f.Affects, noAnswer) }

// What people can read in a sentence, and what a browser's requests have.
var (
	plainMethod = regexp.MustCompile(`^[A-Za-z][A-Za-z-]{0,29}$`)
	plainOrigin = regexp.MustCompile(`^(null|[A-Za-z][A-Za-z0-9+.-]*://(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,80})(:[0-9]{1,5})?/?)$`)
)

// names are methods or origins, those that can be read apart from the odd ones.
type names struct{ plain, odd []string }

func (n *names) add(name string, plain bool) {
	if plain {
		n.plain = add(n.plain, name)
		return
	}
	n.odd = add(n.odd, `"`+name+`"`)
}

func (n *names) none() bool { return len(n.plain)+len(n.odd) == 0 }

// text names at most so many; odd ones only where there are no others.
func (n *names) text(most int) string {
	if len(n.plain) > 0 {
		most = min(most, len(n.plain))
	}
	return enumerate(slices.Concat(n.plain, n.odd), most)
}

func add(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// enumerate names at most n of a list.
func enumerate(list []string, n int) string {
	if len(list) > n {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
	}
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
