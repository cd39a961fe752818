package explain

import (
	"regexp"
	"slices"
	"strings"

	"github.com/corsproof/corsproof/spec"
)

// What other clients than curl print of an answer has no request with it: that is in the command before it.

var (
	// otherCommand is a command of Wget, HTTPie or xh, whose names are words too: a URL is among theirs.
	otherCommand = regexp.MustCompile(`^(?:[\w@:~/.\\\[\]-]*\s?[$%#>]\s+)?((?:wget|https?|xhs?)\s.*(?:://|\blocalhost\b|\s:\d|\w\.\w).*)$`)
	otherName    = regexp.MustCompile(`^(?:wget|https?|xhs?)$`)
	// rawContent is how PowerShell begins the answer as it came.
	rawContent = regexp.MustCompile(`(?m)^RawContent\s*:\s*(HTTP/[0-9.]+ \d{3})`)
	blankLine  = regexp.MustCompile(`\n[ \t]*\n`)
	httpieItem = regexp.MustCompile(`^([A-Za-z0-9-]+):([^=].*|)$`)
	httpieData = regexp.MustCompile(`^[^:=@]+(?::=@?|=@?|@)[^=]`)
	methodWord = regexp.MustCompile(`^[A-Z]{3,10}$`)
)

// commandBefore is the command of such a client in the lines before an answer, and its name, with the lines
// without it; nil: there is none.
func commandBefore(lines []string) (cmd *command, client string, rest []string) {
	for i, line := range lines {
		m := otherCommand.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		text, to := m[1], i+1
		for ; strings.HasSuffix(text, "\\") && to < min(len(lines), i+mostContinued); to++ {
			text = strings.TrimSuffix(text, "\\") + " " + strings.TrimSpace(lines[to])
		}
		for _, words := range shellWords(text, otherName) {
			if cmd, client = wgetOf(words[1:]), "Wget"; words[0] != "wget" {
				cmd, client = httpieOf(words), "HTTPie"
			}
			if cmd.url != "" {
				return cmd, client, append(slices.Clone(lines[:i]), lines[to:]...)
			}
		}
		break
	}
	return nil, "", lines
}

// mostContinued is how many lines a command has at most.
const mostContinued = 200

// pairsAfter are the pairs of heads that were printed below such a command.
func pairsAfter(list []head, cmd *command, client string) []pair {
	pairs := pairsOf(list)
	if cmd == nil || len(pairs) == 0 || slices.ContainsFunc(pairs, func(p pair) bool { return p.request != nil || p.answer == nil }) {
		return pairs
	}
	cmd.header.Add("User-Agent", client)
	pairs[0].request = &head{request: true, method: orGET(cmd.method), fields: cmd.header}
	pairs[0].url, pairs[0].byHand = cmd.url, true
	return pairs
}

// wgetOf reads the words after the name (https://www.gnu.org/software/wget/manual/).
func wgetOf(words []string) *command {
	cmd := &command{}
	for i := 0; i < len(words); i++ {
		flag, value, given := strings.Cut(words[i], "=")
		if !strings.HasPrefix(flag, "-") {
			if strings.Contains(words[i], "://") || cmd.url == "" && strings.Contains(words[i], ".") {
				cmd.url = withScheme(words[i])
			}
			continue
		}
		takes := flag == "--method" || flag == "--header" || flag == "-O" || flag == "-o" || strings.HasSuffix(flag, "-data") || strings.HasSuffix(flag, "-file")
		if takes && !given && i+1 < len(words) {
			i++
			value = words[i]
		}
		switch flag {
		case "--method":
			cmd.method = strings.ToUpper(value)
		case "--header":
			if name, value, ok := strings.Cut(value, ":"); ok {
				cmd.header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
			}
		case "--post-data", "--post-file":
			cmd.method = "POST"
			if !cmd.header.Has("Content-Type") {
				cmd.header.Add("Content-Type", "application/x-www-form-urlencoded")
			}
		}
	}
	return cmd
}

// httpieOf reads a command of HTTPie (https://httpie.io/docs/cli/request-items), whose ways xh has.
func httpieOf(words []string) *command {
	cmd := &command{}
	data, form := false, false
	for _, w := range words[1:] {
		switch {
		case w == "--form", w == "-f":
			form = true
		case strings.HasPrefix(w, "-"):
		case cmd.url == "" && cmd.method == "" && methodWord.MatchString(w):
			cmd.method = w
		case cmd.url == "":
			cmd.url = httpieURL(words[0], w)
		case strings.Contains(w, "=="): // of the query
		case httpieItem.MatchString(w):
			m := httpieItem.FindStringSubmatch(w)
			cmd.header.Add(m[1], strings.TrimSpace(m[2]))
		case httpieData.MatchString(w):
			data = true
		}
	}
	if !data {
		return cmd
	}
	if cmd.method == "" {
		cmd.method = "POST"
	}
	if kind := map[bool]string{true: "application/x-www-form-urlencoded", false: "application/json"}[form]; !cmd.header.Has("Content-Type") {
		cmd.header.Add("Content-Type", kind)
	}
	return cmd
}

func httpieURL(name, u string) string {
	switch {
	case strings.Contains(u, "://"):
		return u
	case strings.HasPrefix(u, ":"): // of this machine
		if u = strings.TrimPrefix(u, ":"); strings.HasPrefix(u, "/") || u == "" {
			u = "localhost" + u
		} else {
			u = "localhost:" + u
		}
	}
	if strings.HasSuffix(name, "s") {
		return "https://" + u
	}
	return "http://" + u
}

// printedByPowerShell is the answer that Invoke-WebRequest has printed; nil: none is in the text.
func printedByPowerShell(in string) *head {
	at := rawContent.FindStringSubmatchIndex(in)
	if at == nil {
		return nil
	}
	raw := blankLine.Split(in[at[2]:], 2)[0]
	for _, h := range heads(strings.Split(raw, "\n")) {
		if !h.request {
			return &h
		}
	}
	return nil
}

// answered is the sighting of a command with the answer that was printed below it.
func (cmd *command) answered(answer *head, c *Context) sighting {
	fields := append(spec.Header{}, cmd.header.Without(func(name string) bool { return strings.EqualFold(name, "User-Agent") })...)
	fields.Add("User-Agent", "PowerShell")
	p := pair{request: &head{request: true, method: orGET(cmd.method), fields: fields}, answer: answer, url: cmd.url, byHand: true}
	return newSighting(&p, c)
}
