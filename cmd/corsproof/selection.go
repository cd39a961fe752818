package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/harness"
)

// selectionFlags choose which checks run.
type selectionFlags struct {
	focus, skip []string
	level       string
	casesDirs   []string
}

func (f *selectionFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringArrayVar(&f.focus, "focus", nil, "only checks that match the `GLOB`: CASE, CASE/POLICY, GROUP or GROUP/CASE (repeatable)")
	fs.StringArrayVar(&f.skip, "skip", nil, "leave out checks that match the `GLOB` (repeatable)")
	fs.StringVar(&f.level, "level", "info", "the lowest level to run: must, should, practice or info")
	fs.StringArrayVar(&f.casesDirs, "cases", nil, "add the case files of `DIR` (repeatable)")
}

// load loads the embedded table and the user's own cases.
func (f *selectionFlags) load() (*cases.Table, error) {
	var more []cases.Source
	for _, dir := range f.casesDirs {
		if info, err := os.Stat(dir); err != nil {
			return nil, usage(fmt.Errorf("reading the cases of --cases: %w", err))
		} else if !info.IsDir() {
			return nil, usage(fmt.Errorf("reading the cases of --cases: %s is a file", dir), "--cases takes the directory that holds the case files")
		}
		more = append(more, cases.Source{FS: os.DirFS(dir), Label: dir})
	}
	table, err := cases.Load(more...)
	if err != nil {
		return nil, usage(err, "corsproof cases --schema prints the form of case files")
	}
	return table, nil
}

// checks are those of the target that were asked for.
func (f *selectionFlags) checks(table *cases.Table, target *harness.Target) ([]cases.Check, error) {
	checks, err := f.filter(target.Expand(table))
	if err != nil {
		return nil, err
	}
	if len(checks) == 0 {
		return nil, usage(errors.New("no check was selected"), "see --focus, --skip and --level; corsproof cases lists the cases")
	}
	return checks, nil
}

func (f *selectionFlags) filter(checks []cases.Check) ([]cases.Check, error) {
	checks, err := cases.Select(checks, f.focus, f.skip)
	if err != nil {
		return nil, usage(err, "corsproof cases lists the cases")
	}
	levels := []cases.Level{cases.Must, cases.Should, cases.Practice, cases.Info}
	lowest := slices.Index(levels, cases.Level(f.level))
	if lowest < 0 {
		return nil, usage(fmt.Errorf("--level %q is not one of must, should, practice and info", f.level))
	}
	return slices.DeleteFunc(checks, func(c cases.Check) bool { return slices.Index(levels, c.Case.Level) > lowest }), nil
}

// cases reduces a table to the cases that were asked for.
func (f *selectionFlags) cases(table *cases.Table) (*cases.Table, error) {
	checks, err := f.filter(table.Expand(table.Policies, false, cases.Env{}))
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, c := range checks {
		wanted[c.Case.ID] = true
	}
	out := *table
	out.Cases = slices.DeleteFunc(slices.Clone(table.Cases), func(c cases.Case) bool { return !wanted[c.ID] })
	return &out, nil
}

// find is the case of that id; the error names what somebody may have meant.
func find(table *cases.Table, id string) (*cases.Case, error) {
	if c := table.Case(id); c != nil {
		return c, nil
	}
	_, err := cases.Select(table.Expand(table.Policies, false, cases.Env{}), []string{id}, nil)
	if err == nil {
		return nil, usage(fmt.Errorf("%q names several cases", id), fmt.Sprintf("corsproof cases --focus '%s' lists them", id))
	}
	return nil, usage(err, "corsproof cases lists them all")
}
