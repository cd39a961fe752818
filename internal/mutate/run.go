package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// outcome is what became of a mutant.
type outcome string

const (
	killed   outcome = "killed"
	survived outcome = "SURVIVED"
	late     outcome = "killed by time" // the tests did not come to an end
	invalid  outcome = "does not build" // not counted
)

// tester runs the tests of packages against a changed file, which is in an
// overlay: the working tree is never touched.
type tester struct {
	dir   string // of the module
	work  string // for overlays
	limit time.Duration
}

// baseline runs the tests as they are, and gives the time that they took.
func (t *tester) baseline(ctx context.Context, packages []string) (time.Duration, error) {
	began := time.Now()
	out, err := t.test(ctx, "", packages)
	if err != nil {
		return 0, fmt.Errorf("the tests of %s fail without any mutant: %w\n%s", strings.Join(packages, ", "), err, out)
	}
	return time.Since(began), nil
}

// try runs the tests against a mutant, package after package.
func (t *tester) try(ctx context.Context, m *mutant, packages []string) (outcome, error) {
	source, err := os.ReadFile(filepath.Join(t.dir, m.File))
	if err != nil {
		return "", err
	}
	overlay, err := t.overlay(m.File, m.apply(source))
	if err != nil {
		return "", err
	}
	for _, p := range packages {
		limited, cancel := context.WithTimeout(ctx, t.limit)
		out, err := t.test(limited, overlay, []string{p})
		over := limited.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return "", ctx.Err()
		case err == nil:
		case over, strings.Contains(out, "panic: test timed out"):
			return late, nil
		case strings.Contains(out, "[build failed]"), strings.Contains(out, "[setup failed]"):
			return invalid, nil
		default:
			return killed, nil
		}
	}
	return survived, nil
}

// overlay writes the files that make the go command read the mutant.
func (t *tester) overlay(file string, source []byte) (string, error) {
	changed, list := filepath.Join(t.work, "mutant.go"), filepath.Join(t.work, "overlay.json")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(t.dir, file): changed}})
	if err != nil {
		return "", err
	}
	return list, errors.Join(os.WriteFile(changed, source, 0o600), os.WriteFile(list, text, 0o600))
}

func (t *tester) test(ctx context.Context, overlay string, packages []string) (string, error) {
	args := []string{"test", "-vet=off", "-count=1", "-failfast"}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, packages...)...)
	cmd.Dir = t.dir
	// A browser would be slow, and tells little of what is mutated.
	cmd.Env = append(os.Environ(), "CORSPROOF_CHROME=/nonexistent")
	cmd.WaitDelay = 5 * time.Second
	ownGroup(cmd)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// record is a line of the file that a run goes on from.
type record struct {
	Key     string  `json:"key"`
	Mutant  string  `json:"mutant"`
	Outcome outcome `json:"outcome"`
}

// key names a mutant as long as its file stays the same. Tests that changed
// meanwhile are not noticed: --fresh begins anew.
func (m *mutant) key(source []byte) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d\x00%s\x00%s", m.File, m.start, m.end, m.New, source))
	return hex.EncodeToString(sum[:12])
}
