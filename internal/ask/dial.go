package ask

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"

	"github.com/corsproof/corsproof/internal/origin"
)

// Dial connects to "host:port" by the way that was stated; overTLS says whether
// TLS will be spoken there. Plain HTTP that goes through an HTTP proxy ends at the
// proxy: see Prefix.
func (o *Options) Dial(ctx context.Context, addr string, overTLS bool) (net.Conn, error) {
	if o == nil {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	p, err := o.proxyFor(addr, overTLS)
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return o.direct(ctx, addr)
	case strings.HasPrefix(p.Scheme, "socks5"):
		return o.socks(ctx, p, addr)
	}
	conn, err := o.reach(ctx, p)
	if err != nil || !overTLS {
		return conn, err
	}
	if err := tunnel(ctx, conn, p, addr); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// direct connects without a proxy.
func (o *Options) direct(ctx context.Context, addr string) (net.Conn, error) {
	var d net.Dialer
	if at, _ := address(o.Scope); o.UnixSocket != "" && (o.Scope == "" || at == addr) {
		return d.DialContext(ctx, "unix", o.UnixSocket)
	}
	if to, ok := o.Resolve[strings.ToLower(addr)]; ok {
		addr = to
	}
	return d.DialContext(ctx, "tcp", addr)
}

// proxyFor is the proxy of a connection; nil for none. This machine is reached
// directly, unless it is what a proxy was named for.
func (o *Options) proxyFor(addr string, overTLS bool) (*url.URL, error) {
	host, _, _ := net.SplitHostPort(addr)
	at, _ := address(o.Scope)
	switch {
	case o.UnixSocket != "" && (at == addr || o.Scope == ""):
		return nil, nil
	case o.Proxy != nil && origin.Loopback(host) && at != addr:
		return nil, nil
	case o.Proxy != nil:
		return o.Proxy, nil
	case !o.FromEnvironment:
		return nil, nil
	}
	u := &url.URL{Scheme: "http", Host: addr}
	if overTLS {
		u.Scheme = "https"
	}
	p, err := httpproxy.FromEnvironment().ProxyFunc()(u)
	if err != nil {
		return nil, errors.New("the proxy variables (HTTP_PROXY, HTTPS_PROXY) do not have the URL of a proxy; expected http://HOST:PORT")
	}
	return p, nil
}

// forwarding is the proxy that reads the requests for a URL itself; nil for none.
func (o *Options) forwarding(rawURL string) *url.URL {
	addr, overTLS := address(rawURL)
	if addr == "" || overTLS {
		return nil
	}
	p, err := o.proxyFor(addr, false)
	if err != nil || p == nil || strings.HasPrefix(p.Scheme, "socks5") {
		return nil
	}
	return p
}

// ParseProxy reads the URL of a proxy; without a scheme it is an HTTP proxy. What
// it says of a wrong one has no password in it.
func ParseProxy(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("that is not the URL of a proxy; expected http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return u, nil
	}
	return nil, fmt.Errorf("the scheme %s is not one of a proxy; expected http, https or socks5", u.Scheme)
}

// reach connects to an HTTP proxy.
func (o *Options) reach(ctx context.Context, p *url.URL) (net.Conn, error) {
	port := p.Port()
	if port == "" {
		port = origin.DefaultPort(p.Scheme)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(p.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("the proxy %s: %w", p.Host, err)
	}
	if p.Scheme != "https" {
		return conn, nil
	}
	tc := tls.Client(conn, &tls.Config{ServerName: p.Hostname(), RootCAs: o.Roots, InsecureSkipVerify: o.Insecure}) //nolint:gosec // on demand
	if err := tc.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("TLS with the proxy %s: %w", p.Host, err)
	}
	return tc, nil
}

// tunnel asks a proxy for a connection to addr (RFC 9110 section 9.3.6).
func tunnel(ctx context.Context, conn net.Conn, p *url.URL, addr string) error {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if p.User != nil {
		password, _ := p.User.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.User.Username()+":"+password)))
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := req.Write(conn); err != nil {
		return fmt.Errorf("asking the proxy %s for %s: %w", p.Host, addr, err)
	}
	in := bufio.NewReader(conn) // behind the answer comes nothing before TLS begins
	resp, err := http.ReadResponse(in, req)
	if err != nil {
		return fmt.Errorf("asking the proxy %s for %s: %w", p.Host, addr, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy %s answers %s to CONNECT %s", p.Host, resp.Status, addr)
	}
	return nil
}

// socks connects through a SOCKS proxy.
func (o *Options) socks(ctx context.Context, p *url.URL, addr string) (net.Conn, error) {
	var auth *proxy.Auth
	if p.User != nil {
		password, _ := p.User.Password()
		auth = &proxy.Auth{User: p.User.Username(), Password: password}
	}
	host := p.Host
	if p.Port() == "" {
		host = net.JoinHostPort(p.Hostname(), "1080")
	}
	d, err := proxy.SOCKS5("tcp", host, auth, &net.Dialer{})
	if err != nil {
		return nil, fmt.Errorf("the proxy %s: %w", p.Host, err)
	}
	c, err := d.(proxy.ContextDialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("through the proxy %s: %w", p.Host, err)
	}
	return c, nil
}

// ParseResolve reads "HOST:PORT:ADDRESS", curl's form.
func ParseResolve(text string) (from, to string, err error) {
	host, rest, ok := strings.Cut(text, ":")
	port, addr, ok2 := strings.Cut(rest, ":")
	if addr = strings.Trim(addr, "[]"); !ok || !ok2 || net.ParseIP(addr) == nil {
		return "", "", fmt.Errorf("%q is not an address to resolve to; expected HOST:PORT:ADDRESS, such as api.example.com:443:127.0.0.1", text)
	}
	return strings.ToLower(net.JoinHostPort(host, port)), net.JoinHostPort(addr, port), nil
}

// address is what a URL's connections go to.
func address(rawURL string) (addr string, overTLS bool) {
	scheme, authority, _, err := origin.Split(rawURL)
	if err != nil {
		return "", false
	}
	if _, _, err := net.SplitHostPort(authority); err != nil {
		authority = net.JoinHostPort(strings.Trim(authority, "[]"), origin.DefaultPort(scheme))
	}
	return authority, scheme == "https"
}
