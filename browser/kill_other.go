//go:build unix && !linux

package browser

import (
	"os/exec"
	"syscall"
)

// killWithParent has nothing to do here: a browser ends when its pipe is closed.
func killWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
}
