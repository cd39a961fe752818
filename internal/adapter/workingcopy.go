package adapter

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// workingCopy is an adapter's directory with a release's files laid over it.
type workingCopy struct {
	manifest     *Manifest
	overlay, dir string
}

// update writes what differs and removes what is no longer there; what an
// install left in the copy stays. It is safe to call from several processes.
func (w workingCopy) update() error {
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(w.dir, "..", "lock")).Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := w.share(); err != nil {
		return err
	}
	wanted, err := w.files()
	if err != nil {
		return err
	}
	if err := w.sweep(wanted); err != nil {
		return err
	}
	for rel, source := range wanted {
		if err := w.write(rel, source); err != nil {
			return err
		}
	}
	return nil
}

// share makes ../shared what it is for the adapter itself.
func (w workingCopy) share() error {
	shared, err := filepath.EvalSymlinks(filepath.Join(w.manifest.Dir, "..", "shared"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	link := filepath.Join(w.dir, "..", "shared")
	if to, err := os.Readlink(link); err == nil && to == shared {
		return nil
	}
	if err := os.RemoveAll(link); err != nil {
		return err
	}
	return os.Symlink(shared, link)
}

// files are the copy's files by their names, each with where it comes from.
func (w workingCopy) files() (map[string]string, error) {
	wanted := map[string]string{}
	for _, root := range []string{w.manifest.Dir, w.overlay} {
		err := w.manifest.walk(root, root, func(rel, path string) error {
			wanted[rel] = path
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return wanted, nil
}

// sweep removes the copy's files that are no longer wanted.
func (w workingCopy) sweep(wanted map[string]string) error {
	return w.manifest.walk(w.dir, w.dir, func(rel, path string) error {
		if _, ok := wanted[rel]; ok {
			return nil
		}
		return os.Remove(path)
	})
}

func (w workingCopy) write(rel, source string) error {
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if rel == ManifestFile {
		if content, err = w.describe(source, content); err != nil {
			return err
		}
	}
	path := filepath.Join(w.dir, rel)
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, info.Mode().Perm())
}

// describe is the copy's manifest, of which source holds a part or all.
func (w workingCopy) describe(source string, content []byte) ([]byte, error) {
	base := filepath.Join(w.manifest.Dir, ManifestFile)
	if source == base {
		return overlaid(content)
	}
	below, err := os.ReadFile(base)
	if err != nil {
		return nil, err
	}
	return overlaid(below, content)
}

// walk visits the files below root that an adapter consists of: neither what tools or
// the install left, nor the files of releases and mistakes, nor prose. Names are relative to from.
func (m *Manifest) walk(from, root string, visit func(rel, path string) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && (generated[entry.Name()] || rel == ReleasesDir || rel == MistakesDir || slices.Contains(m.Outputs, rel)) {
				return filepath.SkipDir
			}
			return nil
		}
		// Findings and the like say nothing about the build.
		if !entry.Type().IsRegular() || filepath.Ext(path) == ".md" || slices.Contains(m.Outputs, rel) {
			return nil
		}
		return visit(rel, path)
	})
}
