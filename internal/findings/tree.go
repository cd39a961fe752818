package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/corsproof/corsproof/internal/matrix"
)

const fileName = "FINDINGS.md"

// tree is the comparison and the findings beside its adapters, in the
// comparison's order.
type tree struct {
	matrix *matrix.Matrix
	rows   []*row
	docs   []*document
	// ahead are adapters with findings that the comparison does not have yet.
	ahead []string
}

// load reads both. An adapter without findings has an empty document.
func load(results, dir string) (*tree, error) {
	m, err := matrix.Read(results)
	if err != nil {
		return nil, err
	}
	t := &tree{matrix: m}
	for i := range m.Frameworks {
		r := newRow(m, &m.Frameworks[i])
		path := filepath.Join(dir, r.name, fileName)
		text, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		d, err := parse(path, string(text))
		if err != nil {
			return nil, err
		}
		t.rows, t.docs = append(t.rows, r), append(t.docs, d)
	}
	t.ahead, err = t.without(dir)
	return t, err
}

// without are the adapters that have findings and no row: they are newer than
// the comparison. What they say is read, and cannot be checked against anything.
func (t *tree) without(dir string) (names []string, err error) {
	paths, _ := filepath.Glob(filepath.Join(dir, "*", fileName)) // the pattern is well formed
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path))
		if slices.ContainsFunc(t.rows, func(r *row) bool { return r.name == name }) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		if _, err := parse(path, string(text)); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// problems of all files.
func (t *tree) problems() []problem {
	elsewhere := t.explained()
	var list []problem
	for i, d := range t.docs {
		list = append(list, d.holds(t.rows[i], elsewhere)...)
	}
	return list
}

// draft drafts for one framework.
func (t *tree) draft(out io.Writer, name string) error {
	for i, r := range t.rows {
		if r.name == name {
			draft(out, t.docs[i], r)
			return nil
		}
	}
	return fmt.Errorf("drafting findings: the comparison has no framework %q", name)
}

// explained is, for each case, a section of some file that explains it.
func (t *tree) explained() map[string]string {
	found := map[string]string{}
	for _, d := range t.docs {
		for _, s := range d.sections {
			for _, c := range s.checks {
				found[c.Case] = fmt.Sprintf("%s:%d: %s", d.path, s.line, s.title)
			}
		}
	}
	return found
}

// write corrects the files that need it.
func (t *tree) write(out io.Writer, drop bool) error {
	for i, d := range t.docs {
		before := d.String()
		for _, note := range d.correct(t.rows[i], drop) {
			fmt.Fprintf(out, "%s: %s\n", d.path, note)
		}
		after := d.String()
		if after == before {
			continue
		}
		if err := os.WriteFile(d.path, []byte(after), 0o644); err != nil {
			return fmt.Errorf("writing findings: %w", err)
		}
		// Lines have moved.
		again, err := parse(d.path, after)
		if err != nil {
			return err
		}
		t.docs[i] = again
	}
	return nil
}
