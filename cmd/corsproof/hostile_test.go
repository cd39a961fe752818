package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/hostile"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/testcert"
)

// TestHostile: a run against each hostile server ends, with the status and the words that it
// deserves; nobody is accused of letting anybody in, and the report stays small. A sample, or
// with CORSPROOF_HOSTILE=all (make hostile) all of them.
//
// What once went wrong under fire, by the numbers of the review that found it, and which test would see it again:
//
//	 1  a line's text used after the line           harness/exchange: stream_test.go
//	 2  secrets of the URL, fields, bodies          here: secrets_test.go; internal/secret
//	 3  a frozen browser, a first interrupt unheard browser: frozen_test.go
//	 4  death or silence that fails a check         harness: silence_test.go; here: dying, silent, flaky, resets five times
//	 5  waiting for a turn within the time limit    harness: limits_test.go; internal/limit: TestRate; here: TestChromeKeepsToTheRate
//	 6  a redirect to a server that is not ours     harness: limits_test.go; internal/limit: TestCheck
//	 7  late answers of a busy machine              harness: late.go by again_test.go; browser: overdue_test.go; make under-load
//	 8  memory and reports of a target's choice     harness/agent: trim_test.go; here: large, and the size of each report
//	 9  floods, refusals, leave-taking of HTTP/2    internal/wire: h2_test.go; here: h2
//	10  signals                                     browser: frozen_test.go; here: TestInterrupt; make soak
//	11  report files cut, empty, of yesterday       here: TestFullDisk; testdata/script, report, streams and unreachable
//	12  headlines that name another cause           here: foreign, malformed, large, invented; internal/wire: h2only_test.go
//	    few file descriptors, full disk, closed streams here: TestFewFiles, TestFullDisk, TestLostOutput
//	    direction controls and escapes              internal/block: block_test.go; here: odd
//	    time that grows with the square of a line   harness/exchange: growth_test.go
//	    files without an end                        internal/input
//	    replaced HTTP/2 connections left open       internal/wire: retire_test.go
func TestHostile(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := hostile.All()
	if len(all) < 120 {
		t.Errorf("%d behaviours", len(all))
	}
	slices.SortFunc(all, func(a, b hostile.Behaviour) int { return strings.Compare(a.Name, b.Name) })
	for i, b := range all {
		if os.Getenv("CORSPROOF_HOSTILE") != "all" && i%9 != 0 {
			continue
		}
		t.Run(b.Name, func(t *testing.T) { t.Parallel(); hostileRun(t, table, &b) })
	}
}

func hostileRun(t *testing.T, table *cases.Table, b *hostile.Behaviour) {
	const longest = 4 * time.Minute // a limit on hanging: a quiet machine takes seconds
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	code, said, rep := runHostile(ctx, t, table, b)
	if ctx.Err() != nil {
		t.Fatalf("no end within %v", longest)
	}
	if !slices.Contains(b.Exit, code) {
		t.Errorf("exit status %d, not %v", code, b.Exit)
	}
	if b.Says != "" && !regexp.MustCompile(b.Says).MatchString(said) {
		t.Errorf("not said: %s", b.Says)
	}
	if m := regexp.MustCompile(`security: \w+|[\x00-\x08\x0b-\x1f\x7f\x{202a}-\x{202e}\x{2066}-\x{2069}]`).FindString(said); m != "" {
		t.Errorf("said: %q", m)
	}
	if text, err := json.Marshal(rep); err != nil || len(text) > 20<<20 {
		t.Errorf("a report of %d bytes (%v)", len(text), err)
	}
	if t.Failed() {
		t.Log(said)
	}
}

// runHostile runs some of the table, by the model alone.
func runHostile(ctx context.Context, t *testing.T, table *cases.Table, b *hostile.Behaviour) (code int, said string, rep *report.Report) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	scheme := "http://"
	if b.TLS {
		cert, err := testcert.New("127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		scheme, l = "https://", tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
	}
	defer l.Close()
	var n atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); b.Serve(c, &n) }()
		}
	}()
	target := &harness.Target{Name: "hostile", Declared: &cases.Policy{Name: "declared", Origins: []string{hostile.Origin}}, Endpoint: scheme + l.Addr().String() + "/x", TLSInsecure: true}
	if b.TLS {
		target.Requests = &ask.Options{Scope: target.Endpoint, Insecure: true, Protocol: ask.H2}
	}
	checks := slices.DeleteFunc(target.Expand(table), func(c cases.Check) bool { return strings.HasPrefix(c.Case.ID, "dos-") })
	r := harness.Runner{Target: target, Checks: checks, Timeout: b.Wait}
	sum, err := r.Run(ctx)
	if sum == nil {
		if e, ok := errors.AsType[*status](runError(err)); ok {
			return e.code, agent.Show(err.Error()), nil
		}
		t.Fatal(err)
	}
	rep = report.New("corsproof", target.Endpoint, sum, table)
	var page strings.Builder
	printer := report.Printer{W: &page}
	printer.Print(rep)
	said = page.String()
	if verr := verdict(rep); verr != nil {
		said += verr.Error()
		if e, ok := errors.AsType[*status](verr); ok {
			code = e.code
		}
	}
	return code, said, rep
}
