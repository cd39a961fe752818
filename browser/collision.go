package browser

import (
	"errors"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/harness/agent"
)

// Jobs of one browser context have URLs of their own, which keeps them apart in
// its preflight cache and its HTTP cache, until the target redirects two of
// them to the same place. Which job came to which URL is known as it happens; a job
// that came to a URL of another is done once more with caches of its own (moveOn).
// So nothing that one job left behind is ever part of the outcome of another,
// in whatever order they run. A job of one request that shows that it found nothing there is
// not done again (record.fresh).

// errCollision says that a job came to a URL that another job of the same browser
// context had come to.
var errCollision = errors.New("another request of this browser was redirected to the same URL")

// visitedURLs are the URLs that the jobs of a browser context came to.
type visitedURLs struct {
	mu      sync.Mutex
	jobs    map[string]int // by the URLs that they ask for
	entered map[string]*visit
	last    int
}

// visit is the first job that came to a URL.
type visit struct {
	job    int
	others bool // other jobs came there as well
}

func newVisitedURLs() *visitedURLs {
	return &visitedURLs{jobs: map[string]int{}, entered: map[string]*visit{}}
}

// has says whether a job asked for the URL.
func (v *visitedURLs) has(url string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.jobs[canonicalURL(url)] != 0
}

// register records the URLs that a job will ask for.
func (v *visitedURLs) register(j *agent.Job) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last++
	for k := range j.Steps {
		u := canonicalURL(j.Steps[k].URL)
		v.jobs[u] = v.last
		v.enter(u, v.last)
	}
}

// redirected records that the request that began at the URL first was
// redirected to another one.
func (v *visitedURLs) redirected(first, url string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if job := v.jobs[first]; job != 0 && isHTTP(url) {
		v.enter(withoutFragment(url), job)
	}
}

func (v *visitedURLs) enter(url string, job int) {
	if w := v.entered[url]; w == nil {
		v.entered[url] = &visit{job: job}
	} else if w.job != job {
		w.others = true
	}
}

// collided says whether a request came to a URL that other jobs came to as well.
func (v *visitedURLs) collided(r *record) bool {
	if r == nil || len(r.hops) < 2 {
		return false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, h := range r.hops[1:] {
		if w := v.entered[withoutFragment(h.request.URL)]; w != nil && w.others {
			return true
		}
	}
	return false
}

// fresh tells whether a request shows that nothing that others had left in the caches had a part in its
// outcome: each hop was asked of the server without a condition, and had its own preflight if there can
// be any. So it would have gone the same way in caches of its own.
func (r *record) fresh(mayPreflight bool) bool {
	sent, preflights := r.sent, r.preflights
	for i, h := range r.hops {
		preflighted := len(preflights) > 0 && len(preflights[0].hops) > 0 && preflights[0].hops[0].request.URL == h.request.URL
		if preflighted {
			preflights = preflights[1:]
		} else if mayPreflight {
			return false
		}
		last := i == len(r.hops)-1
		switch {
		case h.hasExtraInfo || last && h.response == nil && len(sent) > 0:
			if len(sent) == 0 || conditional(sent[0].Headers) {
				return false
			}
			sent = sent[1:]
		case !last || !preflighted || !r.failedInPreflight(): // else it was never sent
			return false
		}
	}
	return true
}

// conditional tells whether a request asks whether what the browser has is still good.
func conditional(h network.Headers) bool {
	return field(h, "If-None-Match") != nil || field(h, "If-Modified-Since") != nil
}

// withoutQuery is a URL without its query.
func withoutQuery(url string) string {
	p, _, _ := strings.Cut(url, "?")
	return p
}

// collides says whether a job asks for something that is known to redirect
// different jobs to the same URL.
func (c *Chrome) collides(j *agent.Job) bool {
	for k := range j.Steps {
		if c.collidingPaths[withoutQuery(j.Steps[k].URL)] {
			return true
		}
	}
	return false
}
