package explain

import (
	"errors"
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
		a := &answersSeen{request: l.Request, credentials: true, browserSent: true, complete: true}
		made := exchange.NewEvaluator(exchange.Options{}).Eval(l).Hops
		for i, h := range l.Hops {
			if i < len(made) && !made[i].Preflight {
				h.Preflight = nil // a line may hold the answer to one that is not asked for
			}
			a.hops = append(a.hops, hopSeen{preflight: h.Preflight, response: h.Response})
		}
		list = append(list, sighting{url: l.Request.URL, origin: l.Request.Origin, method: l.Request.Method, answers: a})
	}
	return list, nil
}

// readURL makes a request of a URL alone.
func readURL(in string, c *Context) ([]sighting, error) {
	u := strings.TrimSpace(in)
	if len(u) > longestURL || !loneURL.MatchString(u) {
		return nil, &Error{"reading the URL", errors.New("it is no URL"), "write it with its scheme, as in https://api.example.com/items"}
	}
	return []sighting{(&call{url: u}).sighting(c)}, nil
}

// longestURL is how long a URL is that anything is said of, in bytes.
const longestURL = 8 << 10

func keysOf(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
