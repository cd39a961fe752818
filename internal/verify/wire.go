package verify

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// readHead reads a request line and the field lines as they stand.
func readHead(br *bufio.Reader) (method, target string, h spec.Header, err error) {
	line, err := readLine(br)
	if err != nil {
		return "", "", nil, err
	}
	method, rest, ok := strings.Cut(line, " ")
	target, _, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 {
		return "", "", nil, fmt.Errorf("request line %q", line)
	}
	for {
		line, err := readLine(br)
		if err != nil || line == "" {
			return method, target, h, err
		}
		name, value, _ := strings.Cut(line, ":")
		h = append(h, spec.Field{Name: name, Value: strings.Trim(value, " \t")})
	}
}

func readLine(br *bufio.Reader) (string, error) {
	line, err := br.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// skipBody reads over the request's content.
func skipBody(br *bufio.Reader, h spec.Header) error {
	if v, ok := h.Get("Content-Length"); ok {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return err
		}
		_, err = io.CopyN(io.Discard, br, n)
		return err
	}
	if v, ok := h.Get("Transfer-Encoding"); ok && strings.EqualFold(v, "chunked") {
		for {
			line, err := readLine(br)
			if err != nil {
				return err
			}
			n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
			if err != nil {
				return err
			}
			if _, err := io.CopyN(io.Discard, br, n+2); err != nil {
				return err
			}
			if n == 0 {
				return nil
			}
		}
	}
	return nil
}

// content is the body of every answer that may have one.
const content = "ok"

// hasContent says whether an answer with this status carries content. A 304
// has none, and neither does what answers HEAD.
func hasContent(status int) bool { return status != 204 && status != 304 && status >= 200 }

// writeResponse writes the header fields as they stand.
func writeResponse(w *bufio.Writer, method string, resp spec.Response) error {
	reason := http.StatusText(resp.Status)
	if reason == "" {
		reason = "Status"
	}
	resp = withLength(resp)
	fmt.Fprintf(w, "HTTP/1.1 %d %s\r\n", resp.Status, reason)
	for _, f := range resp.Header {
		_, _ = w.WriteString(f.Name + ": " + f.Value + "\r\n") // the error stays with the writer
	}
	_, err := w.WriteString("\r\n")
	if hasContent(resp.Status) && method != "HEAD" {
		_, err = w.WriteString(content)
	}
	return err
}
