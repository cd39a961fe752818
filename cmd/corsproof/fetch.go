package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/internal/fetch"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/spec"
)

// fetchFlags are the flags of `corsproof fetch`.
type fetchFlags struct {
	from                        []string
	credentials, mode, redirect string
	xhr, upload, head           bool
	repeat                      int
	rate                        float64
	timeout                     time.Duration
	json, secrets               bool
	har                         string
	browser, chrome             string
	reads, stack, userAgent     string
	include, verbose            bool
	request                     requestFlags
	cookieHeader                bool // -H gives Cookie
}

func newFetch() *cobra.Command {
	var f fetchFlags
	cmd := &cobra.Command{
		Use:   "fetch URL --from ORIGIN",
		Short: "Make one request as a browser would, and say what the page gets",
		Long: `Make one request as a browser would for a page of ORIGIN: the preflight if there is
one, redirects, cookies. Then say what a script could read, what is hidden from it,
and if it is blocked, why and what to change. What goes out is what the Fetch Standard
says; where Chrome, Firefox or Safari would do something else, that is said.

The flags are curl's where it has the same. The method is sent as it is given: -X
DELETE deletes.

Exit status: 0 the page can read the answer, 1 it cannot, 2 usage, 3 the server cannot
be reached, 4 browser missing or broken, 5 the model and the browser disagree.`,
		Example: `  corsproof fetch https://api.example.com/items --from https://app.example.com
  corsproof fetch http://localhost:8080/items --from http://localhost:3000 -X PUT \
    -H 'Content-Type: application/json' -d '{"a":1}' --credentials
  corsproof fetch https://api.example.com/items --from https://a.example --from https://b.example
  corsproof fetch https://api.example.com/items --from https://app.example.com --har page.har`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringArrayVar(&f.from, "from", nil, "`ORIGIN` of the page that asks, such as https://app.example.com (repeatable: one page after another in one browser)")
	fs.StringVar(&f.credentials, "credentials", "", "credentials `MODE`: omit, same-origin, include (without a value: include; not given: same-origin, or include if a cookie is given)")
	fs.Lookup("credentials").NoOptDefVal = "include"
	fs.StringVar(&f.mode, "mode", "", "`MODE` of the request: cors, no-cors, same-origin (not given: cors)")
	fs.StringVar(&f.redirect, "redirect", "", "redirect `MODE`: follow, error, manual (not given: follow)")
	fs.BoolVar(&f.xhr, "xhr", false, "by XMLHttpRequest, not by fetch")
	fs.BoolVar(&f.upload, "upload-listener", false, "with --xhr: a listener on upload, which always makes a preflight")
	fs.IntVar(&f.repeat, "repeat", 1, "make it `N` times in one browser, so that its caches show")
	fs.StringVar(&f.reads, "reads", "", "the response header `NAME` that the script wants to read")
	fs.StringVar(&f.stack, "stack", "", "show the setting of `STACK`, such as express or nginx (help: which there are)")
	fs.BoolVarP(&f.include, "include", "i", false, "show all header lines of the answers")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show all header lines, the steps of the standard, the content")
	fs.BoolVar(&f.json, "json", false, "as JSON: {exchange, result, findings}, one line for each request")
	fs.StringVar(&f.har, "har", "", "write what was sent and answered as a HAR to `FILE` (- for standard output)")
	fs.BoolVar(&f.secrets, "with-secrets", false, "leave secrets in --json and --har (not given: they are redacted)")
	fs.StringVar(&f.browser, "browser", "none", "chrome: make it once more in Chrome, and compare; none")
	fs.StringVar(&f.chrome, "chrome", "", "path of Chrome or Chromium, or the ws:// or http:// URL of a running one")
	fs.DurationVar(&f.timeout, "timeout", 10*time.Second, "for one request with its preflight and redirects")
	fs.Float64Var(&f.rate, "rate", 0, "requests a second at most (0: no limit on loopback, 10 elsewhere)")
	f.request.register(fs)
	f.likeCurl(cmd)
	return cmd
}

// likeCurl adds curl's names for what has another here, and what a browser does anyway.
func (f *fetchFlags) likeCurl(cmd *cobra.Command) {
	fs := cmd.Flags()
	f.request.methodFlag = "-X"
	fs.StringVarP(&f.request.method, "request", "X", "", "the `METHOD` (not given: GET, or POST with --data)")
	fs.BoolVarP(&f.head, "head", "I", false, "the method is HEAD")
	fs.StringVarP(&f.userAgent, "user-agent", "A", "", "as -H 'User-Agent: ...', which Chrome does not let a script set")
	fs.StringVar(&f.request.data, "data-raw", "", "as --data")
	fs.StringVar(&f.request.data, "data-binary", "", "as --data")
	for _, name := range []string{"request-method", "serves", "data-raw", "data-binary", "user-agent"} {
		_ = fs.MarkHidden(name)
	}
	for name, short := range map[string]string{"location": "L", "silent": "s", "show-error": "S", "compressed": ""} {
		fs.BoolP(name, short, false, "as browsers always do")
		_ = fs.MarkHidden(name)
	}
	fs.Lookup("header").Usage = "a request header that the script sets, `NAME: VALUE` or @FILE with such lines (repeatable)"
	fs.Lookup("cookie").Usage = "give the browser cookies of the server, `NAME=VALUE; ...` or @FILE (repeatable)"
	fs.Lookup("data").Usage = "the `CONTENT` to send, or @FILE (without -X: by POST)"
	fs.Lookup("user").Usage = "basic authentication, `USER:PASSWORD`, as the script would set it in Authorization"
	fs.Lookup("oauth2-bearer").Usage = "Authorization: Bearer `TOKEN`, as the script would set it"
	fs.Lookup("insecure").Usage = "accept any TLS certificate, as after a click on \"proceed\" in the browser's warning"
}

// run makes the request.
func (f *fetchFlags) run(cmd *cobra.Command, args []string) error {
	q, opt, err := f.question(args)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	if err := f.request.await(ctx, opt.Asked); err != nil {
		return err
	}
	har, err := newOutputFile(f.har, "--har")
	if err != nil {
		return err
	}
	rep, err := fetch.Do(ctx, *q, *opt)
	if err != nil {
		return fetchError(err)
	}
	if f.cookieHeader {
		rep.Notes = append(rep.Notes, f.aboutCookie())
	}
	broken := f.browse(ctx, rep, opt)
	if err := f.write(cmd, rep, har); err != nil {
		return err
	}
	if broken != nil {
		return broken
	}
	return fetchStatus(rep)
}

// aboutCookie says what becomes of a Cookie of -H.
func (f *fetchFlags) aboutCookie() string {
	text := "No script can set Cookie: what -H gives is taken for cookies that the browser has (--cookie)"
	if f.credentials == "" {
		text += ", and the request is made with credentials: 'include'"
	}
	return text + "."
}

// fetchError is a request that could not be made at all.
func fetchError(err error) error {
	switch {
	case errors.Is(err, fetch.ErrImpossible):
		return usage(err, "the call itself throws, in every browser, and nothing is sent")
	case errors.Is(err, context.Canceled):
		return &status{code: exitUsage, err: errors.New("interrupted before the answer was there")}
	}
	return usage(err)
}

// fetchStatus is the exit status.
func fetchStatus(rep *fetch.Report) error {
	code := exitConformant
	for i := range rep.Results {
		r := &rep.Results[i]
		switch {
		case r.Browser != nil && r.Browser.Differs != "":
			return &status{code: exitSelfcheck, err: errors.New("the model and the browser disagree"), hints: []string{"if the server answers alike each time, please report it, with --json"}}
		case r.Unreachable, r.Hangs:
			code = exitUnreachable
		case !r.Readable() && code == exitConformant:
			code = exitFailures
		}
	}
	if code == exitConformant {
		return nil
	}
	return &status{code: code}
}

// browse repeats it in a real browser.
func (f *fetchFlags) browse(ctx context.Context, rep *fetch.Report, opt *fetch.Options) error {
	if f.browser == "none" {
		return nil
	}
	agents, _, stop, err := openAgents(ctx, f.browser, f.chrome, opt.Asked)
	if err != nil {
		return err
	}
	defer stop()
	for _, a := range agents {
		if err := fetch.Browse(ctx, a, rep, f.timeout); err != nil {
			return &status{code: exitBrowser, err: err}
		}
	}
	return nil
}

// write writes the page, or JSON, and the HAR.
func (f *fetchFlags) write(cmd *cobra.Command, rep *fetch.Report, har *outputFile) error {
	out := cmd.OutOrStdout()
	if har.path == "-" {
		out = cmd.ErrOrStderr()
	}
	var err error
	if f.json {
		err = fetch.WriteJSON(out, rep, f.secrets)
	} else {
		err = fetch.Write(out, rep, fetch.Style{Answers: f.include, Verbose: f.verbose})
	}
	if har.path != "" {
		err = errors.Join(err, har.write(cmd.OutOrStdout(), func(w io.Writer) error {
			return fetch.WriteHAR(w, rep, strings.TrimPrefix(toolVersion(), "corsproof "), f.secrets)
		}))
	}
	if err != nil {
		return usage(fmt.Errorf("writing what came of it: %w", err))
	}
	return nil
}

// question is what the flags ask for.
func (f *fetchFlags) question(args []string) (*fetch.Question, *fetch.Options, error) {
	if err := timeLimit(f.timeout); err != nil {
		return nil, nil, err
	}
	address, err := f.address(args)
	if err != nil {
		return nil, nil, err
	}
	if err := f.filledIn(); err != nil {
		return nil, nil, err
	}
	q := &fetch.Question{URL: address, Repeat: f.repeat, Reads: f.reads}
	if q.Stack, err = findStack(f.stack); err != nil {
		return nil, nil, err
	}
	asked, err := f.asked(address)
	if err != nil {
		return nil, nil, err
	}
	if q.Origins, err = f.pages(address); err != nil {
		return nil, nil, err
	}
	if q.Request, err = f.script(asked); err != nil {
		return nil, nil, err
	}
	asked.Page = slices.DeleteFunc(asked.Page, func(x ask.Field) bool { return harmless(x.Name) || dropped(x) })
	for _, field := range asked.Page {
		q.Secret = append(q.Secret, field.Name)
	}
	q.By = &secret.Redactor{}
	asked.AddSecrets(q.By)
	asked.Page = nil // they are the script's now, so that preflights ask for them
	return q, &fetch.Options{Asked: asked, Rate: f.limit(address), Timeout: f.timeout}, nil
}

var credentialsModes = []string{"omit", "same-origin", "include"}

// strayWord is the one of two arguments that is a mere word, beside a URL; empty where it is not so. What is
// more than a word may be a secret, and is not repeated.
func strayWord(args []string) string {
	isURL := func(a string) bool { return strings.Contains(a, "://") }
	if len(args) != 2 || isURL(args[0]) == isURL(args[1]) {
		return ""
	}
	word := args[slices.IndexFunc(args, func(a string) bool { return !isURL(a) })]
	if len(word) > 20 || strings.Trim(strings.ToLower(word), "abcdefghijklmnopqrstuvwxyz-") != "" {
		return ""
	}
	return word
}

// address is the URL. A word that belongs to --credentials may stand beside it.
func (f *fetchFlags) address(args []string) (string, error) {
	var urls []string
	for _, a := range args {
		if slices.Contains(credentialsModes, a) && f.credentials == "include" {
			f.credentials = a
			continue
		}
		urls = append(urls, a)
	}
	if word := strayWord(urls); word != "" {
		if f.credentials == "include" && !f.json {
			return "", usage(fmt.Errorf("%q is neither the URL nor a mode of --credentials: those are %s", word, strings.Join(credentialsModes, ", ")), "without a mode, --credentials is include")
		}
		if !f.json {
			return "", usage(fmt.Errorf("expected one URL, and %q is given besides", word), "flags such as -v and --xhr take no value, and content is sent by -d")
		}
	}
	if len(urls) != 1 {
		hint := "corsproof fetch URL --from ORIGIN"
		if f.json && len(urls) > 1 {
			hint = "--json is the form of the output; content is sent by -d with -H 'Content-Type: application/json'"
		}
		return "", usage(fmt.Errorf("expected one URL, and %d were given", len(urls)), hint)
	}
	if urls[0] == explain.UnnamedURL {
		return "", usage(errors.New("URL is a place to fill in"), "the URL that the script asks for: the script has it, and DevTools, Network")
	}
	u, err := url.Parse(urls[0])
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		hint := "expected http://HOST[:PORT][/PATH] or https://..."
		if !strings.Contains(urls[0], "://") {
			hint = "with its scheme, as a script has it: " + withScheme(urls[0])
		}
		return "", usage(fmt.Errorf("%q is not the URL of a server", explain.SafeURL(urls[0])), hint)
	}
	if u.User != nil {
		return "", usage(errors.New("the URL holds a user name or password: fetch throws at such a URL"), "-u USER:PASSWORD sends them as the script's Authorization")
	}
	return urls[0], nil
}

