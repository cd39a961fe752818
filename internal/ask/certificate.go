package ask

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// ReadRoots reads certificate authorities out of a file in PEM.
func ReadRoots(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path)
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
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("reading %s and its key %s: %w", cert, key, err)
	}
	return &pair, nil
}
