//go:build !unix

package browser

import (
	"os"
	"os/exec"
)

// install does nothing here: the pipes are not files of the command.
func (p *pipeFilter) install(cmd *exec.Cmd) {}

// killAll ends a browser; its other processes end with it.
func killAll(p *os.Process) { _ = p.Kill() }
