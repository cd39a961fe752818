package browser

import (
	"os/exec"
	"syscall"
)

// killWithParent has the kernel kill the browser when this process ends for
// whatever reason. The signal depends on the thread that started the browser,
// which chromedp keeps.
func killWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
