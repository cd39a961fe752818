package browser

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"github.com/corsproof/corsproof/internal/silence"
	"github.com/corsproof/corsproof/spec"
)

// Options say which browser, and how. The zero value looks for an installed
// one and starts it without a window.
type Options struct {
	// Path is the executable; empty: see Find.
	Path string
	// Remote attaches to a running browser instead: the ws:// or http:// URL
	// of its debugging port. That browser keeps its own flags and profile, so
	// its flags have to do what disabledFeatures are for.
	Remote string
	// Visible shows a window.
	Visible bool
	// Timeout limits the start. Zero: two minutes, which a busy machine may need.
	Timeout time.Duration
	// Flags are further command line flags, "--name" or "--name=value".
	Flags []string
	// IgnoreCertificateErrors takes any certificate of any target. Without it,
	// certificate errors are ignored for targets on loopback only.
	IgnoreCertificateErrors bool
	// Console collects what the browser writes to its console, at the cost of
	// about a fifth of the speed.
	Console bool
	// Proxy is the URL of a proxy that everything goes through, loopback too; empty:
	// everything goes directly.
	Proxy string
	// Local lets the browser contact this machine alone, and Hosts by name, so that no
	// redirect leads it elsewhere. A remote browser, and one with a Proxy, do not heed it.
	Local bool
	Hosts []string
	// Paced says that the proxy holds the browser to the limits of the run (harness.Paced).
	Paced bool
	// LocalNetwork has the browser look at address spaces: pages, which are public as the agent makes
	// them, then reach the local network and this machine only in steps that say so. A remote browser
	// does not heed it.
	LocalNetwork bool
	// Cookies are those that the browser has of targets, in every browser context.
	Cookies []Cookie
	// Width is the number of requests at once. Zero: 12.
	Width int
}

// disabledFeatures are switched off in every browser that the agent starts, as
// is site isolation. Those from Translate on only avoid needless work; each of the others
// would make the outcome depend on something other than the target's CORS:
//
//   - LocalNetworkAccessChecks: a page that the agent answers itself is in no
//     known address space, so every request to loopback would need a permission.
//   - HttpsUpgrades and the like: pages at http:// origins would become https.
//   - site isolation: one renderer holds the pages of all origins, which makes
//     a page cost 15 ms instead of 100 ms. CORS is decided in the network
//     service by the request's initiator origin and does not depend on it.
var disabledFeatures = []string{
	"LocalNetworkAccessChecks", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "HttpsFirstModeV2ForEngagedSites",
	"IsolateSandboxedIframes", "Translate", "MediaRouter", "OptimizationHints",
	"WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI",
}

// profileFiles are the initial files of a profile: third-party cookies are sent,
// as a user can choose, and a 401 with a challenge is an ordinary response
// instead of a dialog that would wait for a user.
var profileFiles = map[string]string{
	"Default/Preferences": `{"profile":{"cookie_controls_mode":0,"block_third_party_cookies":false}}`,
	"Local State":         `{"auth":{"schemes":"none"}}`,
}

// Chrome is a running browser. It implements harness.Agent; Perform calls
// wait for one another.
type Chrome struct {
	opt     Options
	version string
	token   string // in the path of our documents, so that no target's path looks like one

	ctx     context.Context // of chromedp, ends with the browser
	stop    []func()
	profile string
	remote  bool
	filter  *pipeFilter

	frozen atomic.Pointer[error] // why it was ended without asking it; nil: it was not

	sites       atomic.Int64 // of privateContext.moveOn
	cookieSet   atomic.Bool  // an answer set a cookie
	cookiesLeft atomic.Bool  // a request carried a cookie that the answer to another job had set

	servers silence.Servers // what they make of preflights, by the origin that is asked
	clogged atomic.Bool     // the contexts that are open have connections on which preflights wait
	endless atomic.Int32    // contents that did not end while they were waited for, since one that ended late
	held    atomic.Int32    // answers that the browser kept back for all of their time, since one that came late

	mu             sync.Mutex // one Perform at a time
	closed         bool
	collidingPaths map[string]bool // paths from which different jobs are redirected to the same URL
	pool           contextPool
	consolePool    contextPool // of ReplayConsoleOnly
}

// whole tells whether an address is that of a browser's own WebSocket. Of another, such as
// ws://HOST:PORT or http://HOST:PORT, the browser is asked for it. What passes the protocol through, such as
// a Selenium Grid, cannot be asked.
func whole(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "ws" || u.Scheme == "wss") && strings.Trim(u.Path, "/") != ""
}

