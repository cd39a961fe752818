package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/internal/adapter"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/internal/input"
	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/secret"
)

// noMaxAge is the value of --max-age when it is not given.
const noMaxAge = -1

// targetFlags choose the server.
type targetFlags struct {
	adapter      string
	release      string
	policyFile   string
	origins      []string
	credentials  bool
	methods      []string
	headers      []string
	expose       []string
	maxAge       int
	private      bool
	noChanges    bool
	allowMethods []string
	allowHosts   []string
	rate         float64
	webSocket    string
	request      requestFlags
}

func (f *targetFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.adapter, "adapter", "", "start the adapter in `DIR`, run against it, stop it")
	fs.StringVar(&f.release, "release", "", "with --adapter: the release `VERSION` of its package in the adapter's directory releases (not given: the adapter's own)")
	fs.StringVar(&f.policyFile, "policy", "", "hold URL, an ordinary endpoint, to the policy in `FILE` (YAML)")
	fs.StringSliceVar(&f.origins, "origin", nil, "hold URL to a policy: an allowed `ORIGIN`, * for any (repeatable)")
	fs.BoolVar(&f.credentials, "credentials", false, "with --origin: credentialed requests are allowed (not given: they must not be)")
	fs.StringSliceVar(&f.methods, "methods", nil, "with --origin: the `METHODS` allowed besides GET, HEAD and POST; on loopback they are sent, see --no-changes (not given: none)")
	fs.StringSliceVar(&f.headers, "request-headers", nil, "with --origin: the allowed request-header `NAMES` (not given: none)")
	fs.StringSliceVar(&f.expose, "expose", nil, "with --origin: the exposed response-header `NAMES` (not given: none)")
	fs.IntVar(&f.maxAge, "max-age", noMaxAge, "with --origin: the max-age of preflights in `SECONDS` (-1: not stated)")
	fs.BoolVar(&f.private, "private-network", false, "with --origin: preflights for a private network are granted (not given: they must not be)")
	fs.BoolVar(&f.noChanges, "no-changes", false, "do not send an endpoint methods that may change something: only GET, HEAD and OPTIONS")
	fs.StringSliceVar(&f.allowMethods, "allow-method", nil, "to servers that are not on loopback: a `METHOD` besides GET, HEAD and OPTIONS that may be sent")
	fs.StringSliceVar(&f.allowHosts, "allow-host", nil, "follow redirects to `HOST`, which is not this machine: it gets what a server that is not on loopback gets (repeatable)")
	fs.Float64Var(&f.rate, "rate", 0, "requests a second at most, to each server (0: no limit on loopback, 10 elsewhere)")
	fs.StringVar(&f.webSocket, "websocket", "", "the `PATH` of a WebSocket endpoint: checks then cover the origins from which it accepts handshakes")
	f.request.register(fs)
}

// parts says whether a part of a policy besides the origins was given by a flag.
func (f *targetFlags) parts() bool {
	return f.credentials || f.private || len(f.methods)+len(f.headers)+len(f.expose) > 0 || f.maxAge != noMaxAge
}

// declared is the policy that the flags state for an ordinary endpoint, nil without one.
func (f *targetFlags) declared() (*cases.Policy, error) {
	if f.policyFile != "" && (len(f.origins) > 0 || f.parts()) {
		return nil, usage(errors.New("--policy and --origin (or a flag that goes with it) both state the policy"), "leave one of them out")
	}
	if f.policyFile != "" {
		data, err := input.File(f.policyFile, input.Written)
		if err != nil {
			return nil, usage(fmt.Errorf("reading the policy: %w", err))
		}
		p, err := cases.ParsePolicy(f.policyFile, data)
		if err != nil {
			return nil, usage(err, "corsproof cases --policy-schema prints the form of policy files")
		}
		return &p, nil
	}
	if len(f.origins) == 0 {
		if f.parts() {
			return nil, usage(errors.New("a part of a policy was given by flags, and no --origin"), "say which origins the policy allows: --origin https://app.example.com (or * for any)")
		}
		return nil, nil
	}
	if f.maxAge < noMaxAge {
		return nil, usage(fmt.Errorf("--max-age %d is not a number of seconds", f.maxAge), "give 0 or more, or leave it out: then the max-age is not checked")
	}
	p := &cases.Policy{
		Name: "declared", Origins: f.origins, Credentials: f.credentials,
		Methods: f.methods, RequestHeaders: f.headers, ExposeHeaders: f.expose, PrivateNetwork: f.private,
	}
	if f.maxAge >= 0 {
		p.MaxAge = &f.maxAge
	}
	if problems := p.Validate(); len(problems) > 0 {
		errs := make([]error, len(problems))
		for i, problem := range problems {
			errs[i] = problem
		}
		return nil, usage(fmt.Errorf("the policy of the flags: %w", errors.Join(errs...)), originHints(f.origins)...)
	}
	return p, nil
}

