//go:build !unix

package browser

import "os/exec"

// install does nothing here: the pipes are no files of the command.
func (p *pipeFilter) install(cmd *exec.Cmd) {}
