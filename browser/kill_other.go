//go:build unix && !linux

package browser

import "os/exec"

// killWithParent does nothing here: a browser ends when its pipe is closed.
func killWithParent(*exec.Cmd) {}
