package harness

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// sanity looks at the target before anything is judged: is it there, does it
// speak HTTP, does it serve what is asked of it? Otherwise a target that is
// down would look like a hundred failures.
func (r *run) sanity(ctx context.Context, checks []cases.Check) error {
	if r.target.Declared != nil {
		resp, err := r.probe(ctx, r.target.Endpoint)
		if err != nil {
			return err
		}
		method := r.askMethods(ctx, checks, resp)
		if origins := r.target.Declared.AllowedOrigins(); len(origins) > 0 {
			fields := []string{"Origin: " + origins[0]}
			if resp, err = r.probeWith(ctx, r.target.Endpoint, wire.H1, method, fields...); err != nil {
				return err
			}
			r.notGranted = spec.CheckCORS(origins[0], spec.CredentialsOmit, resp.Header)
		}
	} else if err := r.probePolicies(ctx, checks); err != nil {
		return err
	}
	r.probeTLS(ctx, checks)
	return ctx.Err()
}

// probe sends one ordinary request. An error is a *TargetError.
func (r *run) probe(ctx context.Context, url string, fields ...string) (*wire.Response, error) {
	return r.probeOver(ctx, url, wire.H1, fields...)
}

func (r *run) probeOver(ctx context.Context, url, proto string, fields ...string) (*wire.Response, error) {
	return r.probeWith(ctx, url, proto, r.probeMethod(), fields...)
}

func (r *run) probeWith(ctx context.Context, url, proto, method string, fields ...string) (*wire.Response, error) {
	ep, authority, target, err := wire.EndpointOf(url, proto)
	if err != nil {
		return nil, &TargetError{Kind: BadURL, URL: url, Err: err, Hints: []string{"give an absolute URL such as http://127.0.0.1:8080"}}
	}
	content := r.content(method)
	if method != "GET" && method != "HEAD" && method != "OPTIONS" {
		fields = append(fields, "Content-Length: "+strconv.Itoa(len(content)))
	}
	before, after := browserfields.BrowserFields(browserfields.RawAsking(url, method, fields))
	req := &wire.Request{Method: method, Target: target, Body: content, Lines: slices.Concat([]string{"Host: " + authority}, before, fields, after)}
	r.sender.Dress(url, req, true)
	resp, err := r.sender.Do(ctx, ep, req, r.timeout)
	if err != nil {
		return nil, targetError(url, err, r.timeout)
	}
	return resp, nil
}

// probeMethod is GET where it may be sent.
func (r *run) probeMethod() string {
	if r.target.sendable("GET") != "" {
		return "OPTIONS"
	}
	return "GET"
}

// Untestable says what it means for a test of the server at url that a request to it had no answer
// within timeout: a *TargetError, or err where it says nothing about the server.
func Untestable(url string, err error, timeout time.Duration) error {
	return targetError(url, err, timeout)
}

// targetError says what a failed probe means.
func targetError(url string, err error, timeout time.Duration) error {
	if kind := wire.KindOf(err); kind == wire.Canceled || kind == "" {
		return err
	}
	e := &TargetError{URL: url, Err: err}
	if w, ok := errors.AsType[*wire.Error](err); ok && w.OnlyH2 {
		e.Kind, e.Hints = OnlyHTTP2, []string{onlyHTTP2Hint(url)}
		return e
	}
	switch wire.KindOf(err) {
	case wire.NoProtocol:
		e.Kind, e.Hints = OnlyHTTP1, []string{"ask it over HTTP/1.1, as browsers then do"}
	case wire.Unreachable:
		e.Kind, e.Hints = Unreachable, []string{"is the server started, and is this its port?"}
		if _, ok := errors.AsType[*net.DNSError](err); ok {
			e.Hints = []string{"is the name right? No address is known for it here"}
		}
	case wire.Exhausted:
		e.Kind, e.Hints = Exhausted, []string{"allow it more open files: ulimit -n 1024; a browser needs some 200"}
	case wire.Timeout:
		e.Kind, e.Hints = Hangs, []string{fmt.Sprintf("nothing came within %v; a larger timeout may help, or the server waits for something itself", timeout)}
	case wire.Closed, wire.Cut, wire.Reset:
		e.Kind, e.Hints = HangsUp, []string{"look into the server's log; it may expect TLS (https://) on this port"}
	case wire.NoTLS:
		e.Kind, e.Hints = BadTLS, []string{"for a self-signed certificate give its authority, or accept any certificate; for a server without TLS use http://"}
	case wire.TooLarge:
		e.Kind, e.Hints = TooLarge, []string{"what makes it so long? Chrome reads 256 KiB of a head"}
	case wire.Malformed:
		e.Kind, e.Hints = BadHTTP, []string{"a browser may refuse such an answer, whatever its CORS fields say"}
		if w, ok := errors.AsType[*wire.Error](err); ok && w.Foreign {
			e.Kind, e.Hints = NotHTTP, []string{"is this the port of a web server? If it expects TLS use https://"}
		}
	default:
		e.Kind, e.Hints = NotHTTP, []string{"is this the port of a web server? If it expects TLS use https://"}
	}
	return e
}

