// Package input reads files that people name. What they name may be a device without an
// end or a dump of a database: no more is read than a file of the kind ever has.
package input

import (
	"fmt"
	"io"
	"os"
)

// The most that is read of a file, in bytes.
const (
	Written = 4 << 20   // what a person writes: a policy, cases, a project, request fields, a certificate
	Content = 64 << 20  // the content of a request
	Made    = 256 << 20 // what a program writes: a report, an OpenAPI document, a matrix
)

// A TooLargeError says that there is more than is read.
type TooLargeError struct {
	Name string
	Most int64 // in bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s is larger than %d MiB, more than any file of its kind; is it the right one?", e.Name, e.Most>>20)
}

// File reads a file of at most so many bytes. The error is a *TooLargeError or that of
// the system.
func File(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return All(file, path, most)
}

// All reads at most so many bytes from a reader that errors call name. The error is a
// *TooLargeError or that of the reader.
func All(r io.Reader, name string, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, &TooLargeError{Name: name, Most: most}
	}
	return data, nil
}
