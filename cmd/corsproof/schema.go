package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/project"
	"github.com/corsproof/corsproof/internal/report"
	"github.com/corsproof/corsproof/internal/roster"
)

// schemas are the forms of files, for editors.
var schemas = []struct {
	name, doc string
	text      func() []byte
}{
	{"project", "corsproof.yaml", project.Schema},
	{"policy", "policy files", cases.PolicySchema},
	{"cases", "case files", cases.Schema},
	{"report", "the JSON report", func() []byte { return report.Schema }},
	{"results", "a line of what run --results writes", func() []byte { return roster.Schema }},
}

func newSchema() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema NAME",
		Short: "Print the JSON Schema of a file",
		Long: `Print the JSON Schema of a file, with which an editor completes and checks it. Editors with
the YAML language server take it from a first line such as
# yaml-language-server: $schema=.corsproof/project.schema.json`,
		Example: `  corsproof schema project > .corsproof/project.schema.json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Errorf("there is no schema %q", args[0]), "the schemas are listed by corsproof schema --help")
			}
			return cmd.Help()
		},
	}
	for _, s := range schemas {
		cmd.AddCommand(&cobra.Command{
			Use: s.name, Short: "The form of " + s.doc, Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return write(cmd.OutOrStdout(), s.text()) },
		})
	}
	return cmd
}

func write(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}
