package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/casedoc"
)

func newCases() *cobra.Command {
	var (
		sel                    selectionFlags
		markdown, html, asJSON bool
		schema, policySchema   bool
	)
	cmd := &cobra.Command{
		Use:   "cases [ID]",
		Short: "List the cases, or explain one",
		Long: `List the cases of the table, or explain one: the exact request, what passes and
what fails, why it matters, who got it wrong, how to fix it.`,
		Example: `  corsproof cases
  corsproof cases vary-allowed
  corsproof cases --html > cases.html`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			out := cmd.OutOrStdout()
			switch {
			case schema:
				_, err := out.Write(cases.Schema())
				return err
			case policySchema:
				_, err := out.Write(cases.PolicySchema())
				return err
			}
			table, err := sel.load()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				c, err := find(table, args[0])
				if err != nil {
					return err
				}
				return casedoc.Write(out, table, c)
			}
			if table, err = sel.cases(table); err != nil {
				return err
			}
			switch {
			case markdown:
				return casedoc.WriteMarkdown(out, table)
			case html:
				return casedoc.WriteHTML(out, table)
			case asJSON:
				return encode(out, table.Cases)
			}
			return listCases(out, table)
		},
	}
	sel.register(cmd)
	fs := cmd.Flags()
	fs.BoolVar(&markdown, "markdown", false, "all cases as one Markdown page")
	fs.BoolVar(&html, "html", false, "all cases as one HTML page")
	fs.BoolVar(&asJSON, "json", false, "all cases as JSON")
	fs.BoolVar(&schema, "schema", false, "print the JSON Schema of case files")
	fs.BoolVar(&policySchema, "policy-schema", false, "print the JSON Schema of policy files")
	cmd.MarkFlagsMutuallyExclusive("markdown", "html", "json", "schema", "policy-schema")
	return cmd
}

func listCases(out io.Writer, table *cases.Table) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	group := ""
	for _, c := range table.Cases {
		if c.Group != group {
			if group != "" {
				fmt.Fprintln(w)
			}
			group = c.Group
			fmt.Fprintln(w, group)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", c.ID, c.Level, c.Title)
	}
	fmt.Fprintf(w, "\n%d cases\n", len(table.Cases))
	return w.Flush()
}

func newPolicies() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "policies",
		Short: "List the standard policies that a target mounts",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table, err := cases.Load()
			if err != nil {
				return err
			}
			if asJSON {
				return encode(cmd.OutOrStdout(), table.Policies)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			for _, p := range table.Policies {
				fmt.Fprintf(w, "%s\t%s\n", p.Name, p.Doc)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON, what an adapter gets in CORSPROOF_POLICIES")
	return cmd
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
