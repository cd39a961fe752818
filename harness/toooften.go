package harness

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/agent"
)

// An ordinary endpoint that answers 429 says that requests come too often
// (https://www.rfc-editor.org/rfc/rfc6585#section-4): that is heeded, and what was
// answered so is asked again. It says nothing of what the endpoint does otherwise.

// mostHeeded is the longest time that is waited because a server asks for it.
const mostHeeded = time.Minute

// heededFirst is how many parts of checks that met a 429 only make the run wait, before it
// goes on more slowly.
const heededFirst = 4

// limited tells whether a part met a 429, where an ordinary request does not have it.
func (r *run) limited(p part) bool {
	if r.target.Declared == nil || r.status == http.StatusTooManyRequests || p.result.Verdict == agent.VerdictSkip {
		return false
	}
	return slices.ContainsFunc(p.result.Seen, func(s agent.Seen) bool { return s.Status == http.StatusTooManyRequests }) ||
		slices.ContainsFunc(p.result.Exchanges, func(ex agent.Exchange) bool { return ex.Status == http.StatusTooManyRequests })
}

// heed has the limits slow down for the part of a check that met a 429. told is true where
// the part stays as it is, since it shows that a page cannot read the 429: that is reported for
// one check; it began at began. again is false where the server asks for a longer wait than we have time for.
func (r *run) heed(p part, began time.Time) (told, again bool) {
	unreadable := slices.ContainsFunc(p.result.Exchanges, func(ex agent.Exchange) bool {
		return ex.Status == http.StatusTooManyRequests && !ex.Preflight && !ex.Response.Has("Access-Control-Allow-Origin")
	})
	r.mu.Lock()
	wait := r.asksToWait
	told = !r.unreadable && unreadable && p.result.Verdict == agent.VerdictFail
	r.unreadable = r.unreadable || told
	r.heeded++
	// Not at once: whether a page can read the 429 is seen by a check that it makes fail.
	less := r.unreadable || r.heeded > heededFirst
	r.mu.Unlock()
	if wait > mostHeeded {
		return told, false
	}
	r.sender.Limits.Slower(r.addr(), wait, began, less)
	return told, true
}

// noteWait keeps how long the server asks to wait.
func (r *run) noteWait(exchanges []agent.Exchange) {
	for i := range exchanges {
		if ex := &exchanges[i]; ex.Status == http.StatusTooManyRequests {
			wait := retryAfter(ex)
			r.mu.Lock()
			r.asksToWait = max(r.asksToWait, wait)
			r.mu.Unlock()
		}
	}
}

// retryAfter is how long an answer asks to wait; 0 where it does not say.
func retryAfter(ex *agent.Exchange) time.Duration {
	text, _ := ex.Response.Get("Retry-After")
	text = strings.TrimSpace(text)
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return min(time.Duration(n)*time.Second, 24*time.Hour)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// tooOften is the part of a check that met a 429 each time.
func (r *run) tooOften(p part) part {
	note := "the server says that requests come too often (429)"
	r.mu.Lock()
	if r.asksToWait > 0 {
		note += fmt.Sprintf(", and asks to wait for %v (Retry-After)", r.asksToWait.Round(time.Second))
	}
	r.mu.Unlock()
	p.result = agent.Result{Agent: p.result.Agent, Verdict: agent.VerdictUndecided, Note: note + "; --rate sends fewer", Exchanges: p.result.Exchanges, Seen: p.result.Seen}
	return p
}

// patiently performs a check, and again while the server says that requests come too often.
func (r *run) patiently(attempt func() part) part {
	const tries = 3
	began := time.Now()
	p := attempt()
	for i := 1; r.limited(p); i++ {
		told, again := r.heed(p, began)
		switch {
		case told:
			return p
		case !again, i == tries:
			return r.tooOften(p)
		}
		began = time.Now()
		p = attempt()
	}
	return p
}
