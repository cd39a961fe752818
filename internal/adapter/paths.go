package adapter

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// oddPath is a path that no route of the contract has. one and two are the paths of two
// policies; what names two is left out where only one is served.
type oddPath struct {
	of string
	// nowhere: below no policy, however it is read. Others are spellings that a router
	// may take for a policy's path.
	nowhere bool
}

var oddPaths = []oddPath{
	{"/", true},
	{"/ok", true},
	{"/nopolicy/ok", true},
	{"/ONE", false},
	{"/UPPER/ok", false},
	{"//ONE/ok", false},
	{"/ONE//ok", false},
	{"/./ONE/ok", false},
	{"/nopolicy/../ONE/ok", false},
	{"/ONE/../TWO/ok", false},
	{"/ONE/%2e%2e/TWO/ok", false},
	{"/ONE%2Fok", false},
	{"/ONE;v=1/ok", false},
	{"/ONEx/ok", false},
	{"/ONE/ok/", false},
}

// paths asks for odd paths, as a page whose origin the first policy allows does. Only
// what shares something below no policy breaks the contract; what a router makes of the
// rest is told.
func (c *contractCheck) paths(ctx context.Context, served []cases.Policy) error {
	for at, one := range served {
		if anOrigin(one) == "" {
			continue
		}
		two := ""
		for _, other := range served[at+1:] {
			if c.base(other) == c.base(one) && anOrigin(other) != "" {
				two = other.Mount()
				break
			}
		}
		for _, odd := range oddPaths {
			if strings.Contains(odd.of, "TWO") && two == "" {
				continue
			}
			path := strings.NewReplacer("ONE", one.Mount(), "TWO", two, "UPPER", strings.ToUpper(one.Mount())).Replace(odd.of)
			if err := c.path(ctx, one, path, odd.nowhere); err != nil {
				return err
			}
		}
		c.tellRoutes()
		return nil
	}
	return nil
}

// path asks for one odd path, by an ordinary request and by a preflight.
func (c *contractCheck) path(ctx context.Context, policy cases.Policy, path string, nowhere bool) error {
	origin := anOrigin(policy)
	header := http.Header{"Origin": {origin}}
	actual, err := ask(ctx, c.patience, "GET", c.base(policy)+path, header, "")
	if lost := c.lost(ctx, policy, "GET "+path, err); lost != nil || err != nil {
		return lost
	}
	header = http.Header{"Origin": {origin}, "Access-Control-Request-Method": {"GET"}}
	preflight, err := ask(ctx, c.patience, "OPTIONS", c.base(policy)+path, header, "")
	if lost := c.lost(ctx, policy, "OPTIONS "+path, err); lost != nil || err != nil {
		return lost
	}
	shared := actual.shared(origin) || preflight.shared(origin)
	// A process of one policy may have its CORS layer before all that it serves.
	if nowhere && (shared && !c.manifest.PerPolicy || actual.app() != "") {
		got := fmt.Sprintf("with Origin: %s the server answers %s", origin, actual)
		if shared {
			got += ", and lets that origin see it"
		}
		c.findings = append(c.findings, Finding{Kind: Breach, Request: path, Want: "no handler and nothing shared where no policy is mounted", Got: got})
		return nil
	}
	c.routes = append(c.routes, routed{path, routing(actual, shared)})
	return nil
}

// routed is a path and what the router makes of it.
type routed struct{ path, as string }

// tellRoutes makes one finding of all the paths that are routed alike.
func (c *contractCheck) tellRoutes() {
	paths, order := map[string][]string{}, []string(nil)
	for _, r := range c.routes {
		if paths[r.as] == nil {
			order = append(order, r.as)
		}
		paths[r.as] = append(paths[r.as], r.path)
	}
	for _, as := range order {
		c.findings = append(c.findings, Finding{Kind: Routing, Request: strings.Join(paths[as], " "), Got: as})
	}
}

// routing is what a router makes of a path, in a few words.
func routing(a answered, shared bool) string {
	what := a.Status + ", no handler"
	if a.app() != "" {
		what = a.Status + " of handler " + a.app()
	}
	if location := a.Header.Get("Location"); location != "" {
		what = a.Status + " to " + location
	}
	if shared {
		what += ", shared"
	}
	return what
}

// shared says whether a page of the origin may see the answer.
func (a answered) shared(origin string) bool {
	return spec.CheckCORS(origin, spec.CredentialsOmit, a.fields()) == ""
}

// fields is the answer's header as the model takes it.
func (a answered) fields() spec.Header {
	var h spec.Header
	for name, values := range a.Header {
		for _, value := range values {
			h.Add(name, value)
		}
	}
	return h
}
