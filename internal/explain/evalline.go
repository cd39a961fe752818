package explain

import (
	"maps"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/harness/exchange"
)

// readEval reads lines of what corsproof eval reads.
func readEval(in string) ([]sighting, error) {
	var list []sighting
	for line := range strings.SplitSeq(in, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		l, err := exchange.ParseLine(line)
		if err != nil && len(list) == 0 {
			l, err = exchange.ParseLine(in) // one, in several lines
		}
		if err != nil {
			return nil, &Error{"reading the exchange", err, "corsproof eval --schema describes the form"}
		}
		a := &answersSeen{request: l.Request, credentials: true}
		for _, h := range l.Hops {
			a.hops = append(a.hops, hopSeen{preflight: h.Preflight, response: h.Response})
		}
		list = append(list, sighting{url: l.Request.URL, origin: l.Request.Origin, method: l.Request.Method, answers: a})
	}
	return list, nil
}

// readURL makes a request of a URL alone.
func readURL(in string, c *Context) []sighting {
	k := call{url: strings.TrimSpace(in)}
	s := k.sighting(c)
	return []sighting{s}
}

func keysOf(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
