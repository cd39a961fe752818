package ask

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Transport is a net/http transport that goes by the stated way. It adds no fields:
// see Decorate.
func (o *Options) Transport() *http.Transport {
	t := &http.Transport{TLSClientConfig: o.TLS(), DisableCompression: true, Protocols: new(http.Protocols)}
	t.Protocols.SetHTTP1(true)
	t.Protocols.SetHTTP2(true)
	if o == nil {
		return t
	}
	switch o.Protocol {
	case H1:
		t.Protocols.SetHTTP2(false)
	case H2:
		t.Protocols.SetHTTP1(false)
	}
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		addr, overTLS := address(r.URL.String())
		return o.proxyFor(addr, overTLS)
	}
	t.DialContext = func(ctx context.Context, _, addr string) (net.Conn, error) { return o.direct(ctx, addr) }
	return t
}

// Decorate adds to a request what was given, as Lines does.
func (o *Options) Decorate(r *http.Request, credentials bool) {
	if !o.Within(r.URL.String()) {
		return
	}
	preflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	set := func(list []Field) {
		for _, f := range list {
			if strings.EqualFold(f.Name, "Content-Type") && r.ContentLength == 0 {
				continue
			}
			if v := r.Header.Get(f.Name); v == "" || !ofTheCheck(f.Name+": "+v) {
				r.Header.Set(f.Name, f.Value)
			}
		}
	}
	set(o.Gate)
	if preflight {
		return
	}
	set(o.Page)
	if credentials {
		for _, c := range o.Cookies {
			r.Header["Cookie"] = []string{strings.TrimPrefix(r.Header.Get("Cookie")+"; "+c.Name+"="+c.Value, "; ")}
		}
	}
}

// Await waits until a server that is coming up answers, at most for so long. An
// answer by which a gateway says that the server is not there (502, 503, 504) is none.
// The error says what came last.
func (o *Options) Await(ctx context.Context, rawURL string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	t := o.Transport()
	defer t.CloseIdleConnections()
	last := "nothing"
	for {
		status, err := o.look(ctx, t, rawURL)
		switch {
		case err == nil && (status < http.StatusBadGateway || status > http.StatusGatewayTimeout):
			return nil
		case err == nil:
			last = fmt.Sprintf("it answers %d", status)
		case ctx.Err() == nil:
			last = err.Error()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer within %v; the last try: %s", limit, last)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (o *Options) look(ctx context.Context, t *http.Transport, rawURL string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, rawURL, nil)
	if err != nil {
		return 0, err
	}
	o.Decorate(r, true)
	resp, err := t.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}
