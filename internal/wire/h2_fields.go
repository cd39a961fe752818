package wire

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// h2Fields turns a request into HTTP/2 header fields: the pseudo-header fields
// first, then the lines in order with lower-case names. Whatever else a case
// wrote, connection-specific fields included, goes out as it stands.
func h2Fields(req *Request, addr string, nc net.Conn) ([]hpack.HeaderField, error) {
	if req.Version != "" && req.Version != "HTTP/2.0" {
		return nil, fmt.Errorf("HTTP/2 cannot say %s", req.Version)
	}
	scheme := "http"
	if _, ok := nc.(*tls.Conn); ok {
		scheme = "https"
	}
	fields := make([]hpack.HeaderField, 4, 4+len(req.Lines))
	authority := addr
	for _, line := range req.Lines {
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t\r\n") {
			return nil, fmt.Errorf("the line %.60q is not a field that HTTP/2 can carry", line)
		}
		value = trimOWS(value)
		if strings.EqualFold(name, "Host") {
			authority = value
			continue
		}
		name = strings.ToLower(name)
		fields = append(fields, hpack.HeaderField{Name: name, Value: value, Sensitive: sensitive(name)})
	}
	fields[0] = hpack.HeaderField{Name: ":method", Value: req.method()}
	fields[1] = hpack.HeaderField{Name: ":scheme", Value: scheme}
	fields[2] = hpack.HeaderField{Name: ":authority", Value: authority}
	fields[3] = hpack.HeaderField{Name: ":path", Value: req.target()}
	return fields, nil
}

// sensitive fields stay out of the compression table (RFC 7541 section 7.1.3).
func sensitive(name string) bool {
	return name == "authorization" || name == "cookie"
}
