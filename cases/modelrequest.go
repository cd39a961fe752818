package cases

import (
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// Spec is the request as package spec takes it, to an absolute URL. The
// request is an expanded one. What markup and small calls make (img, navigate,
// ...) becomes spec.APIElement, with the mode and credentials that the HTML
// Standard gives it (https://html.spec.whatwg.org/#cors-settings-attributes).
func (r *Request) Spec(url string) spec.Request {
	out := spec.Request{
		API: spec.API(r.API), Origin: r.Origin, URL: url, Method: r.Method, Header: r.header(),
		Mode: spec.Mode(r.Mode), Credentials: spec.CredentialsMode(r.Credentials), Redirect: spec.RedirectMode(r.Redirect),
		UploadListener: r.UploadListener, Body: r.Body.spec(), Cache: r.Cache,
	}
	switch r.API {
	case "", "fetch":
		out.API = spec.APIFetch
	case "xhr":
	case "fetchlater": // https://fetch.spec.whatwg.org/#dom-window-fetchlater
		out.API = spec.APIFetch
	default:
		out.API = spec.APIElement
		r.element(&out)
	}
	return out
}

// header takes the "Name: value" lines apart.
func (r *Request) header() spec.Header {
	var h spec.Header
	for _, line := range r.Headers {
		name, value, _ := strings.Cut(line, ":")
		h.Add(name, strings.TrimPrefix(value, " "))
	}
	return h
}

// element fills in what markup decides.
func (r *Request) element(out *spec.Request) {
	out.Mode, out.Credentials = spec.ModeNoCORS, spec.CredentialsInclude
	switch {
	case r.API == "font": // https://drafts.csswg.org/css-fonts-4/#font-fetching-requirements
		out.Mode, out.Credentials = spec.ModeCORS, spec.CredentialsSameOrigin
	case r.API == "mask", r.API == "shape":
		// https://drafts.fxtf.org/css-masking-1/#priv-sec, https://drafts.csswg.org/css-shapes-1/#shapes-from-image
		out.Mode, out.Credentials = spec.ModeCORS, spec.CredentialsSameOrigin
	case r.API == "track" && r.Crossorigin == "": // the same-origin fallback flag is set
		out.Mode = spec.ModeSameOrigin
	case r.API == "module": // always CORS
		out.Mode, out.Credentials = spec.ModeCORS, spec.CredentialsSameOrigin
		if r.Crossorigin == "use-credentials" {
			out.Credentials = spec.CredentialsInclude
		}
	case r.API == "eventsource":
		out.Mode, out.Credentials = spec.ModeCORS, spec.CredentialsSameOrigin
		if r.Crossorigin == "use-credentials" || r.Credentials == "include" {
			out.Credentials = spec.CredentialsInclude
		}
	case r.API == "beacon": // https://w3c.github.io/beacon/#sendbeacon-method
		out.Method = "POST"
		if out.Body != nil && out.Body.ContentType != "" && !spec.IsSafelistedRequestHeader("Content-Type", out.Body.ContentType) {
			// The text sets mode cors, and forgets the unsafe-request flag that
			// makes a preflight of it; browsers do as if it were set.
			out.API, out.Mode = spec.APIFetch, spec.ModeCORS
		}
	case r.Crossorigin == "anonymous":
		out.Mode, out.Credentials = spec.ModeCORS, spec.CredentialsSameOrigin
	case r.Crossorigin == "use-credentials":
		out.Mode = spec.ModeCORS
	}
}

// spec is the body as far as CORS sees it; nil for none.
func (b *Body) spec() *spec.Body {
	if b == nil {
		return nil
	}
	switch b.Kind {
	case "urlsearchparams":
		return &spec.Body{ContentType: "application/x-www-form-urlencoded;charset=UTF-8"}
	case "formdata":
		return &spec.Body{ContentType: "multipart/form-data; boundary=----corsproof"}
	case "blob":
		return &spec.Body{ContentType: strings.ToLower(b.Type)} // https://w3c.github.io/FileAPI/#dom-blob-blob
	case "bytes":
		return &spec.Body{}
	case "stream":
		return &spec.Body{Stream: true}
	default:
		return &spec.Body{ContentType: "text/plain;charset=UTF-8"}
	}
}
