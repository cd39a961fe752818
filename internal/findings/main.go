// Command findings holds the FINDINGS.md beside each adapter against the
// committed comparison: what fails and is explained nowhere, what is explained
// and fails no more, and headings that say otherwise than the result.
//
//	go run ./internal/findings                    says it, and ends with 1 if there is anything
//	go run ./internal/findings --write            corrects what follows from the result alone
//	go run ./internal/findings --write --delete   also drops sections of which nothing is left
//	go run ./internal/findings --draft NAME       prints sections for what nobody has explained of NAME, to be completed
//	go run ./internal/findings --take report      first puts a new result (make compare) in place of the committed one
//
// With --take, --withhold FRAMEWORK=GLOB leaves checks out of the committed result, as SECURITY.md asks for a
// defect that those who keep the package do not know of yet.
//
// A section names the checks that it explains. The tool writes the end of its heading, and
// puts it below the heading of the cause that explains most of its checks:
//
//	## Vary that the application sends is lost (`vary-overwritten`: 1 low, 4 must)
//
//	Also: `vary-inner-star` (exact)
//
//	### The application's Vary is lost (1 low, 3 must)
//
//	Checks: `vary-inner-kept` (exact, one), `vary-inner-two-lines` (exact, one)
//
// The headings of causes, and what else each explains, are written anew from the result; every word
// of a section stays. A check that fails has to be in one section; one that warns may. A
// section without checks is prose, stands at the end, and its heading is left alone.
//
// The tool also writes what stands between <!-- compare: NAME... --> and <!-- /compare --> in README.md: the
// rows of those frameworks.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

type options struct {
	results string // compare.json
	dir     string // of the adapters
	write   bool
	drop    bool
	// take is the directory of a new result, empty for none; withhold are the
	// checks of it that are not committed, as compare.Matrix.Withhold takes them.
	take     string
	withhold globs
	draft    string // a framework's name; empty for none
	readme   string // a file with rows of the comparison; empty for none
}

// globs is a flag that may be given several times.
type globs []string

func (g *globs) String() string     { return strings.Join(*g, " ") }
func (g *globs) Set(s string) error { *g = append(*g, s); return nil }

// errDiffers: the findings and the result disagree, and it was said how.
var errDiffers = errors.New("the findings and the result differ")

func main() {
	var o options
	flag.StringVar(&o.results, "results", "results/compare.json", "the comparison that `corsproof compare` wrote")
	flag.StringVar(&o.dir, "dir", "testdata/frameworks", "the adapters' directory")
	flag.BoolVar(&o.write, "write", false, "write headings, take out checks that do not fail any more, add policies to cases that one section explains")
	flag.BoolVar(&o.drop, "delete", false, "with --write: drop sections of which no check is left")
	flag.StringVar(&o.take, "take", "", "put the comparison in `DIR` in place of the committed one first: JSON, Markdown and page")
	flag.Var(&o.withhold, "withhold", "with --take: leave `FRAMEWORK=GLOB` out, a glob over CASE/POLICY; may be repeated")
	flag.StringVar(&o.draft, "draft", "", "print the beginnings of sections for what nobody has explained of the framework `NAME`")
	flag.StringVar(&o.readme, "readme", "README.md", "the `FILE` in which rows of the comparison stand between <!-- compare: NAME... --> and <!-- /compare -->")
	flag.Parse()
	if err := o.run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func (o options) run(out io.Writer) error {
	if o.take != "" {
		if err := takeOver(o.take, o.results, o.withhold); err != nil {
			return err
		}
	} else if len(o.withhold) > 0 {
		return errors.New("--withhold needs --take: what is committed already is public")
	}
	t, err := load(o.results, o.dir)
	if err != nil {
		return err
	}
	if o.draft != "" {
		return t.draft(out, o.draft)
	}
	if o.write {
		if err := t.write(out, o.drop); err != nil {
			return err
		}
		if err := t.writeRows(o.readme); err != nil {
			return err
		}
	}
	if len(t.ahead) > 0 {
		fmt.Fprintf(out, "not in the comparison yet: %s\n", strings.Join(t.ahead, ", "))
	}
	problems := append(t.problems(), t.rowProblems(o.readme)...)
	for _, p := range problems {
		fmt.Fprintln(out, p)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w in %d places; `go run ./internal/findings --write` corrects headings and lists, the rest is prose", errDiffers, len(problems))
	}
	fmt.Fprintf(out, "%d files agree with %s\n", len(t.rows), o.results)
	return nil
}