// onlyHTTP2Hint says how a server that speaks HTTP/2 alone is asked.
func onlyHTTP2Hint(url string) string {
	if origin.IsHTTPS(url) {
		return "ask it over HTTP/2 alone (--http2)"
	}
	return "no browser speaks HTTP/2 without TLS: give the https:// URL of what is in front of it (with --http2), or let it speak HTTP/1.1 as well"
}

// probePolicies asks every policy that a check needs, once, for /ok below its base.
func (r *run) probePolicies(ctx context.Context, checks []cases.Check) error {
	places := map[string]string{} // policy -> URL
	var order []string
	for i := range checks {
		name := checks[i].Policy.Name
		if _, known := r.policies[name]; known || places[name] != "" || checks[i].NotApplicable != "" {
			continue
		}
		plain := *checks[i].Case
		plain.Over = ""
		check := checks[i]
		check.Case = &plain
		p, why := r.target.place(&check)
		if why != "" {
			continue
		}
		places[name] = p.URL("/ok")
		order = append(order, name)
	}
	if len(order) == 0 {
		return nil
	}
	// One first: a target that is not there is told without asking for the others.
	first, err := r.probe(ctx, places[order[0]])
	if err != nil && (r.target.PolicyBase[order[0]] == "" || len(order) == 1) {
		return err
	}
	c := contractProbe{answers: map[string]*wire.Response{}, errs: map[string]error{}}
	c.put(order[0], first, err)
	var group errgroup.Group
	group.SetLimit(8)
	for _, name := range order[1:] {
		group.Go(func() error {
			resp, err := r.probe(ctx, places[name])
			c.put(name, resp, err)
			return nil
		})
	}
	_ = group.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.conclude(order, places, r.policies)
}

// contractProbe collects what the policies answered.
type contractProbe struct {
	mu      sync.Mutex
	answers map[string]*wire.Response
	errs    map[string]error
}

func (c *contractProbe) put(policy string, resp *wire.Response, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.errs[policy] = err
		return
	}
	c.answers[policy] = resp
}

// conclude sets the state of each policy. It is an error when nothing at all
// looks like the contract.
func (c *contractProbe) conclude(order []string, urls map[string]string, states map[string]PolicyState) error {
	recognised := false
	for _, name := range order {
		resp := c.answers[name]
		if resp == nil {
			continue
		}
		refusal, refused := resp.Header.Get("X-Refused")
		switch {
		case resp.Status == 501 && refused:
			recognised = true
			states[name] = PolicyState{Kind: Refused, Message: refusal}
		case resp.Header.Has("X-App"):
			recognised = true
		case resp.Status == 404 || resp.Status == 501:
			states[name] = PolicyState{Kind: NotServed, Message: fmt.Sprintf("GET %s answers %d without X-App: the policy is not mounted", urls[name], resp.Status)}
		}
	}
	if recognised {
		return nil
	}
	for _, name := range order {
		if err := c.errs[name]; err != nil {
			return err
		}
	}
	name := order[0]
	return &TargetError{
		Kind: NoContract, URL: urls[name],
		Err: fmt.Errorf("it answers %d without X-App, and no other policy is served either", c.answers[name].Status),
		Hints: []string{
			"to test an ordinary endpoint declare what its policy is",
			"a target that serves the contract has every standard policy at BASE/POLICY (testdata/frameworks/README.md)",
		},
	}
}

// probeTLS finds out why checks over TLS or HTTP/2 cannot run, if some want to.
func (r *run) probeTLS(ctx context.Context, checks []cases.Check) {
	for _, proto := range []string{wire.H1, wire.H2} {
		var at string
		for i := range checks {
			place, _ := r.where(&checks[i])
			if !origin.IsHTTPS(place.Base) || place.Proto != proto {
				continue
			}
			if kind, _ := r.skip(checks[i].OnEndpoint(r.endpoint())); kind == "" {
				at = place.URL("/ok")
				break
			}
		}
		if at == "" {
			continue
		}
		_, err := r.probeOver(ctx, at, proto)
		e, ok := errors.AsType[*TargetError](err)
		if !ok {
			continue
		}
		switch wire.KindOf(e.Err) {
		case wire.NoProtocol:
			r.tlsTrouble[wire.H2] = "the server does not offer HTTP/2 over TLS"
		case wire.NoTLS:
			r.tlsTrouble[proto] = "TLS fails: " + strings.TrimSpace(e.Err.Error())
		case wire.Unreachable:
			r.tlsTrouble[proto] = "nothing listens at the TLS base URL: " + e.Err.Error()
		}
	}
}
