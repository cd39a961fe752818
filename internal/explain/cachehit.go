package explain

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// Caches between the server and the browser say so when an answer is theirs: by Age (RFC 9111, section 5.1),
// Cache-Status (RFC 9211), X-Cache and the like. What they have stored may have been for another page.

var (
	hitName  = regexp.MustCompile(`(?i)^(?:[a-z0-9]+-)*cache(?:-status|-hit|-result)?$`)
	hitValue = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:[a-z]+_)*hit(?:$|[^a-z])`)
	hitCount = regexp.MustCompile(`(?i)^x-cache-hits$`)
)

// cacheHit are the lines of an answer by which a cache says that it had stored it; empty: none does.
func cacheHit(h spec.Header) string {
	var list []string
	for _, f := range h {
		value := strings.TrimSpace(f.Value)
		hit := hitName.MatchString(f.Name) && hitValue.MatchString(value)
		if strings.EqualFold(f.Name, "Age") || hitCount.MatchString(f.Name) {
			first, _, _ := strings.Cut(value, ",")
			n, err := strconv.Atoi(strings.TrimSpace(first))
			hit = err == nil && n > 0
		}
		if hit && len(list) < mostHits {
			list = append(list, f.Name+": "+value)
		}
	}
	return strings.Join(list, " and ")
}

// mostHits is how many of these lines are shown.
const mostHits = 2

// hit is that of the answer that decided; empty for a preflight's, which no such cache keeps.
func (s *sighting) hit() string {
	if s.preflight == yes || s.answers == nil {
		return ""
	}
	return cacheHit(s.fields)
}

// fromShared tells whether an answer with another page's origin came from such a cache, so that it may have been
// stored for that page.
func (s *sighting) fromShared() bool {
	return s.reason == spec.ReasonAllowOriginMismatch && s.hit() != "" && s.causeOf() == "cached-grant"
}

// rewordShared is for such an answer.
func (s *sighting) rewordShared(a *Answer) {
	if variesByOrigin(s.fields) {
		a.Fix.Do = "Make Origin part of the cache's key, as Vary: Origin of this answer asks: the cache seems not to heed it. Then clear what it has stored."
		return
	}
	a.Side = cases.SideServer // which tells the cache what to keep apart
}

// hereShared says it of the answer.
func (s *sighting) hereShared() string {
	text := " It came from a cache (" + s.hit() + "), which seems to have stored it for that page"
	if variesByOrigin(s.fields) {
		return text + ", though Vary names Origin."
	}
	return text + ": Vary does not name Origin."
}
