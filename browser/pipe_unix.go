//go:build unix

package browser

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// install puts the filter between the browser's end of the pipe and chromedp's,
// in a command that is about to be started. If that fails the command is
// unchanged.
func (p *pipeFilter) install(cmd *exec.Cmd) {
	killWithParent(cmd)
	cmd.SysProcAttr.Setpgid = true // for killAll
	if len(cmd.ExtraFiles) != 2 {  // the browser reads 3 and writes 4
		return
	}
	// chromedp closes its file once the browser runs, so the filter has its own.
	to, err := duplicate(cmd.ExtraFiles[1])
	if err != nil {
		return
	}
	from, browserEnd, err := os.Pipe()
	if err != nil {
		to.Close()
		return
	}
	cmd.ExtraFiles[1] = browserEnd
	// Our copy of the browser's end has to be closed when the browser has its
	// own, or its death would go unnoticed. The first thing that os/exec
	// does after the start is to read what it has to copy to standard input.
	cmd.Stdin = afterStart(func() { browserEnd.Close() })
	go p.run(from, to)
}

// killAll ends a browser and all its processes at once, so that none of them still writes to its profile.
func killAll(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// afterStart is an empty input that calls the function when it is read.
type afterStart func()

func (f afterStart) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

// duplicate gives another file for the same pipe.
func duplicate(f *os.File) (*os.File, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var dup error
	err = raw.Control(func(old uintptr) {
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
		if fd, dup = syscall.Dup(int(old)); dup == nil {
			syscall.CloseOnExec(fd)
		}
	})
	if err == nil {
		err = dup
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}
