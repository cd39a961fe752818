package spec_test

import (
	"fmt"
	"math/rand/v2"
	"time"
	"unsafe"

	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// use is one request against a preflight cache: which, when, and what the
// server answers to a preflight. A path is a digit.
type use struct {
	path, origin, method, name int
	include, refused           bool
	maxAge                     int
	after                      time.Duration
}

func randomUse(r *rand.Rand) use {
	return use{
		path: r.IntN(4), origin: r.IntN(2), method: r.IntN(3), name: r.IntN(3), include: r.IntN(3) == 0, refused: r.IntN(6) == 0,
		maxAge: []int{0, 3, 60, 600}[r.IntN(4)], after: time.Duration(r.IntN(2000)) * time.Millisecond,
	}
}

// perform makes the request, with all strings in storage that is overwritten
// afterwards, and says whether there was a preflight.
func (u use) perform(engine spec.Engine, cache *spec.PreflightCache, now time.Duration) bool {
	var store [][]byte
	text := func(format string, args ...any) string {
		b := fmt.Appendf(nil, format, args...)
		store = append(store, b)
		return unsafe.String(&b[0], len(b))
	}
	origin := text("https://%c.example", 'a'+u.origin)
	method := text("%s", []string{"PUT", "DEL", "GET"}[u.method])
	req := spec.Request{Origin: origin, URL: text("https://api.example/%d", u.path), Method: method}
	if u.name > 0 {
		req.Header = spec.Header{{Name: text("x-%d", u.name), Value: text("v")}}
	}
	grant := spec.Header{{Name: "Access-Control-Allow-Origin", Value: origin}, {Name: "Access-Control-Allow-Credentials", Value: text("true")}}
	if u.include {
		req.Credentials = spec.CredentialsInclude
	}
	allowed := text("x-%d,X-3", u.name)
	if u.refused {
		allowed = text("x-9")
	}
	pre := append(grant[:2:2],
		spec.Field{Name: "Access-Control-Allow-Methods", Value: text("PUT, %s", method)},
		spec.Field{Name: "Access-Control-Allow-Headers", Value: allowed},
		spec.Field{Name: "Access-Control-Max-Age", Value: text("%d", u.maxAge)})
	f := spec.Begin(req, spec.Options{Engine: engine, Cache: cache, Now: now})
	preflight := false
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		if a.Kind == spec.ActionPreflight {
			preflight = true
			f.Deliver(spec.Response{Status: 204, Header: pre})
		} else {
			f.Deliver(spec.Response{Status: 200, Header: grant})
		}
	}
	for _, b := range store {
		for i := range b {
			b[i] = 0xff
		}
	}
	return preflight
}

var engineEntries = []TableEntry{
	Entry("fetch", spec.EngineFetch), Entry("chromium", spec.EngineChromium), Entry("firefox", spec.EngineFirefox), Entry("webkit", spec.EngineWebKit),
}

var _ = DescribeTable("A preflight cache that is rolled back is as if nothing had been done, whatever becomes of the strings", func(engine spec.Engine) {
	r := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 4))
	hits := 0
	for range 100 {
		undone, plain := spec.NewPreflightCache(engine), spec.NewPreflightCache(engine)
		var now time.Duration
		for range 40 {
			undone.Checkpoint()
			for range r.IntN(4) {
				randomUse(r).perform(engine, undone, now+time.Duration(r.IntN(1000))*time.Second)
			}
			undone.Rollback()
			u := randomUse(r)
			now += u.after
			got, want := u.perform(engine, undone, now), u.perform(engine, plain, now)
			Expect(got).To(Equal(want), "%s: %+v at %s", engine, u, now)
			if !want {
				hits++
			}
		}
		Expect(undone.Len()).To(Equal(plain.Len()))
	}
	Expect(hits).To(BeNumerically(">", 40), "caches are made use of")
}, engineEntries)

var _ = DescribeTable("A full preflight cache forgets one thing", func(engine spec.Engine, most int, kept, forgotten int) {
	cache := spec.NewPreflightCache(engine)
	ask := func(path int) bool {
		return use{path: path, maxAge: 600}.perform(engine, cache, 0)
	}
	for path := range most {
		Expect(ask(path)).To(BeTrue())
	}
	Expect(cache.Len()).To(Equal(most))
	Expect(ask(0)).To(BeFalse(), "the first is still there, and used")
	cache.Checkpoint()
	ask(1) // in vain
	ask(most + 1)
	cache.Rollback()
	Expect(ask(most)).To(BeTrue())
	Expect(cache.Len()).To(Equal(most))
	Expect(ask(kept)).To(BeFalse(), "%d", kept)
	for path := 2; path <= most; path++ {
		Expect(ask(path)).To(BeFalse(), "%d", path)
	}
	Expect(ask(forgotten)).To(BeTrue(), "%d", forgotten)
},
	Entry("Firefox: the least recently used", spec.EngineFirefox, 100, 0, 1),
	Entry("Chromium, of which it is not known: the one stored longest ago", spec.EngineChromium, 1024, 1, 0),
)
