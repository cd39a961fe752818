package main

import (
	"fmt"
	"io"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/internal/playground"
)

func newServe() *cobra.Command {
	var (
		listen  string
		tlsPort int
		quiet   bool
		any     bool
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the playground and the reference server: every standard policy at /POLICY/PATH",
		Long: `Serve until it is interrupted, on this machine.

The first page is the playground: choose a request and how a server answers, and your
own browser does it for real, with the reason, the steps of the standard and the cause.

Beside it is the reference server: every standard policy at /POLICY/PATH, over
HTTP/1.1 on one port, over TLS with HTTP/2 on another, with a self-signed certificate.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			host, portText, err := net.SplitHostPort(listen)
			port, perr := strconv.Atoi(portText)
			if err != nil || perr != nil {
				return usage(fmt.Errorf("--listen %q is not HOST:PORT", listen), "for example 127.0.0.1:8080, port 0 for any free one")
			}
			table, err := cases.Load()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			opts := contract.Options{Policies: table.Policies, Host: host, Port: port, TLSPort: tlsPort, AnyInterface: any}
			if !quiet {
				opts.Observe = func(r contract.Record) { logRequest(cmd.ErrOrStderr(), r) }
			}
			play, err := playground.Start(cmd.Context())
			if err != nil {
				return &status{code: exitUnreachable, err: err}
			}
			defer play.Close()
			opts.Front = play
			srv, err := contract.Start(cmd.Context(), opts)
			if err != nil {
				return &status{code: exitUnreachable, err: err, hints: []string{"--listen HOST:PORT chooses another address (port 0: any free one); --any-interface allows one that is not loopback"}}
			}
			defer srv.Close()
			if _, err := fmt.Fprintf(out, "%s\n%s\nplayground: %s/\n", srv.URL, srv.TLSURL, srv.URL); err != nil {
				return usage(fmt.Errorf("saying where it listens: %w", err))
			}
			for name, why := range srv.Refused {
				fmt.Fprintf(out, "refused: %s: %v\n", name, why)
			}
			<-cmd.Context().Done()
			return nil
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&listen, "listen", "127.0.0.1:8080", "`HOST:PORT` for plain HTTP")
	fs.IntVar(&tlsPort, "tls-port", 0, "`PORT` for TLS (0: any free one)")
	fs.BoolVarP(&quiet, "quiet", "q", false, "do not log requests")
	fs.BoolVar(&any, "any-interface", false, "allow an address that is not a loopback address")
	return cmd
}

func logRequest(w io.Writer, r contract.Record) {
	fmt.Fprintf(w, "%s %s -> %d\n", r.Method, r.Target, r.Status)
}
