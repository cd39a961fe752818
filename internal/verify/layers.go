package verify

import (
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// A LayerGenerator makes exchanges for the layers beside CORS: pages with policies, http and https,
// names of several sites, elements, answers with Cross-Origin-Resource-Policy and with types, integrity
// metadata, servers of the local network and of this machine. Equal seeds and servers give equal exchanges.
type LayerGenerator struct {
	*Generator
	plain  []string                     // the servers' origins at addresses of this machine
	far    []string                     // origins of public address spaces
	near   []string                     // of the local network and of this machine
	spaces map[string]spec.AddressSpace // by port
}

// Names that LayerFlags leads to this machine. Chromium has all of .dev in its list of hosts that want https
// (https://hstspreload.org), so that it needs no answer over https before.
var (
	layerHosts = []string{"a.example.com", "b.example.com", "api.example.org", "intranet", "a.corsproof.dev"}
	layerHSTS  = "*.corsproof.dev"
)

// NewLayerReplay starts the servers for a LayerGenerator, in each address space.
func NewLayerReplay() (*Replay, error) {
	return newReplay(spec.SpacePublic, spec.SpacePublic, spec.SpaceLocal, spec.SpaceLoopback)
}

// LayerFlags are the flags that a browser needs for the exchanges of a LayerGenerator with these servers.
func LayerFlags(servers *Replay) []string {
	var spaces []string
	for port, space := range servers.spaces {
		spaces = append(spaces, "127.0.0.1:"+port+"="+string(space))
	}
	slices.Sort(spaces)
	return []string{
		"--host-resolver-rules=MAP *.example.com 127.0.0.1,MAP *.example.org 127.0.0.1,MAP *.corsproof.dev 127.0.0.1,MAP intranet 127.0.0.1",
		"--ip-address-space-overrides=" + strings.Join(spaces, ","),
	}
}

// LayerCookies are the URLs of which the browser has a cookie: by it a server sees whether a request carries
// credentials.
func LayerCookies() []string {
	list := []string{"https://127.0.0.1", "https://localhost"}
	for _, host := range layerHosts {
		list = append(list, "https://"+host)
	}
	return list
}

// NewLayerGenerator makes a generator for servers, which answer on their ports over TLS too.
func NewLayerGenerator(seed uint64, servers *Replay) *LayerGenerator {
	g := &LayerGenerator{Generator: NewGenerator(seed, nil), plain: servers.Bases(), spaces: servers.spaces}
	for i, b := range g.plain {
		port := b[strings.LastIndexByte(b, ':'):]
		names := []string{strings.TrimPrefix(b, "http://")}
		if i%2 == 0 { // each port has two names
			for _, host := range layerHosts {
				names = append(names, host+port)
			}
		}
		for _, name := range names {
			if both := []string{"http://" + name, "https://" + name}; g.spaces[port[1:]] == spec.SpacePublic {
				g.far = append(g.far, both...)
			} else if !strings.HasSuffix(name, ".dev"+port) { // to which a browser would redirect itself
				g.near = append(g.near, both...)
			}
		}
	}
	return g
}

// settle chooses the servers and the page of an exchange.
func (g *LayerGenerator) settle() {
	g.bases = g.far
	g.home = pick(g.rng, g.bases...)
	if g.chance(25) {
		g.bases = slices.Concat(g.near, g.near, g.far)
		g.bases = slices.DeleteFunc(g.bases, func(b string) bool { return strings.Contains(b, ".dev:") })
		g.home = pick(g.rng, g.bases...)
	}
	g.pages = []string{"https://app.example.com", "https://app.example.com", "http://app.example.com", "http://app.example.com", "https://shop.example.org", "http://shop.example.org", "http://wiki", "null", g.home, pick(g.rng, g.plain...)}
	if g.chance(8) { // hosts without a domain
		g.home = pick(g.rng, slices.DeleteFunc(slices.Clone(g.bases), func(b string) bool {
			return !strings.HasPrefix(b, "http://intranet:") && !strings.HasPrefix(b, "http://localhost:")
		})...)
		g.pages = []string{"null", "http://wiki", g.home}
	}
}

// Session makes one exchange.
func (g *LayerGenerator) Session(number int, path string) []Exchange {
	g.settle()
	x := Exchange{Session: number, Request: g.request()}
	x.Request.Cache = ""
	base := g.home
	x.Request.URL = base + path + "/0"
	if g.chance(25) {
		x.Request.Mode, x.Request.Redirect = spec.ModeNoCORS, spec.RedirectFollow
		if g.chance(10) {
			x.Request.Redirect = pick(g.rng, spec.RedirectManual, spec.RedirectError)
		}
		x.Request.API, x.Request.Method, x.Request.Header, x.Request.Body, x.Request.UploadListener = spec.APIFetch, pick(g.rng, "GET", "POST"), nil, nil, false
	}
	c := &spec.PageContext{HSTS: []string{layerHSTS}, CSP: []string{}, Embedder: spec.EmbedderUnsafeNone, AddressSpace: spec.SpacePublic}
	if g.chance(20) {
		c.Destination = pick(g.rng, "image", "script", "style")
		x.Request = spec.Request{API: spec.APIElement, Origin: x.Request.Origin, URL: x.Request.URL, Method: "GET", Mode: spec.ModeNoCORS, Credentials: spec.CredentialsInclude, Redirect: spec.RedirectFollow}
	}
	if x.Request.API == spec.APIElement && g.chance(4) {
		x.Request.URL = strings.Replace(x.Request.URL, "//", "//user@", 1)
	}
	x.Request.Context = c
	g.page(&x, path)
	g.members(&x)
	g.answers(&x, base, path)
	g.leadElsewhere(&x)
	g.types(&x)
	if g.chance(25) {
		g.spoil(&x)
	}
	g.place(&x)
	return []Exchange{x}
}

// leadElsewhere makes some redirects lead to another scheme than HTTP's, which a policy may stop first.
func (g *LayerGenerator) leadElsewhere(x *Exchange) {
	n := len(x.Hops)
	if n < 2 || !g.chance(6) {
		return
	}
	if c := x.Request.Context; len(c.CSP) == 0 && g.chance(50) {
		c.CSP = []string{"connect-src http: https:; img-src http: https:; style-src-elem http: https:; script-src " + neededScript + " http: https:"}
	}
	h := x.Hops[n-2].Response.Header
	for i := range h {
		if strings.EqualFold(h[i].Name, "Location") {
			h[i].Value = pick(g.rng, "ws://127.0.0.1/", "wss://a.example.com/", "foo:bar", "mailto:a@b.example", "ftp://a.example.com/x", "data:text/plain,x", "filesystem:http://a.example.com/temporary/x", "ws://user@127.0.0.1/")
		}
	}
}

// page makes the page's policies.
func (g *LayerGenerator) page(x *Exchange, path string) {
	c := x.Request.Context
	if x.Request.Origin == "null" {
		u, _ := spec.ParseURL(x.Request.URL)
		c.Secure = new(u.Scheme() == "https" || strings.Contains(x.Request.URL, "//127.0.0.1:") || strings.Contains(x.Request.URL, "//localhost:"))
	}
	if strings.HasPrefix(x.Request.Origin, "http:") {
		c.Secure = new(false) // the page around it is not secure, whatever its own host is
	}
	if g.chance(30) {
		c.Embedder = pick(g.rng, spec.EmbedderRequireCORP, spec.EmbedderCredentialless)
	}
	if g.chance(45) {
		c.CSP = append(c.CSP, g.policy(x, path))
		if g.chance(10) {
			c.CSP = append(c.CSP, g.policy(x, path))
		}
	} else if g.chance(15) {
		c.CSP = append(c.CSP, "upgrade-insecure-requests")
	}
	if g.chance(10) {
		c.CSPReportOnly = []string{g.policy(x, path)}
	}
}

// needed are sources without which the agent's own pages do not work: their script, and the requests
// that mark a place among the events.
const (
	neededScript  = "'unsafe-inline'"
	neededConnect = "127.0.0.1:1"
)

// policy is one of Content-Security-Policy.
func (g *LayerGenerator) policy(x *Exchange, path string) string {
	connect := g.sources(x, path) + " http://" + neededConnect
	script := neededScript + " " + g.sources(x, path)
	switch g.rng.IntN(5) {
	case 0:
		return "default-src " + connect + "; script-src " + script
	case 1:
		return "connect-src " + connect + "; img-src " + g.sources(x, path) + pick(g.rng, "", "; connect-src 'none'", "; upgrade-insecure-requests")
	case 2:
		return "default-src 'none'; connect-src " + connect + "; script-src-elem " + script
	case 3:
		return "script-src " + script + "; style-src " + g.sources(x, path) + ";; Img-Src " + g.sources(x, path)
	}
	return "CONNECT-SRC\t" + connect + " ;upgrade-insecure-requests"
}

// sources are some source expressions, of which about one names the URL. A page of origin `null` gets none
// that depend on its own URL.
func (g *LayerGenerator) sources(x *Exchange, path string) string {
	var list []string
	for range pick(g.rng, 0, 1, 1, 1, 2, 3) {
		base := pick(g.rng, g.home, g.home, pick(g.rng, g.bases...))
		scheme, host, _ := strings.Cut(base, "://")
		name, port, _ := strings.Cut(host, ":")
		_, parent, _ := strings.Cut(name, ".")
		options := []string{base, "http://" + host, "https://" + host, scheme + "://" + name + ":*", scheme + ":", "https:", base + path + "/", base + path + "/0", base + path, base + path + "/1",
			strings.ToUpper(base), scheme + "://*." + parent + ":" + port, scheme + "://*:" + port, "*", base + path + "/%30", "wss:", "data:", "'none'", base + ":1", scheme + "://" + name}
		if x.Request.Origin != "null" {
			options = append(options, "'self'", "'self'", host, name+":*", "*."+parent+":"+port, "'SELF'", name, host+path+"/")
		}
		list = append(list, pick(g.rng, options...))
	}
	return strings.Join(list, " ")
}

// types adds Cross-Origin-Resource-Policy to answers, and types of which the header fields decide
// whether an element may have them.
func (g *LayerGenerator) types(x *Exchange) {
	for i := range x.Hops {
		h := &x.Hops[i].Response.Header
		add := func(name, value string) { *h = append(*h, spec.Field{Name: name, Value: value}) }
		if g.chance(50) {
			add("Cross-Origin-Resource-Policy", pick(g.rng, "same-origin", "same-site", "cross-origin", "cross-origin", "Same-Origin", "same-origin, same-site", ""))
		}
		if x.Request.Context.Destination == "" {
			continue
		}
		*h = without(*h, "Content-Type")
		switch g.rng.IntN(4) {
		case 0:
			add("Content-Type", pick(g.rng, "text/html", "application/json", "text/plain", "application/xml", "application/ld+json"))
			add("X-Content-Type-Options", pick(g.rng, "nosniff", "NoSniff", "nosniff, x"))
		case 1:
			add("Content-Type", pick(g.rng, "application/pdf", "application/zip", "text/csv", "multipart/byteranges"))
		default:
			add("Content-Type", pick(g.rng, "text/javascript", "text/css", "image/svg+xml", "application/javascript; charset=utf-8"))
		}
	}
}

// pageFields are the fields of the page's answer that a context stands for.
func pageFields(c *spec.PageContext) spec.Header {
	if c == nil {
		return nil
	}
	var h spec.Header
	for _, v := range c.CSP {
		h = append(h, spec.Field{Name: "Content-Security-Policy", Value: v})
	}
	for _, v := range c.CSPReportOnly {
		h = append(h, spec.Field{Name: "Content-Security-Policy-Report-Only", Value: v})
	}
	if len(c.IntegrityPolicy) > 0 {
		h = append(h, spec.Field{Name: "Integrity-Policy", Value: "blocked-destinations=(" + strings.Join(c.IntegrityPolicy, " ") + ")"})
	}
	if c.Embedder != "" && c.Embedder != spec.EmbedderUnsafeNone {
		h = append(h, spec.Field{Name: "Cross-Origin-Embedder-Policy", Value: string(c.Embedder)})
	}
	return h
}

// plainerContext takes policies away.
func plainerContext(c *spec.PageContext, change func(func(x *Exchange))) {
	if c == nil {
		return
	}
	if c.Integrity != "" {
		change(func(x *Exchange) { x.Request.Context.Integrity = "" })
	}
	if len(c.IntegrityPolicy) > 0 {
		change(func(x *Exchange) { x.Request.Context.IntegrityPolicy = []string{} })
	}
	if c.LocalNetwork {
		change(func(x *Exchange) { x.Request.Context.LocalNetwork = false })
	}
	if c.TargetAddressSpace != "" {
		change(func(x *Exchange) { x.Request.Context.TargetAddressSpace = "" })
	}
	if c.Embedder != spec.EmbedderUnsafeNone {
		change(func(x *Exchange) { x.Request.Context.Embedder = spec.EmbedderUnsafeNone })
	}
	if len(c.CSPReportOnly) > 0 {
		change(func(x *Exchange) { x.Request.Context.CSPReportOnly = nil })
	}
	for i, policy := range c.CSP {
		change(func(x *Exchange) { l := &x.Request.Context.CSP; *l = append((*l)[:i:i], (*l)[i+1:]...) })
		words := strings.Split(policy, " ")
		for k, w := range words {
			if w == neededScript || strings.HasSuffix(w, neededConnect) || strings.Contains(w, "-src") {
				continue
			}
			change(func(x *Exchange) { x.Request.Context.CSP[i] = strings.Join(append(words[:k:k], words[k+1:]...), " ") })
		}
	}
}
