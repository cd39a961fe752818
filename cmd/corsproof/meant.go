package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/learn"
	"github.com/corsproof/corsproof/internal/secret"
)

// meant looks at a server of which no policy was stated and that does not serve the
// contract, says what it does, and asks what was meant. done is false where there is nothing to
// ask: then the run goes on. Nothing was judged, so that the status is that of a missing policy.
func (f *runFlags) meant(ctx context.Context, cmd *cobra.Command, target *harness.Target, policies []cases.Policy, page io.Writer, by *secret.Redactor) (done bool, err error) {
	if target.Declared != nil || target.Requests == nil {
		return false, nil
	}
	opt := learn.Options{URL: target.Base, Requests: target.Requests, Timeout: f.timeout, Rate: target.RateLimit}
	if serves, err := learn.Contract(ctx, opt, policies); serves || err != nil {
		return false, nil // the run says what is the matter
	}
	opt.URL = target.Name
	found, err := learn.Endpoint(ctx, opt)
	if err != nil {
		return false, nil
	}
	url := by.Text(target.Name)
	fmt.Fprintf(page, "%s: %s\n", toolVersion(), url)
	fmt.Fprintf(page, "      no policy was stated, so that nothing is judged; what it does, by %d requests (GET, HEAD, OPTIONS):\n\n", found.Requests)
	for _, line := range found.Lines() {
		fmt.Fprintf(page, "  %s\n", by.Text(line))
	}
	fmt.Fprint(page, "\nWhat is meant?\n\n")
	for _, q := range found.Questions {
		fmt.Fprintf(page, "  %-9s %s\n", strings.ReplaceAll(q.Part, "_", "-"), q.Text)
	}
	words := append([]string{"corsproof", "run", url}, found.Flags()...)
	now := "What it does now, as flags to be changed"
	if o := found.Example(); o != "" {
		now = "With your page's origin in place of " + o
	}
	fmt.Fprintf(page, "\nState it, and the server is held to it. %s:\n\n  %s\n", now,
		agent.Command(append(words, f.repeated(cmd.Flags(), by)...)...))
	return true, &status{code: exitUsage}
}

// repeated are the flags that say how requests are made, as they were given, without secrets.
func (f *runFlags) repeated(given *pflag.FlagSet, by *secret.Redactor) []string {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(requestFlags).register(own)
	var words []string
	given.Visit(func(flag *pflag.Flag) {
		if own.Lookup(flag.Name) == nil {
			return
		}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			for _, text := range list.GetSlice() {
				words = append(words, "--"+flag.Name+"="+shownFlag(flag.Name, text, by))
			}
			return
		}
		if flag.Value.Type() == "bool" {
			words = append(words, "--"+flag.Name)
			return
		}
		words = append(words, "--"+flag.Name+"="+shownFlag(flag.Name, flag.Value.String(), by))
	})
	return words
}

// shownFlag is the value of a flag without what is secret in it.
func shownFlag(name, text string, by *secret.Redactor) string {
	if strings.HasPrefix(text, "@") { // a file
		return text
	}
	switch name {
	case "header", "gate-header":
		field, value, _ := strings.Cut(text, ":")
		return field + ": " + by.Field(field, strings.TrimSpace(value), true)
	case "cookie":
		return by.Field("Cookie", text, true)
	case "user", "oauth2-bearer", "data":
		return secret.Hidden
	case "proxy":
		return by.URL(text)
	}
	return text
}
