//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// longest is how long a run may take: one that takes longer hangs.
const longest = 8 * time.Minute

// plan is what one run is to meet.
type plan struct {
	right   bool
	chrome  bool
	old     bool   // there is a report of yesterday
	trouble string // of the server; empty: none
	hit     string // what happens to the run; empty: nothing
	after   int64  // so many requests
}

func (p plan) String() string {
	parts := []string{map[bool]string{true: "right", false: "open to all"}[p.right], map[bool]string{true: "Chrome", false: "model"}[p.chrome], or(p.trouble, "steady"), or(p.hit, "undisturbed")}
	return strings.Join(parts, ", ")
}

// The things that happen to a run.
const (
	interrupt = "SIGINT"
	terminate = "SIGTERM"
	killed    = "Chrome killed"
	frozen    = "Chrome frozen"
	frozenInt = "Chrome frozen, then SIGINT"
	childDead = "a process of Chrome killed"
)

// draw is a plan by chance.
func (s *soak) draw() plan {
	p := plan{right: s.random.IntN(3) > 0, chrome: s.random.IntN(2) == 0, old: s.random.IntN(2) == 0, after: 1 + int64(s.random.IntN(300))}
	if s.random.IntN(3) == 0 {
		p.trouble = troubles[s.random.IntN(len(troubles))].name
	}
	hits := []string{"", "", interrupt, terminate}
	if p.chrome {
		hits = append(hits, killed, frozen, frozenInt, childDead)
	}
	p.hit = hits[s.random.IntN(len(hits))]
	return p
}

// yesterday is the report of an earlier run.
const yesterday = `{"version":"of yesterday"}`

// outcome is what a run left.
type outcome struct {
	plan
	code   int
	said   string
	report []byte // nil: none
	hung   bool
	hurt   bool // what was to happen did
}

// once makes one run and judges it.
func (s *soak) once() {
	p := s.draw()
	s.runs++
	s.kinds[p.String()]++
	dir, err := os.MkdirTemp("", "soak-") // a short name: Chrome has a socket below
	if err != nil {
		s.lost = append(s.lost, err.Error())
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	temp, work := filepath.Join(dir, "t"), filepath.Join(dir, "w")
	_, _ = os.Mkdir(temp, 0o700), os.Mkdir(work, 0o700)
	file := filepath.Join(work, "r.json")
	if p.old {
		_ = os.WriteFile(file, []byte(yesterday), 0o600)
	}
	t := newTarget(p.right)
	for i := range troubles {
		if troubles[i].name == p.trouble {
			t.trouble.Store(&troubles[i])
		}
	}
	o := s.run(p, t, temp, work)
	t.CloseClientConnections()
	t.Config.Close()
	o.report, _ = os.ReadFile(file)
	s.judge(&o)
	s.leftovers(&o, temp, work)
	fmt.Printf("%4d  exit %d  %s\n", s.runs, o.code, p)
}

// run starts corsproof, has happen what is to happen, and waits for its end.
func (s *soak) run(p plan, t *target, temp, work string) outcome {
	c := exec.Command(s.program, "run", t.URL, "--origin", allowed, "-q", "--no-color", "--timeout", "10s", "--json", "r.json", "--browser", map[bool]string{true: "chrome", false: "none"}[p.chrome])
	var said bytes.Buffer
	c.Dir, c.Env, c.Stdout, c.Stderr = work, append(os.Environ(), "TMPDIR="+temp), &said, &said
	if err := c.Start(); err != nil {
		return outcome{plan: p, code: -2, said: err.Error()}
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	hurt, signalled := s.hit(p, t, c.Process.Pid, temp, ended)
	hung := false
	select {
	case <-ended:
	case <-time.After(longest):
		hung = true
		_ = c.Process.Signal(syscall.SIGQUIT) // says where it hangs
		<-ended
	}
	if !signalled.IsZero() {
		s.slowest = max(s.slowest, time.Since(signalled))
	}
	return outcome{plan: p, code: c.ProcessState.ExitCode(), said: said.String(), hung: hung, hurt: hurt}
}

// hit has happen what is to happen, after so many requests.
func (s *soak) hit(p plan, t *target, pid int, temp string, ended chan struct{}) (hurt bool, signalled time.Time) {
	for p.hit != "" && t.requests.Load() < p.after {
		select {
		case <-ended:
			return false, signalled
		case <-time.After(2 * time.Millisecond):
		}
	}
	browsers := processes(temp)
	switch p.hit {
	case "":
		return false, signalled
	case killed, frozen, frozenInt:
		sig := syscall.SIGSTOP
		if p.hit == killed {
			sig = syscall.SIGKILL
		}
		hurt = len(browsers) > 0 && syscall.Kill(slices.Min(browsers), sig) == nil // the first is the parent of the others
	case childDead:
		if len(browsers) > 1 {
			slices.Sort(browsers)
			hurt = syscall.Kill(browsers[1+s.random.IntN(len(browsers)-1)], syscall.SIGKILL) == nil
		}
	}
	if p.hit == frozenInt {
		time.Sleep(time.Second)
	}
	switch p.hit {
	case interrupt, frozenInt:
		hurt, signalled = syscall.Kill(pid, syscall.SIGINT) == nil, time.Now()
	case terminate:
		hurt, signalled = syscall.Kill(pid, syscall.SIGTERM) == nil, time.Now()
	}
	return hurt, signalled
}
