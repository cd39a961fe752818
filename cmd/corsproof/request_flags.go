package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/spec"
)

// requestFlags say how requests to a server are made. Names are curl's where it has
// the same; each secret can come from a variable or a file, so that it need not stand
// on the command line.
type requestFlags struct {
	headers, headerEnv         []string
	gateHeaders, gateHeaderEnv []string
	cookies, cookieEnv         []string
	user, userEnv              string
	bearer, bearerEnv          string
	method, data               string
	methodFlag                 string // by which the method is given; empty: --request-method
	serves                     []string
	caCert, cert, key          string
	insecure                   bool
	proxy, unixSocket          string
	resolve                    []string
	http1, http2               bool
	wait                       time.Duration
}

func (f *requestFlags) register(fs *pflag.FlagSet) {
	fs.StringArrayVarP(&f.headers, "header", "H", nil, "send a request field that the page's script sets, `NAME: VALUE` or @FILE with such lines, on all requests but preflights (repeatable)")
	fs.StringArrayVar(&f.headerEnv, "header-env", nil, "as --header, with the value of an environment variable: `NAME=VARIABLE` (repeatable)")
	fs.StringArrayVar(&f.gateHeaders, "gate-header", nil, "send a field that something in front of the server wants, `NAME: VALUE` or @FILE, on preflights too, which no browser does (repeatable)")
	fs.StringArrayVar(&f.gateHeaderEnv, "gate-header-env", nil, "as --gate-header, with the value of an environment variable: `NAME=VARIABLE` (repeatable)")
	fs.StringArrayVarP(&f.cookies, "cookie", "b", nil, "give the browser cookies of the server, `NAME=VALUE; ...` or @FILE: they go with requests with credentials (repeatable)")
	fs.StringArrayVar(&f.cookieEnv, "cookie-env", nil, "as --cookie, out of an environment `VARIABLE` (repeatable)")
	fs.StringVarP(&f.user, "user", "u", "", "send basic authentication, `USER:PASSWORD`, on all requests but preflights")
	fs.StringVar(&f.userEnv, "user-env", "", "as --user, out of an environment `VARIABLE`")
	fs.StringVar(&f.bearer, "oauth2-bearer", "", "send Authorization: Bearer `TOKEN` on all requests but preflights")
	fs.StringVar(&f.bearerEnv, "bearer-env", "", "as --oauth2-bearer, with the token out of an environment `VARIABLE`")
	fs.StringVar(&f.method, "request-method", "", "the `METHOD` of the requests that are judged (not given: GET, or what the endpoint has)")
	fs.StringVarP(&f.data, "data", "d", "", "the `CONTENT` of the requests that are judged, or @FILE (without --request-method: of POST)")
	fs.StringSliceVar(&f.serves, "serves", nil, "the `METHODS` that the endpoint has besides those that the policy allows (not given: what answers 404, 405 or 501 is taken as not served)")
	fs.StringVar(&f.caCert, "cacert", "", "trust the certificate authorities in `FILE` (PEM)")
	fs.StringVar(&f.cert, "cert", "", "show the server the certificate in `FILE` (PEM, with its chain)")
	fs.StringVar(&f.key, "key", "", "the private key of --cert in `FILE` (not given: it is in the same file)")
	fs.BoolVarP(&f.insecure, "insecure", "k", false, "accept any TLS certificate of the target")
	fs.StringVarP(&f.proxy, "proxy", "x", "", "go through the proxy at `URL`: http, https or socks5 (not given: the variables HTTP_PROXY, HTTPS_PROXY, NO_PROXY)")
	fs.StringArrayVar(&f.resolve, "resolve", nil, "connect to another address, `HOST:PORT:ADDRESS` (repeatable)")
	fs.StringVar(&f.unixSocket, "unix-socket", "", "connect to the server through the socket at `PATH`")
	fs.BoolVar(&f.http1, "http1.1", false, "speak HTTP/1.1 alone")
	fs.BoolVar(&f.http2, "http2", false, "speak HTTP/2 alone (over TLS)")
	fs.DurationVar(&f.wait, "wait", 0, "wait so long, such as 30s, for a server that is coming up")
}

