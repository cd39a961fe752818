package browser

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness"
)

// A browser context never performs two jobs with the same URL, and not more
// requests than its preflight cache (1024 entries, then random ones go) and
// HTTP cache hold without dropping what a later step of a job counts on.
const (
	maxSharedRequests  = 50_000
	maxPrivateRequests = 400
)

// household is a browser context in which many jobs run at once, from pages
// in iframes of two tabs: one at an https origin, one at an http origin,
// because an https page cannot hold http frames.
type household struct {
	chrome   *Chrome
	private  bool // a browser context of its own, else the default one
	tabs     map[bool]*tab
	spots    map[spotKey]*spot
	used     map[string]struct{}
	requests int
}

type spotKey struct {
	origin string
	secure bool
}

// keyOf says which page a step needs: its origin, and whether it may lie in a
// secure tab (an opaque origin can be had in both).
func keyOf(s *harness.BrowserStep) spotKey {
	if s.Request.Origin == nullOrigin {
		return spotKey{nullOrigin, !plainHTTP(s.URL)}
	}
	return spotKey{s.Request.Origin, strings.HasPrefix(s.Request.Origin, "https:")}
}

// plainHTTP says whether a secure page may not fetch the URL.
func plainHTTP(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && u.Scheme == "http" && !isLoopback(u.Hostname())
}

func (c *Chrome) newHousehold(private bool) *household {
	return &household{chrome: c, private: private, tabs: map[bool]*tab{}, spots: map[spotKey]*spot{}, used: map[string]struct{}{}}
}

// open makes sure that there are pages for all keys.
func (h *household) open(ctx context.Context, keys []spotKey) error {
	missing := map[bool][]string{}
	for _, k := range keys {
		if s := h.spots[k]; s != nil && s.tab.failure() == nil {
			continue
		}
		delete(h.spots, k)
		missing[k.secure] = append(missing[k.secure], k.origin)
	}
	for secure, origins := range missing {
		if h.chrome.remote {
			// Whether a remote browser isolates sites is not known; frames
			// of other sites would then be out of reach.
			if err := h.openTabs(ctx, origins, secure); err != nil {
				return err
			}
			continue
		}
		t := h.tabs[secure]
		if t == nil || t.failure() != nil {
			var err error
			if t, err = h.newTab(); err != nil {
				return err
			}
			h.tabs[secure] = t
		}
		spots, err := t.frames(ctx, origins, secure)
		for o, s := range spots {
			h.spots[spotKey{o, secure}] = s
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *household) openTabs(ctx context.Context, origins []string, secure bool) error {
	for _, o := range origins {
		t, err := h.newTab()
		if err != nil {
			return err
		}
		s, err := t.open(ctx, o, secure)
		if err != nil {
			t.close()
			return err
		}
		h.spots[spotKey{o, secure}] = s
	}
	return nil
}

// newTab opens a tab in the household's browser context.
func (h *household) newTab() (*tab, error) {
	if !h.private {
		return h.chrome.newTab(h.chrome.ctx)
	}
	for _, t := range h.tabs {
		if t.failure() == nil {
			return h.chrome.newTab(t.ctx)
		}
	}
	for _, s := range h.spots {
		if s.tab.failure() == nil {
			return h.chrome.newTab(s.tab.ctx)
		}
	}
	return h.chrome.newTab(h.chrome.ctx, chromedp.WithNewBrowserContext())
}

// spot gives a page that open has made.
func (h *household) spot(k spotKey) *spot { return h.spots[k] }

// close closes its tabs.
func (h *household) close() {
	for _, s := range h.spots {
		go s.tab.close()
	}
	for _, t := range h.tabs {
		go t.close()
	}
}

// cell is a browser context that one job at a time has to itself. Its pages
// are top-level, so that a page and a target of one site are first party.
type cell struct {
	chrome   *Chrome
	first    *tab   // owns the browser context
	tabs     []*tab // the one used longest ago first
	used     map[string]struct{}
	requests int
	filled   bool // a job put a cookie there itself
}

// spot makes a page at the origin the current one of some tab: one that is
// there, or another document in the tab that was used longest ago.
func (p *cell) spot(ctx context.Context, k spotKey, several bool) (*spot, error) {
	at := slices.IndexFunc(p.tabs, func(t *tab) bool { return t.top != nil && t.key == k && t.failure() == nil })
	if at < 0 {
		limit := 1
		if several {
			limit = 2
		}
		if at = 0; len(p.tabs) < limit {
			t, err := p.newTab()
			if err != nil {
				return nil, err
			}
			p.tabs = slices.Insert(p.tabs, 0, t)
		}
	}
	t := p.tabs[at]
	p.tabs = append(slices.Delete(p.tabs, at, at+1), t)
	if t.top != nil && t.key == k {
		return t.top, nil
	}
	t.key = k
	return t.open(ctx, k.origin, k.secure)
}

// newTab opens a tab in the cell's browser context, which its first tab makes.
func (p *cell) newTab() (*tab, error) {
	if p.first != nil {
		return p.chrome.newTab(p.first.ctx)
	}
	t, err := p.chrome.newTab(p.chrome.ctx, chromedp.WithNewBrowserContext())
	p.first = t
	return t, err
}

// clean makes the context as new, as far as the next job can see: URLs tell
// the caches apart, so only cookies are left.
func (p *cell) clean(ctx context.Context) error {
	dirty := p.filled
	for _, t := range p.tabs {
		t.mu.Lock()
		dirty = dirty || t.dirty
		t.dirty = false
		t.mu.Unlock()
	}
	p.filled = false
	if !dirty || len(p.tabs) == 0 {
		return nil
	}
	return p.tabs[0].clearCookies(ctx)
}

// broken says that a tab is gone.
func (p *cell) broken() bool {
	for _, t := range p.tabs {
		if t.failure() != nil {
			return true
		}
	}
	return false
}

// close closes its tabs and with them the browser context.
func (p *cell) close() {
	for _, t := range p.tabs {
		go t.close()
	}
	p.tabs = nil
}

// pools are the pages kept open between runs.
type pools struct {
	shared    *household // single requests
	sequences *household // jobs of several steps
	cells     []*cell    // idle ones
}

func (p *pools) close() {
	for _, h := range []*household{p.shared, p.sequences} {
		if h != nil {
			h.close()
		}
	}
	for _, c := range p.cells {
		c.close()
	}
	*p = pools{}
}
