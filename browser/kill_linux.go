package browser

import (
	"os/exec"
	"syscall"
)

// killWithParent has the kernel end the browser when this process ends, however
// it does. chromedp keeps the thread that starts it alive as long.
func killWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
