package input

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// A file is read whole when it is not too large, and not at all otherwise; a device without an end ends.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, size := range []int{0, 1, 99, 100, 101, 1000} {
		content := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		data, err := File(path, 100)
		if size > 100 {
			if err == nil || data != nil {
				t.Errorf("%d bytes: %d were read, %v", size, len(data), err)
			}
			continue
		}
		if err != nil || !bytes.Equal(data, content) {
			t.Errorf("%d bytes: %d were read, %v", size, len(data), err)
		}
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := File("/dev/zero", Written); err == nil {
			t.Error("/dev/zero is no file")
		}
	}
	if _, err := File(path+".absent", 1); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}
