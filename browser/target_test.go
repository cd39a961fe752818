package browser_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness/agent"
)

const app = "https://app.example.com"

// answer is what the target answers.
type answer struct {
	status  int
	header  []string // "Name: value"
	body    string
	hang    bool // never
	abort   bool // close the connection instead
	endless bool // after the head, what the target says
}

// plan is what the target does with one URL.
type plan struct {
	preflight answer
	actual    answer
	next      func(n int, r *http.Request) answer // instead of actual; n counts requests that are not preflights
}

// target is a server that follows plans and keeps what it got.
type target struct {
	*httptest.Server
	mu      sync.Mutex
	plans   map[string]plan
	got     map[string][]*http.Request
	body    map[string]string
	stop    chan struct{}
	slow    func(*http.Request) answer // to preflights, instead of their plan's; nil for none
	endless func(http.ResponseWriter, *http.Request)
}

var nonce atomic.Int64

func newTarget(h2 bool) *target {
	t := &target{plans: map[string]plan{}, got: map[string][]*http.Request{}, body: map[string]string{}, stop: make(chan struct{})}
	t.Server = httptest.NewUnstartedServer(t)
	if h2 {
		t.EnableHTTP2 = true
		t.StartTLS()
	} else {
		t.Start()
	}
	DeferCleanup(func() { close(t.stop); t.CloseClientConnections(); t.Close() })
	return t
}

// url makes a URL of its own for the plan.
func (t *target) url(p plan) string {
	n := strconv.FormatInt(nonce.Add(1), 10)
	t.mu.Lock()
	t.plans[n] = p
	t.mu.Unlock()
	return t.URL + "/x?nonce=" + n
}

// requests gives what arrived for a URL, in order.
func (t *target) requests(url string) []*http.Request {
	_, n, _ := strings.Cut(url, "nonce=")
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.got[n]
}

func (t *target) received(url string) string {
	_, n, _ := strings.Cut(url, "nonce=")
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.body[n]
}

func (t *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	n := r.URL.Query().Get("nonce")
	t.mu.Lock()
	p, known := t.plans[n]
	count := 0
	for _, g := range t.got[n] {
		if !isPreflight(g) {
			count++
		}
	}
	t.got[n] = append(t.got[n], r)
	if len(b) > 0 {
		t.body[n] = string(b)
	}
	t.mu.Unlock()
	if !known {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	a := p.actual
	if isPreflight(r) {
		if a = p.preflight; t.slow != nil {
			a = t.slow(r)
		}
	} else if p.next != nil {
		a = p.next(count, r)
	}
	switch {
	case a.hang:
		select {
		case <-t.stop:
		case <-r.Context().Done():
		}
		return
	case a.abort:
		panic(http.ErrAbortHandler)
	}
	for _, line := range a.header {
		name, value, _ := strings.Cut(line, ": ")
		w.Header()[name] = append(w.Header()[name], value)
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	if a.endless {
		t.endless(w, r)
	}
	io.WriteString(w, a.body)
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// allow is an answer that shares with the origin.
func allow(origin string, more ...string) answer {
	return answer{status: 200, header: append([]string{"Access-Control-Allow-Origin: " + origin, "Content-Type: text/plain"}, more...), body: "ok"}
}

func job(url string, q cases.Request) agent.Job {
	if q.Origin == "" {
		q.Origin = app
	}
	return agent.Job{ID: fmt.Sprintf("job-%d", nonce.Add(1)), Timeout: time.Minute, Steps: []agent.Step{{Request: q, URL: url}}}
}

// perform runs jobs and gives the results in the jobs' order.
func perform(jobs ...agent.Job) []agent.JobResult {
	GinkgoHelper()
	at := map[string]int{}
	for i, j := range jobs {
		at[j.ID] = i
	}
	out := make([]agent.JobResult, len(jobs))
	seen := 0
	Expect(chrome.Perform(context.Background(), jobs, func(r agent.JobResult) {
		out[at[r.ID]] = r
		seen++
	})).To(Succeed())
	Expect(seen).To(Equal(len(jobs)))
	return out
}

// one runs a job of one request and gives its outcome.
func one(url string, q cases.Request) agent.Outcome {
	GinkgoHelper()
	r := perform(job(url, q))[0]
	Expect(r.Err).NotTo(HaveOccurred())
	Expect(r.Steps).To(HaveLen(1))
	Expect(r.Steps[0]).To(HaveLen(1))
	return r.Steps[0][0]
}

func text(p *string) string {
	if p == nil {
		return "(absent)"
	}
	return *p
}
