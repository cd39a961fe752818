package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/report"
)

func newDiff() *cobra.Command {
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "diff OLD.json NEW.json",
		Short: "Tell what changed between the reports of two runs, by cause",
		Long: `Tell what changed between the JSON reports of two runs, by cause: what is new, worse,
better, or gone, and of what nothing can be said because the later run did not decide
the checks that showed it.

Exit status: 0 nothing new that breaks a must or has a severity, 1 something new or
worse that does, 2 a report cannot be read.`,
		Example: `  corsproof diff yesterday.json today.json
  corsproof diff main.json branch.json --json`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := readReport(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			after, err := readReport(args[1], cmd.InOrStdin())
			if err != nil {
				return err
			}
			return diff(cmd, report.Compare(before, after), all, asJSON)
		},
	}
	cmd.Flags().BoolVarP(&all, "verbose", "v", false, "name what is the same, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func diff(cmd *cobra.Command, c *report.Comparison, all, asJSON bool) error {
	out := cmd.OutOrStdout()
	err := error(nil)
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		err = enc.Encode(c)
	} else {
		err = c.Print(out, all)
	}
	if err == nil && c.Worse() {
		return &status{code: exitFailures}
	}
	return err
}
