package limit

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestCheck(t *testing.T) {
	l := New(Options{Named: []string{"https://staging.example.com/x"}, Hosts: []string{"Login.example.com."}, Methods: []string{"GET", "HEAD", "POST"}})
	for _, c := range []struct {
		addr, method string
		may          bool
	}{
		{"127.0.0.1:80", "DELETE", true}, {"[::1]:80", "PUT", true}, {"localhost:8080", "PUT", true}, {"api.localhost:1", "PUT", true},
		{"staging.example.com:443", "POST", true}, {"STAGING.example.com:80", "GET", true}, {"staging.example.com:443", "PUT", false},
		{"login.example.com:443", "OPTIONS", true}, {"login.example.com:443", "DELETE", false},
		{"example.com:443", "GET", false}, {"10.0.0.1:80", "OPTIONS", false}, {"127.0.0.1.example.com:80", "GET", false},
	} {
		err := l.Check(c.addr, c.method)
		var f *ForbiddenError
		if (err == nil) != c.may || err != nil && !errors.As(err, &f) {
			t.Errorf("%s %s: %v", c.method, c.addr, err)
		}
	}
	if New(Options{Here: func(string) (bool, bool) { return false, true }}).Ours("127.0.0.1:80") {
		t.Error("a proxy elsewhere has a loopback of its own")
	}
	if (*Limits)(nil).Check("example.com:80", "PUT") != nil {
		t.Error("no limits limit")
	}
}

// In no second there are more requests than the rate, however they are asked for.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Named: []string{"http://a.example"}, Rate: 10})
		var sent []time.Time
		out := make(chan int)
		for _, n := range []int{1, 2, 1, 5, 1, 1, 3, 2, 1} {
			for range 3 {
				go func() {
					_ = l.Wait(context.Background(), "a.example:80", n)
					out <- n
				}()
			}
		}
		for range 27 {
			for range <-out {
				sent = append(sent, time.Now())
			}
		}
		for i := range sent {
			in := 0
			for _, at := range sent[i:] {
				if at.Sub(sent[i]) < time.Second {
					in++
				}
			}
			if in > 10+4 { // those that go out at once are earned by the time before and behind them
				t.Fatalf("%d requests within a second", in)
			}
		}
		if d := sent[len(sent)-1].Sub(sent[0]); d < 4*time.Second {
			t.Errorf("%d requests in %v", len(sent), d)
		}
	})
}

func TestSlower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, ctx := New(Options{}), context.Background()
		start := time.Now()
		gap := func() time.Duration {
			_ = l.Wait(ctx, "127.0.0.1:80", 1)
			return time.Since(start)
		}
		if gap() != 0 {
			t.Fatal("no limit, and a wait")
		}
		l.Slower("127.0.0.1:80", 3*time.Second, start, true)
		l.Slower("127.0.0.1:80", 3*time.Second, start, true) // of the same moment
		if d := gap(); d != 3*time.Second {
			t.Errorf("the first goes out after %v", d)
		}
		if d := gap(); d != 3*time.Second+50*time.Millisecond {
			t.Errorf("the second goes out after %v", d)
		}
	})
}
