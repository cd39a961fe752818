package ask

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
)

// Options are how requests to a server are made. The zero value, and nil, add
// nothing and connect directly. What is given goes to the origin of Scope alone,
// so that no redirect carries a secret to somebody else.
type Options struct {
	// Scope is the URL of the server that the options are for.
	Scope string
	// Page are the fields that the page's script would set. A browser asks for
	// them in the preflight, so that they go with every request but a preflight.
	Page []Field
	// Gate are the fields for what stands in front of the server and lets nothing
	// through without them. They go with every request, preflights too, which no
	// browser can do.
	Gate []Field
	// Cookies go with requests with credentials, never with a preflight.
	Cookies []Cookie
	// Method is the one that carries the question; empty: GET, or what the endpoint has.
	Method string
	// Data is the content of requests with Method (POST where it is empty); nil: none.
	Data *string
	// Serves are the methods that the endpoint has, besides those that the policy
	// allows; nil: they are found out.
	Serves []string

	// Roots are the certificate authorities to trust; nil: the system's.
	Roots *x509.CertPool
	// Certificate is shown to a server that asks for one.
	Certificate *tls.Certificate
	// Insecure accepts any certificate of the server.
	Insecure bool
	// Proxy is the one to use; nil: as FromEnvironment says.
	Proxy *url.URL
	// FromEnvironment heeds HTTP_PROXY, HTTPS_PROXY and NO_PROXY where Proxy is nil.
	FromEnvironment bool
	// Resolve gives the address to connect to for "host:port".
	Resolve map[string]string
	// UnixSocket is the path of the socket to connect to in the place of the server's address.
	UnixSocket string
	// Protocol is the only one to speak: H1 or H2; empty: either.
	Protocol string
}

// The values of Options.Protocol.
const (
	H1 = "h1"
	H2 = "h2"
)

// Field is a request field.
type Field struct {
	Name, Value string
	// Variable is the environment variable that the value came from; empty: none.
	Variable string
}

// Cookie is a cookie of the server.
type Cookie struct{ Name, Value string }

// Within tells whether a URL is of the origin that the options are for.
func (o *Options) Within(rawURL string) bool {
	return o != nil && o.Scope != "" && origin.Of(rawURL) == origin.Of(o.Scope)
}

// Adds tells whether requests get fields that a browser would not send by itself,
// cookies apart.
func (o *Options) Adds() bool { return o != nil && len(o.Page)+len(o.Gate) > 0 }

// Detours tells whether the way to the server is not the direct one, or is another
// than a browser would take by itself.
func (o *Options) Detours() bool {
	return o != nil && (o.Roots != nil || o.UnixSocket != "" || len(o.Resolve) > 0 || o.Certificate != nil || o.Protocol != "" || o.proxied())
}

// proxied tells whether requests to the server go through a proxy.
func (o *Options) proxied() bool {
	if o.Scope == "" {
		return o.Proxy != nil
	}
	addr, overTLS := address(o.Scope)
	p, _ := o.proxyFor(addr, overTLS)
	return p != nil
}

// TLS is the configuration of connections to the server.
func (o *Options) TLS() *tls.Config {
	if o == nil {
		return &tls.Config{}
	}
	c := &tls.Config{RootCAs: o.Roots, InsecureSkipVerify: o.Insecure} //nolint:gosec // on demand, for self-signed test servers
	if o.Certificate != nil {
		c.Certificates = []tls.Certificate{*o.Certificate}
	}
	return c
}

// QuestionMethod is the method that carries the question; empty where that is not stated.
func (o *Options) QuestionMethod() string {
	switch {
	case o == nil:
		return ""
	case o.Method == "" && o.Data != nil:
		return "POST"
	}
	return o.Method
}

// PageNames are the names of the fields of Page, with commas, for messages.
func (o *Options) PageNames() string {
	names := make([]string, len(o.Page))
	for i, f := range o.Page {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}
