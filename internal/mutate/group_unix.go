//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup lets a command that is late be ended with the test processes that it started.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
