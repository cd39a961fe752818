package harness_test

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/browserfields"
	"github.com/corsproof/corsproof/internal/contract"
)

// benchLanes is how much is under way at once in both benchmarks.
const benchLanes = 4

// benchChecks are the wire checks of one plain step on the reference server:
// those whose request net/http can send as well.
func benchChecks(b *testing.B) (*harness.Target, []cases.Check) {
	table, err := cases.Load()
	if err != nil {
		b.Fatal(err)
	}
	s, err := contract.Start(b.Context(), contract.Options{Policies: table.Policies})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(s.CertPEM)
	target := &harness.Target{Base: s.URL, TLSBase: s.TLSURL, TLSRoots: roots}
	var checks []cases.Check
	for _, c := range target.Expand(table) {
		if c.Kind == cases.KindWire && c.Case.Over == "" && c.Case.Via == "" && len(c.Steps) == 1 && c.Policy.Name == "exact" && bare(&c.Steps[0]) {
			checks = append(checks, c)
		}
	}
	return target, checks
}

// bare tells whether net/http can send the step's request.
func bare(s *cases.Step) bool {
	w := s.Wire
	if s.Grow != nil || s.Times > 1 || s.Parallel > 1 || w.Connection != "" || w.Version != "HTTP/1.1" || w.Body != "" || strings.HasPrefix(w.Path, "=") ||
		w.Path == "/panic" || w.Method != strings.ToUpper(w.Method) {
		return false
	}
	for _, line := range w.Headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(name, " \t") || strings.EqualFold(name, "Host") || strings.EqualFold(name, "Connection") ||
			strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) || len(line) > 4096 {
			return false
		}
	}
	return true
}

// BenchmarkWire is the suite: send, judge, report. Compare its checks/s
// with those of BenchmarkBareClient from the same run.
func BenchmarkWire(b *testing.B) {
	target, checks := benchChecks(b)
	b.ReportMetric(float64(len(checks)), "checks")
	b.ResetTimer()
	n := 0
	for b.Loop() {
		r := harness.Runner{Target: target, Checks: checks, Concurrency: benchLanes}
		sum, err := r.Run(context.Background())
		if err != nil || sum.Counts[agent.VerdictError] > 0 {
			b.Fatal(err, sum.Counts)
		}
		n += len(checks)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "checks/s")
}

// BenchmarkBareClient sends the same requests, with all their fields, by net/http and looks at nothing.
func BenchmarkBareClient(b *testing.B) {
	target, checks := benchChecks(b)
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	b.ResetTimer()
	n := 0
	for b.Loop() {
		var pool errgroup.Group
		pool.SetLimit(benchLanes)
		for i := range checks {
			pool.Go(func() error {
				c := &checks[i]
				if err := sendBare(client, target.Base+"/"+c.Policy.Name, c.Steps[0].Wire); err != nil {
					b.Error(c.ID, err)
				}
				return nil
			})
		}
		_ = pool.Wait()
		n += len(checks)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "checks/s")
}

func sendBare(client *http.Client, base string, w *cases.Wire) error {
	req, err := http.NewRequest(w.Method, base+w.Path, nil)
	if err != nil {
		return err
	}
	before, after := browserfields.BrowserFields(browserfields.RawAsking(base+w.Path, w.Method, w.Headers))
	if w.Bare {
		before, after = nil, nil
	}
	for _, line := range slices.Concat(before, w.Headers, after) {
		name, value, _ := strings.Cut(line, ":")
		req.Header.Add(name, strings.TrimSpace(value))
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return err
}
