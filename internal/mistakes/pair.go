// Package mistakes proves fixes: each configuration with a mistake must be found to have it, by
// its cause, and the one beside it, without the mistake, must be found right. The pairs are
// in the directories mistakes/ of adapters; testdata/frameworks/README.md describes them.
package mistakes

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/adapter"
)

// PolicyFile is what the pairs are held to that have no policy of their own, beside the
// adapters' directories.
const PolicyFile = "mistakes.policy.yaml"

// Pair is one mistake and its fix.
type Pair struct {
	Adapter string
	// Name is the directory's: the cause, and a suffix where there are several with it.
	Name  string
	Cause string
	// Broken and Fixed are the paths of the two files.
	Broken, Fixed string
	Policy        cases.Policy
	Exceptions
}

// Exceptions are what expect.yaml beside the two files has, and that of the directory mistakes for
// all pairs, where the cause is not all that is found.
type Exceptions struct {
	// Also are further causes that are true of the broken one, with the reason.
	Also map[string]string `yaml:"also"`
	// Known are findings of the framework that both have, with the reason.
	Known map[string]string `yaml:"known"`
}

// Find reads the pairs of an adapter, in the order of their names. The error joins what is
// wrong with each.
func Find(m *adapter.Manifest) ([]Pair, error) {
	dir := filepath.Join(m.Dir, adapter.MistakesDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the mistakes of %s: %w", m.Name, err)
	}
	var pairs []Pair
	var wrong []error
	for _, e := range entries {
		if !e.IsDir() { // what serves the others may be there too
			continue
		}
		p, err := read(m, e.Name())
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", filepath.Join(dir, e.Name()), err))
		}
		pairs = append(pairs, p)
	}
	return pairs, errors.Join(wrong...)
}

func read(m *adapter.Manifest, name string) (p Pair, err error) {
	dir := filepath.Join(m.Dir, adapter.MistakesDir, name)
	p = Pair{Adapter: m.Name, Name: name}
	p.Cause, _, _ = strings.Cut(name, "--")
	if cases.FindCause(p.Cause) == nil {
		return p, fmt.Errorf("%s is no cause; corsproof causes lists them", p.Cause)
	}
	if p.Broken, err = only(dir, "broken.*"); err != nil {
		return p, err
	}
	if p.Fixed, err = only(dir, "fixed.*"); err != nil {
		return p, err
	}
	if p.Policy, err = policy(dir, filepath.Join(m.Dir, "..", PolicyFile)); err != nil {
		return p, err
	}
	for _, dir := range []string{filepath.Dir(dir), dir} {
		if err := p.expect(filepath.Join(dir, "expect.yaml")); err != nil {
			return p, err
		}
	}
	return p, nil
}

// only is the one file that matches.
func only(dir, glob string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, glob))
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("there are %d files %s, and there must be one", len(found), glob)
	}
	return found[0], nil
}

// policy is that of policy.yaml in dir, or the common one.
func policy(dir, common string) (cases.Policy, error) {
	file := filepath.Join(dir, "policy.yaml")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		file = common
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return cases.Policy{}, err
	}
	return cases.ParsePolicy(file, data)
}

func (p *Pair) expect(file string) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := yaml.Load(data, &p.Exceptions, yaml.WithKnownFields()); err != nil { // mappings are joined
		return err
	}
	for _, list := range []map[string]string{p.Also, p.Known} {
		for id, reason := range list {
			if strings.TrimSpace(reason) == "" {
				return fmt.Errorf("%s: %s needs the reason", file, id)
			}
		}
	}
	return nil
}
