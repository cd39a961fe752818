package roster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/roster"
)

func header() roster.Header {
	return roster.Header{Version: roster.Version, Settings: map[string]string{"policy": "origins *"}}
}

// A list has a URL on each line; what is no line of it is told with its number, and the rest is read.
func TestList(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	text := "\ufeffhttp://a/\r\n\n  # a comment\n http://b/ \n" + long + "\nhttp://c/#x\n" + long[:65536] + "\nhttp://d/"
	l := roster.NewList("list.txt", little{strings.NewReader(text)})
	var got []string
	for {
		e, err := l.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad, ok := errors.AsType[*roster.BadLine](err); ok {
			got = append(got, fmt.Sprintf("%.41s", bad))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%d %s", e.Line, e.URL))
	}
	want := "1 http://a/|4 http://b/|list.txt:5: the line is longer than 65536|6 http://c/#x|list.txt:7: the line is longer than 65536|8 http://d/"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("\n%s, not\n%s", s, want)
	}
}

// little is a pipe that gives little at a time.
type little struct{ r io.Reader }

func (r little) Read(b []byte) (int, error) { return r.r.Read(b[:min(len(b), 1000)]) }

// targets are those of a list, of which every third looks like others without its secret.
func targets(n int) []string {
	var list []string
	for i := range n {
		u := fmt.Sprintf("http://127.0.0.1/%d", i)
		if i%3 == 0 {
			u = fmt.Sprintf("http://127.0.0.1/?token=s3cret-%d", i)
		}
		list = append(list, u)
	}
	return list
}

// measurer counts how often each target was measured to its end.
type measurer struct {
	mu   sync.Mutex
	done map[string]int
	took func()
}

func (m *measurer) run(ctx context.Context, file *roster.File, list []string, workers int) (roster.Outcome, error) {
	l := roster.NewList("list", strings.NewReader(strings.Join(list, "\n")))
	return (&roster.Run{
		Next: l.Next, Workers: workers, File: file,
		Measure: func(ctx context.Context, _ int, e roster.Entry, r *roster.Record) error {
			if m.took != nil {
				m.took()
			}
			rep := &report.Report{}
			rep.Counts.Checks = 1
			r.Fill(rep)
			if ctx.Err() != nil {
				r.Interrupted = true
				return nil
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			m.done[e.URL]++
			return nil
		},
		Done: func(*roster.Record) {}, Bad: func(*roster.BadLine) {},
	}).Do(ctx)
}

// However often a run is interrupted, with whatever number of workers, in the end every target was
// measured once, and is counted once.
func TestResume(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 1))
		list := targets(40)
		path := filepath.Join(t.TempDir(), "results.jsonl")
		m := &measurer{done: map[string]int{}}
		for runs := 0; ; runs++ {
			file, err := roster.Resume(path, header())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			left := 3 + random.IntN(12)
			var once sync.Mutex
			m.took = func() {
				once.Lock()
				defer once.Unlock()
				if left--; left == 0 {
					cancel()
				}
			}
			out, err := m.run(ctx, file, list, 1+random.IntN(4))
			_ = file.Close()
			cancel()
			if err == nil {
				out.Merge(&file.Earlier)
				if out.Targets != len(list) {
					t.Fatalf("seed %d: %d targets counted", seed, out.Targets)
				}
				break
			}
			if !errors.Is(err, context.Canceled) || runs > 100 {
				t.Fatal(err)
			}
		}
		for _, u := range list {
			if m.done[u] != 1 {
				t.Errorf("seed %d: %s was measured %d times", seed, u, m.done[u])
			}
		}
	}
}

