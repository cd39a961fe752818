// Package roster reads lists of targets, one after the other, and keeps what became of each in a
// file from which a later run goes on. What it holds in memory of a target is its key, some 50
// bytes.
package roster

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/corsproof/corsproof/internal/secret"
)

// Entry is a target of a list.
type Entry struct {
	// Line is its number in the list, from 1.
	Line int
	// URL is as it stands there.
	URL string
}

// List is a list of targets: a URL on each line. Empty lines, and those that begin with a #, are
// left out.
type List struct {
	// Name is that of the file, for messages.
	Name string

	in   *bufio.Reader
	line int
}

// longest is the length of a line that is still read, in bytes.
const longest = 64 << 10

// NewList reads a list. It reads as much of r as it needs for the next line: r may be a pipe into which
// somebody still writes.
func NewList(name string, r io.Reader) *List {
	return &List{Name: name, in: bufio.NewReaderSize(r, longest)}
}

// BadLine says that a line is not what it should be. The list goes on after it.
type BadLine struct {
	List string
	Line int
	What string
}

func (e *BadLine) Error() string { return fmt.Sprintf("%s:%d: %s", e.List, e.Line, e.What) }

// Next is the next entry. The error is io.EOF at the end, a *BadLine, or that of the reader.
func (l *List) Next() (Entry, error) {
	for {
		text, err := l.next()
		if err != nil {
			return Entry{}, err
		}
		if text != "" && !strings.HasPrefix(text, "#") {
			return Entry{Line: l.line, URL: text}, nil
		}
	}
}

// next is the next line, without spaces at its ends.
func (l *List) next() (string, error) {
	data, err := l.in.ReadSlice('\n')
	l.line++
	if l.line == 1 {
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // what some editors put before a text
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.in.ReadSlice('\n')
		}
		if err == nil || errors.Is(err, io.EOF) {
			err = &BadLine{l.Name, l.line, fmt.Sprintf("the line is longer than %d bytes; expected a URL", longest)}
		}
		return "", err
	case errors.Is(err, io.EOF) && len(data) > 0:
		err = nil // the last line, without an end
	}
	return strings.TrimSpace(string(data)), err
}

// key tells targets apart.
type key [16]byte

func keyOf(text string) key {
	sum := sha256.Sum256([]byte(text))
	return key(sum[:16])
}

// Shown is a URL without its secrets.
func Shown(url string) string {
	return (&secret.Redactor{Endpoint: true}).URL(url)
}
