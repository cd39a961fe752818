//go:build !unix

package browser

import "os/exec"

// install does nothing here: the pipes are not files of the command.
func (p *pipeFilter) install(cmd *exec.Cmd) {}
