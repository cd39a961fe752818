package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/block"
)

// writeTAP writes TAP 13 (testanything.org), which readers of 14 read too and Perl's
// needs: a test point for each finding, not ok if it
// breaks a must or has a severity; one for each check that could not be carried out; and
// one for each group, ok if something in it passed, skipped if nothing did. A run
// that was cut short bails out.
func (r *Report) writeTAP(w io.Writer, _ Options) error {
	out := &keeping{w: w}
	names, counts := r.Groups()
	errors := r.Select(agent.VerdictError)
	fmt.Fprintf(out, "TAP version 13\n1..%d\n", len(r.Findings)+len(errors)+len(names))
	n := 0
	point := func(ok bool, text, directive string, more ...[2]string) {
		n++
		word := "ok"
		if !ok {
			word = "not ok"
		}
		if directive != "" {
			directive = " # " + directive
		}
		fmt.Fprintf(out, "%s %d - %s%s\n", word, n, tapText(text), directive)
		tapBlock(out, more)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		directive := ""
		if f.Known != "" {
			directive = "TODO known: " + tapText(block.Cut(f.Known, 200))
		}
		point(!f.Finding.Breaks(), f.Title, directive, [2]string{"message", strings.Join(r.lines(f), "\n")}, [2]string{"severity", sarifLevel(f)}, [2]string{"id", f.ID}, [2]string{"target", r.Target})
	}
	for _, row := range errors {
		point(false, row.ID+" could not be carried out", "", [2]string{"message", row.Reason}, [2]string{"severity", "error"})
	}
	for _, name := range names {
		if counts[name].none() {
			point(true, "group "+name, "SKIP "+tapText(block.Cut(r.unpassed(name), 200)))
			continue
		}
		point(true, "group "+name+": "+groupText(counts[name]), "")
	}
	if list := r.troubles(); len(list) > 0 {
		fmt.Fprintf(out, "Bail out! %s\n", tapText(list[0].text))
	}
	return out.err
}

// tapText is a text for a test point: a number sign would begin a directive.
func tapText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`).Replace(block.Visible(text))
}

// tapBlock writes the YAML block that belongs to a test point: keys with strings in
// double quotes, which readers of little YAML know too.
func tapBlock(w io.Writer, fields [][2]string) {
	if len(fields) == 0 {
		return
	}
	fmt.Fprint(w, "  ---\n")
	for _, f := range fields {
		fmt.Fprintf(w, "  %s: %s\n", f[0], strconv.QuoteToASCII(f[1]))
	}
	fmt.Fprint(w, "  ...\n")
}
