package browser

import "github.com/chromedp/chromedp"

// Kill ends the browser the hard way.
func (c *Chrome) Kill() { chromedp.FromContext(c.ctx).Browser.Process().Kill() }

// Profile is its profile directory.
func (c *Chrome) Profile() string { return c.profile }
