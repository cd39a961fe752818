package harness

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/harness/wire"
)

// Curl is the request as a command line, to be pasted into a shell. It sends
// the same bytes as far as curl can; a request with lines that are no header
// fields (a folded one) becomes a printf into nc. Secrets are in it: see Redacted.
func (e *Exchange) Curl() string {
	for _, f := range e.Request {
		if f.Name == "" || strings.ContainsAny(f.Name, " \t:") {
			return e.netcat()
		}
	}
	args := []string{"curl", "-sS"}
	if e.Method == "HEAD" {
		args = append(args, "--head")
	} else {
		args = append(args, "-i")
		if e.Method != "GET" || e.Sent != "" {
			args = append(args, "-X", quoteShell(e.Method))
		}
	}
	_, authority, target, err := splitURL(e.URL)
	if err != nil {
		return e.netcat()
	}
	args = append(args, e.curlConnection(authority)...)
	args = append(args, e.curlFields(authority)...)
	if e.Sent != "" {
		args = append(args, "--data-binary", quoteShell(e.Sent))
	}
	switch {
	case e.Target != "":
		args = append(args, "--request-target", quoteShell(e.Target))
	case strings.Contains(target, "/."):
		args = append(args, "--path-as-is")
	}
	return strings.Join(append(args, "-g", quoteShell(e.URL)), " ")
}

// curlConnection are the options for protocol and certificate.
func (e *Exchange) curlConnection(authority string) []string {
	var args []string
	switch {
	case e.Proto == "HTTP/1.0":
		args = append(args, "--http1.0")
	case strings.HasPrefix(e.Proto, "HTTP/2"), e.Proto == "h2":
		args = append(args, "--http2")
	case isHTTPS(e.URL):
		args = append(args, "--http1.1")
	}
	host, _, err := net.SplitHostPort(authority)
	if err != nil {
		host = authority
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	if isHTTPS(e.URL) && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		args = append(args, "--insecure") // nobody certifies a loopback address
	}
	return args
}

// curlFields are the header options. curl adds Accept and User-Agent of its
// own, and Content-Type with content, unless told not to.
func (e *Exchange) curlFields(authority string) []string {
	var args []string
	for _, f := range e.Request {
		switch {
		case strings.EqualFold(f.Name, "Host") && f.Value == authority,
			strings.EqualFold(f.Name, "Content-Length") && f.Value == strconv.Itoa(len(e.Sent)) && e.Sent != "":
			continue
		case f.Value == "":
			args = append(args, "-H", quoteShell(f.Name+";"))
		default:
			args = append(args, "-H", quoteShell(f.Name+": "+f.Value))
		}
	}
	unwanted := []string{"Accept", "User-Agent"}
	if e.Sent != "" {
		unwanted = append(unwanted, "Content-Type")
	}
	for _, name := range unwanted {
		if !e.Request.Has(name) {
			args = append(args, "-H", quoteShell(name+":"))
		}
	}
	return args
}

// netcat is the request as bytes into a connection.
func (e *Exchange) netcat() string {
	ep, _, target, err := endpointOf(e.URL, wire.H1)
	if err != nil {
		return "# " + show(e.Method) + " " + show(e.URL) + " cannot be written as a command"
	}
	if e.Target != "" {
		target = e.Target
	}
	proto := e.Proto
	if !strings.HasPrefix(proto, "HTTP/1") {
		proto = "HTTP/1.1"
	}
	text := e.Method + " " + target + " " + proto + "\r\n"
	for _, f := range e.Request {
		if f.Value == "" && strings.HasPrefix(f.Name, " ") || strings.HasPrefix(f.Name, "\t") {
			text += f.Name + "\r\n"
			continue
		}
		text += f.Name + ": " + f.Value + "\r\n"
	}
	text += "\r\n" + e.Sent
	host, port, _ := net.SplitHostPort(ep.Addr)
	pipe := "nc " + quoteShell(host) + " " + port
	if ep.TLS {
		pipe = "openssl s_client -quiet -connect " + quoteShell(ep.Addr)
	}
	// %b interprets the escapes; a percent sign in the text is safe.
	return "printf %b " + quoteShell(escape(text)) + " | " + pipe
}

// escape writes bytes for printf's %b.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\n':
			b.WriteString(`\n`)
		case c < 0x20 || c > 0x7e:
			fmt.Fprintf(&b, `\0%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// quoteShell quotes a word for POSIX shells; bytes that are not printable
// ASCII need the $'...' of bash, zsh, ksh and POSIX.1-2024.
func quoteShell(s string) string {
	plain, special := true, false
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c > 0x7e {
			special = true
		}
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+", rune(c)) {
			plain = false
		}
	}
	switch {
	case s != "" && plain:
		return s
	case !special:
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\' || c == '\'':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x20 || c > 0x7e:
			// Octal has at most three digits, so that what follows is not taken in.
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}
