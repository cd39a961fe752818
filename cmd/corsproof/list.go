package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/roster"
)

// listFlags are about runs of several targets.
type listFlags struct {
	targets  string
	results  string
	resume   bool
	parallel int
}

func (f *listFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.targets, "targets", "", "hold each URL of the list in `FILE`, one on a line, to the policy (- for standard input)")
	fs.StringVar(&f.results, "results", "", "with several targets: add a line of JSON to `FILE` for each as it is done (- for standard output)")
	fs.BoolVar(&f.resume, "resume", false, "with --results: go on from FILE, and leave out what it has")
	fs.IntVar(&f.parallel, "parallel", 1, "with several targets: how many are looked at at once; of a host elsewhere one")
}

// given tells whether one of the flags asks for a run of several targets.
func (f *listFlags) given() bool { return f.targets != "" || f.results != "" || f.resume }

// conflicts is what is wrong with the flags for a run of several targets.
func (f *runFlags) conflicts(cmd *cobra.Command, urls []string) error {
	for _, u := range urls {
		if err := checkAddress(u); err != nil {
			return err
		}
	}
	switch {
	case f.targets != "" && len(urls) > 0:
		return usage(errors.New("URLs and --targets both name the targets"), "leave one of them out")
	case f.targets == "" && len(urls) == 0:
		return usage(errors.New("--results and --resume are for a run of several targets, and none was named"), "corsproof run URL... --results FILE, or --targets LIST --results FILE")
	case f.adapter != "":
		return usage(errors.New("URLs and --adapter name several targets"), "leave one of them out")
	case f.outputFlags.standard():
		return usage(errors.New("several URLs have a report each, which standard output cannot hold"), "give files, of which each gets a number: report.json is report-1.json, report-2.json", "--results - writes a line of JSON for each")
	case f.baselineFlags.file != "":
		return usage(errors.New("--baseline is about one target, or about a project"), "leave it out, or make the URLs endpoints of a project: corsproof init")
	case f.watching():
		return usage(errors.New("--watch is for one target, or for a project"), "leave it out, or make the URLs endpoints of a project: corsproof init")
	case f.resume && (f.results == "" || f.results == "-"):
		return usage(errors.New("--resume goes on from the file of --results, and none was named"), "--results FILE --resume")
	case f.targets != "" && f.shard != "":
		return usage(errors.New("--shard is for a run of one target"), "share out the lines of the list, as split -n l/4 does")
	case f.targets == "" && f.parallel > 1:
		return usage(errors.New("--parallel is for --targets: each URL of the command line has a page of its own"), "leave it out, or put the URLs into a list")
	case f.parallel < 1:
		return usage(fmt.Errorf("--parallel %d is not a number of targets", f.parallel), "1 or more")
	case f.parallel > 1 && len(f.allowHosts) > 0:
		return usage(errors.New("--parallel and --allow-host: several targets at once would redirect to the same server, which would get more than --rate"), "leave one of them out")
	}
	_, err := f.projectFlags.find(cmd, &f.targetFlags, []string{"a list"})
	return err
}

// entries gives the targets: those of the command line, or of the list. close closes the list.
func (f *runFlags) entries(cmd *cobra.Command, urls []string) (next func() (roster.Entry, error), name string, closeList func(), err error) {
	closeList = func() {}
	switch f.targets {
	case "":
		i := 0
		return func() (roster.Entry, error) {
			if i++; i > len(urls) {
				return roster.Entry{}, io.EOF
			}
			return roster.Entry{Line: i, URL: urls[i-1]}, nil
		}, "", closeList, nil
	case "-":
		return checked(roster.NewList("standard input", cmd.InOrStdin())), "standard input", closeList, nil
	}
	file, err := os.Open(f.targets)
	if err != nil {
		return nil, "", closeList, usage(fmt.Errorf("reading the list of targets: %w", err), "a file with a URL on each line")
	}
	return checked(roster.NewList(f.targets, file)), f.targets, func() { _ = file.Close() }, nil
}

// checked are the entries of a list whose lines are URLs of servers.
func checked(list *roster.List) func() (roster.Entry, error) {
	return func() (roster.Entry, error) {
		e, err := list.Next()
		if err != nil {
			return e, err
		}
		if err := checkAddress(e.URL); err != nil {
			what := err.Error()
			if s, ok := errors.AsType[*status](err); ok && len(s.hints) > 0 {
				what += "; " + s.hints[0]
			}
			return e, &roster.BadLine{List: list.Name, Line: e.Line, What: what}
		}
		return e, nil
	}
}

// settings are what results depend on: those of a run that goes on must be the same. A token
// may be another by then, so that only the names of what goes with requests count.
func (f *runFlags) settings(table *cases.Table, policy *cases.Policy, o *ask.Options) roster.Header {
	h := roster.Header{Version: roster.Version, Settings: map[string]string{
		"version": toolVersion(), "cases": table.Hash(), "policy": "that of the contract",
		"checks":  strings.Join(slices.Concat([]string{"level " + f.level}, f.focus, prefixed("not ", f.skip)), ", "),
		"browser": f.browser, "strict": fmt.Sprint(f.strict), "requests": requestsOf(f, o),
	}}
	if policy != nil {
		text, _ := json.Marshal(policy) // plain data: it cannot fail
		h.Settings["policy"] = fmt.Sprintf("%s (%.4x)", report.Held(policy), sha256.Sum256(text))
	}
	return h
}

func prefixed(before string, list []string) []string {
	out := make([]string, len(list))
	for i, text := range list {
		out[i] = before + text
	}
	return out
}

// requestsOf is how requests are made, without what is secret.
func requestsOf(f *runFlags, o *ask.Options) string {
	parts := []string{cmp.Or(o.QuestionMethod(), "GET")}
	for _, field := range slices.Concat(o.Page, o.Gate) {
		parts = append(parts, "field "+strings.ToLower(field.Name))
	}
	for _, c := range o.Cookies {
		parts = append(parts, "cookie "+c.Name)
	}
	for name, list := range map[string][]string{"serves ": o.Serves, "allow-method ": f.allowMethods, "allow-host ": f.allowHosts} {
		parts = append(parts, prefixed(name, list)...)
	}
	slices.Sort(parts[1:])
	if f.noChanges {
		parts = append(parts, "no-changes")
	}
	if f.webSocket != "" {
		parts = append(parts, "websocket "+f.webSocket)
	}
	return strings.Join(parts, ", ")
}

// keep opens the file of results; nil where none is asked for.
func (f *runFlags) keep(cmd *cobra.Command, h roster.Header) (*roster.File, error) {
	var file *roster.File
	var err error
	switch {
	case f.results == "":
		return nil, nil
	case f.results == "-":
		file, err = roster.To(cmd.OutOrStdout(), h)
	case f.resume:
		file, err = roster.Resume(f.results, h)
	default:
		file, err = roster.Create(f.results, h)
	}
	switch {
	case errors.Is(err, roster.ErrThere):
		return nil, usage(fmt.Errorf("opening the file of --results: %w", err), "--resume goes on from there; or name another file")
	case errors.Is(err, roster.ErrOther):
		return nil, usage(fmt.Errorf("going on from %w", err), "a run with --resume needs the flags of the run that it continues; or name another file")
	case err != nil:
		return nil, usage(fmt.Errorf("opening the file of --results: %w", err))
	}
	return file, nil
}
