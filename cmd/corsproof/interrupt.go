package main

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/spf13/cobra"
)

// An interrupt ends a command in good order where there is something to lose: a browser or a
// server that it started, or what it measured. Before that, while it reads a pipe to which nobody
// writes or a very large file, nothing would look at the context, and it ends at once.

// nothingLost is the end of a command that had nothing to lose yet.
func nothingLost() error {
	return &status{code: exitUsage, err: errors.New("interrupted before anything was measured")}
}

type holdsKey struct{}

// interruptible is a context for commands; atOnce tells whether none has anything to lose yet.
func interruptible(ctx context.Context) (_ context.Context, atOnce func() bool) {
	holds := new(atomic.Bool)
	return context.WithValue(ctx, holdsKey{}, holds), func() bool { return !holds.Load() }
}

// hold says that there is something to lose from here on.
func hold(ctx context.Context) {
	if holds, ok := ctx.Value(holdsKey{}).(*atomic.Bool); ok {
		holds.Store(true)
	}
}

// reads tells whether a command is one of readers, or below one.
func reads(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		if readers[c.CommandPath()] {
			return true
		}
	}
	return false
}

// readers are the commands that call hold themselves, or have nothing to lose at any time.
var readers = map[string]bool{
	"corsproof run": true, "corsproof explain": true, "corsproof report": true, "corsproof diff": true, "corsproof init": true,
	"corsproof cases": true, "corsproof causes": true, "corsproof policies": true, "corsproof eval": true, "corsproof schema": true, "corsproof version": true,
}
