//go:build unix && !linux

package browser

import "os/exec"

// dieTogether is not to be had here: a browser ends when its pipe is closed.
func dieTogether(*exec.Cmd) {}
