package adapter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// InstallError is a failed install command.
type InstallError struct {
	Adapter string
	Command string
	Log     string // the file with everything that was printed
	Tail    string // its end
	Err     error
}

func (e *InstallError) Error() string {
	return fmt.Sprintf("installing %s: %q failed: %v (log: %s)%s", e.Adapter, e.Command, e.Err, e.Log, indented(e.Tail))
}

func (e *InstallError) Unwrap() error { return e.Err }

// Cache is the directory given to the commands as CORSPROOF_CACHE: NAME below
// root, or .build in the adapter's own directory when root is empty.
func (m *Manifest) Cache(root string) string {
	if root == "" {
		return filepath.Join(m.Dir, ".build")
	}
	if abs, err := filepath.Abs(root); err == nil {
		root = abs
	}
	return filepath.Join(root, m.Name)
}

// InstallTime is how long the commands of an install ran, waiting for others
// not counted; 0 when it was done before.
type InstallTime time.Duration

func (t InstallTime) String() string {
	if t == 0 {
		return "installed before"
	}
	return fmt.Sprintf("installed in %.1f s", time.Duration(t).Seconds())
}

// Install runs the install commands, unless that was done before for the same
// content of the manifest, the adapter's files, its lock files among them, and
// the inputs. Everything printed goes to install.log in cache (see Cache). It is
// safe to call from several processes. The error is an *InstallError when a command failed.
func (m *Manifest) Install(ctx context.Context, cache string) (InstallTime, error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return 0, fmt.Errorf("installing %s: %w", m.Name, err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(cache, "lock")).Lock()
	if err != nil {
		return 0, fmt.Errorf("installing %s: waiting for another install of it: %w", m.Name, err)
	}
	defer unlock()
	hash, err := m.Hash()
	if err != nil {
		return 0, fmt.Errorf("installing %s: reading its files: %w", m.Name, err)
	}
	stamp := filepath.Join(cache, "installed")
	if done, err := os.ReadFile(stamp); err == nil && string(done) == hash && m.hasOutputs() {
		return 0, nil
	}
	if err := os.RemoveAll(stamp); err != nil {
		return 0, fmt.Errorf("installing %s: %w", m.Name, err)
	}
	started := time.Now()
	if err := m.runAll(ctx, cache, "install.log", m.InstallCommands); err != nil {
		return 0, err
	}
	if err := os.WriteFile(stamp, []byte(hash), 0o644); err != nil {
		return 0, fmt.Errorf("installing %s: %w", m.Name, err)
	}
	return InstallTime(time.Since(started)), nil
}

// runAll runs commands of an install, whose output goes to the file name in cache.
func (m *Manifest) runAll(ctx context.Context, cache, name string, commands []string) error {
	path := filepath.Join(cache, name)
	log, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("installing %s: %w", m.Name, err)
	}
	defer func() { _ = log.Close() }()
	for _, command := range commands {
		_, _ = fmt.Fprintf(log, "$ %s\n", command)
		cmd := m.command(ctx, cache, command)
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return &InstallError{m.Name, command, path, tail(path), err}
		}
	}
	return nil
}

// AskVersion runs the version command. Call it after Install.
func (m *Manifest) AskVersion(ctx context.Context, cache string) (string, error) {
	cmd := m.command(ctx, cache, m.VersionCommand)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("asking for the version of %s with %q: %w%s", m.Name, m.VersionCommand, err, indented(stderr.String()))
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if line == "" {
		return "", fmt.Errorf("asking for the version of %s: %q printed nothing", m.Name, m.VersionCommand)
	}
	return line, nil
}

func (m *Manifest) hasOutputs() bool {
	return !slices.ContainsFunc(m.Outputs, func(path string) bool {
		_, err := os.Stat(filepath.Join(m.Dir, path))
		return err != nil
	})
}

// Hash is over the names and the content of all that the install depends on.
func (m *Manifest) Hash() (string, error) {
	sum := sha256.New()
	for _, root := range append([]string{"."}, m.Inputs...) {
		if err := m.hashTree(sum, filepath.Join(m.Dir, root)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (m *Manifest) hashTree(sum io.Writer, root string) error {
	return m.walk(m.Dir, root, func(rel, path string) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		content := sha256.New()
		if _, err := io.Copy(content, file); err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%s\x00%x\n", filepath.ToSlash(rel), content.Sum(nil))
		return err
	})
}

// generated are directories that tools leave behind.
var generated = map[string]bool{".build": true, ".git": true, "node_modules": true, "target": true, "__pycache__": true, ".venv": true}
