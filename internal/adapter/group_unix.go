//go:build unix

package adapter

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts the command into a process group of its own, so that an
// interrupt at the terminal does not reach it before us, and ends the whole
// group when its context does.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
}

// endGroup asks the group of a process to end.
func endGroup(leader *os.Process) error { return syscall.Kill(-leader.Pid, syscall.SIGTERM) }

// killGroup ends what is left of the group of a process.
func killGroup(leader *os.Process) error { return syscall.Kill(-leader.Pid, syscall.SIGKILL) }

// guard starts a process that kills the group when we are gone without having
// stopped it, killed ourselves for instance: it holds the reading end of a
// pipe of which we hold the only other one. The function returned dismisses it.
func guard(leader *os.Process) (dismiss func(), err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	watch := exec.Command("sh", "-c", `cat >/dev/null; kill -KILL "-$0"`, fmt.Sprint(leader.Pid))
	watch.Stdin = reader
	watch.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = watch.Start()
	_ = reader.Close()
	if err != nil {
		_ = writer.Close()
		return nil, err
	}
	return func() {
		_ = killGroup(watch.Process)
		_ = watch.Wait()
		_ = writer.Close()
	}, nil
}
