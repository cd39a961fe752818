package adapter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Release is an older release of the package with a known defect, which the named
// cases find, or the release without it. Files that differ for it stand in
// releases/VERSION below the adapter's directory.
type Release struct {
	// Version is that of the package with the defect: "1.11.0".
	Version string `yaml:"version"`
	// Fixed is the first release without it: "1.11.1".
	Fixed string `yaml:"fixed"`
	// Advisory is where the defect is published: a CVE, a GHSA or a URL.
	Advisory string `yaml:"advisory"`
	// What is the defect in a few words.
	What string `yaml:"what"`
	// Cases are globs over check ids, as --focus takes them: each of them fails in
	// Version and none in Fixed.
	Cases []string `yaml:"cases"`
	// Policies are those that the release is asked for; none: all that it can express.
	Policies []string `yaml:"policies"`
	// NotExpressible are the policies that this release has no way to say, besides
	// those of the manifest, with the reason.
	NotExpressible map[string]string `yaml:"not_expressible"`
}

// version is what can stand in a path: "v2.52.1", "4.0.0-beta.1".
var version = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+_-]*$`)

// validateReleases validates releases; what the globs match is for whoever has the table.
func (m *Manifest) validateReleases() (all []error) {
	for i, r := range m.Releases {
		key := fmt.Sprintf("releases[%d]", i)
		wrong := func(below, format string, args ...any) {
			at := key
			if _, given := m.lines[key+"."+below]; given {
				at = key + "." + below
			}
			all = append(all, m.wrong(at, "%s: %s", key, fmt.Sprintf(format, args...)))
		}
		for below, v := range map[string]string{"version": r.Version, "fixed": r.Fixed} {
			if !version.MatchString(v) {
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
		if len(r.Cases) == 0 || slices.Contains(r.Cases, "") {
			wrong("cases", "cases are the globs of the checks that find the defect, at least one")
		}
		all = append(all, unreasoned(m, key+".not_expressible", r.NotExpressible, "reason")...)
	}
	return all
}
