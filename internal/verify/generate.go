package verify

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Generator makes exchanges from a grammar: a request as scripts make it, the
// answers of a server that grants it, then, for some, one or two changes to
// them. So a good part is allowed, and what is refused is refused for one reason.
// Equal seeds and origins give equal exchanges.
type Generator struct {
	rng   *rand.Rand
	bases []string // origins of the replaying server
	home  string   // that of them where most requests of a session go
	pages []string // page origins, with the home's
}

// NewGenerator makes a generator for a replaying server at the given origins
// (at least two that are cross-origin to one another).
func NewGenerator(seed uint64, bases []string) *Generator {
	return &Generator{rng: rand.New(rand.NewPCG(seed, 0x636f7273)), bases: bases}
}

// settle chooses a session's home. Each gets as many, because a browser has
// only six connections to each.
func (g *Generator) settle() {
	g.home = pick(g.rng, g.bases...)
	g.pages = []string{
		"https://app.example.com", "https://app.example.com", "https://app.example.com", "http://app.example.com",
		"https://app.example.com:8443", "https://xn--bcher-kva.example", "null", g.home,
	}
}

func pick[T any](r *rand.Rand, options ...T) T { return options[r.IntN(len(options))] }

func (g *Generator) chance(percent int) bool { return g.rng.IntN(100) < percent }

// Session makes the exchanges of one session: mostly one, sometimes several
// with the same URL, so that they meet in the preflight cache. path names it
// on the replaying server: hop i lives at ORIGIN/path/i.
func (g *Generator) Session(number int, path string) []Exchange {
	g.settle()
	first := g.exchange(number, path)
	if g.chance(87) || baseOf(first.Request.URL) == "" {
		return []Exchange{first}
	}
	xs := []Exchange{first}
	for range 1 + g.rng.IntN(3) {
		next := g.exchange(number, path)
		next.Request.URL = first.Request.URL
		if g.chance(90) {
			next.Request.Origin = first.Request.Origin
		}
		// The answers fit the URL and the origin that the exchange has now.
		g.answers(&next, baseOf(first.Request.URL), path)
		if g.chance(30) {
			g.spoil(&next)
		}
		// One server, one policy: the answers to preflights of a session are
		// mostly those of the first, so that the cache gets to decide.
		if g.chance(60) {
			next.Hops[0].Preflight = first.clone().Hops[0].Preflight
		}
		if len(first.Hops) > 1 && g.chance(30) {
			// Straight to where the first was redirected, or redirected too.
			g.meet(&first, &next, path)
		}
		if g.chance(40) {
			next.Request.Method, next.Request.Header, next.Request.Body = first.Request.Method, first.clone().Request.Header, first.clone().Request.Body
		}
		if next.Request.API == spec.APIFetch && g.chance(6) {
			next.Request.Cache = pick(g.rng, "no-store", "reload", "no-cache", "default")
		}
		xs = append(xs, next)
	}
	if g.chance(4) {
		g.expire(xs)
	}
	for i := range xs {
		for j := range xs[i].Hops {
			noStore(&xs[i].Hops[j].Response)
		}
	}
	return xs
}

// meet makes the exchange ask for the URL to which the first is redirected.
func (g *Generator) meet(first, next *Exchange, path string) {
	location, _ := first.Hops[0].Response.Header.Get("Location")
	u, err := spec.ParseURL(first.Request.URL)
	if err != nil {
		return
	}
	if u, err = u.Resolve(location); err != nil || !u.IsHTTP() || u.HasCredentials() {
		return
	}
	target := u.WithoutFragment()
	if target != u.Origin().String()+path+"/1" {
		return // two of them combined, or elsewhere
	}
	next.Request.URL = target
	next.Hops = []Hop{{}, next.Hops[len(next.Hops)-1]}
	next.Hops[1].Response.Header = without(next.Hops[1].Response.Header, "Location")
}

func baseOf(url string) string {
	u, err := spec.ParseURL(url)
	if err != nil || !u.IsHTTP() {
		return ""
	}
	return u.Origin().String()
}

// expire makes a session in which what was cached is gone, or is still there,
// when the next request comes.
func (g *Generator) expire(xs []Exchange) {
	age := pick(g.rng, "1", "1", "3600")
	for i := range xs {
		for j := range xs[i].Hops {
			h := &xs[i].Hops[j].Preflight.Header
			*h = append(without(*h, "Access-Control-Max-Age"), spec.Field{Name: "Access-Control-Max-Age", Value: age})
		}
		if i > 0 {
			xs[i].After = expiry
		}
	}
}

// expiry is long enough for a Max-Age of one second.
const expiry = 1700 * time.Millisecond

// noStore keeps the browser's HTTP cache out: a session asks for a URL again.
func noStore(r *spec.Response) {
	r.Header = append(without(r.Header, "Cache-Control"), spec.Field{Name: "Cache-Control", Value: "no-store"})
}

func (g *Generator) exchange(session int, path string) Exchange {
	x := Exchange{Session: session, Request: g.request()}
	base := g.home
	if g.chance(12) {
		base = pick(g.rng, g.bases...)
	}
	x.Request.URL = base + path + "/0"
	g.answers(&x, base, path)
	if g.chance(2) {
		g.oddRedirect(&x, path)
	}
	for range pick(g.rng, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2) {
		g.spoil(&x)
	}
	if g.chance(1) {
		x.Request.URL = g.elsewhere(session)
	}
	return x
}

// elsewhere is a URL that is not HTTP, each session its own.
func (g *Generator) elsewhere(session int) string {
	return pick(g.rng, "foo://bar/", "foo:", "about:blank?", "ws://127.0.0.1/", "mailto:") + strconv.Itoa(session)
}