// filledIn refuses the places to fill in of a command that explain printed.
func (f *fetchFlags) filledIn() error {
	if f.request.method == explain.UnnamedMethod {
		return usage(errors.New("-X METHOD: METHOD is a place to fill in"), "the method of the request that was blocked, such as -X POST: the script has it, and DevTools, Network")
	}
	if slices.Contains(f.from, explain.UnnamedPage) {
		return placeOfPage("--from")
	}
	for _, h := range f.request.headers {
		name, value, _ := strings.Cut(h, ":")
		if strings.TrimSpace(value) == explain.UnnamedValue && name != explain.UnnamedHeader {
			return usage(fmt.Errorf("-H %q: VALUE is a place to fill in", h), "what the script sends in "+name+"; any value shows whether the header is let through")
		}
		if name == explain.UnnamedHeader {
			return usage(fmt.Errorf("-H %q: NAME is a place to fill in", h), "-H 'NAME: VALUE' for each header that the script sets, such as -H 'Content-Type: application/json'; leave it out if the script sets none")
		}
	}
	return nil
}

// placeOfPage refuses what stands in a command for the page's origin.
func placeOfPage(flag string) error {
	return usage(fmt.Errorf("%s %s: %[2]s is a place to fill in", flag, explain.UnnamedPage), "the origin of the page that asks: scheme, host and port of its address, such as http://localhost:3000 or https://app.example.com")
}

