package watch

import (
	"context"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Server is a server of which a start is noticed.
type Server struct {
	// Name is shown.
	Name string
	// Port is that on which it listens, if it is on this machine, or Socket the path of its socket. With
	// neither it is elsewhere: then only that it is there again is noticed.
	Port   int
	Socket string
	// Dial connects as requests do.
	Dial func(ctx context.Context) error
}

const (
	// connectEvery is the time between two connections, where nothing but a connection tells whether a
	// server is there.
	connectEvery = time.Second
	// elsewhereEvery is the same for a server that is not on this machine.
	elsewhereEvery = 5 * time.Second
	// connectWithin is how long a connection may take.
	connectWithin = 500 * time.Millisecond
)

// serverState is what is known of a server.
type serverState struct {
	Server
	listener string    // who listens on the port; empty: nobody, as far as one sees
	up       bool      // connections are accepted
	next     time.Time // of a connection
}

// statesOf are those of the servers, with what is known of them from before.
func statesOf(servers []Server, before []*serverState) []*serverState {
	var list []*serverState
	for _, s := range servers {
		state := &serverState{Server: s, listener: s.listeners(), up: true}
		if i := slices.IndexFunc(before, func(b *serverState) bool { return b.Name == s.Name && b.Port == s.Port && b.Socket == s.Socket }); i >= 0 {
			state.listener = before[i].listener
			state.up = before[i].up
		}
		list = append(list, state)
	}
	return list
}

// poll looks at the servers.
func (w *Watcher) poll(ctx context.Context) Change {
	var c Change
	for _, s := range w.servers {
		switch s.look(ctx) {
		case started:
			c.Started = append(c.Started, s.Name)
		case stopped:
			c.Stopped = append(c.Stopped, s.Name)
		}
	}
	return c
}

type event int

const (
	nothing event = iota
	started
	stopped
)

// look tells whether the server started or stopped since the last look.
//
// A connection for each look would fill the server's log, and an open one could block a server that
// has a single thread. On Linux the system tells who listens; elsewhere, and
// where the port is forwarded without a listener, connections are made, but only while
// the server is down, or now and then.
func (s *serverState) look(ctx context.Context) event {
	now := s.listeners()
	other := now != s.listener
	switch {
	case other && now == "":
		s.listener, s.up, s.next = "", false, time.Time{}
		return stopped
	case s.up && !other && (now != "" || s.elsewhere()), time.Now().Before(s.next):
		return nothing
	}
	switch s.next = time.Now().Add(connectEvery); {
	case now != "":
		s.next = time.Time{} // somebody listens here
	case s.elsewhere():
		s.next = time.Now().Add(elsewhereEvery)
	}
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	was := s.up
	if err := s.Dial(ctx); err != nil {
		if ctx.Err() != nil { // slow is not down
			return nothing
		}
		if s.up = false; was {
			return stopped
		}
		return nothing
	}
	s.listener, s.up = now, true
	if was && !other {
		return nothing
	}
	return started
}

func (s *Server) elsewhere() bool { return s.Port == 0 && s.Socket == "" }

// listeners tells who listens; empty: nobody, or that cannot be seen.
func (s *Server) listeners() string {
	if s.Socket == "" {
		return listener(s.Port)
	}
	info, err := os.Stat(s.Socket)
	if err != nil {
		return ""
	}
	return info.ModTime().String()
}

// listener tells who listens on a port of this machine: another one, or the same program started again, is
// another listener. Empty: nobody, or the system does not tell. It goes by the inodes of the sockets in
// /proc/net/tcp, of which proc(5) describes the columns.
func listener(port int) string {
	if port == 0 {
		return ""
	}
	var inodes []string
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		data, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			columns := strings.Fields(line)
			const local, state, inode, listening = 1, 3, 9, "0A"
			if len(columns) <= inode || columns[state] != listening {
				continue
			}
			_, hex, _ := strings.Cut(columns[local], ":")
			if n, err := strconv.ParseUint(hex, 16, 16); err == nil && int(n) == port {
				inodes = append(inodes, columns[inode])
			}
		}
	}
	slices.Sort(inodes)
	return strings.Join(inodes, " ")
}

// Port is that of "host:port"; 0: it has none.
func Port(addr string) int {
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(text)
	return n
}
