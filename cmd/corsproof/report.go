package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/report"
)

// reportFlags are the flags of `corsproof report FORMAT`.
type reportFlags struct {
	out     string
	at      string
	cause   string
	verbose bool
	noColor bool
}

func newReport() *cobra.Command {
	var schema bool
	cmd := &cobra.Command{
		Use:   "report FORMAT FILE.json",
		Short: "Write the JSON report of a run in another form",
		Long: `Write the JSON report of a run in another form: for people, for CI, for code hosts.
The report is what corsproof run --json FILE wrote; - is standard input.

corsproof run --report FORMAT=FILE writes the same without the detour.`,
		Example: `  corsproof run URL --policy policy.yaml --json report.json
  corsproof report html report.json -o report.html
  corsproof report markdown report.json >> "$GITHUB_STEP_SUMMARY"
  corsproof report terminal report.json --cause vary-missing`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if schema {
				_, err := cmd.OutOrStdout().Write(report.Schema)
				return err
			}
			if len(args) > 0 {
				return usage(fmt.Errorf("there is no format %q", args[0]), "the formats are listed by corsproof report --help")
			}
			return cmd.Help()
		},
	}
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of the report")
	cmd.AddCommand(newMerge())
	for _, f := range report.Formats() {
		cmd.AddCommand(newReportFormat(f))
	}
	return cmd
}

func newReportFormat(format report.Format) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   format.Name + " FILE.json",
		Short: format.Doc,
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return f.run(cmd, &format, args[0]) },
	}
	fs := cmd.Flags()
	fs.StringVarP(&f.out, "output", "o", "-", "write to `FILE`, which is replaced as a whole (-: standard output)")
	fs.StringVar(&f.at, "at", "", "where a code host shows findings: `FILE[:LINE]` of the repository (not given: the policy's file)")
	if format.Name == "terminal" {
		fs.StringVar(&f.cause, "cause", "", "show one finding alone, by its `ID`, with the evidence of each check that it explains")
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "causes and warnings in full, and every check that did not pass")
		fs.BoolVar(&f.noColor, "no-color", false, "no colour (also: the variable NO_COLOR)")
	}
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, format *report.Format, path string) (err error) {
	rep, err := readReport(path, cmd.InOrStdin())
	if err != nil {
		return err
	}
	flags := outputFlags{reports: []string{format.Name + "=" + f.out}, at: f.at}
	outputs, err := flags.open(cmd, rep.PolicyFile)
	if err != nil {
		return err
	}
	stdout := cmd.OutOrStdout()
	outputs.opts.Printer = report.Printer{Color: f.out == "-" && colour(stdout, f.noColor), Verbose: f.verbose, Cause: f.cause}
	return outputs.left(outputs.write(rep, stdout))
}

// readReport reads a report that a run wrote.
func readReport(path string, stdin io.Reader) (*report.Report, error) {
	file, name := stdin, "standard input"
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, usage(fmt.Errorf("reading the report: %w", err), "corsproof run URL ... --json "+path+" writes it")
		}
		defer func() { _ = f.Close() }()
		file, name = f, path
	}
	rep, err := report.Read(file)
	if err != nil {
		return nil, usage(fmt.Errorf("reading the report %s: %w", name, err), "a report is what corsproof run --json FILE writes; corsproof report --schema prints its form")
	}
	return rep, nil
}
