package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/secret"
)

// many runs against one server after another, each held to the same policy, with a page and
// reports of its own. The exit status is that of the gravest end.
func (f *runFlags) many(ctx context.Context, cmd *cobra.Command, urls []string) error {
	if f.adapter != "" {
		return usage(errors.New("URLs and --adapter name several targets"), "leave one of them out")
	}
	if f.outputFlags.standard() {
		return usage(errors.New("several URLs have a report each, which standard output cannot hold"), "give files, of which each gets a number: report.json is report-1.json, report-2.json")
	}
	codes := make([]int, 0, len(urls))
	for i, url := range urls {
		if ctx.Err() != nil {
			break
		}
		one := *f
		one.outputFlags = f.outputFlags.numbered(i + 1)
		if i > 0 {
			fmt.Fprintln(cmd.OutOrStdout())
		}
		codes = append(codes, say(cmd.ErrOrStderr(), one.run(ctx, cmd, []string{url})))
	}
	fmt.Fprintf(cmd.OutOrStdout(), "\n%d of %d URLs:\n", len(codes), len(urls))
	for i, code := range codes {
		fmt.Fprintf(cmd.OutOrStdout(), "  %-34s %s\n", ends[code], (&secret.Redactor{Endpoint: true}).URL(urls[i]))
	}
	if len(codes) < len(urls) {
		return &status{code: exitUsage, err: errors.New("interrupted; what was measured until then is above")}
	}
	return &status{code: slices.Max(codes)}
}

// ends say what an exit status means of one server.
var ends = map[int]string{
	exitConformant: "conformant", exitFailures: "findings", exitUsage: "not judged",
	exitUnreachable: "not reachable, or nothing decided", exitBrowser: "the browser is missing or broke", exitSelfcheck: "the suite's own check failed",
}

// standard tells whether a report goes to standard output.
func (f *outputFlags) standard() bool {
	return slices.ContainsFunc(f.asked(), func(a [2]string) bool { return strings.HasSuffix(a[1], "=-") })
}

// numbered are the same outputs with a number in the name of each file.
func (f outputFlags) numbered(n int) outputFlags {
	number := func(path string) string {
		if path == "" {
			return ""
		}
		ext := filepath.Ext(path)
		return fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), n, ext)
	}
	f.json, f.junit, f.reports = number(f.json), number(f.junit), slices.Clone(f.reports)
	for i, text := range f.reports {
		if format, path, ok := strings.Cut(text, "="); ok {
			f.reports[i] = format + "=" + number(path)
		}
	}
	return f
}
