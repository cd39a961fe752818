// Package browser is the Chrome agent: it performs the requests of the table
// in a real Chrome or Chromium, driven over the DevTools protocol, and reports
// for each what a script could see, what went over the wire and, where the
// browser refused, its own exact reason.
//
// A page is a document that requests are made from. Pages exist at any http or
// https origin without DNS or certificates: the agent answers the request for
// the document itself and lets everything else go to the real target. The
// browser's own security stays on; the flags that had to change are part of
// Version.
//
// Most requests share nothing but the browser process and run many at once
// from a few pages. A job whose outcome cookies can change has a private
// browser context while it runs. No outcome is taken from where another job came
// to the same URL, by a redirect either: such a job is done once more from
// pages within a page of another site, which have other entries of the preflight
// cache and of the HTTP cache. A request's time runs from when it is sent, not while it
// waits for a connection.
package browser
