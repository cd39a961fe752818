package spec

import (
	"errors"
	"fmt"
)

// readRequest fills in the defaults and parses origin and URL. thrown is what
// the API throws for a URL that does not parse.
func (f *Fetch) readRequest() (thrown string, err error) {
	r := &f.req
	if r.API == "" {
		r.API = APIFetch
	}
	if r.Mode == "" {
		r.Mode = ModeCORS
	}
	if r.Credentials == "" {
		r.Credentials = CredentialsSameOrigin
	}
	if r.Redirect == "" {
		r.Redirect = RedirectFollow
	}
	if err := r.wellFormed(); err != nil {
		return "", err
	}
	if f.origin, err = ParseOrigin(r.Origin); err != nil {
		return "", fmt.Errorf("request.origin: %w", err)
	}
	f.originHeader = r.Origin
	if f.url, err = ParseURL(r.URL); err != nil {
		if errors.Is(err, errTooLong) {
			return "", fmt.Errorf("request.url: %w", err)
		}
		if !hasScheme(r.URL) {
			return "", fmt.Errorf("request.url: %q: %w", r.URL, err)
		}
		f.t.add(ruleConstructorParse, "the URL does not parse: it throws")
		return fmt.Sprintf("request.url: %q: %v", r.URL, err), nil
	}
	if f.url.Scheme() == "data" {
		return "", fmt.Errorf("request.url: %q: data: URLs are out of scope", r.URL)
	}
	return "", nil
}

func (r *Request) wellFormed() error {
	switch r.API {
	case APIFetch, APIXHR, APIElement:
	default:
		return fmt.Errorf("request.api: %q is not one of fetch, xhr, element", r.API)
	}
	switch r.Mode {
	case ModeCORS, ModeNoCORS, ModeSameOrigin:
	default:
		return fmt.Errorf("request.mode: %q is not one of cors, no-cors, same-origin", r.Mode)
	}
	switch r.Credentials {
	case CredentialsOmit, CredentialsSameOrigin, CredentialsInclude:
	default:
		return fmt.Errorf("request.credentials: %q is not one of omit, same-origin, include", r.Credentials)
	}
	switch r.Redirect {
	case RedirectFollow, RedirectError, RedirectManual:
	default:
		return fmt.Errorf("request.redirect: %q is not one of follow, error, manual", r.Redirect)
	}
	if r.API != APIXHR {
		return nil
	}
	switch {
	case r.Mode != ModeCORS:
		return fmt.Errorf("request.mode: %q, but the mode of an XMLHttpRequest is cors", r.Mode)
	case r.Redirect != RedirectFollow:
		return fmt.Errorf("request.redirect: %q, but an XMLHttpRequest follows redirects", r.Redirect)
	case r.Credentials == CredentialsOmit:
		return fmt.Errorf("request.credentials: %q, but an XMLHttpRequest has same-origin or include", r.Credentials)
	case r.Body != nil && r.Body.Stream:
		return fmt.Errorf("request.body.stream: an XMLHttpRequest has no stream bodies")
	}
	return nil
}
