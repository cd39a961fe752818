package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
)

// A browser context never performs two jobs with the same URL, and where jobs of several
// steps are, no more requests with preflights than its preflight cache holds (1024 entries, then
// random ones go), so that a later step finds what it counts on.
const (
	maxSharedRequests   = 50_000
	maxDocuments        = 200 // that a context keeps for the next jobs: each is a frame of one tab
	maxCachedPreflights = 800
)

// browserContext is a browser context in which many jobs run at once, from
// documents in iframes of two tabs: one at an https origin, one at an http origin,
// because an https page cannot hold http frames. It is not the one of the browser's profile,
// so that its caches are not on the disk.
type browserContext struct {
	chrome      *Chrome
	consoleOnly bool                 // its tabs get no events of requests
	hasCookies  bool                 // those of Options.Cookies
	id          cdp.BrowserContextID // once it has a tab
	tabs        map[tabKey]*tab
	documents   map[documentKey]*document
	visited     *visitedURLs
	container   string // the host of the documents around them
	requests    int
	preflights  int // how many of these may be preflighted
}

type documentKey struct {
	origin string
	tabKey
	page string // fields of the page's answer, as lines
}

// tabKey says which tab of a browser context a document is in.
type tabKey struct {
	secure  bool // its own document is at an https origin
	allowed bool // the user has allowed it the local network
}

// documentKeyOf says which document a step needs: its origin, and whether it is
// in the tab of https documents (one with an opaque origin can be in either).
func documentKeyOf(s *agent.Step) documentKey {
	var page strings.Builder
	for _, f := range s.Page {
		page.WriteString(f.Name + ": " + f.Value + "\n")
	}
	if s.Request.Origin == nullOrigin {
		return documentKey{nullOrigin, tabKey{!plainHTTP(s.URL), s.LocalNetwork}, page.String()}
	}
	return documentKey{s.Request.Origin, tabKey{strings.HasPrefix(s.Request.Origin, "https:"), s.LocalNetwork}, page.String()}
}

// plainHTTP says whether a secure page may not fetch the URL.
func plainHTTP(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && u.Scheme == "http" && !origin.Loopback(u.Hostname())
}

func (r *run) newBrowserContext() *browserContext {
	return &browserContext{chrome: r.c, consoleOnly: r.consoleOnly, tabs: map[tabKey]*tab{}, documents: map[documentKey]*document{}, visited: newVisitedURLs(), container: containerHost}
}

// has says whether a job performed a request of the URL here.
func (b *browserContext) has(url string) bool {
	return b != nil && b.visited.has(url)
}

// register records what a job will perform here.
func (b *browserContext) register(j *agent.Job) {
	b.requests += requestCount(j)
	b.preflights += preflightCount(j)
	b.visited.register(j)
}

