package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/internal/baseline"
	"github.com/corsproof/corsproof/internal/block"
	"github.com/corsproof/corsproof/internal/report"
)

// baselineFlags say what is known and stays for now.
type baselineFlags struct {
	file   string
	update bool
}

func (f *baselineFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.file, "baseline", "", "do not fail for what is listed in `FILE` (YAML), and fail for what is listed and no longer wrong")
	fs.BoolVar(&f.update, "update-baseline", false, "write to the baseline what is wrong now, and take off what is not")
}

// open reads the list; nil where there is none.
func (f *baselineFlags) open() (*baseline.File, error) {
	switch {
	case f.file == "" && f.update:
		return nil, usage(errors.New("--update-baseline needs to know the file"), "--baseline FILE, or baseline: FILE in corsproof.yaml")
	case f.file == "":
		return nil, nil
	}
	list, err := baseline.Load(f.file, f.update)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, usage(err, "--update-baseline writes it")
	case err != nil:
		return nil, usage(err, "an entry is {id: CAUSE or a glob of checks, reason: why it stays, expires: 2027-01-31}")
	}
	return list, nil
}

// scope is how much of the list a run could show.
func scope(rep *report.Report, chosen bool) baseline.Scope {
	return baseline.Scope{
		Whole:   !chosen && rep.Stopped == nil && len(rep.Troubled()) == 0 && len(rep.AgentErrors) == 0,
		Browser: len(rep.Agents) > 1,
	}
}

// settle looks what of the list is out of date after a run, or writes it anew. chosen
// tells that checks were left out on purpose. A shard says nothing of it: what passes there
// may fail in another.
func (f *baselineFlags) settle(list *baseline.File, rep *report.Report, chosen, strict bool) (note string, err error) {
	if list == nil || rep.Shard != nil {
		return "", nil
	}
	s := scope(rep, chosen)
	if !f.update {
		list.Settle(rep, inRepository(f.file), s)
		return "", nil
	}
	if rep.Stopped != nil || len(rep.Troubled()) > 0 || len(rep.AgentErrors) > 0 {
		return fmt.Sprintf("%s stays as it is: the run did not come to its end", f.file), nil
	}
	text, change, err := list.Update(rep, s, strict)
	if err != nil {
		return "", usage(err)
	}
	if err := writeFile(f.file, text); err != nil {
		return "", &status{code: exitUsage, err: fmt.Errorf("writing the baseline: %w", err)}
	}
	anew, err := baseline.Parse(f.file, text)
	if err != nil {
		return "", usage(err)
	}
	for i := range rep.Results {
		rep.Results[i].Known = ""
	}
	anew.Apply(rep, time.Now())
	anew.Settle(rep, inRepository(f.file), s)
	return fmt.Sprintf("%s: %s", f.file, change), nil
}

// stale is the exit status of a run whose list is out of date.
func stale(rep *report.Report) error {
	if rep.Baseline == nil || len(rep.Baseline.Stale) == 0 {
		return nil
	}
	return &status{code: exitFailures, err: fmt.Errorf("%s of the baseline %s out of date", block.Count(len(rep.Baseline.Stale), "entry"), map[bool]string{true: "is", false: "are"}[len(rep.Baseline.Stale) == 1]),
		hints: []string{"--update-baseline takes off what is no longer wrong"}}
}
