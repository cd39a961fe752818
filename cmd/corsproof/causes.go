package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/causedoc"
	"github.com/corsproof/corsproof/internal/errordoc"
)

func newCauses() *cobra.Command {
	var asJSON, schema bool
	var stack, docs string
	cmd := &cobra.Command{
		Use:   "causes [ID]",
		Short: "List what can be wrong, or explain one cause",
		Long: `List the causes that findings name, or explain one: where the change is to be made,
why a browser minds, what to send instead, by which facts it is recognised.`,
		Example: `  corsproof causes
  corsproof causes star-with-credentials
  corsproof causes allow-origin-slash --stack express
  corsproof causes --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			switch {
			case schema:
				_, err := out.Write(cases.CausesSchema())
				return err
			case docs != "":
				return writeDocs(docs)
			case len(args) == 0 && asJSON:
				return encode(out, cases.Causes())
			case len(args) == 0:
				return causedoc.List(out, cases.Causes())
			}
			c, err := findCause(args[0])
			if err != nil {
				return err
			}
			s, err := findStack(stack)
			if err != nil {
				return err
			}
			if asJSON {
				return encode(out, c)
			}
			table, err := cases.Load()
			if err != nil {
				return err
			}
			if err := causedoc.Write(out, table.Anchors, c); err != nil || s == nil {
				return err
			}
			return causedoc.WriteFix(out, s, c)
		},
	}
	cmd.Flags().StringVar(&stack, "stack", "", "with ID: also what to write in the configuration of `STACK`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of the file of causes")
	cmd.Flags().StringVar(&docs, "docs", "", "write the pages of docs/errors to `DIR`: each browser's sentence and each cause")
	cmd.MarkFlagsMutuallyExclusive("json", "schema", "docs")
	return cmd
}

// findCause is the cause of that id; the error names what somebody may have meant.
func findCause(id string) (*cases.Cause, error) {
	if c := cases.FindCause(id); c != nil {
		return c, nil
	}
	hint := "corsproof causes lists them all"
	if near := cases.NearestCauses(id); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "? " + hint
	}
	return nil, usage(fmt.Errorf("there is no cause %q", id), hint)
}

// writeDocs writes the pages about reasons and causes.
func writeDocs(dir string) error {
	pages, err := errordoc.Pages()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return usage(fmt.Errorf("making the directory of --docs: %w", err))
	}
	for name, text := range pages {
		if err := writeFile(filepath.Join(dir, name), []byte(text)); err != nil {
			return usage(fmt.Errorf("writing a page of --docs: %w", err))
		}
	}
	return nil
}
