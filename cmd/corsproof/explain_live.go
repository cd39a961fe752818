package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/fetch"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/spec"
)

// ask makes the request that the text is about, and explains what comes of it.
func (f *explainFlags) ask(cmd *cobra.Command, text string, c *explain.Context) error {
	r, err := explain.Request(text, explain.Kind(f.kind), *c)
	if err != nil {
		var e *explain.Error
		if errors.As(err, &e) && e.Hint != "" {
			return usage(err, e.Hint)
		}
		return usage(err)
	}
	if !changesNothing(r.Method) && f.method == "" {
		return usage(fmt.Errorf("the request is a %s, which may change something on the server: it is not made unasked", r.Method),
			"-X "+r.Method+" allows it; without --live the text alone is explained")
	}
	by := &secret.Redactor{}
	q := fetch.Question{Request: script(&r), URL: r.URL, Origins: []string{r.Origin}, Reads: c.Reads, Stack: c.Stack, By: by}
	for _, h := range r.Header {
		if !harmless(h.Name) {
			q.Secret = append(q.Secret, h.Name)
			by.Add(h.Value)
		}
	}
	rep, err := fetch.Do(cmd.Context(), q, fetch.Options{Asked: &ask.Options{Scope: r.URL, FromEnvironment: true}})
	if err != nil {
		return fetchError(err)
	}
	if rep.Results[0].Readable() && explain.Blocked(text, explain.Kind(f.kind), *c) {
		rep.Notes = append(rep.Notes, "The message is about a request that was blocked, and this one is not. Either the server was mended since, or the page's request is another: give its method, headers and credentials with -X, -H and --credentials.")
	}
	alone := f.alone(text, c, &rep.Results[0])
	if f.json {
		err = encode(cmd.OutOrStdout(), cmp.Or(alone, rep.Results[0].Answer))
	} else if alone != nil {
		err = explain.Write(cmd.OutOrStdout(), alone)
	} else {
		err = fetch.Write(cmd.OutOrStdout(), rep, fetch.Style{})
	}
	if err != nil {
		return usage(fmt.Errorf("writing what came of it: %w", err))
	}
	return fetchStatus(rep)
}

// alone is what the text says by itself, where no answer came now: what a browser has said of a server
// still counts where that server is not to be reached from here. Nil: an answer came, or the text says nothing.
func (f *explainFlags) alone(text string, c *explain.Context, r *fetch.Result) *explain.Answer {
	if !r.Unreachable && !r.Hangs || !explain.Blocked(text, explain.Kind(f.kind), *c) {
		return nil
	}
	a, err := explain.Explain(text, explain.Kind(f.kind), *c)
	if err != nil {
		return nil
	}
	a.Notes = append(slices.Clone(a.Notes), "Asked now, from here, it gives no answer ("+r.Trouble+"). So this is what the text says, and not what the server does now.")
	return a
}

// script is a request as a script makes it. Content that was not shown is empty.
func script(r *spec.Request) cases.Request {
	q := cases.Request{Method: r.Method, Mode: string(r.Mode), Credentials: string(r.Credentials), Redirect: string(r.Redirect), UploadListener: r.UploadListener}
	if r.API == spec.APIXHR {
		q.API = "xhr"
	}
	for _, h := range r.Header {
		q.Headers = append(q.Headers, h.Name+": "+h.Value)
	}
	if r.Body != nil && !slices.Contains([]string{"GET", "HEAD"}, spec.NormalizeMethod(r.Method)) {
		q.Body = &cases.Body{Kind: "blob", Type: r.Body.ContentType}
	}
	return q
}
