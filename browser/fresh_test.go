package browser

import (
	"testing"

	"github.com/chromedp/cdproto/network"
)

// What must be there for a request to count as one that found nothing in the caches.
func TestFresh(t *testing.T) {
	at := func(url string, extra bool) *hop {
		return &hop{request: &network.Request{URL: url}, hasExtraInfo: extra}
	}
	sent := func(fields ...string) *network.EventRequestWillBeSentExtraInfo {
		h := network.Headers{"Origin": "https://a.test"}
		for _, f := range fields {
			h[f] = "x"
		}
		return &network.EventRequestWillBeSentExtraInfo{Headers: h}
	}
	preflight := func(url string) *record { return &record{preflight: true, hops: []*hop{at(url, true)}} }
	both := []*hop{at("/a", true), at("/b", true)}
	wrongMethod := &network.EventLoadingFailed{CorsErrorStatus: &network.CorsErrorStatus{CorsError: network.CorsErrorMethodDisallowedByPreflightResponse}}
	type list = []*network.EventRequestWillBeSentExtraInfo
	for name, c := range map[string]struct {
		record record
		may    bool // preflights
		want   bool
	}{
		"simple":                            {record{hops: both, sent: list{sent(), sent()}}, false, true},
		"from the cache":                    {record{hops: []*hop{at("/a", true), at("/b", false)}, sent: list{sent()}}, false, false},
		"asked again":                       {record{hops: both, sent: list{sent(), sent("If-None-Match")}}, false, false},
		"asked again since":                 {record{hops: both, sent: list{sent(), sent("if-modified-since")}}, false, false},
		"a lost report":                     {record{hops: both, sent: list{sent()}}, false, false},
		"preflighted":                       {record{hops: both, sent: list{sent(), sent()}, preflights: []*record{preflight("/a"), preflight("/b")}}, true, true},
		"permitted before":                  {record{hops: both, sent: list{sent(), sent()}, preflights: []*record{preflight("/a")}}, true, false},
		"refused by its own preflight":      {record{hops: []*hop{at("/a", true), at("/b", false)}, sent: list{sent()}, preflights: []*record{preflight("/a"), preflight("/b")}, failed: wrongMethod}, true, true},
		"refused, by nothing that was seen": {record{hops: []*hop{at("/a", true), at("/b", false)}, sent: list{sent()}, failed: wrongMethod}, false, false},
	} {
		if got := c.record.fresh(c.may); got != c.want {
			t.Errorf("%s: fresh is %v, want %v", name, got, c.want)
		}
	}
}
