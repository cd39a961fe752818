package explain

import (
	"regexp"
	"strings"
)

// What curl prints: with -v lines that begin with >, < and *; with -i the answer alone.

var (
	sentLine     = regexp.MustCompile(`^>(?: (.*))?$`)
	receivedLine = regexp.MustCompile(`^<(?: (.*))?$`)
	infoLine     = regexp.MustCompile(`^(?:\* |curl: \(\d+\))`)
	connected    = regexp.MustCompile(`(?i)connected to (\S+) \(\S*\) port (\d+)`)
	commandLine  = regexp.MustCompile(`^(?:` + shellPrompt + `)?(curl(?:\.exe)?\s.*)$`)
	viaTLS       = regexp.MustCompile(`(?i)TLS handshake|SSL connection using|ALPN[:,]|schannel:|certificate verify`)
)

// readTranscript reads what curl printed, with the commands where they are there.
func readTranscript(in string, c *Context) ([]sighting, error) {
	var pairs []pair
	for _, run := range runsOf(strings.Split(in, "\n")) {
		pairs = append(pairs, run.pairs()...)
	}
	return sightingsOfPairs(pairs, c), nil
}

// curlRun is what one command printed.
type curlRun struct {
	command string
	lines   []string
}

// runsOf takes a transcript apart by its commands.
func runsOf(lines []string) []curlRun {
	runs := []curlRun{{}}
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t")
		if m := commandLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			command := m[1]
			for strings.HasSuffix(command, "\\") && i+1 < len(lines) {
				i++
				command = strings.TrimSuffix(command, "\\") + " " + strings.TrimSpace(lines[i])
			}
			runs = append(runs, curlRun{command: command})
			continue
		}
		runs[len(runs)-1].lines = append(runs[len(runs)-1].lines, line)
	}
	return runs
}

// pairs are the requests of a run with their answers.
func (r *curlRun) pairs() []pair {
	var list []pair
	var sent, received []string
	scheme, host, failure := "", "", ""
	flush := func() {
		if len(sent)+len(received) == 0 {
			return
		}
		lines := append([]string{}, sent...)
		for _, l := range received {
			if lines = append(lines, l); answerLine.MatchString(l) {
				lines = append(lines, "Response Headers") // whatever their names are
			}
		}
		heads := heads(lines)
		for _, p := range pairsOf(heads) {
			if p.request != nil && p.request.method == "CONNECT" {
				continue // what curl asks a proxy for, and no page
			}
			p.url = within(p.url, scheme)
			p.byHand = true
			list = append(list, p)
		}
		sent, received = nil, nil
	}
	for _, line := range r.lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case infoLine.MatchString(trimmed):
			if m := connected.FindStringSubmatch(trimmed); m != nil {
				host, scheme = m[1], schemeOf(m[2])
			}
			if viaTLS.MatchString(trimmed) {
				scheme = "https"
			}
			if failed(trimmed) != nil && !strings.Contains(trimmed, "certificate verify ok") {
				failure = longer(failure, trimmed)
			}
		case sentLine.MatchString(trimmed):
			if len(received) > 0 {
				flush()
			}
			sent = append(sent, sentLine.FindStringSubmatch(trimmed)[1])
		case receivedLine.MatchString(trimmed):
			received = append(received, receivedLine.FindStringSubmatch(trimmed)[1])
		case len(sent) == 0 && (answerLine.MatchString(trimmed) || len(received) > 0 && field.MatchString(trimmed)):
			received = append(received, trimmed) // curl -i
		case trimmed == "" && len(sent) == 0 && len(received) > 0:
			flush()
		}
	}
	flush()
	return r.withCommand(list, failure, scheme, host)
}

// longer is the failure that says more: curl's last line names its exit code.
func longer(a, b string) string {
	if failed(a) == nil {
		return b
	}
	return a
}

// withCommand adds what the command says and the lines do not.
func (r *curlRun) withCommand(list []pair, failure, scheme, host string) []pair {
	var cmd *command
	if r.command != "" {
		cmd, _ = parseCurl(r.command)
	}
	if len(list) == 0 && (failure != "" || cmd != nil) {
		list = []pair{{byHand: true}}
	}
	if len(list) == 0 {
		return nil
	}
	if last := &list[len(list)-1]; last.answer == nil {
		last.failure = failure
	}
	if cmd == nil {
		return list
	}
	for i := range list {
		p := &list[i]
		if p.request == nil {
			p.request = &head{request: true, method: cmd.method, fields: cmd.header}
			p.request.fields.Add("User-Agent", "curl")
		}
		if i == 0 && cmd.url != "" {
			p.url = cmd.url
		}
	}
	return list
}

func schemeOf(port string) string {
	switch port {
	case "443", "8443":
		return "https"
	case "80":
		return "http"
	}
	return ""
}

// within gives a URL the scheme of the connection.
func within(url, scheme string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok && scheme != "" {
		return scheme + "://" + rest
	}
	return url
}
