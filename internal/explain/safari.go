package explain

import (
	"regexp"
	"strings"
)

// Safari says a reason in one line, and which URL it is about in the next:
//
//	[Error] Origin https://app.example is not allowed by Access-Control-Allow-Origin. Status code: 200
//	[Error] Fetch API cannot load https://api.example/items due to access control checks.
//	[Error] Failed to load resource: Origin https://app.example is not allowed by ... (items, line 0)
//
// The third says the first once more. As the order tells which belong together, they are joined
// before other messages are. A console that shows the newest first has them the other way round.

var (
	carrier    = mustPattern(`due to access control checks`)
	repeated   = mustPattern(`failed to load resource:`)
	carriesOn  = regexp.MustCompile(`(?i)(?:failed to load resource|denied by cross-origin resource sharing policy): $`) // and then the reason
	redirectTo = mustPattern(`cross-origin redirection to (\S+) denied by`)
	linePlace  = regexp.MustCompile(`\(([^\s()]+), line \d+\)`)
	scriptLine = regexp.MustCompile(`[^/:]+:\d+(?::\d+)?$`) // of a URL that is a place in a script
)

// readPlace tells what a message is besides its reason: the line that names the URL, or one that
// repeats another.
func (s *sighting) readPlace(m string) {
	s.carries = s.reason == "" && s.url != "" && carrier.matches(m)
	s.repeats = s.reason != "" && s.url == "" && repeated.matches(m)
	if p := linePlace.FindStringSubmatch(m); p != nil && s.url == "" {
		s.place = p[1]
	}
}

// urlOf is the URL of a request that a message names. What is an origin or the value of a header
// is none, nor is a place in a script.
func (s *sighting) urlOf(m string) string {
	for _, at := range anyURL.FindAllString(m, 8) {
		u := trimURL(at)
		_, rest, _ := strings.Cut(u, "://")
		_, path, _ := strings.Cut(rest, "/")
		switch {
		case u == s.origin, u == s.leads, reference.MatchString(u), s.value != nil && strings.Contains(*s.value, u), scriptLine.MatchString(path):
		default:
			return u
		}
	}
	return ""
}

// pairedSafari joins the lines that say a reason with those that name the URL.
func pairedSafari(list []sighting) []sighting {
	lacksURL := func(s *sighting) bool { return s.browser == "safari" && s.reason != "" && s.url == "" && !s.repeats }
	newestFirst := false
	for i := range list {
		if list[i].carries || lacksURL(&list[i]) {
			newestFirst = list[i].carries
			break
		}
	}
	var out []sighting
	for i := 0; i < len(list); i++ {
		s := list[i]
		if i+1 < len(list) {
			next := list[i+1]
			if !newestFirst && lacksURL(&s) && next.carries || newestFirst && s.carries && lacksURL(&next) {
				s.add(&next)
				s.carries = false
				i++
			}
		}
		out = append(out, s)
	}
	return withoutRepeats(out)
}

// withoutRepeats leaves out the lines that say again what another says.
func withoutRepeats(list []sighting) []sighting {
	var out []sighting
	for i := range list {
		s := &list[i]
		said := false
		for j := range list {
			o := &list[j]
			said = said || s.repeats && !o.repeats && o.reason == s.reason && o.origin == s.origin && o.status == s.status && (o.url == "" || s.place == "" || o.endsIn(s.place))
		}
		if !said {
			out = append(out, *s)
		}
	}
	return out
}
