package httpcache_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/internal/httpcache"
	"github.com/corsproof/corsproof/spec"
)

func header(lines ...string) spec.Header {
	var h spec.Header
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h = append(h, spec.Field{Name: name, Value: value})
	}
	return h
}

func get(lines ...string) httpcache.Request {
	return httpcache.Request{Method: "GET", URL: "http://a.example/", Header: header(lines...)}
}

func ok(lines ...string) httpcache.Response {
	return httpcache.Response{Status: 200, Header: header(lines...), Body: []byte("ok")}
}

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

const startDate = "Sat, 21 Nov 2026 12:00:00 GMT"

// clock is a cache with a clock that the test moves.
func clock(shared bool) (*httpcache.Cache, func(time.Duration)) {
	now := start
	return &httpcache.Cache{Shared: shared, Now: func() time.Time { return now }}, func(d time.Duration) { now = now.Add(d) }
}

var _ = Describe("a shared cache", func() {
	DescribeTable("stores what RFC 9111 section 3 lets it", func(stored bool, req httpcache.Request, resp httpcache.Response) {
		c, _ := clock(true)
		got, why := c.Store(req, resp)
		Expect(got).To(Equal(stored), why)
	},
		Entry("max-age", true, get(), ok("Cache-Control: max-age=60")),
		Entry("s-maxage", true, get(), ok("Cache-Control: s-maxage=60")),
		Entry("Expires", true, get(), ok("Expires: "+startDate, "Date: "+startDate)),
		Entry("a validator alone", true, get(), ok("ETag: \"1\"")),
		Entry("a 404", true, get(), httpcache.Response{Status: 404, Header: header("Cache-Control: max-age=60")}),
		Entry("neither expiration nor validator", false, get(), ok()),
		Entry("no-store", false, get(), ok("Cache-Control: max-age=60, No-Store")),
		Entry("no-store in the request", false, get("Cache-Control: no-store"), ok("Cache-Control: max-age=60")),
		Entry("private", false, get(), ok("Cache-Control: private, max-age=60")),
		Entry("Vary: *", false, get(), ok("Cache-Control: max-age=60", "Vary: Origin", "Vary: *")),
		Entry("a 206", false, get(), httpcache.Response{Status: 206, Header: header("Cache-Control: max-age=60")}),
		Entry("POST", false, httpcache.Request{Method: "POST"}, ok("Cache-Control: max-age=60")),
		Entry("Authorization (section 3.5)", false, get("Authorization: Bearer x"), ok("Cache-Control: max-age=60")),
		Entry("Authorization with public", true, get("Authorization: Bearer x"), ok("Cache-Control: public, max-age=60")),
		Entry("Authorization with s-maxage", true, get("Authorization: Bearer x"), ok("Cache-Control: s-maxage=60")),
	)

	DescribeTable("is fresh as section 4.2 says", func(after time.Duration, state httpcache.State, lines ...string) {
		c, sleep := clock(true)
		stored, why := c.Store(get(), ok(lines...))
		Expect(stored).To(BeTrue(), why)
		sleep(after)
		_, got := c.Lookup(get())
		Expect(got).To(Equal(state))
	},
		Entry("before max-age", 59*time.Second, httpcache.Fresh, "Cache-Control: max-age=60"),
		Entry("at max-age", 60*time.Second, httpcache.Stale, "Cache-Control: max-age=60"),
		Entry("s-maxage wins", 59*time.Second, httpcache.Stale, "Cache-Control: max-age=60, s-maxage=1"),
		Entry("the Age of another cache counts", 11*time.Second, httpcache.Stale, "Cache-Control: max-age=60", "Age: 50"),
		Entry("a Date in the past counts", 1*time.Second, httpcache.Stale, "Cache-Control: max-age=60", "Date: Sat, 21 Nov 2026 11:59:00 GMT"),
		Entry("max-age wins over Expires", 1*time.Second, httpcache.Fresh, "Cache-Control: max-age=60", "Expires: 0"),
		Entry("Expires", 59*time.Second, httpcache.Fresh, "Date: "+startDate, "Expires: Sat, 21 Nov 2026 12:01:00 GMT"),
		Entry("an invalid Expires is in the past", 0*time.Second, httpcache.Stale, "Date: "+startDate, "Expires: 0"),
		Entry("an invalid max-age is stale", 0*time.Second, httpcache.Stale, "Cache-Control: max-age=x"),
		Entry("a huge max-age is long", 1000*time.Hour, httpcache.Fresh, "Cache-Control: max-age=99999999999999999999"),
		Entry("no-cache always asks", 0*time.Second, httpcache.Stale, "Cache-Control: no-cache, max-age=60"),
		Entry("without expiration it asks", 0*time.Second, httpcache.Stale, "ETag: \"1\""),
	)

	DescribeTable("selects by Vary as section 4.1 says", func(state httpcache.State, vary, first, second []string) {
		c, _ := clock(true)
		c.Store(get(first...), ok(append([]string{"Cache-Control: max-age=60"}, vary...)...))
		_, got := c.Lookup(get(second...))
		Expect(got).To(Equal(state))
	},
		Entry("no Vary: anything goes", httpcache.Fresh, nil, []string{"Origin: a"}, []string{"Origin: b"}),
		Entry("equal", httpcache.Fresh, []string{"Vary: accept, ORIGIN"}, []string{"Origin: a"}, []string{"origin: a"}),
		Entry("different", httpcache.Miss, []string{"Vary: Origin"}, []string{"Origin: a"}, []string{"Origin: b"}),
		Entry("absent and present", httpcache.Miss, []string{"Vary: Origin"}, nil, []string{"Origin: b"}),
		Entry("absent and empty", httpcache.Miss, []string{"Vary: Origin"}, nil, []string{"Origin: "}),
		Entry("absent in both", httpcache.Fresh, []string{"Vary: Origin"}, nil, nil),
		Entry("in a second line", httpcache.Miss, []string{"Vary: Accept", "Vary: Origin"}, []string{"Origin: a"}, []string{"Origin: b"}),
		Entry("several lines are one list", httpcache.Fresh, []string{"Vary: Accept"}, []string{"Accept: a", "Accept: b"}, []string{"Accept: a, b"}),
	)

	It("keeps variants side by side", func() {
		c, _ := clock(true)
		for _, o := range []string{"a", "b"} {
			c.Store(get("Origin: "+o), ok("Cache-Control: max-age=60", "Vary: Origin", "Access-Control-Allow-Origin: "+o))
		}
		for _, o := range []string{"a", "b"} {
			e, state := c.Lookup(get("Origin: " + o))
			Expect(state).To(Equal(httpcache.Fresh))
			Expect(e.Response.Header.Values("Access-Control-Allow-Origin")).To(Equal([]string{o}))
		}
	})

	It("asks when the request wants it (section 5.2.1)", func() {
		c, sleep := clock(true)
		c.Store(get(), ok("Cache-Control: max-age=60"))
		sleep(10 * time.Second)
		for _, line := range []string{"Cache-Control: no-cache", "Cache-Control: max-age=5", "Pragma: no-cache"} {
			_, state := c.Lookup(get(line))
			Expect(state).To(Equal(httpcache.Stale), line)
		}
		_, state := c.Lookup(get("Cache-Control: max-age=30"))
		Expect(state).To(Equal(httpcache.Fresh))
	})

	It("answers HEAD out of a stored GET, and no other method", func() {
		c, _ := clock(true)
		c.Store(get(), ok("Cache-Control: max-age=60"))
		head, post := get(), get()
		head.Method, post.Method = "HEAD", "POST"
		_, state := c.Lookup(head)
		Expect(state).To(Equal(httpcache.Fresh))
		_, state = c.Lookup(post)
		Expect(state).To(Equal(httpcache.Miss))
	})

	It("updates a stored response by a 304, CORS fields included (section 4.3.4)", func() {
		c, sleep := clock(true)
		c.Store(get(), ok("Cache-Control: max-age=60", "ETag: \"1\"", "Access-Control-Allow-Origin: a", "Content-Type: text/plain", "X-Kept: 1"))
		sleep(100 * time.Second)
		e, state := c.Lookup(get())
		Expect(state).To(Equal(httpcache.Stale))
		Expect(e.Conditions()).To(Equal(header("If-None-Match: \"1\"")))
		c.Freshen(get(), e, header("Access-Control-Allow-Origin: b", "Cache-Control: max-age=5", "Content-Type: x/y"))
		e, state = c.Lookup(get())
		Expect(state).To(Equal(httpcache.Fresh))
		Expect(e.Response.Header).To(ConsistOf(header("ETag: \"1\"", "Content-Type: text/plain", "X-Kept: 1", "Access-Control-Allow-Origin: b", "Cache-Control: max-age=5")))
		Expect(string(e.Response.Body)).To(Equal("ok"))
	})

	It("forgets what an unsafe method may have changed (section 4.4)", func() {
		c, _ := clock(true)
		put := get()
		put.Method = "PUT"
		for status, state := range map[int]httpcache.State{
			199: httpcache.Fresh, 200: httpcache.Miss, 204: httpcache.Miss, 399: httpcache.Miss, 400: httpcache.Fresh, 500: httpcache.Fresh,
		} {
			c.Store(get(), ok("Cache-Control: max-age=60"))
			c.Invalidate(put, status)
			_, got := c.Lookup(get())
			Expect(got).To(Equal(state), "%d", status)
		}
	})

	DescribeTable("answers conditions itself (section 4.3.2)", func(notModified bool, line string) {
		c, _ := clock(true)
		c.Store(get(), ok("Cache-Control: max-age=60", "ETag: W/\"1\"", "Last-Modified: "+startDate))
		e, _ := c.Lookup(get(line))
		Expect(e.NotModified(header(line))).To(Equal(notModified))
	},
		Entry(nil, true, `If-None-Match: "0", "1"`),
		Entry(nil, true, "If-None-Match: *"),
		Entry(nil, false, `If-None-Match: "2"`),
		Entry(nil, true, "If-Modified-Since: "+startDate),
		Entry(nil, false, "If-Modified-Since: Sat, 21 Nov 2026 11:00:00 GMT"),
		Entry(nil, false, "X-Other: 1"),
	)
})

var _ = Describe("a private cache", func() {
	It("stores private responses and those to Authorization, and knows no s-maxage", func() {
		c, sleep := clock(false)
		stored, _ := c.Store(get("Authorization: x"), ok("Cache-Control: private, max-age=60, s-maxage=1"))
		Expect(stored).To(BeTrue())
		sleep(30 * time.Second)
		_, state := c.Lookup(get())
		Expect(state).To(Equal(httpcache.Fresh))
	})
})