// A file that ends anywhere, as one of a machine that lost power does, loses the target of its last
// line and no other.
func TestTorn(t *testing.T) {
	list := targets(12)
	whole := filepath.Join(t.TempDir(), "whole.jsonl")
	file, err := roster.Create(whole, header())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&measurer{done: map[string]int{}}).run(t.Context(), file, list, 1); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(whole)
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		cut := random.IntN(len(text) + 1)
		path := filepath.Join(t.TempDir(), "torn.jsonl")
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := roster.Resume(path, header())
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		kept := max(0, bytes.Count(text[:cut], []byte("\n"))-1)
		m := &measurer{done: map[string]int{}}
		out, err := m.run(t.Context(), file, list, 2)
		if err != nil || out.Skipped != kept || len(m.done) != len(list)-kept {
			t.Errorf("cut at %d: %d skipped, %d measured, %d kept, %v", cut, out.Skipped, len(m.done), kept, err)
		}
		after, _ := os.ReadFile(path)
		if n := bytes.Count(after, []byte("\n")); n != len(list)+1 || !bytes.HasSuffix(after, []byte("}\n")) {
			t.Errorf("cut at %d: %d lines", cut, n)
		}
	}
	long := append(bytes.Clone(text), `{"line":99,"url":"`+strings.Repeat("x", 100_000)...)
	if err := os.WriteFile(whole, long, 0o600); err != nil {
		t.Fatal(err)
	}
	if file, err = roster.Resume(whole, header()); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	if after, _ := os.ReadFile(whole); !bytes.Equal(after, text) {
		t.Errorf("%d bytes are left where %d were whole lines", len(after), len(text))
	}
}

// Results of another policy, and a file that is none of results, are not gone on from; one that
// has results is not begun anew. None of them changes.
func TestOther(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text, says string
	}{
		"policy":  {`{"version":1,"settings":{"policy":"origins https://a.example"}}` + "\n", `:1: it is of another run: policy ("origins https://a.example" there, "origins *" now)`},
		"version": {`{"version":2,"settings":{}}` + "\n", "version 2 of the form"},
		"report":  {"{\n \"version\": 2\n}\n", "the first line has no settings of a run"},
		"middle":  {`{"version":1,"settings":{"policy":"origins *"}}` + "\n{\"line\":1,\n", ":2: it is no record of a target"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := roster.Resume(path, header()); !errors.Is(err, roster.ErrOther) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := roster.Create(path, header()); !errors.Is(err, roster.ErrThere) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != c.text {
			t.Errorf("%s: now it is %q", name, after)
		}
	}
}

// What cannot be kept ends the run.
func TestFull(t *testing.T) {
	file, err := roster.To(&full{left: 600}, header())
	if err != nil {
		t.Fatal(err)
	}
	m := &measurer{done: map[string]int{}}
	_, err = m.run(t.Context(), file, targets(1000), 2)
	if err == nil || !strings.Contains(err.Error(), "writing the results to standard output: no space") || len(m.done) > 20 {
		t.Errorf("%d measured: %v", len(m.done), err)
	}
}

type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("no space")
	}
	return len(b), nil
}

// A pipe into which nobody writes any more, and that nobody ends, does not keep a run from its end.
func TestSilentPipe(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, _ = io.WriteString(w, "http://a/\n") }()
	_, err := (&roster.Run{
		Next:    roster.NewList("list", r).Next,
		Measure: func(context.Context, int, roster.Entry, *roster.Record) error { return nil },
		Done:    func(*roster.Record) { cancel() }, Bad: func(*roster.BadLine) {},
	}).Do(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Every line is as the schema has it.
func TestSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(roster.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("results.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("results.json")
	r := roster.Entry{Line: 3, URL: "http://a/?token=x"}.Begin()
	rep := &report.Report{Findings: make([]report.Finding, 1)}
	rep.Findings[0].Level, rep.Findings[0].Explains = "must", []string{"a"}
	rep.Counts.Known = 1
	r.Fill(rep)
	r.Status, r.End, r.Error = 1, "findings", "x"
	for _, v := range []any{header(), r, roster.Entry{Line: 1, URL: "http://a/"}.Begin()} {
		text, _ := json.Marshal(v)
		line, _ := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err := schema.Validate(line); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// One at a time has the turn of a name, others go on meanwhile, and nothing is left behind.
func TestTurns(t *testing.T) {
	var turns roster.Turns
	end, err := turns.Take(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := turns.Take(t.Context(), "b"); err != nil {
		t.Fatal(err)
	} else {
		other()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := turns.Take(ctx, "a"); err == nil {
		t.Error("two have the turn")
	}
	end()
	end, err = turns.Take(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	end()
}
