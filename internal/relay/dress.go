package relay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
)

// maxHead bounds the head of a request, in bytes; browsers send smaller ones.
const maxHead = 1 << 20

// dressed passes on requests of HTTP/1 with what was given, and answers as they are.
func (r *Relay) dressed(scheme, addr string, in *client, server net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if r.requests(scheme, addr, in.r, server) != nil {
			_ = server.Close()
			return
		}
		halfClose(server)
	}()
	_, _ = io.Copy(in, server)
	_ = in.Close()
	<-done
}

// requests passes on one request after another until the browser has no more.
func (r *Relay) requests(scheme, addr string, in *bufio.Reader, out io.Writer) error {
	for {
		head, err := readHead(in)
		if errors.Is(err, io.EOF) && len(head) == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.request(scheme, addr, head, in, out); err != nil {
			return err
		}
	}
}

// readHead reads the lines of a request's head, without their ends and the empty one.
func readHead(in *bufio.Reader) (lines []string, err error) {
	size := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return lines, err
		}
		if size += len(line); size > maxHead {
			return nil, errors.New("the head of a request is too large")
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line == "" {
			return lines, nil
		}
		lines = append(lines, line)
	}
}

// request passes on one request.
func (r *Relay) request(scheme, addr string, head []string, in *bufio.Reader, out io.Writer) error {
	if len(head) == 0 {
		return nil
	}
	method, rest, _ := strings.Cut(head[0], " ")
	target, version, _ := strings.Cut(rest, " ")
	if err := r.admit(r.ctx, addr, method); err != nil {
		return err
	}
	url := scheme + "://" + value(head[1:], "Host") + target
	sent := r.given.Lines(url, method, head[1:], false) // the browser has the cookies
	var b bytes.Buffer
	b.WriteString(method + " " + r.given.Prefix(url) + target + " " + version + "\r\n")
	for _, line := range sent.Lines {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	if _, err := out.Write(b.Bytes()); err != nil {
		return err
	}
	switch {
	case value(head[1:], "Upgrade") != "":
		_, err := io.Copy(out, in) // whatever it is from here on, if the server agrees
		return err
	case value(head[1:], "Transfer-Encoding") != "":
		return chunks(in, out)
	}
	n, _ := strconv.ParseInt(value(head[1:], "Content-Length"), 10, 64) // none: no content
	_, err := io.CopyN(out, in, n)
	return err
}

// admit waits until a request may go out; the error is why it may not.
func (r *Relay) admit(ctx context.Context, addr, method string) error {
	if err := r.given.Limits.Check(addr, method); err != nil {
		return err
	}
	return r.given.Limits.Wait(ctx, addr, 1)
}

// chunks passes on content in chunks (RFC 9112 section 7.1).
func chunks(in *bufio.Reader, out io.Writer) error {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, line); err != nil {
			return err
		}
		size, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 64)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if _, err := io.CopyN(out, in, n+int64(len("\r\n"))); err != nil {
			return err
		}
	}
	for { // trailer fields, and the empty line
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, line); err != nil {
			return err
		}
		if strings.TrimRight(line, "\r\n") == "" {
			return nil
		}
	}
}

// value is that of the first of the lines with a name; empty for none.
func value(lines []string, name string) string {
	i := slices.IndexFunc(lines, func(line string) bool {
		n, _, _ := strings.Cut(line, ":")
		return strings.EqualFold(n, name)
	})
	if i < 0 {
		return ""
	}
	_, v, _ := strings.Cut(lines[i], ":")
	return strings.TrimSpace(v)
}
