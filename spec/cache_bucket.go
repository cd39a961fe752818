package spec

import (
	"maps"
	"strings"
	"time"
)

type cacheKey struct{ origin, url string }

// bucket is everything cached for an origin and a URL. The strings in it, and
// those of its key, are the cache's own: it outlives the requests, and must not
// keep the input line alive that a URL is a part of. Go replaces the key of a
// map by an equal one on assignment, so that PreflightCache.put and bucket.put,
// which take the key from the value, are the only places that assign.
type bucket struct {
	key     cacheKey
	entries map[entryKey]entry // the standard's cache entries
	whole   *wholeEntry        // or an engine's single response
	used    uint64
}

// newBucket is an empty bucket with a key of its own.
func newBucket(key cacheKey) *bucket {
	return &bucket{key: cacheKey{strings.Clone(key.origin), strings.Clone(key.url)}}
}

// clone is a copy that may be changed.
func (b *bucket) clone() *bucket {
	c := *b
	c.entries = maps.Clone(b.entries)
	return &c
}

func (b *bucket) put(e entry) {
	if b.entries == nil {
		b.entries = make(map[entryKey]entry)
	}
	b.entries[e.key] = e
}

// entryKey is a cache entry's credentials and its method or header name (in
// lower case). There is at most one entry of each: one is created only where
// none matches.
type entryKey struct {
	credentials bool
	header      bool
	name        string
}

type entry struct {
	key    entryKey
	stored time.Duration
	maxAge int64
}

// newEntry is an entry with a key of its own.
func newEntry(k entryKey, stored time.Duration, maxAge int64) entry {
	k.name = strings.Clone(k.name)
	return entry{k, stored, maxAge}
}

func (e entry) live(now time.Duration) bool { return live(e.stored, e.maxAge, now) }

// live says whether an entry still counts: until max-age seconds have passed.
func live(stored time.Duration, maxAge int64, now time.Duration) bool {
	age := now - stored
	whole, part := int64(age/time.Second), age%time.Second
	return whole < maxAge || whole == maxAge && part < 0
}

func (b *bucket) live(now time.Duration) bool {
	if b.whole != nil {
		return live(b.whole.stored, b.whole.maxAge, now)
	}
	for _, e := range b.entries {
		if e.live(now) {
			return true
		}
	}
	return false
}