// open makes sure that there are documents for all keys.
func (b *browserContext) open(ctx context.Context, keys []documentKey, ignore bool) error {
	missing := map[tabKey][]documentKey{}
	for _, k := range keys {
		if d := b.documents[k]; d != nil && d.tab.failure() == nil {
			if err := d.tab.setIgnoreCertificateErrors(ctx, ignore); err != nil {
				return err
			}
			continue
		}
		delete(b.documents, k)
		missing[k.tabKey] = append(missing[k.tabKey], k)
	}
	for in, wanted := range missing {
		if b.chrome.remote {
			// Whether a remote browser isolates sites is not known; frames
			// of other sites would then be out of reach.
			if err := b.openTabs(ctx, wanted, ignore); err != nil {
				return err
			}
			continue
		}
		t := b.tabs[in]
		if t == nil || t.failure() != nil {
			var err error
			if t, err = b.newTab(); err != nil {
				return err
			}
			b.tabs[in] = t
		}
		if err := t.setIgnoreCertificateErrors(ctx, ignore); err != nil {
			return err
		}
		host := b.container
		if in.allowed {
			host = allowed + host
		}
		documents, err := t.openFrames(ctx, host, wanted, in.secure)
		for k, d := range documents {
			b.documents[k] = d
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *browserContext) openTabs(ctx context.Context, wanted []documentKey, ignore bool) error {
	for _, k := range wanted {
		t, err := b.newTab()
		if err != nil {
			return err
		}
		err = t.setIgnoreCertificateErrors(ctx, ignore)
		var d *document
		if err == nil {
			d, err = t.open(ctx, k)
		}
		if err != nil {
			t.close()
			return err
		}
		b.documents[k] = d
	}
	return nil
}

// newTab opens a tab in the browser context, and makes that for its first tab.
func (b *browserContext) newTab() (*tab, error) {
	if b.id == "" {
		id, err := b.chrome.newContext()
		if err != nil {
			return nil, err
		}
		b.id = id
	}
	t, err := b.chrome.newTab(b.id, b.consoleOnly)
	if err != nil {
		return nil, err
	}
	if !b.hasCookies {
		if err := t.giveCookies(); err != nil {
			return nil, err
		}
		b.hasCookies = true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.visited = b.visited
	return t, nil
}

// newContext makes a browser context, which has the proxy of a remote browser too.
func (c *Chrome) newContext() (cdp.BrowserContextID, error) {
	yes := true
	p := target.CreateBrowserContextParams{DisposeOnDetach: &yes}
	if c.remote && c.opt.Proxy != "" {
		p.ProxyServer, p.ProxyBypassList = c.opt.Proxy, bypassNothing
	}
	res, err := chromedp.CallBrowser(c.ctx, target.CreateBrowserContext, p)
	if err != nil {
		if c.ctx.Err() != nil {
			return "", c.died()
		}
		return "", fmt.Errorf("opening a browser context: %w", err)
	}
	return res.BrowserContextID, c.allowLocalNetwork(res.BrowserContextID)
}

// allowed begins the name of the container whose pages the user has allowed to reach the local network: the
// permission is that of the page around them.
const allowed = "allowed."

// allowLocalNetwork is the user's answer to the questions of those pages.
func (c *Chrome) allowLocalNetwork(id cdp.BrowserContextID) error {
	if !c.opt.LocalNetwork {
		return nil
	}
	for _, name := range []string{"local-network", "loopback-network"} {
		_, err := chromedp.CallBrowser(c.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			Origin: "https://" + allowed + containerHost, BrowserContextID: id,
		})
		if err != nil {
			return fmt.Errorf("allowing pages the local network: %w", err)
		}
	}
	return nil
}

// all returns the tabs of the browser context.
func (b *browserContext) all() []*tab {
	var l []*tab
	for _, t := range b.tabs {
		l = append(l, t)
	}
	if b.chrome.remote {
		for _, d := range b.documents {
			l = append(l, d.tab)
		}
	}
	return l
}

// document returns a document that open has made.
func (b *browserContext) document(k documentKey) *document { return b.documents[k] }

// close closes the tabs, and what they shared.
func (b *browserContext) close() { b.closeTabs(b.all()) }

func (b *browserContext) closeTabs(tabs []*tab) {
	go func() {
		var wg sync.WaitGroup
		for _, t := range tabs {
			wg.Go(t.close)
		}
		wg.Wait()
		if b.id != "" {
			_, _ = chromedp.CallBrowser(b.chrome.ctx, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: b.id})
		}
	}()
}

// privateContext is a browser context that one job at a time has to itself.
// Pages of the target's own site are top-level documents, so that they are first
// party to it as for a user; others are in iframes as in any browser context.
type privateContext struct {
	*browserContext
	sameSiteTab *tab // of those top-level documents
	cookieAdded bool // a job added a cookie
}

// page returns a document for the step.
func (c *privateContext) page(ctx context.Context, s *agent.Step, ignore bool) (*document, error) {
	k := documentKeyOf(s)
	if u, err := url.Parse(s.URL); err != nil || !sameSite(k.origin, u) {
		if err := c.open(ctx, []documentKey{k}, ignore); err != nil {
			return nil, err
		}
		return c.document(k), nil
	}
	if c.sameSiteTab == nil {
		t, err := c.newTab()
		if err != nil {
			return nil, err
		}
		c.sameSiteTab = t
	}
	if err := c.sameSiteTab.setIgnoreCertificateErrors(ctx, ignore); err != nil {
		return nil, err
	}
	if top := c.sameSiteTab.topLevel; top != nil && top.key == k {
		return top, nil
	}
	return c.sameSiteTab.open(ctx, k)
}

// canMoveOn tells whether moveOn keeps the job apart from those before it. A page of the target's own
// site is not in another.
func (c *privateContext) canMoveOn(j *agent.Job) bool {
	return !c.chrome.remote && !slices.ContainsFunc(j.Steps, func(s agent.Step) bool {
		u, err := url.Parse(s.URL)
		return err != nil || sameSite(s.Request.Origin, u)
	})
}

// moveOn puts a page of another site around the pages of the next job. The HTTP cache and the
// preflight cache go by both sites, so that it finds nothing of the jobs before it
// (https://fetch.spec.whatwg.org/#network-partition-keys). A new browser context
// would do as well, and costs ten times as much.
func (c *privateContext) moveOn() {
	c.container = otherContainerHost(int(c.chrome.sites.Add(1)))
	clear(c.documents)
	c.visited = newVisitedURLs()
	for _, t := range c.all() {
		t.topLevel = nil
		t.mu.Lock()
		t.visited = c.visited
		t.mu.Unlock()
	}
}

// all returns the tabs of the private context.
func (c *privateContext) all() []*tab {
	var l []*tab
	if c.sameSiteTab != nil {
		l = append(l, c.sameSiteTab)
	}
	return append(l, c.browserContext.all()...)
}

// clean makes the context as new as far as the next job can see: the cache
// entries of the last job are for other URLs, so only cookies have to go.
func (c *privateContext) clean() error {
	dirty := c.cookieAdded
	c.cookieAdded = false
	var some *tab
	for _, t := range c.all() {
		some = t
		t.mu.Lock()
		dirty = dirty || t.cookieSet
		t.cookieSet = false
		t.mu.Unlock()
	}
	if !dirty || some == nil {
		return nil
	}
	return some.clearCookies()
}

// broken says whether a tab is gone.
func (c *privateContext) broken() bool {
	return slices.ContainsFunc(c.all(), func(t *tab) bool { return t.failure() != nil })
}

// close closes its tabs, and what they shared.
func (c *privateContext) close() { c.closeTabs(c.all()) }

// contextPool are the browser contexts kept open between runs.
type contextPool struct {
	shared    *browserContext   // single requests
	sequences *browserContext   // jobs of several steps
	waiting   *browserContext   // jobs of several steps that have pauses
	private   []*privateContext // those not in use
}

func (p *contextPool) close() {
	for _, b := range []*browserContext{p.shared, p.sequences, p.waiting} {
		if b != nil {
			b.close()
		}
	}
	for _, c := range p.private {
		c.close()
	}
	*p = contextPool{}
}
