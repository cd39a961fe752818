// Command mistakes compiles the package in the directory mistakes, below the working directory,
// with a function for each file of the directories beside its serve.go: a body, as a person
// writes it, whose parameters are those of serve.go's type configure. It
// may name what serve.go imports. The argument is the directory for what is built: serve.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const dir = "mistakes"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: mistakes DIR")
		os.Exit(2)
	}
	if err := build(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func build(out string) error {
	serve, err := os.ReadFile(filepath.Join(dir, "serve.go"))
	if err != nil {
		return err
	}
	source, err := generate(string(serve))
	if err != nil {
		return err
	}
	generated := filepath.Join(out, "files.go")
	if err := os.WriteFile(generated, []byte(source), 0o644); err != nil {
		return err
	}
	overlay, err := overlay(out, generated)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-overlay", overlay, "-o", filepath.Join(out, "serve"), "./"+dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

// overlay writes the file that puts what was generated into the package.
func overlay(out, generated string) (string, error) {
	virtual, err := filepath.Abs(filepath.Join(dir, "files.go"))
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {virtual: generated}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(out, "overlay.json")
	return path, os.WriteFile(path, data, 0o644)
}

var (
	imports   = regexp.MustCompile(`(?s)\nimport \((.*?)\n\)`)
	imported  = regexp.MustCompile(`(?m)^\s*(?:(\w+) )?"([^"]+)"`)
	configure = regexp.MustCompile(`(?m)^type configure (func\(.*)$`)
	major     = regexp.MustCompile(`/v\d+$`)
)

func generate(serve string) (string, error) {
	block, signature := imports.FindStringSubmatch(serve), configure.FindStringSubmatch(serve)
	if block == nil || signature == nil {
		return "", errors.New("serve.go has no import (...), or no type configure func(...)")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.go.txt"))
	if err != nil {
		return "", err
	}
	var functions strings.Builder
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		name := filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))
		fmt.Fprintf(&functions, "\tfiles[%q] = %s {\n//line %s:1\n%s\n\treturn\n}\n", name, signature[1], abs, body)
	}
	return fmt.Sprintf("package main\n\nimport (\n%s)\n\nfunc init() {\n%s}\n", used(block[1], functions.String()), functions.String()), nil
}

// used are the imports that some text names.
func used(block, text string) string {
	var list strings.Builder
	for _, m := range imported.FindAllStringSubmatch(block, -1) {
		name := m[1]
		if name == "" {
			name = filepath.Base(major.ReplaceAllString(m[2], ""))
		}
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(text) {
			fmt.Fprintf(&list, "\t%s %q\n", name, m[2])
		}
	}
	return list.String()
}
