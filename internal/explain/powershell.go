package explain

import (
	"regexp"
	"strings"
)

// PowerShell quotes with ' and ", a backtick escapes, and goes on in the next line.

var (
	psContinued = regexp.MustCompile("`[ \t]*\n")
	psURI       = regexp.MustCompile(`(?i)-uri\s+("(?:[^"\x60]|\x60.|"")*"|'(?:[^']|'')*'|\S+)`)
	psFirst     = regexp.MustCompile(`(?i)\b(?:invoke-webrequest|invoke-restmethod|iwr|irm)\s+(?:-usebasicparsing\s+)?("[^"]*"|'[^']*'|https?://\S+)`)
	psMethod    = regexp.MustCompile(`(?i)-method\s+["']?([A-Za-z]+)`)
	psType      = regexp.MustCompile(`(?i)-contenttype\s+("[^"]*"|'[^']*')`)
	psAgent     = regexp.MustCompile(`(?i)\.useragent\s*=\s*("[^"]*"|'[^']*')`)
	psCookie    = regexp.MustCompile(`(?i)\.cookies\.add\(`)
	psPair      = regexp.MustCompile(`("(?:[^"\x60]|\x60.)*"|'[^']*'|[\w-]+)\s*=\s*("(?:[^"\x60]|\x60.)*"|'[^']*')`)
	psBody      = regexp.MustCompile(`(?i)-body\b`)
	psHeaders   = regexp.MustCompile(`(?is)-headers\s+@\{(.*?)\}\s*(?:-\w|\n|$)`)
)

// parsePowerShell reads Invoke-WebRequest and its like.
func parsePowerShell(in string) []*command {
	in = psContinued.ReplaceAllString(in, " ")
	cmd := &command{}
	if m := psURI.FindStringSubmatch(in); m != nil {
		cmd.url = psWord(m[1])
	} else if m := psFirst.FindStringSubmatch(in); m != nil {
		cmd.url = psWord(m[1])
	}
	if m := psMethod.FindStringSubmatch(in); m != nil {
		cmd.method = strings.ToUpper(m[1])
	} else if psBody.MatchString(in) {
		cmd.method = "POST"
	}
	if m := psHeaders.FindStringSubmatch(in); m != nil {
		for _, p := range psPair.FindAllStringSubmatch(m[1], -1) {
			cmd.header.Add(psWord(p[1]), psWord(p[2]))
		}
	}
	if m := psType.FindStringSubmatch(in); m != nil && !cmd.header.Has("Content-Type") {
		cmd.header.Add("Content-Type", psWord(m[1]))
	}
	if m := psAgent.FindStringSubmatch(in); m != nil {
		cmd.header.Add("User-Agent", psWord(m[1]))
	}
	if psCookie.MatchString(in) {
		cmd.header.Add("Cookie", hidden)
	}
	return []*command{cmd}
}

var psEscape = regexp.MustCompile("`(.)")

// psWord is a word without its quoting.
func psWord(w string) string {
	switch {
	case len(w) > 1 && w[0] == '"':
		return psEscape.ReplaceAllString(strings.ReplaceAll(w[1:len(w)-1], `""`, `"`), "$1")
	case len(w) > 1 && w[0] == '\'':
		return strings.ReplaceAll(w[1:len(w)-1], "''", "'")
	}
	return w
}
