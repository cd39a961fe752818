package project

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/input"
)

// Name is the file's name in a project's folder.
const Name = "corsproof.yaml"

// File is a corsproof.yaml. Lists and mappings that are left out are empty.
type File struct {
	// Version is that of the format: 1.
	Version int `yaml:"version"`
	// Name is shown in reports; empty: that of the folder.
	Name string `yaml:"name"`
	// Variables are values for ${NAME} in the rest of the file.
	Variables map[string]string `yaml:"variables"`
	// Environments are sets of values that take the place of those of Variables.
	Environments map[string]Environment `yaml:"environments"`
	// Environment is the one that is taken when none is asked for.
	Environment string            `yaml:"environment"`
	Targets     map[string]Target `yaml:"targets"`
	// Policies are what servers are meant to allow, by name.
	Policies map[string]cases.Policy `yaml:"policies"`
	// ByPath says which policy an endpoint has that names none: the first that matches.
	ByPath    []PathPolicy `yaml:"policies_by_path"`
	Endpoints []Endpoint   `yaml:"endpoints"`

	// Browser is as --browser; empty: auto.
	Browser string `yaml:"browser"`
	// Baseline is the file of what is known and stays for now.
	Baseline string `yaml:"baseline"`
	// Reports are files by the form that is written to them.
	Reports map[string]string `yaml:"reports"`
	// At is the file of the repository where code hosts show findings.
	At     string   `yaml:"at"`
	Focus  []string `yaml:"focus"`
	Skip   []string `yaml:"skip"`
	Level  string   `yaml:"level"`
	Cases  []string `yaml:"cases"` // directories
	Strict bool     `yaml:"strict"`
	// Timeout is that of a single request; 0: 10 s.
	Timeout time.Duration `yaml:"timeout"`
	// Watch are folders besides: after a change in one of them a run with --watch is made again.
	Watch []string `yaml:"watch"`

	path  string
	lines cases.Lines
}

// Environment is a set of values.
type Environment struct {
	Doc       string            `yaml:"doc"`
	Variables map[string]string `yaml:"variables"`
}

// Target is a server, and how it is reached.
type Target struct {
	Doc string `yaml:"doc"`
	URL string `yaml:"url"`
	Requests
	CACert     string   `yaml:"cacert"` // files in PEM
	Cert       string   `yaml:"cert"`
	Key        string   `yaml:"key"`
	Insecure   bool     `yaml:"insecure"`
	Proxy      string   `yaml:"proxy"`
	Resolve    []string `yaml:"resolve"` // HOST:PORT:ADDRESS
	UnixSocket string   `yaml:"unix_socket"`
	HTTP       string   `yaml:"http"` // "1.1" or "2": that alone
	// Wait is how long to wait for a server that is coming up.
	Wait time.Duration `yaml:"wait"`
	// Rate is the most requests a second; 0: no limit on loopback, 10 elsewhere.
	Rate float64 `yaml:"rate"`
	// AllowMethods are sent to a server that is not on loopback, besides GET, HEAD and OPTIONS.
	AllowMethods []string `yaml:"allow_methods"`
	// Stack is the id of what does CORS there; empty: where answers name it for certain.
	Stack string `yaml:"stack"`
}

// Requests are what is added to requests.
type Requests struct {
	Headers     map[string]string `yaml:"headers"`      // as the page's script sets them
	GateHeaders map[string]string `yaml:"gate_headers"` // for what is in front of the server, on preflights too
	Cookies     map[string]string `yaml:"cookies"`
	// NoChanges: only GET, HEAD and OPTIONS are sent.
	NoChanges bool `yaml:"no_changes"`
}

// PathPolicy gives the endpoints of some paths a policy.
type PathPolicy struct {
	Path   string `yaml:"path"` // a glob: * within a segment, ** across
	Policy string `yaml:"policy"`
}

// Endpoint is one that is held to a policy.
type Endpoint struct {
	// Name is part of the ids of its checks, CASE/NAME; empty: made of method and path.
	Name   string `yaml:"name"`
	Doc    string `yaml:"doc"`
	Target string `yaml:"target"` // may be left out where there is one
	Path   string `yaml:"path"`
	// Method is that of the requests that are judged; empty: GET, or POST where there is a body.
	Method string `yaml:"method"`
	Policy string `yaml:"policy"` // empty: by path, or the only one
	Requests
	Body *string `yaml:"body"`
	// BodyFile is a file with the content; BodyBytes asks for so many bytes of filler.
	BodyFile  string `yaml:"body_file"`
	BodyBytes int    `yaml:"body_bytes"`
	// Serves are the methods that the endpoint has besides those that the policy allows;
	// nil: they are found out.
	Serves []string `yaml:"serves"`
	// Status is what an ordinary request is known to be answered with; 0: 2xx or 3xx.
	Status int `yaml:"status"`
	// WebSocket is the path of a WebSocket endpoint of the same server.
	WebSocket string   `yaml:"websocket"`
	Focus     []string `yaml:"focus"`
	Skip      []string `yaml:"skip"`

	line int
}

// Load reads a project file, with everything that is wrong with it by itself: what
// depends on values is said by Plan. The error is a cases.Problems, or says why
// the file could not be read.
func Load(path string) (*File, error) {
	data, err := input.File(path, input.Written)
	if err != nil {
		return nil, fmt.Errorf("reading the project file: %w", err)
	}
	return Parse(path, data)
}

// Parse is Load for the content of a file at a path.
func Parse(path string, data []byte) (*File, error) {
	f := &File{}
	lines, err := cases.DecodeFile(path, data, f)
	f.path, f.lines = path, lines
	for i := range f.Endpoints {
		f.Endpoints[i].line = lines.Line(fmt.Sprintf("endpoints[%d]", i))
	}
	var problems cases.Problems
	if !errors.As(err, &problems) && err != nil {
		return nil, err
	}
	if len(problems) == 0 {
		problems = f.check()
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

// Path is where the file is.
func (f *File) Path() string { return f.path }

// Title is the project's name.
func (f *File) Title() string {
	if f.Name != "" {
		return f.Name
	}
	if abs, err := filepath.Abs(f.path); err == nil {
		return filepath.Base(filepath.Dir(abs))
	}
	return "project"
}

// Near is a path of the file as seen from the working directory: relative ones are
// relative to the file.
func (f *File) Near(path string) string {
	if path == "" || path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(f.path), path)
}

// Inputs are the files and the folders that a run of it depends on, as seen from the working directory: itself, what it
// names, and the folders that it wants watched.
func (f *File) Inputs() (files, dirs []string) {
	files = []string{f.path, f.Near(f.Baseline)}
	for _, t := range f.Targets {
		files = append(files, f.Near(t.CACert), f.Near(t.Cert), f.Near(t.Key))
	}
	for i := range f.Endpoints {
		files = append(files, f.Near(f.Endpoints[i].BodyFile))
	}
	for _, dir := range slices.Concat(f.Cases, f.Watch) {
		dirs = append(dirs, f.Near(dir))
	}
	return slices.DeleteFunc(files, func(path string) bool { return path == "" }), dirs
}
