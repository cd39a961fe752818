package explain

import (
	"errors"
	"regexp"
	"strings"

	"github.com/spf13/pflag"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/corsproof/corsproof/spec"
)

// Commands that browsers copy. Chromium's are made in
// front_end/panels/network/NetworkLogView.ts (generateCurlCommand, generatePowerShellCommand),
// Firefox's in devtools/client/netmonitor/src/utils/Curl.sys.mjs.

// command is a request as a command has it.
type command struct {
	method string
	url    string
	header spec.Header
}

// readCommands reads commands of curl or PowerShell.
func readCommands(in string, c *Context) ([]sighting, error) {
	var cmds []*command
	if powerShell.MatchString(in) {
		cmds = parsePowerShell(in)
	} else {
		cmds = parseCurls(in)
	}
	if answer := printedByPowerShell(in); answer != nil && len(cmds) == 1 && cmds[0].url != "" {
		return []sighting{cmds[0].answered(answer, c)}, nil
	}
	var list []sighting
	for _, cmd := range cmds {
		if cmd.url != "" {
			list = append(list, cmd.sighting(c))
		}
	}
	if len(list) == 0 {
		return nil, &Error{"reading the command", errors.New("no URL is in it"), "copy the whole command: in DevTools, Network, the request's menu, Copy as cURL"}
	}
	return list, nil
}

// sighting is that of a request without answer.
func (cmd *command) sighting(c *Context) sighting {
	p := pair{request: &head{request: true, method: cmd.method, fields: cmd.header}, url: cmd.url}
	s := newSighting(&p, c)
	s.answers.noOrigin = false
	agent, _ := cmd.header.Get("User-Agent")
	s.browser = browserOf(agent)
	if _, ok := cmd.header.Get("Cookie"); ok && s.origin != "" {
		s.answers.request.Credentials, s.answers.credentials, s.answers.cookie = spec.CredentialsInclude, true, true
	}
	return s
}

// browserOf is the browser that a User-Agent names; empty for another client.
func browserOf(agent string) string {
	switch {
	case strings.Contains(agent, "Chrome/"):
		return "chrome"
	case strings.Contains(agent, "Firefox/"):
		return "firefox"
	case strings.Contains(agent, "Safari/"):
		return "safari"
	}
	return ""
}

// parseCurls reads every command of curl in a text, of a POSIX shell or of cmd.
func parseCurls(in string) []*command {
	var list []*command
	add := func(words []string) {
		if len(words) > 1 {
			list = append(list, curlOf(words[1:]))
		}
	}
	if caret.MatchString(in) {
		for _, words := range cmdWords(in) {
			add(words)
		}
		return list
	}
	for _, words := range shellWords(in, curlName) {
		add(words)
	}
	return list
}

// parseCurl reads one command.
func parseCurl(in string) (*command, error) {
	if list := parseCurls(in); len(list) > 0 {
		return list[0], nil
	}
	return nil, errors.New("no command of curl is in it")
}

var (
	caret    = regexp.MustCompile(`(?m)\^"|\^\s*$`)
	curlName = regexp.MustCompile(`(?i)(?:^|[/\\])curl(?:\.exe)?$`)
	nested   = regexp.MustCompile(`(?:[({]\s*|[$<>]\(\s*){50}`)
	prompt   = regexp.MustCompile(`(?m)^\s*(?:` + shellPrompt + `)(curl)`)
)

// shellPrompt is what shells of POSIX and of Windows write before a command.
const shellPrompt = `(?:[\w.-]+@)?[\w@:~/.\[\]-]*(?: [\w~/.-]+\])?\s?[$%#>❯➜]\s+|(?:PS )?[A-Za-z]:\\[^<>"|?*\n]*>\s*|(?:PS )?[\w.-]*[$#❯➜]\s+|[\w.-]+@[\w.-]+ [\w~/.-]+ [$%#]\s+|➜\s+\S+(?:\s+git:\(\S+\))?(?:\s+✗)?\s+`