// given is the name of the first of these flags that was given; empty for none.
func (f *requestFlags) given(fs *pflag.FlagSet) (name string) {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(requestFlags).register(own)
	fs.Visit(func(flag *pflag.Flag) {
		if own.Lookup(flag.Name) != nil && name == "" {
			name = flag.Name
		}
	})
	return name
}

// questionMethod is the method of the requests that are judged; empty: GET, or what the
// endpoint has.
func (f *requestFlags) questionMethod() string {
	if f.method == "" && f.data != "" {
		return "POST"
	}
	return f.method
}

// changesNothing tells whether --no-changes lets the method pass.
func changesNothing(method string) bool {
	return slices.Contains([]string{"", "GET", "HEAD", "OPTIONS"}, method)
}

// options are what the flags state for the server at a URL. The error is a usage.
func (f *requestFlags) options(url string) (*ask.Options, error) {
	o := &ask.Options{
		Scope: url, Insecure: f.insecure, FromEnvironment: true, UnixSocket: f.unixSocket,
		Method: f.method, Serves: f.serves,
	}
	for _, read := range []func(*ask.Options) error{f.fields, f.authorization, f.jar, f.content, f.certificates, f.way} {
		if err := read(o); err != nil {
			return nil, err
		}
	}
	if name := o.Twice(); name != "" {
		return nil, usage(fmt.Errorf("the request field %s is given twice", name), "each field once: what the page's script sets by --header, --user or --oauth2-bearer, what something in front of the server wants by --gate-header")
	}
	return o, nil
}

// flagError is a wrong value of a flag.
func flagError(flag string, err error) error { return usage(fmt.Errorf("--%s: %w", flag, err)) }

// fields reads the request fields. Cookies among them go where cookies go.
func (f *requestFlags) fields(o *ask.Options) error {
	for _, from := range []struct {
		flag  string
		texts []string
		parse func(string) ([]ask.Field, error)
		to    *[]ask.Field
	}{
		{"header", f.headers, ask.ParseFields, &o.Page}, {"header-env", f.headerEnv, oneField, &o.Page},
		{"gate-header", f.gateHeaders, ask.ParseFields, &o.Gate}, {"gate-header-env", f.gateHeaderEnv, oneField, &o.Gate},
	} {
		for _, text := range from.texts {
			list, err := from.parse(text)
			if err != nil {
				return flagError(from.flag, err)
			}
			*from.to = append(*from.to, list...)
		}
	}
	isCookie := func(field ask.Field) bool { return strings.EqualFold(field.Name, "Cookie") }
	for _, field := range o.Page {
		if isCookie(field) {
			f.cookies = append(f.cookies, field.Value)
		}
	}
	o.Page = slices.DeleteFunc(o.Page, isCookie)
	return nil
}

func oneField(text string) ([]ask.Field, error) {
	field, err := ask.FieldFromVariable(text)
	return []ask.Field{field}, err
}

// authorization reads the ways to state Authorization, of which there can be one.
func (f *requestFlags) authorization(o *ask.Options) error {
	for _, from := range []struct {
		flag, text string
		variable   bool
		parse      func(string) (ask.Field, error)
	}{
		{"user", f.user, false, ask.Basic}, {"user-env", f.userEnv, true, ask.Basic},
		{"oauth2-bearer", f.bearer, false, ask.Bearer}, {"bearer-env", f.bearerEnv, true, ask.Bearer},
	} {
		if from.text == "" {
			continue
		}
		value := from.text
		var err error
		if from.variable {
			if value, err = ask.Variable(from.text); err != nil {
				return flagError(from.flag, err)
			}
		}
		field, err := from.parse(value)
		if err != nil {
			return flagError(from.flag, err)
		}
		o.Page = append(o.Page, field)
	}
	return nil
}

