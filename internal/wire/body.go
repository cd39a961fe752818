package wire

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"
)

// framing is how the end of a response body is found (RFC 9112 section 6.3).
type framing int

const (
	noBody framing = iota
	byLength
	chunked
	untilClose
)

// frame decides the framing of an answer to a request with that method.
func frame(method string, h head) (framing, int64, error) {
	if method == "HEAD" || h.status < 200 || h.status == 204 || h.status == 304 {
		return noBody, 0, nil
	}
	if codings := values(h.header, "Transfer-Encoding"); len(codings) > 0 {
		all := strings.Join(codings, ",")
		last := trimOWS(all[strings.LastIndexByte(all, ',')+1:])
		if strings.EqualFold(last, "chunked") {
			return chunked, 0, nil
		}
		return untilClose, 0, nil
	}
	lengths := values(h.header, "Content-Length")
	if len(lengths) == 0 {
		return untilClose, 0, nil
	}
	// Repeats of the same number are one (RFC 9110 section 8.6).
	length := int64(-1)
	for _, line := range lengths {
		for v := range strings.SplitSeq(line, ",") {
			n, err := strconv.ParseUint(trimOWS(v), 10, 63)
			if err != nil || (length >= 0 && length != int64(n)) {
				return 0, 0, malformed("Content-Length is %q", strings.Join(lengths, ", "))
			}
			length = int64(n)
		}
	}
	if length == 0 {
		return noBody, 0, nil
	}
	return byLength, length, nil
}

// sink keeps the first bytes of a body and counts the rest.
type sink struct {
	keep  int
	data  []byte
	size  int64
	grown func() // called when something has come; may be nil
}

func (s *sink) Write(p []byte) (int, error) {
	s.size += int64(len(p))
	if room := s.keep - len(s.data); room > 0 {
		s.data = append(s.data, p[:min(room, len(p))]...)
	}
	if s.grown != nil {
		s.grown()
	}
	return len(p), nil
}

var errBodyTooLarge = errors.New("the content is larger than is worth reading")

// readBody reads a body into s, at most limit bytes: more is errBodyTooLarge,
// after which the connection is of no further use but the answer is good. With
// untilClose it is of none in any case, and more is no error.
func readBody(r *bufio.Reader, f framing, length, limit int64, maxHead int, s *sink) (trailer []byte, err error) {
	switch f {
	case byLength:
		n := min(length, limit)
		if err := copyN(s, r, n); err != nil {
			return nil, err
		}
		if n < length {
			return nil, errBodyTooLarge
		}
	case untilClose:
		if _, err := io.CopyN(s, r, limit); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
	case chunked:
		return readChunks(r, limit, maxHead, s)
	}
	return nil, nil
}

// copyN copies without allocating a LimitedReader and a buffer for what is
// already buffered.
func copyN(s *sink, r *bufio.Reader, n int64) error {
	for n > 0 {
		if r.Buffered() == 0 {
			if _, err := r.Peek(1); err != nil {
				return unexpected(err)
			}
		}
		part, _ := r.Peek(int(min(n, int64(r.Buffered()))))
		_, _ = s.Write(part)
		_, _ = r.Discard(len(part))
		n -= int64(len(part))
	}
	return nil
}

// readChunks reads the chunked coding (RFC 9112 section 7.1) and returns the
// trailer section.
func readChunks(r *bufio.Reader, limit int64, maxHead int, s *sink) ([]byte, error) {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				return nil, malformed("a chunk size line is too long")
			}
			return nil, unexpected(err)
		}
		text, _, _ := strings.Cut(strings.TrimRight(string(line), "\r\n"), ";")
		n, err := strconv.ParseUint(trimOWS(text), 16, 62)
		if err != nil {
			return nil, malformed("chunk size %.40q is not a hexadecimal number", text)
		}
		if n == 0 {
			break
		}
		if s.size+int64(n) > limit {
			return nil, errBodyTooLarge
		}
		if err := copyN(s, r, int64(n)); err != nil {
			return nil, err
		}
		end, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, unexpected(err)
		}
		if string(end) != "\r\n" && string(end) != "\n" {
			return nil, malformed("a chunk is longer than its size says")
		}
	}
	var started bool
	trailer, err := readBlock(r, maxHead, false, &started)
	return trailer, unexpected(err)
}

// unexpected: an end of file here is one in the middle of something.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
