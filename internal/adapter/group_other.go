//go:build !unix

package adapter

import (
	"os"
	"os/exec"
)

// Without process groups only the process itself is ended: adapters are made
// for Unix, and begin their start command with exec.

func ownGroup(cmd *exec.Cmd)            { cmd.Cancel = func() error { return cmd.Process.Kill() } }
func endGroup(leader *os.Process) error { return leader.Kill() }

func killGroup(leader *os.Process) error { return leader.Kill() }

func guard(*os.Process) (dismiss func(), err error) { return func() {}, nil }