// eachStatement takes the statements of a script of bash, up to the first that is wrong.
func eachStatement(in string, take func(*syntax.Stmt)) error {
	for stmt, err := range syntax.NewParser(syntax.Variant(syntax.LangBash)).StmtsSeq(strings.NewReader(in)) {
		if err != nil {
			return err
		}
		take(stmt)
	}
	return nil
}

// shellWords are the words of each command of a name, quoting taken off. What a shell would
// put in place of variables and commands is left out: nothing is run.
func shellWords(in string, name *regexp.Regexp) [][]string {
	in = prompt.ReplaceAllString(in, "$1")
	if nested.MatchString(in) { // no shell's depth is ours to follow
		return cmdWords(in)
	}
	var list [][]string
	take := func(stmt *syntax.Stmt) {
		syntax.Walk(stmt, func(n syntax.Node) bool {
			if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 && name.MatchString(plainWord(call.Args[0])) {
				var words []string
				for _, w := range call.Args {
					words = append(words, plainWord(w))
				}
				list = append(list, words)
			}
			return true
		})
	}
	// What was parsed before an error counts: a command may have been cut.
	if err := eachStatement(in, take); err != nil && len(list) == 0 {
		for _, end := range []string{"'", "\""} {
			if eachStatement(in+end, take) == nil {
				break
			}
		}
	}
	if len(list) == 0 {
		return cmdWords(in)
	}
	return list
}

// plainWord is a word without its quoting.
func plainWord(w *syntax.Word) string {
	plain := &syntax.Word{}
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit, *syntax.SglQuoted:
			plain.Parts = append(plain.Parts, p)
		case *syntax.DblQuoted:
			q := *p
			q.Parts = nil
			for _, inner := range p.Parts {
				if lit, ok := inner.(*syntax.Lit); ok {
					q.Parts = append(q.Parts, lit)
				}
			}
			plain.Parts = append(plain.Parts, &q)
		}
	}
	s, err := expand.Literal(nil, plain)
	if err != nil {
		return ""
	}
	return s
}

// cmdWords are the words of each command of curl as cmd and the C runtime of Windows split
// them (https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments): a caret
// takes a character as it is, \" is a quotation mark within a word.
func cmdWords(in string) [][]string {
	in = regexp.MustCompile(`\^[ \t]*\n`).ReplaceAllString(in, " ")
	in = regexp.MustCompile(`(?s)\^(.)`).ReplaceAllString(in, "$1")
	var list [][]string
	for line := range strings.SplitSeq(in, "\n") {
		words := splitWindows(line)
		for i, w := range words {
			if curlName.MatchString(w) {
				list = append(list, words[i:])
				break
			}
		}
	}
	return list
}

func splitWindows(line string) []string {
	var words []string
	var b strings.Builder
	inside, word := false, false
	for i := 0; i < len(line); i++ {
		switch ch := line[i]; {
		case ch == '\\' && i+1 < len(line) && line[i+1] == '"':
			b.WriteByte('"')
			word = true
			i++
		case ch == '"':
			inside, word = !inside, true
		case (ch == ' ' || ch == '\t') && !inside:
			if word {
				words = append(words, b.String())
			}
			b.Reset()
			word = false
		default:
			b.WriteByte(ch)
			word = true
		}
	}
	if word {
		words = append(words, b.String())
	}
	return words
}

