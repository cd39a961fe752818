//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// umask are the permissions that new files do not get: a file made by os.CreateTemp has
// none for others, whatever the umask.
func umask() fs.FileMode {
	old := syscall.Umask(0)
	syscall.Umask(old)
	return fs.FileMode(old)
}
