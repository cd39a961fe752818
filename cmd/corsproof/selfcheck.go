package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/selfcheck"
)

func newSelfcheck() *cobra.Command {
	var (
		sel             selectionFlags
		browser, chrome string
		jsonFile, html  string
		verbose         bool
	)
	cmd := &cobra.Command{
		Use:   "selfcheck",
		Short: "Prove that every case can fail: the good server, lawful variants, mutants",
		Long: `Run the table against the good reference server, servers that differ lawfully
and servers with one known defect each, and print which cases find which defect.
Fails (exit 5) when the good server fails a case, a defect is not found, a case
finds no defect, or a defect fails cases that have nothing to do with it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table, err := sel.load()
			if err != nil {
				return err
			}
			whole := len(table.Cases)
			if table, err = sel.cases(table); err != nil {
				return err
			}
			asJSON, err := newOutputFile(jsonFile, "--json")
			if err != nil {
				return err
			}
			asHTML, err := newOutputFile(html, "--html")
			if err != nil {
				return err
			}
			agents, note, closeAgents, err := openAgents(cmd.Context(), browser, chrome, nil)
			if err != nil {
				return err
			}
			defer closeAgents()
			if note != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), note)
			}
			opt := selfcheck.Options{Table: table, Part: len(table.Cases) < whole}
			if len(agents) > 0 {
				opt.Chrome = agents[0]
			}
			if w := cmd.ErrOrStderr(); terminal(w) {
				bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
				opt.Progress = func(done, total int, name string) {
					bar.ChangeMax(total)
					bar.Describe(name)
					_ = bar.Set(done)
				}
			}
			// Hundreds of servers that each run for a moment: memory is not
			// what this should save.
			debug.SetGCPercent(400)
			m, err := selfcheck.Run(cmd.Context(), opt)
			if errors.Is(err, context.Canceled) {
				return &status{code: exitUsage, err: errors.New("interrupted")}
			}
			if err != nil {
				return &status{code: exitSelfcheck, err: err}
			}
			m.Print(cmd.OutOrStdout(), verbose)
			if err := errors.Join(asJSON.write(cmd.OutOrStdout(), m.WriteJSON), asHTML.write(cmd.OutOrStdout(), m.WriteHTML)); err != nil {
				return usage(err)
			}
			if len(m.Problems) > 0 {
				return &status{code: exitSelfcheck}
			}
			return nil
		},
	}
	sel.register(cmd)
	fs := cmd.Flags()
	fs.StringVar(&browser, "browser", "none", "chrome: the browser must find what a browser can see; none: the model alone; auto")
	fs.StringVar(&chrome, "chrome", "", "path of Chrome or Chromium, or the ws:// or http:// URL of a running one")
	fs.StringVar(&jsonFile, "json", "", "write the kill matrix as JSON to `FILE`")
	fs.StringVar(&html, "html", "", "write the kill matrix as HTML to `FILE`")
	fs.BoolVarP(&verbose, "verbose", "v", false, "all cases that find a defect, not three")
	return cmd
}
