package verify

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/corsproof/corsproof/spec"
)

// Seen is a request as the replaying server received it.
type Seen struct {
	Hop       int
	Preflight bool
	Method    string
	Origin    *string
	ACRM      *string
	ACRH      *string
}

// plan is what the server answers below one path: the exchange in turn of a
// session, and what it saw of each.
type plan struct {
	mu    sync.Mutex
	xs    []Exchange
	turn  int
	seen  [][]Seen
	extra []string // requests that fit nothing
}

// Replay is the server that answers as the exchanges say, byte for byte: net/http
// would canonicalise names and refuse bytes. It listens on two ports, so that
// there are several origins: 127.0.0.1 and localhost on each.
type Replay struct {
	listeners []net.Listener
	bases     []string
	mu        sync.RWMutex
	plans     map[string]*plan
	conns     map[net.Conn]bool
	wg        sync.WaitGroup
	closed    bool
}

// NewReplay starts the server on loopback.
func NewReplay() (*Replay, error) {
	r := &Replay{plans: map[string]*plan{}, conns: map[net.Conn]bool{}}
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("starting the replaying server: %w", err)
		}
		r.listeners = append(r.listeners, l)
		port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		r.bases = append(r.bases, "http://127.0.0.1:"+port, "http://localhost:"+port)
		r.wg.Add(1)
		go r.accept(l)
	}
	// localhost may lead to ::1 first; a refused connection there costs nothing.
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
	br, bw := bufio.NewReader(c), bufio.NewWriter(c)
	for {
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		method, target, h, err := readHead(br)
		if err != nil {
			return
		}
		if err := skipBody(br, h); err != nil {
			return
		}
		resp := r.answer(method, target, h)
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

// readHead reads a request line and the field lines as they stand.
func readHead(br *bufio.Reader) (method, target string, h spec.Header, err error) {
	line, err := readLine(br)
	if err != nil {
		return "", "", nil, err
	}
	method, rest, ok := strings.Cut(line, " ")
	target, _, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 {
		return "", "", nil, fmt.Errorf("request line %q", line)
	}
	for {
		line, err := readLine(br)
		if err != nil || line == "" {
			return method, target, h, err
		}
		name, value, _ := strings.Cut(line, ":")
		h = append(h, spec.Field{Name: name, Value: strings.Trim(value, " \t")})
	}
}

func readLine(br *bufio.Reader) (string, error) {
	line, err := br.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// skipBody reads over the request's content.
func skipBody(br *bufio.Reader, h spec.Header) error {
	if v, ok := h.Get("Content-Length"); ok {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return err
		}
		_, err = io.CopyN(io.Discard, br, n)
		return err
	}
	if v, ok := h.Get("Transfer-Encoding"); ok && strings.EqualFold(v, "chunked") {
		for {
			line, err := readLine(br)
			if err != nil {
				return err
			}
			n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
			if err != nil {
				return err
			}
			if _, err := io.CopyN(io.Discard, br, n+2); err != nil {
				return err
			}
			if n == 0 {
				return nil
			}
		}
	}
	return nil
}

// turnPath is the request that moves a session to its next exchange.
const turnPath = "/turn"

func (r *Replay) answer(method, target string, h spec.Header) spec.Response {
	target, _, _ = strings.Cut(target, "?")
	i := strings.LastIndexByte(target, '/')
	if i < 0 {
		return spec.Response{Status: 404}
	}
	r.mu.RLock()
	p := r.plans[target[:i]]
	r.mu.RUnlock()
	if p == nil {
		return spec.Response{Status: 404}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if target[i:] == turnPath {
		p.turn = min(p.turn+1, len(p.xs)-1)
		return spec.Response{Status: 204}
	}
	hop, err := strconv.Atoi(target[i+1:])
	x := p.xs[p.turn]
	if err != nil || hop < 0 || hop >= len(x.Hops) {
		return spec.Response{Status: 404}
	}
	s := Seen{Hop: hop, Method: method}
	s.Origin, s.ACRM, s.ACRH = optional(h, "Origin"), optional(h, "Access-Control-Request-Method"), optional(h, "Access-Control-Request-Headers")
	s.Preflight = method == "OPTIONS" && s.ACRM != nil
	p.seen[p.turn] = append(p.seen[p.turn], s)
	if s.Preflight {
		return x.Hops[hop].Preflight
	}
	return x.Hops[hop].Response
}

func optional(h spec.Header, name string) *string {
	if v, ok := h.Get(name); ok {
		return &v
	}
	return nil
}

// content is the body of every answer that may have one.
const content = "ok"

// hasContent says whether an answer with this status carries content. A 304
// has none, and neither does what answers HEAD.
func hasContent(status int) bool { return status != 204 && status != 304 && status >= 200 }

func writeResponse(w *bufio.Writer, method string, resp spec.Response) error {
	reason := http.StatusText(resp.Status)
	if reason == "" {
		reason = "Status"
	}
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n", resp.Status, reason)
	for _, f := range resp.Header {
		_, _ = w.WriteString(f.Name + ": " + f.Value + "\r\n") // the error stays with the writer
	}
	if _, ok := resp.Header.Get("Content-Length"); !ok && hasContent(resp.Status) {
		fmt.Fprintf(w, "Content-Length: %d\r\n", len(content))
	}
	_, err := w.WriteString("\r\n")
	if hasContent(resp.Status) && method != "HEAD" {
		_, err = w.WriteString(content)
	}
	return err
}
