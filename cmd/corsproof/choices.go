package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/cases"
)

// choices are the stack of --stack, nil without it, and in f.cause the present id of
// the cause of --cause. A wrong id is told before anything is sent.
func (f *runFlags) choices(table *cases.Table) (*cases.Stack, error) {
	if f.cause != "" && table.Case(f.cause) == nil {
		c, err := findCause(f.cause)
		if err != nil {
			return nil, err
		}
		f.cause = c.ID
	}
	return findStack(f.stack)
}

// findStack is the stack of that id, nil for none; the error names what somebody may have meant.
func findStack(id string) (*cases.Stack, error) {
	if id == "" {
		return nil, nil
	}
	if s := cases.FindStack(id); s != nil {
		return s, nil
	}
	hint := "the stacks are " + strings.Join(stackIDs(), ", ")
	if near := cases.NearestStacks(id); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, ", ") + "? " + hint
	}
	return nil, usage(fmt.Errorf("there is no stack %q", id), hint, "for another server leave --stack out: its own code sends the lines marked with +")
}

// listStacks answers --stack help, of whatever command, in place of what that does.
func listStacks(cmd *cobra.Command, _ []string) error {
	if flag := cmd.Flags().Lookup("stack"); flag == nil || flag.Value.String() != "help" {
		return nil
	}
	for _, s := range cases.Stacks() {
		fmt.Fprintf(cmd.OutOrStdout(), "%-16s %s (%s)\n", s.ID, s.Name, s.Language)
	}
	return &status{code: exitConformant}
}

func stackIDs() []string {
	var ids []string
	for _, s := range cases.Stacks() {
		ids = append(ids, s.ID)
	}
	return ids
}

// completions are those of flags that take an id.
func (f *runFlags) completions(cmd *cobra.Command) {
	complete := func(flag string, ids func() []string) {
		_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { // an error: there is no such flag
			return ids(), cobra.ShellCompDirectiveNoFileComp
		})
	}
	complete("stack", stackIDs)
	complete("cause", func() []string {
		var ids []string
		for _, c := range cases.Causes() {
			ids = append(ids, c.ID)
		}
		return ids
	})
}
