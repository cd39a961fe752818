package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/input"
	"github.com/corsproof/corsproof/spec"
)

func newExplain() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [FILE | - | URL]",
		Short: "Say why a browser blocked a request, from what you have of it",
		Long: `Say why a browser blocked a request, whose side it is on, and what to change. Paste
the message of the console (Chrome, Firefox, Safari), or give a HAR or a part of one, a
"Copy as cURL" or "Copy as fetch", the output of curl -v, the headers of the answer, the
lines of your server's configuration, or a line of what corsproof eval reads. What it
is, is found out.

Nothing is sent, but with --live. What the text leaves open is said to be open, with
the command that decides it. Secrets in the text are not shown.

Exit status: 0 the page can read the answer, or a preflight given alone is granted, 1 it cannot or that is open, 2 usage.`,
		Example: `  corsproof explain                 # paste, then Ctrl-D
  corsproof explain page.har
  corsproof explain page.har --reads X-Total-Count
  curl -sv https://api.example.com/ -H 'Origin: https://app.example.com' 2>&1 | corsproof explain
  corsproof explain --stack express message.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.from, "from", "", "`ORIGIN` of the page, if the text does not have it")
	fs.StringVar(&f.from, "origin", "", "the same as --from")
	fs.StringVar(&f.url, "url", "", "`URL` that was asked for, if the text does not have it")
	fs.StringVarP(&f.method, "method", "X", "", "`METHOD` of the request, if the text does not have it")
	fs.StringVar(&f.credentials, "credentials", "", "credentials `MODE` of the request: omit, same-origin or include")
	fs.StringArrayVarP(&f.headers, "header", "H", nil, "request header of the script, `NAME` or 'NAME: VALUE'; repeatable")
	fs.StringVar(&f.reads, "reads", "", "the response header `NAME` that the script cannot read")
	fs.StringVar(&f.responseOf, "response-of", "", "what pasted headers answer: preflight or response")
	fs.StringVar(&f.stack, "stack", "", "show the setting of `STACK`, such as express or nginx (help: which there are)")
	fs.StringVar(&f.kind, "kind", "", "what the input is, if it is taken for something else: "+kindNames())
	fs.BoolVar(&f.json, "json", false, "as JSON")
	fs.BoolVar(&f.live, "live", false, "make the request, as corsproof fetch does, and explain what comes of it (GET and HEAD; others with -X)")
	_ = fs.MarkHidden("origin")
	cmd.MarkFlagsMutuallyExclusive("from", "origin")
	return cmd
}

// explainFlags are the flags of explain.
type explainFlags struct {
	from, url, method, credentials, reads, responseOf, stack, kind string
	headers                                                        []string
	json, live                                                     bool
}

func kindNames() string {
	var list []string
	for _, k := range explain.Kinds {
		list = append(list, string(k))
	}
	return strings.Join(list, ", ")
}

func (f *explainFlags) run(cmd *cobra.Command, args []string) error {
	c, err := f.context()
	if err != nil {
		return err
	}
	text, err := f.input(cmd.InOrStdin(), args)
	if err != nil {
		return err
	}
	if f.live {
		return f.ask(cmd, text, c)
	}
	a, err := explain.Explain(text, explain.Kind(f.kind), *c)
	if err != nil {
		var e *explain.Error
		if errors.As(err, &e) && e.Hint != "" {
			return usage(err, e.Hint)
		}
		return usage(err)
	}
	if f.json {
		err = encode(cmd.OutOrStdout(), a)
	} else {
		err = explain.Write(cmd.OutOrStdout(), a)
	}
	if err == nil && a.Reason != explain.ReasonAllowed {
		return &status{code: exitFailures}
	}
	return err
}

// context is what the flags say, checked.
func (f *explainFlags) context() (*explain.Context, error) {
	c := &explain.Context{Origin: f.from, URL: f.url, Method: f.method, Credentials: spec.CredentialsMode(f.credentials), Reads: f.reads, ResponseOf: f.responseOf}
	if c.Origin == explain.UnnamedPage {
		return nil, placeOfPage("--from")
	}
	if c.Origin != "" && c.Origin != "null" {
		o := explain.OriginOf(c.Origin)
		if o == "" {
			return nil, usage(fmt.Errorf("--from: %q is not an origin", c.Origin), "an origin is scheme, host and port, such as https://app.example.com or http://localhost:3000")
		}
		c.Origin = o
	}
	for _, e := range []struct {
		flag, value string
		of          []string
	}{
		{"credentials", f.credentials, []string{"omit", "same-origin", "include"}}, {"response-of", f.responseOf, []string{"preflight", "response"}},
		{"kind", f.kind, strings.Split(kindNames(), ", ")},
	} {
		if e.value != "" && !slices.Contains(e.of, e.value) {
			return nil, usage(fmt.Errorf("--%s: %q is not one of %s", e.flag, e.value, strings.Join(e.of, ", ")))
		}
	}
	for _, h := range f.headers {
		name, value, _ := strings.Cut(h, ":")
		c.Header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	var err error
	c.Stack, err = findStack(f.stack)
	return c, err
}

// input is the text to explain: of a file, of standard input, or the URL itself.
func (f *explainFlags) input(stdin io.Reader, args []string) (string, error) {
	if len(args) == 1 && args[0] != "-" {
		if f.kind == string(explain.KindURL) || explain.Recognise(args[0]) == explain.KindURL {
			return args[0], nil
		}
		data, err := input.File(args[0], input.Made)
		if err != nil {
			return "", usage(fmt.Errorf("reading the input: %w", err), "FILE is a file; a message of the console is pasted into standard input")
		}
		return string(data), nil
	}
	if file, ok := stdin.(*os.File); ok && isatty.IsTerminal(file.Fd()) {
		fmt.Fprintln(os.Stderr, "Paste the message of the console, then press Ctrl-D (on Windows Ctrl-Z and Enter).")
	}
	data, err := io.ReadAll(io.LimitReader(stdin, explain.LargestInput+1))
	if err != nil {
		return "", usage(fmt.Errorf("reading standard input: %w", err))
	}
	return string(data), nil
}
