package harness

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Serve starts a handler on loopback ports, plain and over TLS with HTTP/2,
// and gives it as a target with Base, TLSBase and TLSRoots. stop ends both
// servers and their connections.
func Serve(h http.Handler) (t *Target, stop func(), err error) {
	cert, roots, err := loopbackCertificate()
	if err != nil {
		return nil, nil, fmt.Errorf("serving a handler: making a certificate: %w", err)
	}
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

// loopbackCertificate is a certificate for 127.0.0.1, and what trusts it.
func loopbackCertificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	now := time.Now()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "corsproof handler"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: true, // a client can trust it as a root
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}
