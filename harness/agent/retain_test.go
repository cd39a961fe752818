package agent_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

// TestKeptApart: what a run keeps of an exchange to its end is in memory of its own, and does not hold
// the head, of any length, that it was cut from.
func TestKeptApart(t *testing.T) {
	const heads, size = 100, 1 << 20
	var seen []agent.Seen
	var kept [][]agent.Exchange
	for i := range heads {
		head := fmt.Sprintf("HTTP/1.1\nh2\ntext/plain; x\nGET, PUT\ngzip\nnginx\nok-%d\nOrigin\n*\nhttps://a.example/%d\n%s", i, i, strings.Repeat("x", size))
		part := strings.Split(head, "\n") // substrings of it
		e := agent.Exchange{Method: "GET", URL: "http://a.example/", Proto: part[0], Status: 302, Response: spec.Header{
			{Name: "Content-Type", Value: part[2]}, {Name: "Allow", Value: part[3]}, {Name: "Content-Encoding", Value: part[4]}, {Name: "Server", Value: part[5]},
			{Name: "X-App", Value: part[6]}, {Name: "Vary", Value: part[7]}, {Name: "Access-Control-Allow-Origin", Value: part[8]}, {Name: "Location", Value: part[9]}, {Name: "X", Value: part[10]},
		}}
		seen, kept = append(seen, agent.See(&e, false)), append(kept, agent.Trim([]agent.Exchange{e}))
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > heads*size/4 {
		t.Errorf("%d MiB are held for %d exchanges", m.HeapAlloc>>20, heads)
	}
	runtime.KeepAlive(seen)
	runtime.KeepAlive(kept)
}
