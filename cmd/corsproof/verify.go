package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/browser"
	"github.com/corsproof/corsproof/internal/verify"
	"github.com/corsproof/corsproof/spec"
)

func newVerify() *cobra.Command {
	var (
		n        int
		seed     uint64
		duration time.Duration
		chrome   string
		out      string
		live     bool
		layers   bool
	)
	cmd := &cobra.Command{
		Use:   "verify-model",
		Short: "Compare the model with Chrome: generated exchanges, performed and decided",
		Long: `Compare the model with Chrome. It generates exchanges, lets Chrome perform them
against a replaying server and the model (with Chromium's documented departures)
decide them, and compares outcome, reason, preflights, what the server saw and
what the script can read. Each disagreement is shrunk and written as an eval line.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if n < 1 && duration <= 0 {
				return usage(fmt.Errorf("--n %d is not a number of exchanges", n), "give 1 or more, or --duration")
			}
			if seed == 0 {
				seed = uint64(time.Now().UnixNano())
			}
			if live && layers {
				return usage(errors.New("--live and --layers exclude each other"), "run it twice")
			}
			file, err := newOutputFile(out, "--out")
			if err != nil {
				return err
			}
			how, opt := browser.Options{Path: chrome}, verify.Options{Engine: spec.EngineChromium, N: n, Seed: seed, Duration: duration, Live: live}
			if layers {
				servers, err := verify.NewLayerReplay()
				if err != nil {
					return &status{code: exitUnreachable, err: err}
				}
				defer servers.Close()
				opt.Layers = servers
				for _, url := range verify.LayerCookies() {
					how.Cookies = append(how.Cookies, browser.Cookie{URL: url, Name: "c", Value: "1"})
				}
				how.Flags, how.LocalNetwork, how.IgnoreCertificateErrors = verify.LayerFlags(servers), true, true
			}
			b, err := browser.Start(cmd.Context(), how)
			if err != nil {
				return &status{code: exitBrowser, err: err}
			}
			defer b.Close()
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n", b.Version())
			opt.Agent = b
			if duration > 0 {
				opt.N = 0
			}
			if w := cmd.ErrOrStderr(); terminal(w) {
				bar := progressbar.NewOptions(opt.N, progressbar.OptionSetWriter(w), progressbar.OptionShowCount(),
					progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("exchanges"))
				opt.Progress = func(rep *verify.Report) { _ = bar.Set(rep.Exchanges) }
			} else {
				opt.Progress = lines(w, opt)
			}
			rep, err := verify.Run(cmd.Context(), opt)
			if rep != nil {
				rep.Print(cmd.OutOrStdout())
				if err := file.write(cmd.OutOrStdout(), rep.WriteLines); err != nil {
					return usage(err)
				}
			}
			switch {
			case errors.Is(err, context.Canceled):
				return &status{code: exitUsage, err: errors.New("interrupted; what was compared until then is above")}
			case err != nil:
				return &status{code: exitBrowser, err: err}
			case len(rep.Disagreements) > 0:
				return &status{code: exitSelfcheck}
			case rep.Undecided*100 > rep.Exchanges:
				return &status{code: exitBrowser, err: fmt.Errorf("the browser did not report the outcome of %d of %d exchanges", rep.Undecided, rep.Exchanges)}
			}
			return nil
		},
	}
	fs := cmd.Flags()
	fs.IntVar(&n, "n", 10000, "the number of exchanges to compare")
	fs.DurationVar(&duration, "duration", 0, "instead of --n: how long to go on")
	fs.Uint64Var(&seed, "seed", 0, "of the generator (0: a new one each time, which is printed)")
	fs.BoolVar(&live, "live", false, "the model makes the requests itself, over real connections, as corsproof fetch does")
	fs.BoolVar(&layers, "layers", false, "exchanges about what stops a request and is not CORS: policies of the page, mixed content, HSTS, Cross-Origin-Resource-Policy, types")
	fs.StringVar(&chrome, "chrome", "", "path of Chrome or Chromium, or the ws:// or http:// URL of a running one")
	fs.StringVar(&out, "out", "", "write the disagreements to `FILE`, as input for corsproof eval")
	return cmd
}

// lines reports progress where there is no terminal: a line now and then.
func lines(w io.Writer, opt verify.Options) func(*verify.Report) {
	last := time.Now()
	return func(rep *verify.Report) {
		if time.Since(last) < 10*time.Second {
			return
		}
		last = time.Now()
		of := ""
		if opt.N > 0 {
			of = fmt.Sprintf(" of %d", opt.N)
		}
		fmt.Fprintf(w, "%d%s exchanges compared in %s, %d disagreements\n", rep.Exchanges, of, rep.Elapsed.Round(time.Second), len(rep.Disagreements))
	}
}