// originHints say what was meant by an --origin that is none.
func originHints(origins []string) (hints []string) {
	for _, o := range origins {
		u, err := url.Parse(o)
		switch {
		case strings.ContainsAny(o, "*\\^$(|") && o != "*":
			return []string{"wildcards of subdomains and ports (origin_patterns) and expressions go into a file: --policy FILE, of the form that corsproof cases --policy-schema prints"}
		case o == "*" || o == "null":
		case !strings.Contains(o, "://"):
			hints = append(hints, "an origin has its scheme: --origin "+withScheme(o))
		case err == nil && u.Host != "" && o != u.Scheme+"://"+u.Host:
			hints = append(hints, "an origin has no path, and no slash at its end: --origin "+u.Scheme+"://"+u.Host)
		}
	}
	return hints
}

// withScheme is an address with the scheme that it has most likely.
func withScheme(address string) string {
	host, _, _ := strings.Cut(strings.Split(address, "/")[0], ":")
	if origin.Loopback(host) {
		return "http://" + address
	}
	return "https://" + address
}

// bareHost is an address that lacks nothing but its scheme.
var bareHost = regexp.MustCompile(`^([^/:]+\.[^/:]+|[^/:]+:[0-9]+)(:[0-9]+)?(/|$)`)

// addressHint says what is missing from an address that is none of a server.
func addressHint(address string) string {
	switch {
	case address == "true" || address == "false":
		return "flags such as --credentials take no value: leave " + address + " out"
	case bareHost.MatchString(address):
		return "with its scheme: " + withScheme(address)
	}
	return "expected http://HOST[:PORT][/PATH] or https://..."
}

// open gives the target, started where it has to be, and what stops it.
func (f *targetFlags) open(ctx context.Context, table *cases.Table, args []string, requestFlag string, stderr io.Writer) (*harness.Target, func(), error) {
	policy, err := f.declared()
	if err != nil {
		return nil, nil, err
	}
	switch {
	case f.noChanges && policy == nil:
		return nil, nil, usage(errors.New("--no-changes is for an ordinary endpoint, and no policy was given"), "corsproof run URL --origin ORIGIN, or --policy FILE")
	case f.release != "" && f.adapter == "":
		return nil, nil, usage(errors.New("--release is a release of an adapter's package, and no adapter was given"), "corsproof run --adapter DIR --release VERSION")
	case f.webSocket != "" && !strings.HasPrefix(f.webSocket, "/"):
		return nil, nil, usage(fmt.Errorf("--websocket %s is not a path", f.webSocket), "give it with the slash: --websocket /socket (below each policy's path, where there are several)")
	case f.webSocket != "" && len(args) == 0:
		return nil, nil, usage(errors.New("--websocket is for a server of yours, and no URL was given"), "corsproof run URL --origin ORIGIN --websocket PATH")
	case requestFlag != "" && len(args) == 0:
		return nil, nil, usage(fmt.Errorf("--%s says how requests to a server of yours are made, and no URL was given", requestFlag), "corsproof run URL --origin ORIGIN --"+requestFlag+" ...")
	case policy == nil && (f.request.method != "" || f.request.data != "" || len(f.request.serves) > 0):
		return nil, nil, usage(errors.New("--request-method, --data and --serves are for an ordinary endpoint, and no policy was given"), "corsproof run URL --origin ORIGIN, or --policy FILE")
	case f.noChanges && !changesNothing(f.request.questionMethod()):
		return nil, nil, usage(fmt.Errorf("--no-changes leaves out %s, and that is the method of the requests that are judged", f.request.questionMethod()), "leave one of them out")
	case f.adapter != "" && len(args) > 0:
		return nil, nil, usage(errors.New("a URL and --adapter name two targets"), "leave one of them out")
	case policy != nil && len(args) == 0:
		return nil, nil, usage(errors.New("a policy was given, and no endpoint to hold to it"), "corsproof run URL --policy FILE")
	case f.adapter != "":
		return openAdapter(ctx, table, f.adapter, f.release, stderr)
	case len(args) == 0:
		return openReference(ctx, table)
	}
	t, err := f.foreign(ctx, args[0], policy)
	if err != nil {
		return nil, nil, err
	}
	return t, func() {}, f.request.await(ctx, t.Requests)
}