// jar reads the cookies.
func (f *requestFlags) jar(o *ask.Options) error {
	texts := slices.Clone(f.cookies)
	for _, name := range f.cookieEnv {
		value, err := ask.Variable(name)
		if err != nil {
			return flagError("cookie-env", err)
		}
		texts = append(texts, value)
	}
	for _, text := range texts {
		list, err := ask.ParseCookies(text)
		if err != nil {
			return flagError("cookie", err)
		}
		o.Cookies = append(o.Cookies, list...)
	}
	return nil
}

// content reads the content; without a Content-Type it is a form's, as curl has it.
func (f *requestFlags) content(o *ask.Options) error {
	flag := cmp.Or(f.methodFlag, "--request-method")
	if spec.IsForbiddenMethod(f.method) {
		return usage(fmt.Errorf("%s %s: no script can send CONNECT, TRACE or TRACK", flag, f.method), "fetch and XMLHttpRequest throw at them, and nothing is sent")
	}
	if f.method != "" && !ask.IsMethod(f.method) {
		return usage(fmt.Errorf("%s %q is not a method", flag, f.method), "expected a name such as POST; GET, HEAD and OPTIONS may be asked for by their name too")
	}
	if f.data == "" {
		return nil
	}
	data, err := ask.ParseData(f.data)
	if err != nil {
		return flagError("data", err)
	}
	if m := spec.NormalizeMethod(o.Method); m == "GET" || m == "HEAD" {
		return usage(fmt.Errorf("--data is for a method with content, and %s is %s", flag, o.Method), "a browser sends no content with GET and HEAD")
	}
	o.Data = &data
	if !slices.ContainsFunc(o.Page, func(f ask.Field) bool { return strings.EqualFold(f.Name, "Content-Type") }) {
		o.Page = append(o.Page, ask.Field{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	}
	return nil
}

// certificates reads what TLS needs.
func (f *requestFlags) certificates(o *ask.Options) error {
	o.Files(f.caCert, f.cert, f.key)
	var err error
	if f.caCert != "" {
		if o.Roots, err = ask.ReadRoots(f.caCert); err != nil {
			return flagError("cacert", err)
		}
	}
	if f.cert == "" {
		if f.key != "" {
			return usage(errors.New("--key is the private key of a certificate, and no --cert was given"))
		}
		return nil
	}
	if o.Certificate, err = ask.ReadCertificate(f.cert, f.key); err != nil {
		return flagError("cert", err)
	}
	return nil
}

// way reads how the server is reached.
func (f *requestFlags) way(o *ask.Options) error {
	if f.proxy != "" {
		p, err := ask.ParseProxy(f.proxy)
		if err != nil {
			return flagError("proxy", err)
		}
		o.Proxy = p
	}
	for _, text := range f.resolve {
		from, to, err := ask.ParseResolve(text)
		if err != nil {
			return flagError("resolve", err)
		}
		if o.Resolve == nil {
			o.Resolve = map[string]string{}
		}
		o.Resolve[from] = to
	}
	switch {
	case f.unixSocket != "" && f.proxy != "":
		return usage(errors.New("--unix-socket and --proxy are two ways to the same server"), "leave one of them out")
	case f.http1 && f.http2:
		return usage(errors.New("--http1.1 and --http2 each leave out the other"), "leave one of them out; without both, both are looked at")
	case f.http2 && !origin.IsHTTPS(o.Scope):
		return usage(errors.New("--http2 needs TLS, as browsers speak HTTP/2 over TLS alone, and the URL is one of plain HTTP"), "give an https:// URL")
	case f.http1:
		o.Protocol = ask.H1
	case f.http2:
		o.Protocol = ask.H2
	}
	return nil
}

// await waits for a server that is coming up, where --wait says so.
func (f *requestFlags) await(ctx context.Context, o *ask.Options) error {
	if f.wait <= 0 {
		return nil
	}
	err := o.Await(ctx, o.Scope, f.wait)
	switch {
	case err != nil && ctx.Err() != nil:
		return nothingLost()
	case err != nil:
		return &status{code: exitUnreachable, err: fmt.Errorf("--wait: the server did not come up: %w", err)}
	}
	return nil
}
