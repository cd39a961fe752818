package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"testing"
)

// TestListMemory: what a run holds does not grow with the number of targets that it has looked at: memory
// (but for the few bytes of each target's key), goroutines, open files.
func TestListMemory(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin")) // many findings, with much to keep
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}))
	defer s.Close()
	list := &growing{t: t, url: s.URL, marks: map[int]*held{10: {}, 50: {}}}
	cmd := newRoot()
	cmd.SetArgs([]string{"run", "--targets", "-", "--origin", "https://app.example.com", "--browser", "none", "--focus", "page-*",
		"--results", t.TempDir() + "/results.jsonl", "--json", t.TempDir() + "/report.json"})
	cmd.SetIn(list)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	if err, ok := errors.AsType[*status](cmd.ExecuteContext(t.Context())); !ok || err.code == exitUsage {
		t.Fatal(err)
	}
	a, b := list.marks[10], list.marks[50]
	if a.heap == 0 || b.heap == 0 {
		t.Fatal("the list was not read")
	}
	const each = 20_000 // bytes: a report has more, and the heap moves by some hundred thousand by itself
	if grown := int64(b.heap) - int64(a.heap); grown > 40*each {
		t.Errorf("40 targets more hold %d bytes", grown)
	}
	if b.goroutines > a.goroutines+10 || b.files > a.files+10 {
		t.Errorf("40 targets more: %d goroutines and %d files, not %d and %d", b.goroutines, b.files, a.goroutines, a.files)
	}
	t.Logf("after 10 targets %d bytes, after 50 %d", a.heap, b.heap)
}

// held is what a program holds.
type held struct {
	heap              uint64
	goroutines, files int
}

// growing is a list that looks at the program whenever some of its targets were taken.
type growing struct {
	t     *testing.T
	url   string
	n     int
	marks map[int]*held
}

func (g *growing) Read(b []byte) (int, error) {
	if m := g.marks[g.n]; m != nil {
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		m.heap, m.goroutines = stats.HeapAlloc, runtime.NumGoroutine()
		files, _ := os.ReadDir("/proc/self/fd") // elsewhere there are none, at both times
		m.files = len(files)
	}
	if g.n++; g.n > 51 {
		return 0, io.EOF
	}
	return copy(b, fmt.Sprintf("%s/%d\n", g.url, g.n)), nil
}
