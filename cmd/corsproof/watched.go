package main

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/internal/watch"
	"github.com/corsproof/corsproof/internal/wire"
)

// prepareProject reads a project for a run that is made again.
func (f *runFlags) prepareProject(w *watcher) (repeatable, error) {
	r, err := f.prepare(w.cmd, w.path)
	if err != nil {
		return nil, err
	}
	r.runner.Browsers = w.usePool(f.pool(), f.browser+" "+f.chrome)
	var ways []*ask.Options
	for i := range r.plan.Jobs {
		ways = append(ways, r.plan.Jobs[i].Target.Requests)
	}
	r.runner.Browsers.Keep(ways...)
	return r, nil
}

// prepareSingle reads what a run of one target needs.
func (f *runFlags) prepareSingle(ctx context.Context, w *watcher) (repeatable, error) {
	outputs, err := f.outputFlags.open(w.cmd, f.policyFile)
	if err != nil {
		return nil, err
	}
	c, err := f.common(w.cmd)
	if err != nil {
		return nil, err
	}
	c.pool = w.usePool(f.pool(), f.browser+" "+f.chrome)
	r := &singleRun{common: c, outputs: outputs, by: &secret.Redactor{Endpoint: true}, stop: func() {}}
	if err := r.open(ctx, w.args); err != nil {
		return nil, withoutSecrets(err, r.by)
	}
	c.pool.Keep(r.target.Requests)
	if err := r.prepare(ctx); err != nil {
		r.close()
		return nil, withoutSecrets(err, r.by)
	}
	return r, nil
}

// inputs are the files and folders that flags name.
func (f *runFlags) inputs() (files, dirs []string) {
	q := &f.request
	files = []string{f.policyFile, f.baselineFlags.file, q.caCert, q.cert, q.key}
	for _, text := range slices.Concat(q.headers, q.gateHeaders, q.cookies, []string{q.data}) {
		if path, ok := strings.CutPrefix(text, "@"); ok {
			files = append(files, path)
		}
	}
	files = slices.DeleteFunc(files, func(path string) bool { return path == "" || path == "-" })
	return files, slices.Concat(f.casesDirs, f.watchDirs)
}

// written are the files that a run writes.
func (f *runFlags) written() []string {
	var list []string
	for _, a := range f.outputFlags.asked() {
		if _, path, ok := strings.Cut(a[1], "="); ok {
			list = append(list, path)
		}
	}
	return append(list, f.baselineFlags.file)
}

// serverOf is the server of requests to a URL.
func serverOf(rawURL string, o *ask.Options) (watch.Server, bool) {
	ep, _, _, err := wire.EndpointOf(rawURL, wire.Any)
	if err != nil {
		return watch.Server{}, false
	}
	s := watch.Server{Name: ep.Addr, Dial: func(ctx context.Context) error {
		c, err := o.Dial(ctx, ep.Addr, origin.IsHTTPS(rawURL))
		if err == nil {
			_ = c.Close()
		}
		return err
	}}
	if o == nil {
		return s, true
	}
	host, _, _ := net.SplitHostPort(ep.Addr)
	switch to, resolved := o.Resolve[ep.Addr]; {
	case o.UnixSocket != "":
		s.Socket = o.UnixSocket
	case resolved:
		if h, _, _ := net.SplitHostPort(to); origin.Loopback(h) {
			s.Port = watch.Port(to)
		}
	case origin.Loopback(host) && o.Proxy == nil:
		s.Port = watch.Port(ep.Addr)
	}
	return s, true
}

// inputs are what the run of one target depends on besides its flags.
func (r *singleRun) inputs() watch.Inputs {
	var in watch.Inputs
	if r.target.Requests == nil {
		return in // the embedded server
	}
	if u, err := url.Parse(address(r.target)); err == nil {
		if s, ok := serverOf(u.String(), r.target.Requests); ok {
			in.Servers = append(in.Servers, s)
		}
	}
	return in
}

// inputs are what the run of a project depends on.
func (r *projectRun) inputs() watch.Inputs {
	var in watch.Inputs
	in.Files, in.Dirs = r.plan.File.Inputs()
	for i := range r.plan.Jobs {
		t := r.plan.Jobs[i].Target
		s, ok := serverOf(t.Endpoint, t.Requests)
		if ok && !slices.ContainsFunc(in.Servers, func(have watch.Server) bool { return have.Name == s.Name }) {
			in.Servers = append(in.Servers, s)
		}
	}
	return in
}

// first runs some of the checks, on the wire.
func (r *singleRun) first(ctx context.Context, ids map[string]bool) (*report.Report, error) {
	flags, shared, one := *r.f, *r.common, *r
	flags.quiet = true
	shared.f, shared.known = &flags, nil
	one.common, one.agents, one.checks = &shared, nil, only(r.checks, ids)
	return one.measure(ctx)
}

func (r *projectRun) first(ctx context.Context, ids map[string]bool) (*report.Report, error) {
	runner := *r.runner
	runner.Browsers, runner.Baseline, runner.OnResult = nil, nil, nil
	var lists [][]cases.Check
	for _, list := range r.checks {
		lists = append(lists, only(list, ids))
	}
	return runner.Run(ctx, r.plan, lists)
}

func only(list []cases.Check, ids map[string]bool) []cases.Check {
	return slices.DeleteFunc(slices.Clone(list), func(c cases.Check) bool { return !ids[c.ID] })
}

func (r *singleRun) failed(err error) error { return withoutSecrets(r.outputs.left(err), r.by) }
func (r *projectRun) failed(err error) error {
	return withoutSecrets(r.outputs.left(err), r.plan.Secrets())
}

func (r *singleRun) close()  { r.stop() }
func (r *projectRun) close() {}