// curlOf reads the words after the name (https://curl.se/docs/manpage.html).
func curlOf(words []string) *command {
	fs := pflag.NewFlagSet("curl", pflag.ContinueOnError)
	fs.ParseErrorsAllowlist.UnknownFlags = true
	fs.Usage = func() {}
	fs.SortFlags = false
	headers := fs.StringArrayP("header", "H", nil, "")
	method := fs.StringP("request", "X", "", "")
	cookies := fs.StringArrayP("cookie", "b", nil, "")
	agent := fs.StringP("user-agent", "A", "", "")
	referer := fs.StringP("referer", "e", "", "")
	urls := fs.StringArray("url", nil, "")
	user := fs.StringP("user", "u", "", "")
	bearer := fs.String("oauth2-bearer", "", "")
	head := fs.BoolP("head", "I", false, "")
	get := fs.BoolP("get", "G", false, "")
	json := fs.StringArray("json", nil, "")
	forms := fs.StringArrayP("form", "F", nil, "")
	upload := fs.StringP("upload-file", "T", "", "")
	data := dataFlags(fs)
	otherFlags(fs)
	_ = fs.Parse(words) // what is read before a mistake counts

	cmd := &command{method: *method}
	for _, u := range append(*urls, fs.Args()...) {
		if cmd.url == "" && (strings.Contains(u, "://") || strings.Contains(u, ".") || strings.HasPrefix(u, "localhost")) {
			cmd.url = withScheme(u)
		}
	}
	for _, h := range *headers {
		if name, value, ok := strings.Cut(h, ":"); ok {
			cmd.header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	set := func(name, value string, is bool) {
		if is && !cmd.header.Has(name) {
			cmd.header.Add(name, value)
		}
	}
	sends := *data > 0
	set("Cookie", hidden, len(*cookies) > 0)
	set("User-Agent", *agent, *agent != "")
	set("Referer", *referer, *referer != "")
	set("Authorization", hidden, *user != "" || *bearer != "")
	set("Content-Type", "application/json", len(*json) > 0)
	set("Content-Type", "multipart/form-data", len(*forms) > 0)
	set("Content-Type", "application/x-www-form-urlencoded", sends && !*get)
	switch {
	case cmd.method != "":
	case *head:
		cmd.method = "HEAD"
	case *upload != "":
		cmd.method = "PUT"
	case (sends || len(*json)+len(*forms) > 0) && !*get:
		cmd.method = "POST"
	}
	return cmd
}

// withScheme adds the scheme that curl takes for a URL without one.
func withScheme(u string) string {
	if strings.Contains(u, "://") {
		return u
	}
	return "http://" + u
}

// counter counts how often a flag is given.
type counter int

func (c *counter) String() string   { return "" }
func (c *counter) Set(string) error { *c++; return nil }
func (c *counter) Type() string     { return "string" }

// dataFlags are those that give the request content.
func dataFlags(fs *pflag.FlagSet) *counter {
	n := new(counter)
	fs.VarP(n, "data", "d", "")
	for _, name := range []string{"data-raw", "data-binary", "data-ascii", "data-urlencode"} {
		fs.Var(n, name, "")
	}
	return n
}

// otherFlags are those whose value must not be taken for a URL, and the short ones without.
func otherFlags(fs *pflag.FlagSet) {
	for _, f := range []struct{ name, short string }{
		{"output", "o"}, {"max-time", "m"}, {"proxy", "x"}, {"write-out", "w"}, {"cookie-jar", "c"}, {"cert", "E"}, {"range", "r"}, {"config", "K"}, {"dump-header", "D"},
		{"resolve", ""}, {"connect-to", ""}, {"cacert", ""}, {"key", ""}, {"connect-timeout", ""}, {"retry", ""}, {"interface", ""}, {"max-redirs", ""}, {"proto", ""}, {"ciphers", ""},
	} {
		fs.StringP(f.name, f.short, "", "")
	}
	for _, f := range []struct{ name, short string }{
		{"silent", "s"}, {"verbose", "v"}, {"include", "i"}, {"location", "L"}, {"insecure", "k"}, {"fail", "f"}, {"show-error", "S"}, {"compressed", ""}, {"remote-name", "O"},
		{"http1.1", ""}, {"http2", ""}, {"globoff", "g"}, {"ipv4", "4"}, {"ipv6", "6"}, {"no-buffer", "N"}, {"progress-bar", "#"},
	} {
		fs.BoolP(f.name, f.short, false, "")
	}
}
