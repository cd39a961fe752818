package spec

import "time"

// PreflightCache is the CORS-preflight cache
// (https://fetch.spec.whatwg.org/#concept-cache) of one network partition. It
// has no clock: Options.Now says when a fetch happens. It is not safe for
// concurrent use.
type PreflightCache struct {
	p       *Profile
	buckets map[cacheKey]*bucket
	used    uint64 // counts uses, for the least recently used

	// What was stored last, if lazy: most fetches never look it up.
	lazy    bool
	pending pendingStore

	sweepAt    int // size at which expired buckets are looked for
	checkpoint bool
	undo       []undo // changes since Checkpoint, to be undone by Rollback
}

type pendingStore struct {
	due    bool
	r      cacheRequest
	in     preflightCheck
	maxAge int64
	h      Header
}

// undo is what was there before a change. A bucket that is referred to here
// is not changed any more, but for used.
type undo struct {
	key  cacheKey
	was  *bucket // nil if there was none
	used uint64
}

// NewPreflightCache returns an empty cache that behaves as an engine's does.
func NewPreflightCache(engine Engine) *PreflightCache {
	return &PreflightCache{p: profileOf(engine)}
}

// Reset empties the cache, also that of a partition (clearing browsing data).
func (c *PreflightCache) Reset() {
	clear(c.buckets)
	c.undo = c.undo[:0]
	c.pending.due = false
}

// Checkpoint makes the changes that follow undoable, and those before it final.
func (c *PreflightCache) Checkpoint() {
	c.flush()
	clear(c.undo) // lets the buckets be collected
	c.checkpoint, c.undo = true, c.undo[:0]
}

// Rollback undoes the changes since Checkpoint, including the order of use.
func (c *PreflightCache) Rollback() {
	c.pending.due = false
	for i := len(c.undo) - 1; i >= 0; i-- {
		u := c.undo[i]
		if u.was == nil {
			delete(c.buckets, u.key)
			continue
		}
		u.was.used = u.used
		c.put(u.was)
	}
	clear(c.undo)
	c.undo = c.undo[:0]
}

// put makes b the bucket of its key.
func (c *PreflightCache) put(b *bucket) {
	if c.buckets == nil {
		c.buckets = make(map[cacheKey]*bucket)
	}
	c.buckets[b.key] = b
}

// remember records what is stored for a key, for Rollback.
func (c *PreflightCache) remember(key cacheKey, was *bucket) {
	if !c.checkpoint {
		return
	}
	u := undo{key: key, was: was}
	if was != nil {
		u.key, u.used = was.key, was.used
	}
	c.undo = append(c.undo, u)
}

// drop removes a bucket.
func (c *PreflightCache) drop(b *bucket) {
	c.remember(b.key, b)
	delete(c.buckets, b.key)
}

// use makes b the most recently used.
func (c *PreflightCache) use(b *bucket) {
	c.remember(b.key, b)
	c.used++
	b.used = c.used
}

// Clone returns a separate cache with the same contents. A Checkpoint of this
// one does not apply to it.
func (c *PreflightCache) Clone() *PreflightCache {
	c.flush()
	out := *c
	out.undo, out.checkpoint, out.buckets = nil, false, nil
	for _, b := range c.buckets {
		out.put(b.clone())
	}
	return &out
}

// Len returns the number of origins and URLs for which something is stored,
// which may have expired.
func (c *PreflightCache) Len() int { return len(c.buckets) }

// cacheRequest is what the cache needs to know of a request.
type cacheRequest struct {
	key         cacheKey
	credentials bool // the credentials mode is include
	now         time.Duration
}

// covers reports whether the request needs no preflight
// (https://fetch.spec.whatwg.org/#concept-http-fetch, step 4.1).
func (c *PreflightCache) covers(r cacheRequest, method string, unsafe []string, flag bool) bool {
	c.flush()
	b := c.buckets[r.key]
	if b == nil {
		// Without any entry, only a safelisted method without the flag and
		// without unsafe names would do, and such a request is not asked about.
		return false
	}
	if b.whole != nil {
		if live(b.whole.stored, b.whole.maxAge, r.now) && b.whole.covers(c.p, r.credentials, method, unsafe) {
			return true
		}
		c.drop(b)
		return false
	}
	c.use(b)
	if (flag || !c.exempt(method)) && !c.matchMethod(b, r, method) {
		return false
	}
	for _, name := range unsafe {
		if !c.matchHeader(b, r, name) {
			return false
		}
	}
	return true
}

// exempt reports whether a method needs no entry.
func (c *PreflightCache) exempt(method string) bool {
	if c.p.CacheExempt == nil {
		return IsSafelistedMethod(method)
	}
	for _, m := range c.p.CacheExempt {
		if m == method {
			return true
		}
	}
	return false
}