// openReference starts the embedded server.
func openReference(ctx context.Context, table *cases.Table) (*harness.Target, func(), error) {
	srv, err := contract.Start(ctx, contract.Options{Policies: table.Policies})
	if err != nil {
		return nil, nil, &status{code: exitUnreachable, err: fmt.Errorf("starting the embedded reference server: %w", err)}
	}
	return &harness.Target{Name: "reference server", Base: srv.URL, TLSBase: srv.TLSURL, TLSRoots: roots(srv.CertPEM), WebSocket: contract.WebSocketPath}, func() { _ = srv.Close() }, nil
}

func roots(pem []byte) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return pool
}

// openAdapter installs and starts an adapter, for another release than its own if one is named.
func openAdapter(ctx context.Context, table *cases.Table, dir, release string, stderr io.Writer) (*harness.Target, func(), error) {
	m, err := adapter.Load(dir)
	if err != nil {
		return nil, nil, usage(err, "testdata/frameworks/README.md describes adapters")
	}
	if err := m.CheckPolicies(table.Policies); err != nil {
		return nil, nil, usage(err, "corsproof policies lists the standard policies")
	}
	if release != "" {
		if m, err = atRelease(m, release); err != nil {
			return nil, nil, err
		}
	}
	hold(ctx)
	cache := m.Cache("")
	fmt.Fprintf(stderr, "%s: installing and starting ...\n", m.Display)
	took, err := m.Install(ctx, cache)
	if err != nil {
		return nil, nil, &status{code: exitUnreachable, err: err}
	}
	fmt.Fprintf(stderr, "%s: %s\n", m.Display, took)
	inst, err := m.Start(ctx, adapter.Options{Policies: table.Policies, Cache: cache})
	if err != nil {
		return nil, nil, &status{code: exitUnreachable, err: err}
	}
	target := inst.Target()
	target.Name = strings.TrimSpace(target.Name + " " + release)
	return target, func() { _ = inst.Stop() }, nil
}

// checkAddress tells whether an address is one of a server.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return usage(fmt.Errorf("%q is not the URL of a server", (&secret.Redactor{Endpoint: true}).URL(address)), addressHint((&secret.Redactor{Endpoint: true}).URL(address)))
	case u.User != nil:
		return usage(errors.New("the URL holds a user name or password, which would end up in reports"), "leave them out")
	}
	return nil
}

// foreign is a server that somebody else started.
func (f *targetFlags) foreign(ctx context.Context, address string, policy *cases.Policy) (*harness.Target, error) {
	if err := checkAddress(address); err != nil {
		return nil, err
	}
	address, _, _ = strings.Cut(address, "#") // a fragment is sent to nobody
	requests, err := f.request.options(address)
	if err != nil {
		return nil, err
	}
	t := &harness.Target{Name: address, Requests: requests, RateLimit: f.rate, WebSocket: f.webSocket}
	if err := f.limit(ctx, t); err != nil {
		return nil, err
	}
	if policy != nil {
		t.Declared, t.Endpoint, t.NoChanges = policy, address, f.noChanges
		return t, nil
	}
	base := strings.TrimRight(address, "/")
	t.Base = base
	return t, nil
}

// limit holds the run to what it may do to servers that are not on this machine: the target,
// and those that redirects lead to.
func (f *targetFlags) limit(ctx context.Context, t *harness.Target) error {
	for _, h := range f.allowHosts {
		if strings.ContainsAny(h, "/@ ") || h == "" || net.ParseIP(strings.Trim(h, "[]")) == nil && strings.Contains(h, ":") {
			return usage(fmt.Errorf("--allow-host %q is not the name of a host", h), "the name alone, without scheme and port: --allow-host api.example.com")
		}
	}
	if f.rate < 0 {
		return usage(fmt.Errorf("--rate %g is not a number of requests a second", f.rate), "0 or more; 0: no limit on loopback, 10 elsewhere")
	}
	t.Restrain(t.Name, t.Requests.Local(ctx, t.Name), f.allowMethods, f.allowHosts)
	return nil
}

// away announces what servers get that are not on this machine; empty where none get anything.
func (f *targetFlags) away(t *harness.Target) string {
	var names []string
	if t.Foreign {
		names = append(names, "the target")
	}
	if names = append(names, f.allowHosts...); len(names) == 0 {
		return ""
	}
	methods, rate := append([]string{"OPTIONS", "GET", "HEAD"}, f.allowMethods...), cmp.Or(f.rate, limit.DefaultRate)
	if m := t.Requests.QuestionMethod(); m != "" && !slices.Contains(methods, m) {
		methods = append(methods, m)
	}
	return fmt.Sprintf("not on this machine: %s; at most %g requests a second to each, %s alone; no redirect is followed to others", strings.Join(names, ", "), rate, strings.Join(methods, ", "))
}