// Start starts a browser, or attaches to one. The errors are *MissingError
// and *StartError. ctx limits only the start.
func Start(ctx context.Context, opt Options) (*Chrome, error) {
	if opt.Timeout == 0 {
		opt.Timeout = 2 * time.Minute
	}
	if opt.Width == 0 {
		opt.Width = 12
	}
	token := make([]byte, 6)
	rand.Read(token)
	c := &Chrome{opt: opt, token: hex.EncodeToString(token), remote: opt.Remote != "", filter: newPipeFilter(), collidingPaths: map[string]bool{}}
	name := opt.Remote
	output := new(tailWriter)
	var alloc context.Context
	if c.remote {
		comesUp(ctx, opt.Remote, min(opt.Timeout, 5*time.Second))
		var cancel context.CancelFunc
		dial := []remote.Option{remote.WithDialTimeout(opt.Timeout)}
		if whole(opt.Remote) {
			dial = append(dial, remote.NoModifyURL)
		}
		alloc, cancel = remote.NewAllocator(context.Background(), opt.Remote, dial...)
		c.stop = append(c.stop, cancel)
	} else {
		path, err := Find(opt.Path)
		if err != nil {
			return nil, err
		}
		name = path
		if c.profile, err = newProfile(); err != nil {
			return nil, &StartError{Browser: path, Err: err}
		}
		var cancel context.CancelFunc
		alloc, cancel = chromedp.NewExecAllocator(context.Background(), c.allocatorOptions(path, output)...)
		c.stop = append(c.stop, cancel)
	}
	quiet := func(string, ...any) {}
	root, cancel := chromedp.NewContext(alloc, chromedp.WithLogf(quiet), chromedp.WithErrorf(quiet))
	c.ctx = root
	c.stop = append(c.stop, cancel)

	// The browser ends with the context of the first command, so the time limit
	// cannot be part of that context.
	up := make(chan error, 1)
	var version browser.GetVersionResult
	go func() {
		var err error
		version, err = chromedp.CallBrowser(root, browser.GetVersion, cdp.Empty{})
		if err == nil && !c.remote {
			// With its first tab it is ready to open others. We leave it alone.
			err = chromedp.Do(root)
		}
		up <- err
	}()
	limit := time.NewTimer(opt.Timeout)
	defer limit.Stop()
	var err error
	select {
	case err = <-up:
	case <-ctx.Done():
		err = ctx.Err()
	case <-limit.C:
		err = fmt.Errorf("not ready after %v", opt.Timeout)
	}
	if err != nil {
		c.shutdown()
		// On some systems an interrupt from the terminal reaches the browser as well, and often first.
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		return nil, &StartError{Browser: name, Err: err, Output: output.String()}
	}
	c.version = c.describe(name, version.Product)
	return c, nil
}

// comesUp waits for a browser that is being started beside us, as in two containers: as long as connections to
// its address are refused, and no longer than patience.
func comesUp(ctx context.Context, address string, patience time.Duration) {
	u, err := url.Parse(address)
	if err != nil {
		return
	}
	for end := time.Now().Add(patience); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
		if err == nil {
			_ = conn.Close()
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return
		}
	}
}

func (c *Chrome) allocatorOptions(path string, output *tailWriter) []chromedp.ExecAllocatorOption {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(c.profile),
		chromedp.CombinedOutput(output),
		chromedp.ModifyCmdFunc(c.filter.install),
		chromedp.Flag("disable-features", strings.Join(c.disabled(), ",")),
		chromedp.Flag("disable-site-isolation-trials", true),
		chromedp.Flag("renderer-process-limit", "1"),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-field-trial-config", true),
	)
	if c.opt.Proxy != "" {
		opts = append(opts, chromedp.Flag("proxy-server", c.opt.Proxy), chromedp.Flag("proxy-bypass-list", bypassNothing))
	} else if !slices.ContainsFunc(c.opt.Flags, func(f string) bool { return strings.HasPrefix(strings.TrimLeft(f, "-"), "proxy-") }) {
		opts = append(opts, chromedp.Flag("no-proxy-server", true)) // a proxy of the environment would answer instead of the target
	}
	if c.opt.Local && c.opt.Proxy == "" {
		opts = append(opts, chromedp.Flag("host-resolver-rules", localOnly(c.opt.Hosts)))
	}
	if c.opt.Visible {
		opts = append(opts, chromedp.VisibleWindow)
	}
	// The browser's temporary files are in its profile, so that they are removed
	// with it. It does not start if the path is too long for a socket.
	if socket := len("/org.chromium.Chromium.XXXXXX/SingletonSocket"); len(c.profile)+socket < 104 {
		opts = append(opts, chromedp.Env("TMPDIR="+c.profile))
	}
	for _, f := range c.opt.Flags {
		name, value, has := strings.Cut(strings.TrimLeft(f, "-"), "=")
		if !has {
			opts = append(opts, chromedp.Flag(name, true))
			continue
		}
		if name == "disable-features" { // add to ours: a second flag would replace them
			value = strings.Join(append(slices.Clip(c.disabled()), value), ",")
		}
		opts = append(opts, chromedp.Flag(name, value))
	}
	return opts
}