// asked is how requests are made, with what the script sets in its Page.
func (f *fetchFlags) asked(address string) (*ask.Options, error) {
	var script []ask.Field
	for _, text := range f.request.headers {
		list, err := ask.ParseScriptFields(text)
		if err != nil {
			return nil, flagError("header", err)
		}
		script = append(script, list...)
	}
	f.request.headers = nil
	var rest []ask.Field
	for _, field := range script {
		switch {
		case strings.EqualFold(field.Name, "Cookie"):
			f.request.cookies = append(f.request.cookies, field.Value)
			f.cookieHeader = true
		case strings.EqualFold(field.Name, "Origin") && len(f.from) == 0:
			f.from = []string{field.Value}
		case strings.EqualFold(field.Name, "Origin") && slices.Contains(f.from, field.Value): // the browser sends it
		default:
			rest = append(rest, field)
		}
	}
	if f.userAgent != "" {
		rest = append(rest, ask.Field{Name: "User-Agent", Value: f.userAgent})
	}
	typed := slices.ContainsFunc(rest, func(x ask.Field) bool { return strings.EqualFold(x.Name, "Content-Type") })
	o, err := f.request.options(address)
	if err != nil {
		return nil, err
	}
	if typed { // what options adds for content without a type
		o.Page = slices.DeleteFunc(o.Page, func(x ask.Field) bool { return strings.EqualFold(x.Name, "Content-Type") })
	}
	o.Page = append(rest, o.Page...)
	return o, nil
}

