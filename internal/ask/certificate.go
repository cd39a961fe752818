package ask

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"github.com/corsproof/corsproof/internal/input"
)

// ReadRoots reads certificate authorities out of a file in PEM.
func ReadRoots(path string) (*x509.CertPool, error) {
	pem, err := input.File(path, input.Written)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate; expected PEM, -----BEGIN CERTIFICATE-----", path)
	}
	return roots, nil
}

// ReadCertificate reads a certificate with its chain, and its private key, out of files in
// PEM; without a key's file it is in the certificate's.
func ReadCertificate(cert, key string) (*tls.Certificate, error) {
	if key == "" {
		key = cert
	}
	chain, err := input.File(cert, input.Written)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	private, err := input.File(key, input.Written)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate's key: %w", err)
	}
	pair, err := tls.X509KeyPair(chain, private)
	if err != nil {
		return nil, fmt.Errorf("reading %s and its key %s: %w", cert, key, err)
	}
	return &pair, nil
}