// disabled are the features that are switched off in this browser.
func (c *Chrome) disabled() []string {
	if c.opt.LocalNetwork {
		return disabledFeatures[1:]
	}
	return disabledFeatures
}

// bypassNothing is a list of hosts that are reached without the proxy: none, this
// machine neither, which would be one otherwise.
const bypassNothing = "<-loopback>"

// localOnly are the rules by which no name has an address, and no address is reached, but
// those of this machine and the hosts.
func localOnly(hosts []string) string {
	rules := "MAP * ~NOTFOUND"
	for _, h := range append([]string{"localhost", "*.localhost", "127.0.0.1", "127.*.*.*", "[::1]"}, hosts...) {
		rules += " , EXCLUDE " + h
	}
	return rules
}

// newProfile makes a profile directory with our preferences.
func newProfile() (string, error) {
	dir, err := os.MkdirTemp("", "corsproof-chrome-")
	if err != nil {
		return "", err
	}
	for name, content := range profileFiles {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// describe makes the Version string.
func (c *Chrome) describe(name, product string) string {
	product = strings.TrimPrefix(product, "Headless")
	if strings.Contains(strings.ToLower(filepath.Base(name)), "chromium") {
		product = strings.Replace(product, "Chrome/", "Chromium/", 1)
	}
	product = strings.Replace(product, "/", " ", 1)
	if c.remote {
		return product + " (remote, its own flags)"
	}
	parts := []string{"disabled features: " + strings.Join(c.disabled()[:4], ", "), "no site isolation", "third-party cookies allowed"}
	if c.opt.IgnoreCertificateErrors {
		parts = append(parts, "certificate errors ignored")
	} else {
		parts = append(parts, "certificate errors ignored on loopback")
	}
	if os.Getuid() == 0 {
		parts = append(parts, "no sandbox (root)")
	}
	if len(c.opt.Flags) > 0 {
		parts = append(parts, strings.Join(c.opt.Flags, " "))
	}
	return product + " (" + strings.Join(parts, "; ") + ")"
}

// Paced tells whether something keeps the browser to the limits of the run.
func (c *Chrome) Paced() bool { return c.opt.Paced }

// Name is "chrome".
func (c *Chrome) Name() string { return "chrome" }

// Version is the browser's product and version, and what was changed about it.
func (c *Chrome) Version() string { return c.version }

// Engine is Chromium's.
func (c *Chrome) Engine() spec.Engine { return spec.EngineChromium }

// Close ends the browser (a remote one keeps running, its pages closed) and
// removes its profile.
func (c *Chrome) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.remote {
		c.pool.close()
		c.consolePool.close()
	} else if c.ctx.Err() == nil {
		// Nothing of it is kept, and to take its leave takes it half a second.
		if b := chromedp.FromContext(c.ctx).Browser; b != nil && b.Process() != nil {
			killAll(b.Process())
		}
	}
	return c.shutdown()
}

// shutdown stops what runs and removes the profile.
func (c *Chrome) shutdown() error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for i := len(c.stop) - 1; i >= 0; i-- {
			c.stop[i]()
		}
	}()
	select {
	case <-ended:
	case <-time.After(goodbye): // it does not take its leave
		c.kill(errNoEnd)
	}
	if c.profile == "" {
		return nil
	}
	// Children of the browser may still write while they end.
	var err error
	for wait := 5 * time.Millisecond; wait < 2*time.Second; wait *= 2 {
		if err = os.RemoveAll(c.profile); err == nil {
			return nil
		}
		time.Sleep(wait)
	}
	return fmt.Errorf("removing the browser's profile: %w", err)
}

// tailWriter keeps the end of what a browser prints.
type tailWriter struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *tailWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf.Write(p)
	if n := w.buf.Len(); n > 8192 {
		w.buf.Next(n - 4096)
	}
	return len(p), nil
}

// String gives what is kept.
func (w *tailWriter) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.TrimSpace(w.buf.String())
}
