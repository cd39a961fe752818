// Package watch tells when something changed that a run depends on: files, folders with what is
// in them, and servers of this machine that were started again.
package watch

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Inputs are what a run depends on.
type Inputs struct {
	// Files are named by a person; one that is not there yet may come.
	Files []string
	// Dirs are folders with all that is below. What is hidden, node_modules and copies that editors make are
	// left out.
	Dirs []string
	// Without are paths below Dirs that the run itself writes.
	Without []string
	// Servers are those that are asked.
	Servers []Server
}

// String names what is watched; a folder that is not there, as such.
func (in *Inputs) String() string {
	var list []string
	for _, file := range in.Files {
		if _, err := os.Stat(file); err == nil {
			list = append(list, file)
		}
	}
	for _, dir := range in.Dirs {
		if _, err := os.Stat(dir); err != nil {
			dir += " (not there)"
		}
		list = append(list, dir)
	}
	for i := range in.Servers {
		list = append(list, in.Servers[i].Name)
	}
	if len(list) == 0 {
		return "nothing: no file and no server is named"
	}
	return strings.Join(list, ", ")
}

// Change is what changed.
type Change struct {
	Files   []string // named ones, as they were named
	Below   []string // paths in folders
	Started []string // names of servers that are there again, or for the first time
	Stopped []string // names of servers that are not there any more
}

// Empty tells that nothing changed.
func (c *Change) Empty() bool {
	return len(c.Files)+len(c.Below)+len(c.Started)+len(c.Stopped) == 0
}

// Add takes another change over. A server that stopped and started has started.
func (c *Change) Add(more Change) {
	for _, part := range []struct{ to, from *[]string }{{&c.Files, &more.Files}, {&c.Below, &more.Below}, {&c.Started, &more.Started}, {&c.Stopped, &more.Stopped}} {
		for _, name := range *part.from {
			if !slices.Contains(*part.to, name) {
				*part.to = append(*part.to, name)
			}
		}
	}
	c.Stopped = slices.DeleteFunc(c.Stopped, func(name string) bool { return slices.Contains(more.Started, name) })
	c.Started = slices.DeleteFunc(c.Started, func(name string) bool { return slices.Contains(more.Stopped, name) })
}

// String says what changed in a line.
func (c *Change) String() string {
	var parts []string
	if list := append(slices.Clone(c.Files), c.Below...); len(list) > 0 {
		parts = append(parts, several(list)+" changed")
	}
	if len(c.Started) > 0 {
		parts = append(parts, several(c.Started)+" was started")
	}
	if len(c.Stopped) > 0 {
		parts = append(parts, several(c.Stopped)+" stopped")
	}
	return strings.Join(parts, ", ")
}

// several names the first of a list, and how many there are besides.
func several(list []string) string {
	const most = 3
	if n := len(list) - most; n > 1 {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(list, ", ")
}

const (
	// quiet is how long nothing more must change until a change is told: editors save in several steps.
	quiet = 100 * time.Millisecond
	// most is how long a change is held back at most.
	most = 2 * time.Second
	// pollEvery is the time between two looks at a server.
	pollEvery = 200 * time.Millisecond
)

// Watcher watches. It is for one goroutine.
type Watcher struct {
	events  *fsnotify.Watcher
	inputs  Inputs
	files   map[string]seen // of Files
	servers []*serverState
	changes Change
}

// New makes a watcher of nothing. The error is that of the system, which has a limit.
func New() (*Watcher, error) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	return &Watcher{events: events, files: map[string]seen{}}, nil
}

// Close ends it.
func (w *Watcher) Close() error { return w.events.Close() }

// Set says what is watched from now on. What of it was watched before, and changed since, is told.
func (w *Watcher) Set(in Inputs) error {
	w.inputs = in
	dirs := map[string]bool{}
	for _, file := range in.Files {
		dirs[filepath.Dir(file)] = true
		if _, known := w.files[file]; !known {
			w.files[file] = look(file, seen{})
		}
	}
	for _, dir := range in.Dirs {
		w.below(dir, func(path string) { dirs[path] = true })
		if _, err := os.Stat(dir); err != nil { // it may come
			dirs[filepath.Dir(filepath.Clean(dir))] = true
		}
	}
	w.servers = statesOf(in.Servers, w.servers)
	for _, path := range w.events.WatchList() {
		if !dirs[path] {
			_ = w.events.Remove(path) // it may be gone
		}
	}
	for path := range dirs {
		if err := w.watch(path); err != nil {
			return err
		}
	}
	return nil
}

