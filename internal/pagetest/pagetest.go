// Package pagetest opens pages of ours in Chrome, for tests.
package pagetest

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/corsproof/corsproof/browser"
)

// Chrome starts a browser as people have it, with no check switched off, and ends it with the
// test. The test is skipped where there is none.
func Chrome(tb testing.TB) context.Context {
	tb.Helper()
	path, err := browser.Find("")
	if err != nil {
		tb.Skip("no browser: ", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(path), chromedp.WindowSize(1200, 900))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	tb.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	tb.Cleanup(cancel)
	return ctx
}

// Open opens an address in a page that was somewhere else: a hash alone would load nothing.
func Open(ctx context.Context, address string) error {
	for _, to := range []string{"about:blank", address} {
		if _, err := chromedp.Run(ctx, chromedp.Navigate(to)); err != nil {
			return err
		}
	}
	return nil
}

// Eval gives the value of an expression as a string.
func Eval(ctx context.Context, script string) (string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[string]("String("+script+")"))
}
