package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
)

// affected says which requests a cause concerns: their methods, who makes them,
// with credentials or without, and which answers it shows in.
func affected(list []Explained) string {
	var methods, origins, answers, codings []string
	with, without := false, false
	for i := range list {
		s := &list[i].Seen
		if s.Method == "" {
			continue
		}
		methods = add(methods, agent.Show(s.Method))
		if !s.NoOrigin {
			origins = add(origins, orNobody(s.Origin))
		} else {
			origins = add(origins, "nobody (no Origin)")
		}
		answers = add(answers, answerOf(s))
		if s.Coding != "" && slices.Contains(list[i].facts["only"], "coding") {
			codings = add(codings, s.Coding)
		}
		creds := s.Credentials || list[i].Asked.Credentials
		with, without = with || creds, without || !creds
	}
	if len(methods) == 0 {
		return ""
	}
	text := fmt.Sprintf("%s from %s", enumerate(methods, 5), enumerate(origins, 3))
	if with && !without {
		text += " with credentials"
	}
	text += ": " + enumerate(answers, 4)
	if len(codings) > 0 {
		text += ", compressed (" + strings.Join(codings, ", ") + ")"
	}
	return text
}

func answerOf(s *agent.Seen) string {
	switch {
	case s.Status != 0 && s.Preflight:
		return "preflight " + strconv.Itoa(s.Status)
	case s.Status != 0:
		return "answer " + strconv.Itoa(s.Status)
	case s.Preflight:
		return noAnswer + " to the preflight"
	}
	return noAnswer
}

const noAnswer = "no answer"

// Unanswered tells whether some request that a finding is about had no answer.
func (f *Finding) Unanswered() bool { return f.Affects == "" || strings.Contains(f.Affects, noAnswer) }

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
