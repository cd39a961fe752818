package browser

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// Can says whether Chrome can perform the job, and if not, why.
func (c *Chrome) Can(j agent.Job) (bool, string) {
	if len(j.Steps) == 0 {
		return false, "the job has no steps"
	}
	for i := range j.Steps {
		if why := cannot(&j.Steps[i]); why != "" {
			if len(j.Steps) > 1 {
				why = fmt.Sprintf("step %d: %s", i+1, why)
			}
			return false, why
		}
	}
	return true, ""
}

var apis = []string{apiFetch, apiXHR, apiImg, apiScript, apiModule, apiFont, apiStylesheet, apiEventSource, apiBeacon, apiCanvas,
	apiVideo, apiAudio, apiTrack, apiMask, apiShape, apiFetchLater, apiWebSocket, apiNavigate}

// cannot says why Chrome cannot perform a step; empty if it can.
func cannot(s *agent.Step) string {
	r := &s.Request
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" {
		return fmt.Sprintf("%q is not an absolute URL", s.URL)
	}
	if why := noPage(r.Origin); why != "" {
		return why
	}
	a := api(r)
	if !slices.Contains(apis, a) {
		return fmt.Sprintf("the API %q is not known; known are %s", a, strings.Join(apis, ", "))
	}
	if u.Scheme == "http" && strings.HasPrefix(r.Origin, "https:") && !origin.Loopback(u.Hostname()) && a != apiNavigate {
		return "an https page fetching from plain http is mixed content, which the browser blocks before CORS comes into play"
	}
	if r.WithCookie && u.Scheme == "http" && !origin.Loopback(u.Hostname()) && !sameSite(r.Origin, u) {
		return "a browser sends no cookie to another site over plain http; serve the target over TLS"
	}
	return cannotCombine(r, a, u)
}

// cannotCombine says which part of a request the API cannot express; empty for none.
func cannotCombine(r *cases.Request, a string, u *url.URL) string {
	plainGet := r.Method == "" || strings.EqualFold(r.Method, "GET")
	switch a {
	case apiFetch:
		if r.UploadListener {
			return "fetch has no upload listener"
		}
		if r.Body != nil && r.Body.Kind == "stream" && u.Scheme == "http" {
			return "Chrome sends a ReadableStream body over HTTP/2 only, which needs TLS"
		}
		return ""
	case apiXHR:
		switch {
		case r.Mode != "" && r.Mode != "cors", r.Redirect != "" && r.Redirect != "follow", r.Credentials == "omit", r.Cache != "" && r.Cache != "default", r.Keepalive:
			return "an XMLHttpRequest has mode cors, follows redirects, and cannot omit credentials, choose a cache mode or outlive the page"
		case r.Body != nil && r.Body.Kind == "stream":
			return "an XMLHttpRequest cannot send a stream"
		}
		return ""
	case apiBeacon:
		if len(r.Headers) > 0 || !plainGet && !strings.EqualFold(r.Method, "POST") {
			return "sendBeacon sends POST without further headers"
		}
		return ""
	case apiFetchLater:
		return "the frames of a tab share a quota for deferred fetches, so that whether Chrome takes one depends on what ran before"
	case apiNavigate:
		if len(r.Headers) > 0 || !plainGet && !strings.EqualFold(r.Method, "POST") {
			return "a navigation is GET or POST without further headers"
		}
		return ""
	}
	if len(r.Headers) > 0 || r.Body != nil || !plainGet {
		return a + " makes a GET request without further headers or a body"
	}
	if r.Mode != "" || r.Redirect != "" || r.Cache != "" {
		return a + " cannot choose mode, redirect or cache mode"
	}
	return ""
}

// noPage says why there cannot be a page at the origin; empty if there can.
func noPage(origin string) string {
	if origin == nullOrigin {
		return ""
	}
	o, err := spec.ParseOrigin(origin)
	switch {
	case err != nil:
		return fmt.Sprintf("no browser sends the origin: %v", err)
	case o.Scheme != "http" && o.Scheme != "https":
		return fmt.Sprintf("Chrome has no page at %s: pages are made at http and https origins and at the opaque origin only", origin)
	}
	return ""
}