// each calls f with the keys of the entries that can match name: by
// credentials (https://fetch.spec.whatwg.org/#concept-cache-match), and the
// wildcard (https://fetch.spec.whatwg.org/#concept-cache-match-method and
// #concept-cache-match-header).
func (c *PreflightCache) each(r cacheRequest, header bool, name string, f func(entryKey) bool) bool {
	star := !c.p.CacheNoWildcard && name != "*" && !(header && name == "authorization")
	for _, credentials := range [...]bool{true, false} {
		if r.credentials && !credentials || c.p.CacheCredentialsKey && credentials != r.credentials {
			continue
		}
		if f(entryKey{credentials, header, name}) || star && f(entryKey{credentials, header, "*"}) {
			return true
		}
	}
	return false
}

func (c *PreflightCache) matchMethod(b *bucket, r cacheRequest, method string) bool {
	return c.match(b, r, false, method)
}

func (c *PreflightCache) matchHeader(b *bucket, r cacheRequest, name string) bool {
	return c.match(b, r, true, name)
}

func (c *PreflightCache) match(b *bucket, r cacheRequest, header bool, name string) bool {
	return c.each(r, header, name, func(k entryKey) bool {
		e, ok := b.entries[k]
		return ok && e.live(r.now)
	})
}

// store is CORS-preflight fetch steps 7.12 to 7.15: every method and header
// name that the response lists, not only those that this request needs.
func (c *PreflightCache) store(r cacheRequest, in *preflightCheck, maxAge int64, h Header) {
	c.flush()
	if c.lazy {
		c.pending = pendingStore{true, r, *in, maxAge, h}
		return
	}
	c.storeNow(r, in, maxAge, h)
}

// flush does the storing that was postponed.
func (c *PreflightCache) flush() {
	if c.pending.due {
		c.pending.due = false
		c.storeNow(c.pending.r, &c.pending.in, c.pending.maxAge, c.pending.h)
	}
}

func (c *PreflightCache) storeNow(r cacheRequest, in *preflightCheck, maxAge int64, h Header) {
	if c.p.CacheMaxURL > 0 && len(r.key.url) >= c.p.CacheMaxURL || c.p.CacheNotOpaque && r.key.origin == nullOrigin {
		return
	}
	if c.p.CacheWhole {
		c.change(r).whole = newWholeEntry(r, maxAge, h)
		return
	}
	if maxAge == 0 && c.buckets[r.key] == nil {
		return // the entries would expire at once
	}
	b := c.change(r)
	for k, e := range b.entries {
		if !e.live(r.now) {
			delete(b.entries, k)
		}
	}
	if methods := inspectList(h, allowMethods); methods.null {
		if in.flag && !c.p.NoImpliedMethod {
			c.storeName(b, r, false, in.method, maxAge)
		}
	} else {
		c.storeList(b, r, false, h, allowMethods, maxAge)
	}
	c.storeList(b, r, true, h, allowHeaders, maxAge)
	if len(b.entries) == 0 {
		delete(c.buckets, b.key)
	}
}

func (c *PreflightCache) storeList(b *bucket, r cacheRequest, header bool, h Header, list string, maxAge int64) {
	for l := newTokenList(h, list); ; {
		token, ok := l.next()
		if !ok {
			return
		}
		if header {
			token = lower(token)
		}
		c.storeName(b, r, header, token, maxAge)
	}
}

// storeName updates the max-age of the entries that match and creates one
// where none does. An update does not move the time of storing: "since storing
// the entry".
func (c *PreflightCache) storeName(b *bucket, r cacheRequest, header bool, name string, maxAge int64) {
	matched := false
	c.each(r, header, name, func(k entryKey) bool {
		if e, ok := b.entries[k]; ok && e.live(r.now) {
			matched = true
			e.maxAge = maxAge
			b.put(e)
		}
		return false
	})
	if !matched {
		b.put(newEntry(entryKey{r.credentials, header, name}, r.now, maxAge))
	}
}

// change returns the bucket of a request, the most recently used now, in order
// to change it; an empty one where there is none.
func (c *PreflightCache) change(r cacheRequest) *bucket {
	b := c.buckets[r.key]
	if b == nil {
		if c.p.CacheMaxEntries > 0 && len(c.buckets) >= c.p.CacheMaxEntries {
			c.evict()
		}
		if len(c.buckets) >= max(c.sweepAt, sweepFrom) {
			c.sweep(r.now)
		}
		b = newBucket(r.key)
		c.remember(b.key, nil)
	} else if c.checkpoint {
		c.remember(b.key, b)
		b = b.clone()
	}
	c.used++
	b.used = c.used
	c.put(b)
	return b
}

const sweepFrom = 1024

// sweep drops what has expired, so that the cache of a long session stays small.
func (c *PreflightCache) sweep(now time.Duration) {
	for _, b := range c.buckets {
		if !b.live(now) {
			c.drop(b)
		}
	}
	c.sweepAt = 2 * len(c.buckets)
}

// evict drops the least recently used bucket.
func (c *PreflightCache) evict() {
	var oldest *bucket
	for _, b := range c.buckets {
		if oldest == nil || b.used < oldest.used {
			oldest = b
		}
	}
	c.drop(oldest)
}

// clear is https://fetch.spec.whatwg.org/#concept-cache-clear.
func (c *PreflightCache) clear(key cacheKey) {
	c.flush()
	if b := c.buckets[key]; b != nil {
		c.drop(b)
	}
}
