package record

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/spec"
)

const (
	mostCodings = 4       // of one answer; nobody packs twice
	mostWindow  = 8 << 20 // bytes that Zstandard may look back, as in browsers (RFC 9659)
)

// Decoded is content without its codings (RFC 9110 section 8.4), at most
// KeptContent bytes of it: what a script reads. An error says why it is not
// all; partial content is expected to break off. A coding that is not known
// leaves content as it is, as browsers do.
func Decoded(h spec.Header, body []byte, partial bool) (string, error) {
	codings := h.Elements("Content-Encoding")
	if len(codings) == 0 || len(body) == 0 {
		return string(body), nil
	}
	if len(codings) > mostCodings {
		return "", fmt.Errorf("the content has %d codings", len(codings))
	}
	var r io.Reader = bytes.NewReader(body)
	for i := len(codings) - 1; i >= 0; i-- {
		coding := strings.ToLower(codings[i])
		next, err := decoder(coding, r)
		switch {
		case errors.Is(err, errUnknownCoding):
			return string(body), nil
		case err != nil:
			return "", fmt.Errorf("the content is not in the coding %s that it is said to be in: %w", coding, err)
		}
		r = next
	}
	out, err := io.ReadAll(io.LimitReader(r, agent.KeptContent))
	if err != nil && !(partial && errors.Is(err, io.ErrUnexpectedEOF)) {
		return string(out), fmt.Errorf("the content is not in the coding %s that it is said to be in: %w", agent.Show(strings.Join(codings, ", ")), err)
	}
	return string(out), nil
}

var errUnknownCoding = errors.New("unknown content coding")

// decoder undoes one coding.
func decoder(coding string, r io.Reader) (io.Reader, error) {
	switch coding {
	case "identity":
		return r, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "deflate":
		return inflate(r)
	case "br":
		return brotli.NewReader(r), nil
	case "zstd":
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(mostWindow))
		if err != nil {
			return nil, err
		}
		return d, nil // nothing to close: without concurrency it has no goroutines
	}
	return nil, errUnknownCoding
}

// inflate reads the zlib format, or bare deflate data, which some servers send
// under the same name.
func inflate(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err == nil && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}
