package contract

import (
	"crypto/sha1" //nolint:gosec // RFC 6455 has it so
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/corsproof/corsproof/cases"
)

// WebSocketPath is where the server has an endpoint of WebSocket, below each policy.
const WebSocketPath = "/websocket"

// socketPatience is how long an open socket may say nothing.
const socketPatience = 10 * time.Second

// withSocket adds the endpoint of WebSocket, which is beside the CORS layer:
// CORS knows nothing of handshakes (https://fetch.spec.whatwg.org/#websocket-protocol), so
// that the endpoint looks at the origin itself (RFC 6455, section 10.2). A client without an Origin
// is not a browser, and is taken.
func withSocket(p *cases.Policy, m Layer, hk *Hooks, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != WebSocketPath {
			next.ServeHTTP(w, r)
			return
		}
		origins := r.Header["Origin"]
		allowed := len(origins) == 0 || len(origins) == 1 && m.AllowsOrigin(origins[0])
		if hk != nil && hk.Socket != nil {
			allowed = hk.Socket(p, r, allowed)
		}
		switch {
		case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
			w.Header().Set("Upgrade", "websocket")
			http.Error(w, "this is an endpoint of WebSocket", http.StatusUpgradeRequired)
		case !allowed:
			http.Error(w, "this origin may not connect", http.StatusForbidden)
		default:
			openSocket(w, r)
		}
	})
}

// openSocket completes the handshake (RFC 6455, section 4.2.2) and waits for the client to go.
func openSocket(w http.ResponseWriter, r *http.Request) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2
		http.Error(w, "WebSocket is offered over HTTP/1.1", http.StatusNotImplemented)
		return
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(socketPatience))
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+
		acceptKey(r.Header.Get("Sec-WebSocket-Key"))+"\r\n\r\n")
	_, _ = rw.ReadByte() // the client says goodbye
}

// acceptKey is the proof that the server has read the handshake.
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // see above
	return base64.StdEncoding.EncodeToString(sum[:])
}