// pages are the origins of --from.
func (f *fetchFlags) pages(address string) ([]string, error) {
	if len(f.from) == 0 {
		return nil, usage(errors.New("no page was named: who asks decides what CORS says"), "--from ORIGIN, such as --from https://app.example.com or --from http://localhost:3000 (--from "+origin.Of(address)+" for the server's own pages)")
	}
	var pages []string
	for _, text := range f.from {
		o := explain.OriginOf(text)
		if o == "" {
			return nil, usage(fmt.Errorf("--from: %q is not an origin", text), "an origin is scheme, host and port, such as https://app.example.com or http://localhost:3000; null for a file or a sandboxed frame")
		}
		pages = append(pages, o)
	}
	return pages, nil
}

// script is the call that the flags stand for.
func (f *fetchFlags) script(asked *ask.Options) (cases.Request, error) {
	r := cases.Request{Method: f.request.questionMethod(), Mode: f.mode, Credentials: f.credentials, Redirect: f.redirect, UploadListener: f.upload}
	for _, e := range []struct {
		flag, value string
		of          []string
	}{
		{"credentials", f.credentials, credentialsModes}, {"mode", f.mode, []string{"cors", "no-cors", "same-origin"}},
		{"redirect", f.redirect, []string{"follow", "error", "manual"}}, {"browser", f.browser, []string{"chrome", "none", "auto"}},
	} {
		if e.value != "" && !slices.Contains(e.of, e.value) {
			return r, usage(fmt.Errorf("--%s: %q is not one of %s", e.flag, e.value, strings.Join(e.of, ", ")))
		}
	}
	if err := f.combined(); err != nil {
		return r, err
	}
	if f.head {
		r.Method = "HEAD"
	}
	if r.Method == "" {
		r.Method = "GET"
	}
	if f.xhr {
		r.API = "xhr"
	}
	if r.Credentials == "" && len(asked.Cookies) > 0 {
		r.Credentials = "include"
	}
	for _, field := range asked.Page {
		r.Headers = append(r.Headers, field.Name+": "+field.Value)
	}
	if asked.Data != nil {
		r.Body = &cases.Body{Text: *asked.Data, Kind: "bytes"}
	}
	return r, nil
}

