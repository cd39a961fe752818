package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/draft"
	"github.com/corsproof/corsproof/internal/input"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/wire"
)

// initFlags are the flags of `corsproof init`.
type initFlags struct {
	out     string
	server  string
	most    int
	timeout time.Duration
	rate    float64
	request requestFlags
}

func newInit() *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init URL|OPENAPI-FILE",
		Short: "Write the project file of a server: corsproof.yaml",
		Long: `Write corsproof.yaml: the endpoints of a URL or of an OpenAPI 3 document, and the policy that the
server has today, learnt by requests that change nothing (GET, HEAD and OPTIONS), for a person to
confirm. What could not be known is a question in the file. A file that is there is left as it is.`,
		Example: `  corsproof init https://staging.example.com/items --bearer-env STAGING_TOKEN
  corsproof init openapi.yaml --server https://staging.example.com`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), cmd, args[0]) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVarP(&f.out, "output", "o", project.Name, "write to `FILE`")
	fs.StringVar(&f.server, "server", "", "of an OpenAPI document: the `URL` of the server (not given: the first that the document names)")
	fs.IntVar(&f.most, "most", 10, "look at `N` endpoints at most; the others get the policy that most of them have")
	fs.DurationVar(&f.timeout, "timeout", 10*time.Second, "for one request and its answer")
	fs.Float64Var(&f.rate, "rate", 0, "requests a second at most (0: no limit on loopback, 10 elsewhere)")
	f.request.register(fs)
	return cmd
}

func (f *initFlags) run(ctx context.Context, cmd *cobra.Command, from string) error {
	if _, err := os.Lstat(f.out); !errors.Is(err, fs.ErrNotExist) {
		return usage(fmt.Errorf("%s is there already, and stays as it is", f.out), "-o FILE writes another")
	}
	if err := (&output{path: f.out}).try(); err != nil {
		return usage(fmt.Errorf("the project file cannot be written: %w", err), "-o FILE writes another")
	}
	if err := timeLimit(f.timeout); err != nil {
		return err
	}
	d, err := f.draft(from)
	if err != nil {
		return err
	}
	requests, err := f.request.options(d.URL)
	if err != nil {
		return err
	}
	d.Headers, d.GateHeaders = f.references(requests.Page), f.references(requests.Gate)
	if err := f.request.await(ctx, requests); err != nil {
		return err
	}
	o := draft.Options{Requests: requests, Timeout: f.timeout, Rate: f.rate, Most: f.most}
	limits := limit.Options{Rate: f.rate, Here: requests.Here, Named: []string{d.URL}}
	if requests.Local(ctx, d.URL) {
		limits.Named, limits.Ours = nil, []string{d.URL}
	} else if o.Rate == 0 {
		o.Rate = limit.DefaultRate
	}
	requests.Limits = limit.New(limits)
	if err := d.Learn(ctx, o); err != nil {
		return f.unlooked(d.Unanswered, err)
	}
	return f.write(cmd, d)
}

// unlooked says why the server could not be looked at, as a run does.
func (f *initFlags) unlooked(url string, err error) error {
	if errors.Is(err, context.Canceled) {
		return usage(errors.New("interrupted; nothing was written"))
	}
	if e, ok := errors.AsType[*wire.Error](err); ok {
		err = e
	}
	s := &status{code: exitUnreachable, err: fmt.Errorf("looking at the server: %w", err)}
	if e, ok := errors.AsType[*harness.TargetError](harness.Untestable(url, err, f.timeout)); ok {
		s.err, s.hints = e, slices.Concat(wayHints(e), e.Hints, flagHints(e.Kind))
	}
	s.hints = append(s.hints, "nothing was written")
	return s
}

// draft is what is known before the server is asked.
func (f *initFlags) draft(from string) (*draft.Draft, error) {
	u, err := url.Parse(from)
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		if u.User != nil {
			return nil, usage(errors.New("the URL holds a user name or password, which would end up in the file"), "--user-env VARIABLE")
		}
		if f.server != "" {
			return nil, usage(errors.New("--server is of an OpenAPI document, and a URL was given"), "leave one of them out")
		}
		path := u.EscapedPath()
		if path == "" {
			path = "/"
		}
		if u.RawQuery != "" {
			path += "?" + u.RawQuery
		}
		return &draft.Draft{Name: u.Hostname(), URL: u.Scheme + "://" + u.Host, From: u.Scheme + "://" + u.Host + u.EscapedPath(), Endpoints: []draft.Endpoint{{Path: path}}}, nil
	}
	data, err := input.File(from, input.Made)
	if err != nil {
		return nil, usage(fmt.Errorf("reading the OpenAPI document: %w", err), "expected http://HOST[:PORT][/PATH], https://..., or a file")
	}
	d, err := draft.OpenAPI(data, f.server)
	if err != nil {
		return nil, usage(fmt.Errorf("%s: %w", from, err), "--server URL says where the server is")
	}
	d.From = filepath.Base(from)
	return d, nil
}

// references are request fields with the names of variables in the place of what is secret.
func (f *initFlags) references(fields []ask.Field) [][2]string {
	var list [][2]string
	for _, field := range fields {
		name := field.Variable
		authorization := strings.EqualFold(field.Name, "Authorization")
		switch {
		case name == "" && authorization && f.request.bearerEnv != "":
			name = f.request.bearerEnv
		case name == "":
			name = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(field.Name))
		}
		value := "${" + name + "}"
		if scheme, _, ok := strings.Cut(field.Value, " "); ok && field.Value != os.Getenv(name) && authorization {
			value = scheme + " " + value
		}
		list = append(list, [2]string{field.Name, value})
	}
	return list
}

// write writes the file, and its schema beside it.
func (f *initFlags) write(cmd *cobra.Command, d *draft.Draft) error {
	var text bytes.Buffer
	if err := d.Write(&text); err != nil {
		return err
	}
	if _, err := project.Parse(f.out, text.Bytes()); err != nil {
		return &status{code: exitSelfcheck, err: fmt.Errorf("what was written could not be read again: %w", err), hints: []string{"please report it"}}
	}
	schema := filepath.Join(filepath.Dir(f.out), filepath.FromSlash(draft.SchemaPath))
	err := os.MkdirAll(filepath.Dir(schema), 0o777) //nolint:gosec // a directory of the project, as an editor would make it
	if err == nil {
		err = writeFile(schema, project.Schema())
	}
	if err != nil {
		return usage(fmt.Errorf("writing the schema for editors: %w", err), f.out+" was not written")
	}
	if err := writeFile(f.out, text.Bytes()); err != nil { // last: where it is, all of it is
		return usage(fmt.Errorf("writing the project file: %w", err))
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: endpoints and policies as the server has them today, by %d requests. Next:\n"+
		"  1. read it: is it what is meant? Answer the lines that begin with \"# ?\"\n", f.out, d.Requests)
	for _, h := range append(d.Headers, d.GateHeaders...) {
		fmt.Fprintf(cmd.OutOrStdout(), "     %s is taken from the variable of the process: %s\n", h[0], h[1])
	}
	fmt.Fprintf(cmd.OutOrStdout(), "  2. corsproof run --dry-run says what would be sent\n  3. corsproof run\n"+
		"Commit %s. What is made anew belongs into .gitignore: .corsproof/ (the schema for editors) and the reports, %s\n", f.out, strings.Join(draft.Reports(), " and "))
	return nil
}
