package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
)

func newEval() *cobra.Command {
	var (
		engine  string
		schema  bool
		noTrace bool
	)
	cmd := &cobra.Command{
		Use:   "eval [FILE]",
		Short: "Decide exchanges: JSON Lines in, JSON Lines out",
		Long: `Decide how a browser treats exchanges. Each line of input is a JSON object with a
request as a script makes it and the servers' answers; each line of output has the outcome,
and in not_considered what else than CORS may stop the request.
Reads FILE or standard input, streaming. This is the model as an oracle for
programs in any language; docs: corsproof eval --schema, and the examples in
README.md. Exit status 1 when a line was not valid.`,
		Example: `  echo '{"id":"1","request":{"api":"fetch","origin":"https://app.example.com",
    "url":"https://api.example.org/","method":"PUT"},
    "hops":[{"preflight":{"status":204,"headers":[["Access-Control-Allow-Origin","*"]]},
    "response":{"status":200,"headers":[]}}]}' | tr -d '\n' | corsproof eval`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if schema {
				_, err := cmd.OutOrStdout().Write(exchange.Schema)
				return err
			}
			e, err := spec.ParseEngine(engine)
			if err != nil {
				return usage(err)
			}
			in := io.Reader(cmd.InOrStdin())
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return usage(fmt.Errorf("opening the exchanges: %w", err))
				}
				defer f.Close()
				in = f
			}
			invalid, err := exchange.Eval(cmd.Context(), in, cmd.OutOrStdout(), exchange.Options{Engine: e, OmitTrace: noTrace})
			if err != nil {
				return usage(fmt.Errorf("deciding exchanges: %w", err))
			}
			if invalid > 0 {
				return &status{code: exitFailures}
			}
			return nil
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&engine, "engine", "fetch", "whose documented departures apply: fetch, chromium, firefox or webkit")
	fs.BoolVar(&schema, "schema", false, "print the JSON Schema of both directions")
	fs.BoolVar(&noTrace, "no-trace", false, "leave the trace empty, which is faster")
	return cmd
}