// watch watches a folder; one that is not there is looked for when its parent changes.
func (w *Watcher) watch(path string) error {
	err := w.events.Add(path)
	if err == nil || os.IsNotExist(err) {
		return nil
	}
	return fmt.Errorf("watching %s: %w (the system has a limit of what is watched: on Linux fs.inotify.max_user_watches)", path, err)
}

// below gives a folder and those in it.
func (w *Watcher) below(dir string, found func(path string)) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error { // what cannot be read is not watched
		switch {
		case err != nil:
			return nil
		case !d.IsDir():
			return nil
		case path != dir && passed(d.Name()):
			return filepath.SkipDir
		}
		found(path)
		return nil
	})
}

// passed tells of names that are not watched within a folder.
func passed(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") || strings.HasSuffix(name, "~") || name == "node_modules" || name == "__pycache__" || name == "4913" // which vim tries whether it can write
}

// seen is what is known of a file.
type seen struct {
	at      string // time and size: while they are the same, it is not read again
	content string
}

// look is what a file is now. Of one that cannot be read the content is why.
func look(file string, before seen) seen {
	info, err := os.Stat(file)
	if err != nil {
		return seen{content: err.Error()}
	}
	at := fmt.Sprint(info.ModTime().UnixNano(), info.Size())
	if at == before.at && time.Since(info.ModTime()) > time.Second { // a file system may count in seconds
		return before
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return seen{at, err.Error()}
	}
	return seen{at, fmt.Sprintf("%x", sha256.Sum256(data))}
}

// Down says that the servers could not be reached: that one elsewhere is there again is then noticed too.
func (w *Watcher) Down() {
	for _, s := range w.servers {
		s.up = s.up && !s.elsewhere()
	}
}

// Next waits until something changes, and then until nothing more does. The error is the
// context's.
func (w *Watcher) Next(ctx context.Context) (Change, error) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	var still, end <-chan time.Time
	hold := func() {
		if w.changes.Empty() {
			return
		}
		still = time.After(quiet)
		if end == nil {
			end = time.After(most)
		}
	}
	w.changes.Add(w.filesChanged())
	hold()
	for {
		before := w.changes.String()
		select {
		case <-ctx.Done():
			return Change{}, ctx.Err()
		case e, ok := <-w.events.Events:
			if ok {
				w.changes.Add(w.took(e))
			}
		case <-w.events.Errors: // events were lost, or one folder cannot be watched: files are compared in any case
			w.changes.Add(w.filesChanged())
		case <-poll.C:
			w.changes.Add(w.poll(ctx))
			w.changes.Add(w.filesChanged()) // not every file system tells of changes
		case <-still:
			return w.take(), nil
		case <-end:
			return w.take(), nil
		}
		if w.changes.String() != before {
			hold()
		}
	}
}

// Rest gives what changed until now. It waits for what is still on its way, and not for more.
func (w *Watcher) Rest() Change {
	end := time.After(quiet)
	for {
		select {
		case e, ok := <-w.events.Events:
			if ok {
				w.changes.Add(w.took(e))
			}
		case <-end:
			w.changes.Add(w.filesChanged())
			return w.take()
		}
	}
}

func (w *Watcher) take() Change {
	c := w.changes
	w.changes = Change{}
	return c
}

// took is what an event means.
func (w *Watcher) took(e fsnotify.Event) Change {
	if e.Op == fsnotify.Chmod {
		return Change{}
	}
	c := w.filesChanged()
	path := filepath.Clean(e.Name)
	if w.heeded(path) {
		c.Below = append(c.Below, path)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			w.below(path, func(dir string) { _ = w.watch(dir) }) // beyond the limit: the folder above is watched
		}
	}
	return c
}

// heeded tells whether a path is one of those in folders.
func (w *Watcher) heeded(path string) bool {
	if slices.ContainsFunc(w.inputs.Without, func(own string) bool { return same(own, path) }) ||
		slices.ContainsFunc(w.inputs.Files, func(file string) bool { return same(file, path) }) {
		return false
	}
	return slices.ContainsFunc(w.inputs.Dirs, func(dir string) bool {
		rel, err := filepath.Rel(dir, path)
		return err == nil && filepath.IsLocal(rel) && !slices.ContainsFunc(strings.Split(rel, string(filepath.Separator)), func(name string) bool { return name != "." && passed(name) })
	})
}

func same(a, b string) bool {
	a, err := filepath.Abs(a)
	b, err2 := filepath.Abs(b)
	return err == nil && err2 == nil && a == b
}

// filesChanged compares the files with what they had.
func (w *Watcher) filesChanged() Change {
	var c Change
	for _, file := range w.inputs.Files {
		before := w.files[file]
		now := look(file, before)
		w.files[file] = now
		if now.content != before.content {
			c.Files = append(c.Files, file)
		}
	}
	return c
}
