package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/corsproof/corsproof/internal/matrix"
)

// takeOver writes the comparison in dir to results and to the Markdown and the
// page beside it, without the checks that are withheld.
func takeOver(dir, results string, withhold []string) error {
	m, err := matrix.Read(filepath.Join(dir, "compare.json"))
	if err != nil {
		return err
	}
	for _, which := range withhold {
		if err := m.Withhold(which); err != nil {
			return err
		}
	}
	base := strings.TrimSuffix(results, ".json")
	for path, write := range map[string]func(io.Writer) error{
		results: m.WriteJSON, base + ".md": m.WriteMarkdown, base + ".html": m.WriteHTML,
	} {
		if err := writeFile(path, write); err != nil {
			return fmt.Errorf("taking over the comparison in %s: %w", dir, err)
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
