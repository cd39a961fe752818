// Package adapter installs and starts the servers under testdata/frameworks:
// one directory for each real framework, with a manifest, adapter.yaml, that
// says how. What such a server answers is the contract of
// testdata/frameworks/README.md.
package adapter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/input"
)

// ManifestFile is the name of the manifest in an adapter's directory.
const ManifestFile = "adapter.yaml"

// Manifest is an adapter.yaml. All commands are given to sh -c, in the
// adapter's directory, with the caller's environment and CORSPROOF_CACHE: the
// absolute path of a directory for what they build.
type Manifest struct {
	// Name is the directory's: "rs-cors".
	Name string `yaml:"name"`
	// Display is the name people know: "rs/cors".
	Display  string `yaml:"display"`
	Language string `yaml:"language"`
	// Kind is what the adapter tests; empty: a library.
	Kind Kind `yaml:"kind"`
	// Package is what brings the CORS layer, as its registry names it; for a
	// middleware written by hand, where it comes from.
	Package string `yaml:"package"`
	// VersionCommand asks the package manager for the installed
	// version. The first line of what it prints is the version; a host
	// framework's may follow in brackets: "2.8.6 (express 5.3.0)".
	VersionCommand string `yaml:"version"`
	// InstallCommands fetch and build, from lock files only. They
	// run once for each state of the adapter's files (see Install). May be empty.
	InstallCommands []string `yaml:"install"`
	// Inputs are files and directories outside of the adapter's own whose change
	// also asks for a new install, relative to the adapter's directory.
	Inputs []string `yaml:"inputs"`
	// Outputs are what the install leaves in the adapter's own directory rather than
	// in CORSPROOF_CACHE (node_modules): no input, and installed again when gone.
	Outputs []string `yaml:"outputs"`
	// StartCommand serves until it gets SIGTERM. It has PORT and
	// CORSPROOF_POLICIES besides; begin it with exec.
	StartCommand string `yaml:"start"`
	// PerPolicy: a process can only hold one policy. The start command is then run once for
	// each, with only that one in CORSPROOF_POLICIES; a framework that refuses it
	// ends the process, with "refused: MESSAGE" as the last line on stderr.
	PerPolicy bool `yaml:"per_policy"`
	// NotExpressible are the policies that the framework has no way to say, with
	// the reason. The server is not given them.
	NotExpressible map[string]string `yaml:"not_expressible"`
	// Always is what the framework does whatever a policy states; the standard policies
	// are measured as it can say them.
	Always Always `yaml:"always"`
	// Expressible are the standard policies with opt_in that the framework has a way to
	// say, with how.
	Expressible map[string]string `yaml:"expressible"`
	// Forbids are the policies that the framework's documentation forbids, with its words
	// and where they are.
	Forbids map[string]string `yaml:"forbids"`
	// Alike are the fields of a policy of which the framework documents two contrary
	// values as the same ("origins": an empty list is any), with the reason.
	Alike map[Field]string `yaml:"alike"`
	// Missing are the parts of the contract that the framework cannot do, with the reason.
	Missing map[cases.Part]string `yaml:"missing"`
	Limits  Limits                `yaml:"limits"`
	// WebSocket is the path below each policy of an endpoint that takes handshakes of
	// WebSocket from the origins that the policy allows; empty: there is none, and nothing is asked.
	WebSocket string `yaml:"websocket"`
	// Releases are published defects of the package, with a release that has each
	// and the one that fixes it.
	Releases []Release `yaml:"releases"`
	// Mistakes serve one file of the directory MistakesDir; empty: there are none.
	Mistakes Mistakes `yaml:"mistakes"`
	// Notes are for readers of the comparison: what else is particular.
	Notes string `yaml:"notes"`

	// Dir is the adapter's directory, absolute.
	Dir string `yaml:"-"`

	unquoted []int          // the lines of keys that YAML takes for no value: null
	lines    map[string]int // of each key and of each key below it: "missing.panic", "releases[0].fixed"
}

// Limits are a server's declared limits; zero values are not known.
type Limits struct {
	HeadBytes int `yaml:"head_bytes"` // the largest request head it accepts
}

// ManifestError is one thing wrong with a manifest.
type ManifestError struct {
	File string
	Line int // 0 when it is about the file as a whole
	What string
}

func (e *ManifestError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.What)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What)
}

