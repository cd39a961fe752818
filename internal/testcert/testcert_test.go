package testcert_test

import (
	"crypto/x509"
	"testing"

	"github.com/corsproof/corsproof/internal/testcert"
)

// The certificate is good for loopback and the host that it was made for, to whom
// trusts it as a root, and for nobody else.
func TestNew(t *testing.T) {
	cert, err := testcert.New("127.0.0.2")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert.Leaf)
	for host, good := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "::1": true, "127.0.0.2": true, "127.0.0.3": false, "example.com": false,
	} {
		_, err := cert.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots})
		if (err == nil) != good {
			t.Errorf("%s: %v", host, err)
		}
	}
}
