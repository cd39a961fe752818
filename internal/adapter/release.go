package adapter

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ReleasesDir is where an adapter keeps what differs for other releases of its
// package, a directory for each version: the lock file, the file that names the
// dependencies, an adapter.yaml with the keys that differ, where needed the server.
const ReleasesDir = "releases"

// Release is a published defect of one release of an adapter's package, and the
// release that fixes it.
type Release struct {
	// Version has the defect, Fixed has not, both as the package manager names
	// them, without a "v".
	Version string `yaml:"version"`
	Fixed   string `yaml:"fixed"`
	// Advisory is where it was published: a CVE's or GHSA's number, or an issue ("expressjs/cors#106").
	Advisory string `yaml:"advisory"`
	// What the defect is, in a line.
	What string `yaml:"what"`
	// Cases are globs (see cases.Select) of the checks that find it: each of
	// them must give Verdict with Version and pass with Fixed.
	Cases []string `yaml:"cases"`
	// Policies are those under which the cases are tried; empty: all.
	Policies []string `yaml:"policies"`
	// Verdict is what the cases say of Version: "fail", which empty means too, or "warn".
	Verdict string `yaml:"verdict"`
	// NotExpressible is the reason why no case can find it. There are no files
	// for the two releases then.
	NotExpressible string `yaml:"not_expressible"`
}

// ReleaseVersions are the releases that the adapter has files for, sorted.
func (m *Manifest) ReleaseVersions() []string {
	entries, _ := os.ReadDir(filepath.Join(m.Dir, ReleasesDir)) // most adapters have none
	var versions []string
	for _, entry := range entries {
		if entry.IsDir() {
			versions = append(versions, entry.Name())
		}
	}
	return versions
}

// NoReleaseError says that an adapter has no files for a release.
type NoReleaseError struct {
	Adapter, Version string
	Versions         []string // that it has
}

func (e *NoReleaseError) Error() string {
	have := "it has none but its own"
	if len(e.Versions) > 0 {
		have = "it has " + strings.Join(e.Versions, ", ")
	}
	return fmt.Sprintf("%s has no release %s; %s", e.Adapter, e.Version, have)
}

// versionForm is what can be in a path: "2.52.1", "4.0.0-beta.1".
var versionForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]*$`)

// validateReleases validates releases; what the globs match is for whoever has the table.
func (m *Manifest) validateReleases() (all []error) {
	named := map[string]bool{}
	for i, r := range m.Releases {
		key := fmt.Sprintf("releases[%d]", i)
		wrong := func(below, format string, args ...any) {
			at := key
			if _, given := m.lines[key+"."+below]; given {
				at = key + "." + below
			}
			all = append(all, m.wrong(at, "%s: %s", key, fmt.Sprintf(format, args...)))
		}
		r.validate(wrong)
		if r.NotExpressible != "" {
			continue
		}
		for below, version := range map[string]string{"version": r.Version, "fixed": r.Fixed} {
			named[version] = true
			if versionForm.MatchString(version) && !slices.Contains(m.ReleaseVersions(), version) {
				wrong(below, "there is no directory %s/%s", ReleasesDir, version)
			}
		}
	}
	for _, version := range m.ReleaseVersions() {
		if !named[version] {
			all = append(all, m.wrong("releases", "releases: nothing names the directory %s/%s", ReleasesDir, version))
		}
	}
	return all
}

// validate reports what is wrong with an entry by itself.
func (r Release) validate(wrong func(below, format string, args ...any)) {
	for below, v := range map[string]string{"version": r.Version, "fixed": r.Fixed} {
		if !versionForm.MatchString(v) {
			wrong(below, "%s is %q; it is a version such as 1.11.0", below, v)
		}
	}
	for below, v := range map[string]string{"advisory": r.Advisory, "what": r.What} {
		if strings.TrimSpace(v) == "" {
			wrong(below, "%s is missing or empty", below)
		}
	}
	if r.Version == r.Fixed && r.Version != "" {
		wrong("fixed", "%s is both the release with the defect and the one without", r.Fixed)
	}
	if r.Verdict != "" && r.Verdict != "fail" && r.Verdict != "warn" {
		wrong("verdict", "verdict is %q; it is fail or warn", r.Verdict)
	}
	reason := strings.TrimSpace(r.NotExpressible) != ""
	if (len(r.Cases) > 0) == reason || slices.Contains(r.Cases, "") {
		wrong("cases", "cases are the globs of the checks that find the defect, at least one; or not_expressible says why there are none")
	}
}

// At prepares the adapter for another release of its package and returns that
// adapter: a working copy of the directory with the release's files laid over it,
// below cache (see Cache), beside a link to what adapters share. Its own Cache
// and installed state are with it. A version without files is a *NoReleaseError.
func (m *Manifest) At(version, cache string) (*Manifest, error) {
	if !slices.Contains(m.ReleaseVersions(), version) {
		return nil, &NoReleaseError{m.Name, version, m.ReleaseVersions()}
	}
	copied := workingCopy{
		manifest: m, overlay: filepath.Join(m.Dir, ReleasesDir, version),
		dir: filepath.Join(cache, ReleasesDir, version, m.Name),
	}
	if err := copied.update(); err != nil {
		return nil, fmt.Errorf("preparing %s %s: %w", m.Name, version, err)
	}
	return Load(copied.dir)
}

// overlaid is a manifest with the keys of others laid over it: mappings are
// joined, all else is replaced. The releases themselves are left out.
func overlaid(base []byte, over ...[]byte) ([]byte, error) {
	joined := map[string]any{}
	for _, part := range append([][]byte{base}, over...) {
		var keys map[string]any
		if err := yaml.Load(part, &keys); err != nil {
			return nil, err
		}
		merge(joined, keys)
	}
	delete(joined, "releases")
	return yaml.Dump(joined)
}

func merge(below, above map[string]any) {
	for key, value := range above {
		deeper, ok := value.(map[string]any)
		if there, both := below[key].(map[string]any); ok && both {
			merge(there, deeper)
		} else {
			below[key] = value
		}
	}
}
