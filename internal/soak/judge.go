//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The exit statuses, as README.md has them.
const (
	conformant  = 0
	failures    = 1
	usage       = 2
	unreachable = 3
	noBrowser   = 4
)

// judge holds a run to what must be true of it.
func (s *soak) judge(o *outcome) {
	name := fmt.Sprintf("run %d (%s), exit %d", s.runs, o.plan, o.code)
	switch {
	case o.hung:
		s.wrong = append(s.wrong, name+": it does not end")
		s.keep(o)
	case !slices.Contains(o.lawful(), o.code):
		s.wrong = append(s.wrong, fmt.Sprintf("%s, not %v: %s", name, o.lawful(), last(o.said)))
		s.keep(o)
	}
	if why := o.lostReport(); why != "" {
		s.lost = append(s.lost, name+": "+why)
		s.keep(o)
	}
}

// lawful are the statuses with which such a run may end: what it found, if it was left to.
func (o *outcome) lawful() []int {
	found := failures
	if o.right {
		found = conformant
	}
	list := []int{found}
	if o.trouble != "" { // some of it could not be decided; never is a right server told as a wrong one
		list = append(list, unreachable)
	}
	switch {
	case !o.hurt:
	case o.hit == interrupt, o.hit == terminate, o.hit == frozenInt:
		list = append(list, usage)
	default: // Chrome starts a process that died again, or not
		list = append(list, noBrowser)
	}
	return list
}

// lostReport is why the report is not what it must be; empty: it is.
func (o *outcome) lostReport() string {
	nothing := strings.Contains(o.said, "before anything was measured") || strings.Contains(o.said, "error: starting the browser") || strings.Contains(o.said, "error: the target ")
	old := string(o.report) == yesterday
	switch {
	case o.report == nil && nothing && !o.old, old && nothing && o.old:
		return ""
	case o.report == nil:
		return "there is none: " + last(o.said)
	case old:
		return "it is that of yesterday: " + last(o.said)
	}
	var r struct {
		Version int `json:"version"`
		Counts  struct {
			Checks int `json:"checks"`
			Fail   int `json:"fail"`
		} `json:"counts"`
		Results []json.RawMessage `json:"results"`
	}
	if err := json.Unmarshal(o.report, &r); err != nil {
		return err.Error()
	}
	if len(r.Results) == 0 || len(r.Results) != r.Counts.Checks {
		return fmt.Sprintf("%d results of %d checks", len(r.Results), r.Counts.Checks)
	}
	if o.right && r.Counts.Fail > 0 {
		return fmt.Sprintf("%d failures in the report of a right server", r.Counts.Fail)
	}
	return ""
}

// last are the last words of a run.
func last(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}

// keep keeps what a run said and wrote, where somebody wants it.
func (s *soak) keep(o *outcome) {
	dir := os.Getenv("KEEP")
	if dir == "" || os.MkdirAll(dir, 0o755) != nil {
		return
	}
	base := filepath.Join(dir, strconv.Itoa(s.runs))
	_, _ = os.WriteFile(base+".txt", []byte(o.said), 0o644), os.WriteFile(base+".json", o.report, 0o644)
}

// leftovers are what a run must not leave: processes, temporary files, files beside its report.
func (s *soak) leftovers(o *outcome, temp, work string) {
	name := fmt.Sprintf("run %d (%s): ", s.runs, o.plan)
	var alive []int
	for range 50 { // what was killed takes a moment
		if alive = processes(temp); len(alive) == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, pid := range alive {
		s.left = append(s.left, fmt.Sprintf("%sprocess %d", name, pid))
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	for _, dir := range []string{temp, work} {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if e.Name() != "r.json" {
				s.left = append(s.left, name+filepath.Join(filepath.Base(dir), e.Name()))
			}
		}
	}
}

// processes are those whose command line names a folder.
func processes(dir string) []int {
	var list []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		if line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")); err == nil && strings.Contains(string(line), dir) {
			list = append(list, pid)
		}
	}
	return list
}

func sorted(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
