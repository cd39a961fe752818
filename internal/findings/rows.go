package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/corsproof/corsproof/internal/matrix"
)

// The rows of a file stand between two comments, the first of which names the frameworks.
var between = regexp.MustCompile(`(?s)(<!-- compare: ([a-z0-9 -]+) -->\n).*?(<!-- /compare -->)`)

// withRows is a text with the rows of the comparison in their place. A comparison that is
// older than causes has no such rows, and leaves the text as it is.
func (t *tree) withRows(text string) (string, error) {
	at := between.FindStringSubmatchIndex(text)
	if at == nil || !t.causes() {
		return text, nil
	}
	var b strings.Builder
	names := strings.Fields(text[at[4]:at[5]])
	fmt.Fprintf(&b, "\n%s\nThe columns are explained in [results/compare.md](results/compare.md), which has all rows.\n\n", matrix.CellLegend)
	unknown := t.matrix.Table(&b, names)
	if len(unknown) > 0 {
		return text, fmt.Errorf("the comparison has no framework %s", strings.Join(unknown, ", "))
	}
	return text[:at[3]] + b.String() + "\n" + text[at[6]:], nil
}

// causes tells whether the comparison has causes.
func (t *tree) causes() bool {
	for _, r := range t.rows {
		if r.causes != nil {
			return true
		}
	}
	return false
}

func (t *tree) writeRows(path string) error {
	text, after, err := t.rowsOf(path)
	if err != nil || after == text {
		return err
	}
	if err := os.WriteFile(path, []byte(after), 0o644); err != nil {
		return fmt.Errorf("writing rows of the comparison: %w", err)
	}
	return nil
}

// rowsOf is the text of a file, as it is and as it should be; empty for no file.
func (t *tree) rowsOf(path string) (before, after string, err error) {
	data, err := os.ReadFile(path)
	if path == "" || errors.Is(err, os.ErrNotExist) {
		return "", "", nil
	}
	if err == nil {
		after, err = t.withRows(string(data))
	}
	if err != nil {
		return "", "", fmt.Errorf("reading rows of the comparison: %s: %w", path, err)
	}
	return string(data), after, nil
}

func (t *tree) rowProblems(path string) []problem {
	before, after, err := t.rowsOf(path)
	switch {
	case err != nil:
		return []problem{{path, 0, err.Error()}}
	case before != after:
		return []problem{{path, 0, "its rows of the comparison are not those of the result"}}
	}
	return nil
}
