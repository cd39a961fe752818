package cases

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Table is everything that was loaded: policies, groups and cases, in a stable
// order (policies as in policies.yaml; groups by name, those of users' directories
// after; cases as in their files).
type Table struct {
	Policies []Policy
	Groups   []Group
	Cases    []Case
	Anchors  Anchors

	programs programs
}

// Group is one file of cases.
type Group struct {
	Name     string   `json:"name"` // the file's name without .yaml
	Doc      string   `json:"doc"`
	Prefixes []string `json:"prefixes"`           // how ids of its cases begin
	Formerly []string `json:"formerly,omitempty"` // what it was called before
	File     string   `json:"file"`
}

// Source is a directory of case files.
type Source struct {
	FS  fs.FS
	Dir string // within FS; "" means "."
	// Label comes before file names in messages; "" means Dir.
	Label string
}

//go:embed data/*.yaml
var embedded embed.FS

// Names of the files in a source that hold no group.
const (
	policiesFile = "policies.yaml"
	anchorsFile  = "anchors.yaml"
)

// Load loads the embedded table, and after it the case files (and, where
// there is a policies.yaml, the policies) of more sources: users' own cases. The
// error is a Problems with every mistake found, or says which directory could
// not be read. The embedded table is read once: what the entries of two tables
// point to is shared, and must not be changed.
func Load(more ...Source) (*Table, error) {
	if len(more) > 0 {
		return load(append([]Source{embeddedSource}, more...), true)
	}
	t, err := loadEmbedded()
	if err != nil {
		return nil, err
	}
	own := *t
	own.Policies, own.Groups, own.Cases = slices.Clone(t.Policies), slices.Clone(t.Groups), slices.Clone(t.Cases)
	return &own, nil
}

var embeddedSource = Source{FS: embedded, Dir: "data", Label: "cases/data"}

// loadEmbedded does not check what a test has checked: that takes as long as to read it.
var loadEmbedded = sync.OnceValues(func() (*Table, error) { return load([]Source{embeddedSource}, false) })

// LoadDir loads a table from a directory alone, without the embedded one. The
// directory must hold a policies.yaml. Without an anchors.yaml the embedded
// index is used.
func LoadDir(fsys fs.FS, dir string, more ...Source) (*Table, error) {
	return load(append([]Source{{FS: fsys, Dir: dir}}, more...), true)
}

// load reads all sources and then, unless that is known, checks whether they are right together.
func load(sources []Source, check bool) (*Table, error) {
	l := &loader{table: &Table{programs: programs{}}}
	for i, src := range sources {
		if err := l.source(src, i > 0); err != nil {
			return nil, err
		}
	}
	if len(l.table.Policies) == 0 && len(l.problems) == 0 {
		return nil, fmt.Errorf("load %s: there is no %s, so that no case can run", sources[0].Dir, policiesFile)
	}
	if l.table.Anchors.byKey == nil {
		l.table.Anchors = standardAnchors()
	}
	if check {
		l.check()
	} else {
		l.parseTemplates()
	}
	slices.SortStableFunc(l.problems, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line))
	})
	if err := l.problems.orNil(); err != nil {
		return nil, err
	}
	return l.table, nil
}

// loader is one load under way.
type loader struct {
	table    *Table
	problems Problems
	cases    []loadedCase // parallel to table.Cases
}

// loadedCase is what the checks need to know of a case besides itself.
type loadedCase struct {
	places places
	failed []string // what could not be decoded
	short  bool     // written without steps
	user   bool     // from a user's directory
	prefix []string
}

func (l *loader) decoder(file string) *decoder {
	return &decoder{reporter: reporter{file: file, list: &l.problems}}
}

// source reads one directory.
func (l *loader) source(src Source, user bool) error {
	if src.Dir == "" {
		src.Dir = "."
	}
	if src.Label == "" {
		src.Label = src.Dir
	}
	entries, err := fs.ReadDir(src.FS, src.Dir)
	if err != nil {
		return fmt.Errorf("read the case files of %s: %w", src.Label, err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return e.IsDir() || path.Ext(e.Name()) != ".yaml" && path.Ext(e.Name()) != ".yml"
	})
	if len(entries) == 0 {
		return fmt.Errorf("read the case files of %s: %w", src.Label, errNoFiles)
	}
	var parsing sync.WaitGroup
	defer parsing.Wait()
	documents := make([]func() (*yaml.Node, error), len(entries))
	for i, e := range entries {
		data, err := readFile(src.FS, path.Join(src.Dir, e.Name()))
		if err != nil {
			return fmt.Errorf("read the case file %s: %w", path.Join(src.Label, e.Name()), err)
		}
		documents[i] = sync.OnceValues(func() (*yaml.Node, error) { return parseYAML(data) })
		parsing.Go(func() { _, _ = documents[i]() })
	}
	for i, e := range entries {
		d := l.decoder(path.Join(src.Label, e.Name()))
		root := d.root(documents[i]())
		switch e.Name() {
		case policiesFile:
			l.policies(d, root)
		case anchorsFile:
			l.table.Anchors = decodeAnchors(d, root)
		default:
			l.group(d, root, e.Name(), user)
		}
	}
	return nil
}

var errNoFiles = errors.New("there is no .yaml file")

// Policy is the policy of that name, nil when there is none.
func (t *Table) Policy(name string) *Policy {
	if i := slices.IndexFunc(t.Policies, func(p Policy) bool { return p.Name == name }); i >= 0 {
		return &t.Policies[i]
	}
	return nil
}

// Case is the case with that id, nil when there is none.
func (t *Table) Case(id string) *Case {
	if i := slices.IndexFunc(t.Cases, func(c Case) bool { return c.ID == id || slices.Contains(c.Formerly, id) }); i >= 0 {
		return &t.Cases[i]
	}
	return nil
}

func (t *Table) policyNames() []string {
	names := make([]string, len(t.Policies))
	for i, p := range t.Policies {
		names[i] = p.Name
	}
	return names
}

func stem(file string) string { return strings.TrimSuffix(path.Base(file), path.Ext(file)) }
