package verify

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/internal/testcert"
	"github.com/corsproof/corsproof/spec"
)

// Seen is a request as the replaying server received it.
type Seen struct {
	At        time.Time
	TLS       bool
	Preflight bool
	Method    string
	Header    spec.Header
}

// plan is what the server answers below one path: the exchange in turn of a
// session, and what it saw of each.
type plan struct {
	mu   sync.Mutex
	xs   []Exchange
	turn int
	seen [][]Seen
}

// Replay is the server that answers as the exchanges say, byte for byte: net/http
// would canonicalise names and refuse bytes. It listens on two ports, so that
// there are several origins: 127.0.0.1 and localhost on each, over TLS too.
type Replay struct {
	listeners []net.Listener
	bases     []string
	mu        sync.RWMutex
	plans     map[string]*plan
	conns     map[net.Conn]bool
	wg        sync.WaitGroup
	closed    bool

	certificate tls.Certificate
	spaces      map[string]spec.AddressSpace // by port; empty: as addresses are
}

// NewReplay starts the server on loopback.
func NewReplay() (*Replay, error) { return newReplay("", "") }

// newReplay starts one with a port in each of the address spaces; empty: in that of loopback.
func newReplay(spaces ...spec.AddressSpace) (*Replay, error) {
	r := &Replay{plans: map[string]*plan{}, conns: map[net.Conn]bool{}, spaces: map[string]spec.AddressSpace{}}
	var err error
	if r.certificate, err = testcert.New("127.0.0.1"); err != nil {
		return nil, err
	}
	for _, space := range spaces {
		// Only IPv4: where localhost is ::1 too, a browser tries the next
		// address as soon as that one refuses it.
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("starting the replaying server: %w", err)
		}
		r.listeners = append(r.listeners, l)
		port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		if space != "" {
			r.spaces[port] = space
		}
		r.bases = append(r.bases, "http://127.0.0.1:"+port, "http://localhost:"+port)
		r.wg.Add(1)
		go r.accept(l)
	}
	return r, nil
}

// Bases are the origins of the server.
func (r *Replay) Bases() []string { return r.bases }

// Close ends the server and its connections.
func (r *Replay) Close() {
	r.mu.Lock()
	r.closed = true
	for _, l := range r.listeners {
		_ = l.Close()
	}
	for c := range r.conns {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.wg.Wait()
}

// Put registers the exchanges of a session below a path.
func (r *Replay) Put(path string, xs []Exchange) {
	r.mu.Lock()
	r.plans[path] = &plan{xs: xs, seen: make([][]Seen, len(xs))}
	r.mu.Unlock()
}

// Turn moves a session on to its exchange i, or back to it: what was seen of it, and of those after it, is
// forgotten, for whoever comes to it again has begun anew.
func (r *Replay) Turn(path string, i int) {
	r.mu.RLock()
	p := r.plans[path]
	r.mu.RUnlock()
	if p != nil {
		p.mu.Lock()
		p.turn = i
		clear(p.seen[min(i, len(p.seen)):])
		p.mu.Unlock()
	}
}

// Take removes a session and returns what was seen of each of its exchanges.
func (r *Replay) Take(path string) [][]Seen {
	r.mu.Lock()
	p := r.plans[path]
	delete(r.plans, path)
	r.mu.Unlock()
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

func (r *Replay) accept(l net.Listener) {
	defer r.wg.Done()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		if r.closed {
			r.mu.Unlock()
			_ = c.Close()
			return
		}
		r.conns[c] = true
		r.wg.Add(1)
		r.mu.Unlock()
		go r.serve(c)
	}
}

func (r *Replay) serve(c net.Conn) {
	defer func() {
		r.mu.Lock()
		delete(r.conns, c)
		r.mu.Unlock()
		_ = c.Close()
		r.wg.Done()
	}()
	br, bw, secure, err := r.speak(c)
	if err != nil {
		return
	}
	for {
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		method, target, h, err := readHead(br)
		if err != nil {
			return
		}
		if err := skipBody(br, h); err != nil {
			return
		}
		resp := r.answer(method, target, h, secure)
		if err := writeResponse(bw, method, resp); err != nil {
			return
		}
		if br.Buffered() == 0 {
			if err := bw.Flush(); err != nil {
				return
			}
		}
	}
}

// speak is HTTP on a connection, or HTTP in TLS where that is how the client begins: secure.
func (r *Replay) speak(c net.Conn) (br *bufio.Reader, bw *bufio.Writer, secure bool, err error) {
	br = bufio.NewReader(c)
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	first, err := br.Peek(1)
	if err != nil {
		return nil, nil, false, err
	}
	if first[0] != 0x16 { // no handshake record (https://www.rfc-editor.org/rfc/rfc8446#section-5.1)
		return br, bufio.NewWriter(c), false, nil
	}
	t := tls.Server(peeked{c, br}, &tls.Config{Certificates: []tls.Certificate{r.certificate}})
	return bufio.NewReader(t), bufio.NewWriter(t), true, nil
}

// peeked is a connection of which the first bytes were read.
type peeked struct {
	net.Conn
	r *bufio.Reader
}

func (p peeked) Read(b []byte) (int, error) { return p.r.Read(b) }

// answer finds the response to a request, and notes what was seen.
func (r *Replay) answer(method, target string, h spec.Header, secure bool) spec.Response {
	now := time.Now()
	path, _, _ := strings.Cut(target, "?")
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return spec.Response{Status: 404}
	}
	r.mu.RLock()
	p := r.plans[path[:i]]
	r.mu.RUnlock()
	if p == nil {
		return spec.Response{Status: 404}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Seen{At: now, TLS: secure, Method: method, Header: h}
	s.Preflight = method == "OPTIONS" && h.Has("Access-Control-Request-Method")
	p.seen[p.turn] = append(p.seen[p.turn], s)
	x := p.xs[p.turn]
	hop, ok := hopOf(target, len(x.Hops))
	switch {
	case !ok:
		return spec.Response{Status: 404}
	case s.Preflight:
		return x.Hops[hop].Preflight
	}
	return x.Hops[hop].Response
}
