package causedoc

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/corsproof/corsproof/cases"
)

// List lists causes by section, one a line.
func List(w io.Writer, list []cases.Cause) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, section := range sections(list) {
		if i > 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintln(t, section)
		for _, c := range list {
			if c.Section == section {
				fmt.Fprintf(t, "  %s\t%s\t%s\n", c.ID, c.Side, c.Title)
			}
		}
	}
	fmt.Fprintf(t, "\n%d causes\n", len(list))
	return t.Flush()
}

// sections are those that the causes have, in the order in which they are listed.
func sections(list []cases.Cause) []string {
	var names []string
	for _, c := range list {
		if !slices.Contains(names, c.Section) {
			names = append(names, c.Section)
		}
	}
	order := cases.CauseSections()
	slices.SortStableFunc(names, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return names
}

// Write explains one cause as plain text. The anchors resolve its sections.
func Write(w io.Writer, anchors cases.Anchors, c *cases.Cause) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n", c.ID, c.Title)
	field(&b, "side", string(c.Side)+": "+Side(c.Side))
	field(&b, "why", c.Why)
	field(&b, "what to do", c.Do)
	field(&b, "formerly", strings.Join(c.Formerly, ", "))
	for i, text := range standards(anchors, c.Spec) {
		field(&b, first(i, "standard"), text)
	}
	settings(&b, c.Setting)
	b.WriteString("\nrecognised by a failed check of which all of this is true\n")
	matches(&b, c.When, "or: ")
	if len(c.Needs) > 0 {
		b.WriteString("and with the same target there was, for each line, an exchange of which this is true\n")
		matches(&b, c.Needs, "")
	}
	if len(c.Unless) > 0 {
		b.WriteString("and under the same policy there was no exchange of which this is true\n")
		matches(&b, c.Unless, "")
	}
	if len(c.Never) > 0 {
		b.WriteString("and with the same target there was no exchange of which this is true\n")
		matches(&b, c.Never, "")
	}
	if c.Certain {
		b.WriteString("and then no cause that is more general is looked for\n")
	}
	if c.Fallback {
		b.WriteString("and no other cause explains it\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func field(b *strings.Builder, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "%-11s %s\n", name, text)
	}
}

// first is the name for the first of several lines, and nothing for the others.
func first(i int, name string) string {
	if i == 0 {
		return name
	}
	return ""
}

func matches(b *strings.Builder, list []cases.Match, further string) {
	for i := range list {
		lead := ""
		if i > 0 {
			lead = further
		}
		fmt.Fprintf(b, "  %s%s\n", lead, Facts(&list[i]))
	}
}

// standards are the sections with their addresses.
func standards(anchors cases.Anchors, keys []string) []string {
	var list []string
	for _, key := range keys {
		a, ok := anchors.Lookup(key)
		switch {
		case !ok:
		case a.Spec == "":
			list = append(list, a.URL)
		default:
			list = append(list, fmt.Sprintf("%s, %s: %s", a.Spec, a.Title, a.URL))
		}
	}
	return list
}

// settings says which part of a configuration is concerned. What the stacks call
// it (cases.Stacks) is to be listed here.
func settings(b *strings.Builder, s cases.Setting) {
	if s != "" {
		field(b, "setting", string(s)+": "+Setting(s))
	}
}

// Side says where the change is to be made.
func Side(s cases.Side) string {
	return map[cases.Side]string{
		cases.SideServer:    "the application's code or configuration",
		cases.SideFramework: "the code of the CORS layer that the application uses",
		cases.SideProxy:     "a gateway, cache, firewall or proxy in front of the application",
		cases.SideClient:    "the page, or its script",
		cases.SideBrowser:   "a setting of the browser",
		cases.SideNotCORS:   "something that is not CORS",
	}[s]
}

// Setting says what is set there.
func Setting(s cases.Setting) string {
	return map[cases.Setting]string{
		cases.SettingOrigins:     "which origins may read",
		cases.SettingCredentials: "whether they may with credentials",
		cases.SettingMethods:     "with which methods",
		cases.SettingHeaders:     "with which request headers",
		cases.SettingExpose:      "which response headers scripts can read",
		cases.SettingMaxAge:      "for how long a browser keeps a permission",
		cases.SettingPreflight:   "that the CORS layer answers preflights, before all else",
		cases.SettingErrors:      "that every answer gets the headers: errors, redirects, what other layers make",
		cases.SettingTwice:       "that one layer alone writes the headers",
		cases.SettingVary:        "which Vary is sent",
	}[s]
}
