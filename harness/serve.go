package harness

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/corsproof/corsproof/internal/testcert"
)

// Serve starts a handler on loopback ports, plain and over TLS with HTTP/2,
// and gives it as a target with Base, TLSBase and TLSRoots. stop ends both
// servers and their connections.
func Serve(h http.Handler) (t *Target, stop func(), err error) {
	cert, err := testcert.New("")
	if err != nil {
		return nil, nil, fmt.Errorf("serving a handler: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			if i == 1 {
				_ = listeners[0].Close()
			}
			return nil, nil, fmt.Errorf("serving a handler: %w", err)
		}
	}
	newServer := func() *http.Server {
		return &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	}
	plain, secure := newServer(), newServer()
	secure.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	go func() { _ = plain.Serve(listeners[0]) }()
	go func() { _ = secure.ServeTLS(listeners[1], "", "") }()
	t = &Target{
		Name: "handler", TLSRoots: roots,
		Base: "http://" + listeners[0].Addr().String(), TLSBase: "https://" + listeners[1].Addr().String(),
	}
	return t, func() { _, _ = plain.Close(), secure.Close() }, nil
}
