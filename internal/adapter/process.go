package adapter

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// grace is how long a process group may take to end after SIGTERM before it is killed.
const grace = 2 * time.Second

// command prepares one of the manifest's commands: in the adapter's directory,
// in a process group of its own, which is killed as a whole when ctx ends.
func (m *Manifest) command(ctx context.Context, cache, script string, env ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Dir = m.Dir
	cmd.Env = append(append(os.Environ(), "CORSPROOF_CACHE="+cache), env...)
	cmd.WaitDelay = grace
	ownGroup(cmd)
	return cmd
}

// tail is the end of a log, for an error message.
func tail(path string) string {
	const most = 4 << 10
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.Size() > most {
		_, _ = file.Seek(-most, io.SeekEnd)
	}
	end, _ := io.ReadAll(io.LimitReader(file, most))
	lines := strings.Split(strings.TrimSpace(string(end)), "\n")
	if len(lines) > 15 {
		lines = lines[len(lines)-15:]
	}
	return strings.Join(lines, "\n")
}

// indented sets a log's end below an error message.
func indented(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	return "\n    " + strings.ReplaceAll(text, "\n", "\n    ")
}
