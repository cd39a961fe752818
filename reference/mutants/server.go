package mutants

import (
	"context"
	"net/http"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/contract"
)

// Server serves the contract (testdata/frameworks/README.md): the application
// behind each policy, at /POLICY/PATH. It is a http.Handler; Start makes it
// listen, which the defects below net/http need.
type Server struct {
	// URL and TLSURL are the bases, "http://127.0.0.1:8080" and the same over
	// TLS with HTTP/2 and HTTP/1.1. Empty until Start.
	URL, TLSURL string
	// CertPEM is the self-signed certificate of TLSURL, made by Start.
	CertPEM []byte
	// Refused has the policies that were refused, with the reason.
	Refused map[string]error

	server *contract.Server
}

// WebSocketPath is where the server has an endpoint of WebSocket, below each policy.
const WebSocketPath = contract.WebSocketPath

// Good makes the server that the others depart from: package reference before
// the application. Without policies it is an error.
func Good(policies []cases.Policy) (*Server, error) { return newServer(policies, nil) }

func newServer(policies []cases.Policy, hk *contract.Hooks) (*Server, error) {
	s, err := contract.NewHookedServer(contract.Options{Policies: policies}, hk)
	if err != nil {
		return nil, err
	}
	return &Server{Refused: s.Refused, server: s}, nil
}

// Start listens on free ports of the loopback interface and serves until Close,
// or until ctx ends. It returns as soon as both listeners accept connections.
func (s *Server) Start(ctx context.Context) error {
	if err := s.server.Start(ctx); err != nil {
		return err
	}
	s.URL, s.TLSURL, s.CertPEM = s.server.URL, s.server.TLSURL, s.server.CertPEM
	return nil
}

// Close stops listening and closes all connections at once. It may be called
// again, and without Start.
func (s *Server) Close() error { return s.server.Close() }

// ServeHTTP serves the contract without a listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.server.ServeHTTP(w, r) }