// Load reads the manifest of the adapter in dir. The error joins one
// *ManifestError for each thing that is wrong.
func Load(dir string) (*Manifest, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("loading the adapter in %s: %w", dir, err)
	}
	file := filepath.Join(dir, ManifestFile)
	data, err := input.File(file, input.Written)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("loading the adapter in %s: there is no %s; give an adapter's directory, such as testdata/frameworks/rs-cors", dir, ManifestFile)
	}
	if err != nil {
		return nil, fmt.Errorf("loading the adapter in %s: %w", dir, err)
	}
	m := &Manifest{Dir: abs, lines: map[string]int{}}
	if err := yaml.Load(data, m, yaml.WithKnownFields()); err != nil {
		return nil, positioned(file, err)
	}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, positioned(file, err)
	}
	m.note("", &doc)
	return m, m.validate()
}

// positioned turns the YAML library's errors into ours.
func positioned(file string, err error) error {
	var several *yaml.LoadErrors
	if errors.As(err, &several) {
		var all []error
		for _, one := range several.Errors {
			all = append(all, &ManifestError{file, one.Mark.Line, one.Message})
		}
		return errors.Join(all...)
	}
	if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		return &ManifestError{file, one.Mark.Line, one.Message}
	}
	return &ManifestError{file, 0, err.Error()}
}

// note remembers where each key is.
func (m *Manifest) note(prefix string, node *yaml.Node) {
	switch node.Kind {
	case yaml.DocumentNode:
		for _, child := range node.Content {
			m.note(prefix, child)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := prefix + node.Content[i].Value
			if node.Content[i].Tag == "!!null" {
				m.unquoted = append(m.unquoted, node.Content[i].Line)
			}
			m.lines[key] = node.Content[i].Line
			m.note(key+".", node.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, child := range node.Content {
			key := strings.TrimSuffix(prefix, ".") + "[" + strconv.Itoa(i) + "]"
			m.lines[key] = child.Line
			m.note(key+".", child)
		}
	}
}

func (m *Manifest) wrong(key, format string, args ...any) error {
	return &ManifestError{filepath.Join(m.Dir, ManifestFile), m.lines[key], fmt.Sprintf(format, args...)}
}

func (m *Manifest) validate() error {
	var all []error
	for key, value := range map[string]string{
		"name": m.Name, "display": m.Display, "language": m.Language, "package": m.Package, "version": m.VersionCommand, "start": m.StartCommand,
	} {
		if strings.TrimSpace(value) == "" {
			all = append(all, m.wrong(key, "%s is missing or empty", key))
		}
	}
	if base := filepath.Base(m.Dir); m.Name != "" && m.Name != base {
		all = append(all, m.wrong("name", "name is %q, but the directory is %q; they must agree", m.Name, base))
	}
	for _, line := range m.unquoted {
		all = append(all, &ManifestError{filepath.Join(m.Dir, ManifestFile), line, `the policy null needs quotes: "null"`})
	}
	for _, path := range m.Outputs {
		if !filepath.IsLocal(path) {
			all = append(all, m.wrong("outputs", "outputs: %q is not below the adapter's directory", path))
		}
	}
	for _, path := range m.Inputs {
		if _, err := os.Stat(filepath.Join(m.Dir, path)); err != nil {
			all = append(all, m.wrong("inputs", "inputs: %v", err))
		}
	}
	for part, reason := range m.Missing {
		if !slices.Contains(cases.Parts(), part) {
			all = append(all, m.wrong("missing."+string(part), "missing: %q is not a part of the contract; the parts are %v", part, cases.Parts()))
		}
		if strings.TrimSpace(reason) == "" {
			all = append(all, m.wrong("missing."+string(part), "missing: %s needs the reason", part))
		}
	}
	all = append(all, m.validateRules()...)
	all = append(all, m.validateReleases()...)
	all = append(all, m.validateMistakes()...)
	if m.WebSocket != "" && !strings.HasPrefix(m.WebSocket, "/") {
		all = append(all, m.wrong("websocket", "websocket: %q is not a path: begin it with a slash", m.WebSocket))
	}
	if m.Limits.HeadBytes < 0 {
		all = append(all, m.wrong("limits.head_bytes", "limits: head_bytes is %d; it is a number of bytes, 0 for not known", m.Limits.HeadBytes))
	}
	return sorted(all)
}

// sorted joins errors in the order of their lines.
func sorted(all []error) error {
	slices.SortFunc(all, func(a, b error) int {
		x, y := a.(*ManifestError), b.(*ManifestError)
		if x.Line != y.Line {
			return x.Line - y.Line
		}
		return strings.Compare(x.What, y.What)
	})
	return errors.Join(all...)
}
