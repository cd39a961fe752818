// Command fixes writes cases/fixes.yaml from the fixes below testdata/frameworks: make fixes.
package main

import (
	"fmt"
	"os"

	"github.com/corsproof/corsproof/internal/mistakes"
)

func main() {
	if err := write("testdata/frameworks", "cases/fixes.yaml"); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func write(root, file string) error {
	pairs, err := mistakes.Load(root)
	if err != nil {
		return err
	}
	text, err := mistakes.Document(pairs)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o644)
}