// combined refuses flags that do not go together.
func (f *fetchFlags) combined() error {
	const most = 100
	switch {
	case f.upload && !f.xhr:
		return usage(errors.New("--upload-listener is for XMLHttpRequest: fetch has none"), "add --xhr")
	case f.xhr && (f.mode != "" && f.mode != "cors" || f.redirect != "" && f.redirect != "follow" || f.credentials == "omit"):
		return usage(errors.New("--xhr goes with mode cors, redirect follow, and credentials same-origin or include: XMLHttpRequest knows no others"))
	case f.rate < 0:
		return usage(fmt.Errorf("--rate %v is below 0", f.rate), "--rate 5 is five requests a second at most")
	case f.reads != "" && !spec.IsToken(f.reads):
		return usage(fmt.Errorf("--reads %q is not the name of a header", f.reads), "one name, such as --reads X-Total-Count")
	case f.repeat < 1 || f.repeat*max(len(f.from), 1) > most:
		return usage(fmt.Errorf("--repeat %d with %d pages: from 1 to %d requests are made", f.repeat, max(len(f.from), 1), most))
	case f.head && f.request.method != "" && f.request.method != "HEAD":
		return usage(fmt.Errorf("-I is HEAD, and -X says %s", f.request.method), "leave one of them out")
	case f.head && f.request.data != "":
		return usage(errors.New("-I is HEAD, which has no content"), "leave out -I or -d")
	}
	return nil
}

// limit is the rate of requests.
func (f *fetchFlags) limit(address string) float64 {
	if f.rate == 0 && !origin.Loopback(origin.Host(address)) {
		return 10
	}
	return f.rate
}

// dropped tells of a header that a browser does not let a script set. Its value is not sent, and what the
// browser sends by that name is no secret; what is named like a secret stays one.
func dropped(x ask.Field) bool {
	return spec.IsForbiddenRequestHeader(x.Name, x.Value) && !secret.Named(x.Name)
}

// harmless are headers whose values are shown: they are no secrets.
func harmless(name string) bool {
	return slices.Contains([]string{"accept", "accept-language", "content-language", "content-type", "range", "x-requested-with", "cache-control", "pragma", "user-agent",
		"if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range"}, strings.ToLower(name))
}
