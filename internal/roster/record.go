package roster

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/internal/report"
)

// Version is that of the form of a file of records.
const Version = 1

// Schema is the JSON Schema of a line of a file of records.
//
//go:embed record.schema.json
var Schema []byte

// Header is the first line of a file of records: what the results depend on.
type Header struct {
	Version int `json:"version"`
	// Settings are by name, without secrets.
	Settings map[string]string `json:"settings"`
}

// Differ names the settings that differ; empty: the results of both belong together.
func (h *Header) Differ(other *Header) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(h.Settings)) {
		if h.Settings[name] != other.Settings[name] {
			names = append(names, fmt.Sprintf("%s (%q there, %q now)", name, other.Settings[name], h.Settings[name]))
		}
	}
	return strings.Join(names, ", ")
}

// Record is what became of one target: a line of a file of records.
type Record struct {
	Line int    `json:"line"` // of the list, from 1
	URL  string `json:"url"`  // without secrets
	// Hidden tells that something of the URL is left out.
	Hidden bool `json:"hidden,omitempty"`
	// Status is the exit status of a run of this target alone, End what it means.
	Status int    `json:"status"`
	End    string `json:"end"`
	// Error is why it was not judged, or not to its end; empty where it was.
	Error string `json:"error,omitempty"`
	// Interrupted: the run ended before this target's did. It is not done.
	Interrupted bool           `json:"interrupted,omitempty"`
	Started     time.Time      `json:"started"`
	Elapsed     time.Duration  `json:"elapsed_ns"`
	Counts      *report.Counts `json:"counts,omitempty"` // nil: no check was run
	Findings    []Finding      `json:"findings,omitempty"`
	// Answered is the status of the answer to an ordinary request, where that is no success; Doubt what
	// to do about it.
	Answered int    `json:"answered,omitempty"`
	Doubt    string `json:"-"`
}

// Finding is a cause that a target shows.
type Finding struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Breaks bool   `json:"breaks"` // it breaks a must, or has a severity
	// Gravity is its severity, or else its level.
	Gravity string `json:"gravity"`
	Checks  int    `json:"checks"` // how many show it
}

// Fill takes from a report what a record has of it.
func (r *Record) Fill(rep *report.Report) {
	counts := rep.Counts
	r.Counts = &counts
	if r.Doubt = rep.Unusual(); r.Doubt != "" {
		r.Answered = rep.EndpointStatus
	}
	r.Interrupted = rep.Stopped != nil && rep.Stopped.Cancelled
	for i := range rep.Findings {
		f := &rep.Findings[i]
		gravity := string(f.Level)
		if f.Severity != nil {
			gravity = string(*f.Severity)
		}
		r.Findings = append(r.Findings, Finding{f.ID, f.Title, f.Breaks(), gravity, len(f.Explains)})
	}
}

// Breaking are the causes that make the target fail.
func (r *Record) Breaking() []string {
	var ids []string
	for _, f := range r.Findings {
		if f.Breaks {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// key is how the target is told from others when a later run reads the record. Two URLs that
// differ in what is secret look alike: there the line tells them apart.
func (r *Record) key() key {
	if r.Hidden {
		return keyOf(fmt.Sprintf("%s\n%d", r.URL, r.Line))
	}
	return keyOf(r.URL)
}

// Begin is the record of a target of which nothing is known yet.
func (e Entry) Begin() *Record {
	url := Shown(e.URL)
	return &Record{Line: e.Line, URL: url, Hidden: url != e.URL, Started: time.Now()}
}
