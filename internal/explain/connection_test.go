package explain_test

import (
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

// TestHowAConnectionFailed: what is said of a connection is what its code says, or curl.
func TestHowAConnectionFailed(t *testing.T) {
	const request = "GET https://api.snap.test/v1/me "
	for _, c := range []struct {
		text       string
		reason     spec.Reason
		title, not string
	}{
		{request + "net::ERR_INTERNET_DISCONNECTED", spec.ReasonNetworkError, "has no connection", "Start the server"},
		{request + "net::ERR_NETWORK_CHANGED", spec.ReasonNetworkError, "network of this machine changed", "Start the server"},
		{request + "net::ERR_PROXY_CONNECTION_FAILED", spec.ReasonNetworkError, "proxy", "Start the server"},
		{request + "net::ERR_TUNNEL_CONNECTION_FAILED", spec.ReasonNetworkError, "proxy", "Start the server"},
		{"GET http://10.0.0.12:9090/metrics net::ERR_CONNECTION_TIMED_OUT", spec.ReasonNetworkError, "timed out", "Start the server"},
		{request + "net::ERR_TIMED_OUT", spec.ReasonNetworkError, "did not answer in time", "Start the server"},
		{request + "net::ERR_ADDRESS_UNREACHABLE", spec.ReasonNetworkError, "no way to the server's address", "Start the server"},
		{"curl: (28) Operation timed out after 30001 milliseconds with 0 bytes received", spec.ReasonNetworkError, "did not answer in time", "connection ended"},
		{"curl: (28) Operation timed out after 30001 milliseconds with 0 out of 0 bytes received", spec.ReasonNetworkError, "did not answer in time", "connection ended"},
		{"curl: (28) Operation timed out after 30001 milliseconds with 812 out of 9000 bytes received", spec.ReasonNetworkError, "did not come to its end in time", "connection ended"},
		{"curl: (28) Connection timed out after 5001 milliseconds", spec.ReasonNetworkError, "No answer came from the server's address", "Nothing listens"},
		{"curl: (28) Failed to connect to 10.0.0.12 port 9090 after 130000 ms: Couldn't connect to server", spec.ReasonNetworkError, "No answer came from the server's address", "Nothing listens"},
		{"curl: (28) Resolving timed out after 5000 milliseconds", spec.ReasonNetworkError, "name server", "Nothing listens"},
		{"curl: (7) Failed to connect to localhost port 9 after 0 ms: Couldn't connect to server", explain.ReasonRefused, "Nothing listens", "timed out"},
		{request + "net::ERR_CONNECTION_REFUSED", explain.ReasonRefused, "Nothing listens", "timed out"},
		{request + "net::ERR_EMPTY_RESPONSE", spec.ReasonNetworkError, "The connection ended", "in time"},
		{"GET https://localhost:5000/weatherforecast net::ERR_SSL_PROTOCOL_ERROR", explain.ReasonTLS, "plain HTTP", "accept the server's certificate"},
		{request + "net::ERR_CERT_DATE_INVALID", explain.ReasonTLS, "has expired, or is not valid yet", "does not accept"},
		{"curl: (60) SSL certificate problem: certificate has expired", explain.ReasonTLS, "has expired, or is not valid yet", "does not accept"},
		{request + "net::ERR_CERT_COMMON_NAME_INVALID", explain.ReasonTLS, "other host names", "does not accept"},
		{request + "net::ERR_SSL_VERSION_OR_CIPHER_MISMATCH", explain.ReasonTLS, "no version of TLS", "does not accept"},
		{request + "net::ERR_CERT_AUTHORITY_INVALID", explain.ReasonTLS, "does not accept the server's certificate", "expired"},
		{request + "net::ERR_BAD_SSL_CLIENT_AUTH_CERT", explain.ReasonTLS, "wants a certificate of the client", "does not accept"},
	} {
		for _, text := range []string{c.text, c.text + "\nUncaught (in promise) TypeError: Failed to fetch"} {
			a := explained(t, text, explain.Context{})
			if said := a.Cause.Title + " " + a.Fix.Do; a.Reason != c.reason || !strings.Contains(a.Cause.Title, c.title) || strings.Contains(said, c.not) || a.Mask == nil {
				t.Errorf("%s: %s, %s", text, a.Reason, said)
			}
		}
	}
	a := explained(t, request+"net::ERR_CERT_DATE_INVALID", explain.Context{})
	if !strings.Contains(a.Fix.Do, "clock") || a.Cause.ID != "tls-certificate" {
		t.Errorf("%+v", a)
	}
}
