package baseline

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/corsproof/corsproof/harness/agent"
	"github.com/corsproof/corsproof/internal/input"
	"github.com/corsproof/corsproof/internal/report"
)

// head is the beginning of a new file.
const head = `# What is known to be wrong and stays for now. A run with this list fails for what is not on it,
# and for what is on it and no longer wrong.
#   id:      a cause (CAUSE, or CAUSE/ENDPOINT), or a glob of checks (CASE, or CASE/ENDPOINT)
#   reason:  why it stays
#   expires: the last day of it, such as 2027-01-31; may be left out
#   browser: true where only a browser shows it
`

// Change is what an update did.
type Change struct{ Added, Removed []string }

// String says it in a line.
func (c Change) String() string {
	return fmt.Sprintf("%d added, %d taken off", len(c.Added), len(c.Removed))
}

// Update gives the text of the list as it would have to be after a run: without entries that
// are out of date, expired ones excepted, which are for a person to decide, and with the findings that break
// something (strict: all) and are not on it. r has been through Apply. Comments stay.
func (l *File) Update(r *report.Report, s Scope, strict bool) ([]byte, Change, error) {
	var doc yaml.Node
	data := []byte(head + "known: []\n")
	if l.exist && len(l.Known) > 0 {
		var err error
		if data, err = input.File(l.path, input.Written); err != nil {
			return nil, Change{}, fmt.Errorf("reading the baseline: %w", err)
		}
	}
	if err := yaml.Load(data, &doc); err != nil {
		return nil, Change{}, fmt.Errorf("reading the baseline %s: %w", l.path, err)
	}
	list := known(&doc)
	if list == nil {
		return nil, Change{}, fmt.Errorf("%s has no list called known", l.path)
	}
	var change Change
	keep := list.Content[:0:0]
	for i, node := range list.Content {
		if i < len(l.Known) && !l.Known[i].expired && l.Known[i].stale(s) != "" {
			change.Removed = append(change.Removed, l.Known[i].ID)
			continue
		}
		keep = append(keep, node)
	}
	for _, e := range fresh(r, strict) {
		if slices.ContainsFunc(l.Known, func(have Entry) bool { return have.ID == e.ID && have.expired }) {
			continue // on the list, and its day is over
		}
		change.Added = append(change.Added, e.ID)
		keep = append(keep, e.node())
	}
	list.Content, list.Style = keep, 0
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, Change{}, fmt.Errorf("writing the baseline: %w", err)
	}
	return out.Bytes(), change, enc.Close()
}

// known is the node of the list.
func known(doc *yaml.Node) *yaml.Node {
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	m := doc.Content[0].Content
	for i := 0; i+1 < len(m); i += 2 {
		if m[i].Value == "known" && m[i+1].Kind == yaml.SequenceNode {
			return m[i+1]
		}
	}
	return nil
}

// fresh are entries for what is not on the list: of a cause one for each policy, where there
// are several; of what has no cause one for each check.
func fresh(r *report.Report, strict bool) []Entry {
	var list []Entry
	several := slices.ContainsFunc(r.Results, func(row report.Row) bool { return row.Policy != r.Results[0].Policy })
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Known != "" || !f.Breaks() && !strict {
			continue
		}
		var ids []string
		switch {
		case f.Cause == "":
			ids = f.Explains
		case several:
			for _, policy := range policies(f.Explains) {
				ids = append(ids, f.Cause+"/"+policy)
			}
		default:
			ids = []string{f.Cause}
		}
		for _, id := range ids {
			list = append(list, Entry{ID: id, Reason: "not looked at yet: " + f.Title, Browser: onlyBrowser(r, f)})
		}
	}
	return list
}

// onlyBrowser tells whether nothing but browsers shows a finding.
func onlyBrowser(r *report.Report, f *report.Finding) bool {
	seen := false
	for i := range r.Results {
		row := &r.Results[i]
		if !slices.Contains(f.Explains, row.ID) {
			continue
		}
		for _, a := range row.Agents {
			if a.Verdict != agent.VerdictFail && a.Verdict != agent.VerdictWarn {
				continue
			}
			if a.Agent == agent.NameWire || a.Agent == agent.NameModel {
				return false
			}
			seen = true
		}
	}
	return seen
}

// node is an entry as YAML.
func (e *Entry) node() *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key, value, tag string) {
		m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key, Tag: "!!str"}, &yaml.Node{Kind: yaml.ScalarNode, Value: value, Tag: tag})
	}
	add("id", e.ID, "!!str")
	add("reason", strings.TrimSpace(e.Reason), "!!str")
	if e.Browser {
		add("browser", "true", "!!bool")
	}
	return m
}
