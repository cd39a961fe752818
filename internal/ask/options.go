package ask

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/internal/limit"
	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/secret"
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
	// Gate are the fields for whatever is in front of the server and lets nothing
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

	// Limits are those of the run; nil: as the target has them.
	Limits *limit.Limits

	files []string // curl's options for certificates
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

// AddSecrets makes what a person gave known to what hides secrets.
func (o *Options) AddSecrets(r *secret.Redactor) {
	if o == nil {
		return
	}
	for _, f := range slices.Concat(o.Page, o.Gate) {
		switch strings.ToLower(f.Name) {
		case "accept", "accept-language", "content-type", "user-agent":
			continue // values that appear in many answers, and are nobody's secrets
		}
		r.Add(f.Value)
		if _, credentials, ok := strings.Cut(f.Value, " "); ok && strings.EqualFold(f.Name, "Authorization") {
			r.Add(credentials)
			if plain, err := base64.StdEncoding.DecodeString(credentials); err == nil {
				_, password, _ := strings.Cut(string(plain), ":")
				r.Add(string(plain), password)
			}
		}
	}
	for _, c := range o.Cookies {
		r.Add(c.Value)
	}
	if o.Data != nil {
		r.AddContent(*o.Data)
	}
	if o.Proxy != nil && o.Proxy.User != nil {
		password, _ := o.Proxy.User.Password()
		r.Add(password)
	}
}

// Curl are curl's options for the way to a URL; nil where it is the direct one, or curl takes
// it by itself (the proxy variables). The password of a proxy is left out.
func (o *Options) Curl(rawURL string) []string {
	if !o.Within(rawURL) {
		return nil
	}
	var args []string
	switch {
	case o.UnixSocket != "":
		args = append(args, "--unix-socket", o.UnixSocket)
	case o.Proxy != nil:
		p := *o.Proxy
		if p.User != nil {
			p.User = url.User(p.User.Username())
		}
		args = append(args, "--proxy", p.String())
	}
	at, _ := address(rawURL)
	if to, ok := o.Resolve[strings.ToLower(at)]; ok {
		host, port, _ := net.SplitHostPort(at)
		ip, _, _ := net.SplitHostPort(to)
		args = append(args, "--resolve", host+":"+port+":"+ip)
	}
	return append(args, o.files...)
}

// Files remembers the files of certificates for Curl.
func (o *Options) Files(caCert, cert, key string) {
	for _, f := range [][2]string{{"--cacert", caCert}, {"--cert", cert}, {"--key", key}} {
		if f[1] != "" {
			o.files = append(o.files, f[0], f[1])
		}
	}
	if o.Insecure {
		o.files = append(o.files, "--insecure")
	}
}
