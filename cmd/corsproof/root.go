package main

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// version is set by release builds: -ldflags "-X main.version=v1.2.3".
var version = ""

// toolVersion is "corsproof VERSION", from the build when no release set it.
func toolVersion() string {
	v := version
	if v == "" {
		v = "(devel)"
		if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
			v = info.Main.Version
		}
	}
	return "corsproof " + v
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "corsproof",
		Short: "Does this server's CORS do what its owner meant, in a real browser?",
		Long: `corsproof runs a table of CORS cases against any HTTP server. Every case is
decided twice, by a model of the Fetch Standard and by headless Chrome.

Exit status: 0 conformant, 1 findings, 2 usage or configuration, 3 target not
reachable, 4 browser asked for but missing or broken, 5 self-check failed.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		if !reads(cmd) {
			hold(cmd.Context())
		}
		return listStacks(cmd, args)
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(plainValue(err), append(nearFlags(cmd, err), cmd.CommandPath()+" --help lists the flags")...)
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newRun(), newReport(), newServe(), newCases(), newCauses(), newPolicies(), newEval(), newExplain(), newFetch(), newVerify(), newSelfcheck(), newCompare(), newAdapter(), newSchema(), newInit(), newVersion())
	root.AddCommand(newDiff())
	return root
}

// plainValue says which form a flag's value is to have, in place of the words
// of the function that read it. A flag with a type of its own has said so.
func plainValue(err error) error {
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	forms := map[string]string{
		"int":      "a whole number, such as 600",
		"int64":    "a whole number, such as 600",
		"uint64":   "a whole number of 0 or more, such as 600",
		"float64":  "a number, such as 0.5",
		"bool":     "true or false",
		"duration": "a time with its unit, such as 30s or 2m",
	}
	flag := invalid.GetFlag()
	form, ok := forms[flag.Value.Type()]
	if !ok {
		return err
	}
	if unit, _ := pflag.UnquoteUsage(flag); strings.ToUpper(unit) == unit && unit != "" {
		form += " (" + strings.ToLower(unit) + ")"
	}
	return fmt.Errorf("--%s is %q; expected %s", flag.Name, invalid.GetValue(), form)
}

// nearFlags says which flag may be meant by one that there is not.
func nearFlags(cmd *cobra.Command, err error) []string {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return nil
	}
	names := &cobra.Command{SuggestionsMinimumDistance: 2} // which compares the names of commands
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		names.AddCommand(&cobra.Command{Use: f.Name, Run: func(*cobra.Command, []string) {}})
	})
	near := names.SuggestionsFor(unknown.GetSpecifiedName())
	if len(near) == 0 {
		return nil
	}
	return []string{"did you mean --" + near[0] + "?"}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), toolVersion())
			return err
		},
	}
}
