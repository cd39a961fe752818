package agent

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/corsproof/corsproof/internal/origin"
	"github.com/corsproof/corsproof/internal/secret"
	"github.com/corsproof/corsproof/internal/wire"
	"github.com/corsproof/corsproof/spec"
)

// Commands that send an exchange again, byte for byte. curl is what people
// have, and it writes its own request: it puts Host first, frames content itself, takes an
// argument of 128 KiB at most (Linux), and cannot pipeline. What it cannot send is a printf into a
// connection. Each form is executed by a test for every case of the table.

// Commands are shell commands for the exchanges, in their order. Those that
// went over one connection are one command, since a server may treat the second
// otherwise.
func Commands(list []Exchange) []string {
	var commands []string
	for i := 0; i < len(list); {
		n := 1
		for i+n < len(list) && list[i+n].Connection != "" {
			n++
		}
		commands = append(commands, command(list[i:i+n]))
		i += n
	}
	return commands
}

// Curl is the request as a command line of its own, to be pasted into a shell.
// Secrets are in it: see Redacted.
func (e *Exchange) Curl() string { return command([]Exchange{*e}) }

// command is the command for exchanges that share a connection.
func command(list []Exchange) string {
	var parts []string
	for i := range list {
		args, ok := list[i].curl()
		if !ok || i > 0 && list[i].Connection == "pipelined" {
			return raw(list)
		}
		parts = append(parts, strings.Join(args, " "))
	}
	return needs("curl -sS " + strings.Join(parts, " --next -sS "))
}

// curl are curl's arguments; ok is false when it cannot send these bytes.
func (e *Exchange) curl() (args []string, ok bool) {
	scheme, authority, target, err := origin.Split(e.URL)
	if err != nil || e.Grown != nil || !e.curlCan(authority) {
		return nil, false
	}
	if e.Method == "HEAD" {
		args = append(args, "--head")
	} else {
		args = append(args, "-i")
		if e.Method != "GET" || e.Sent != "" {
			args = append(args, "-X", quoteShell(e.Method))
		}
	}
	args = append(args, e.curlConnection(authority)...)
	for _, option := range e.Way {
		if !slices.Contains(args, option) {
			args = append(args, quoteShell(option))
		}
	}
	args = append(args, e.curlFields(authority)...)
	if e.Sent != "" {
		content := strings.ReplaceAll(quoteShell(e.Sent), `"$CORSPROOF_`, `"$CORSPROOF_DATA_`)
		args = append(args, "--data-raw", content) // --data-binary would read a file for @
	}
	url := e.URL
	if e.Target != "" || !plainTarget(target) {
		args = append(args, "--request-target", quoteShell(e.target()))
		url = scheme + "://" + authority + "/"
	}
	return append(args, "-g", quoteShell(url)), true
}

// curlCan tells whether curl sends the request line and the fields as they are.
func (e *Exchange) curlCan(authority string) bool {
	switch e.version() {
	case "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "h2", "HTTP/2":
	default:
		return false
	}
	fields, lines := e.Request, e.RequestLines()
	hasHost := fields.Has("Host") // what a browser tells of may lack it
	if !spec.IsToken(e.Method) || strings.ContainsRune(e.Sent, 0) || e.Method == "HEAD" && e.Sent != "" {
		return false
	}
	for i, f := range fields {
		host := strings.EqualFold(f.Name, "Host")
		switch {
		case !spec.IsToken(f.Name), strings.ContainsAny(lines[i], "\r\n\x00"), strings.HasPrefix(lines[i], "@"):
			return false
		case hasHost && host != (i == 0) && !e.overH2(): // curl puts it first, and there is one
			return false
		case host && !e.overH2() && lines[i] != "Host: "+authority:
			return false
		case f.Value == "" && lines[i] != f.Name+":" && !e.overH2(): // "Name;" is sent without a blank
			return false
		case strings.EqualFold(f.Name, "Transfer-Encoding"), // curl would frame the content again
			strings.EqualFold(f.Name, "Content-Length") && f.Value != strconv.Itoa(len(e.Sent)),
			strings.EqualFold(f.Name, "Expect") && e.Sent != "": // curl would wait
			return false
		}
	}
	_, length := e.Request.Get("Content-Length")
	return e.Sent == "" || length // it would add one
}

// plainTarget tells whether curl leaves a request target as it is.
func plainTarget(target string) bool {
	for i := range len(target) {
		if c := target[i]; c <= 0x20 || c > 0x7e || strings.IndexByte(`"<>\^{}|#`+"`", c) >= 0 {
			return false
		}
	}
	return !strings.Contains(target, "/.")
}

// curlConnection are the options for protocol and certificate.
func (e *Exchange) curlConnection(authority string) []string {
	var args []string
	switch {
	case e.version() == "HTTP/1.0":
		args = append(args, "--http1.0")
	case e.overH2():
		args = append(args, "--http2")
	case origin.IsHTTPS(e.URL):
		args = append(args, "--http1.1")
	}
	host, _, err := net.SplitHostPort(authority)
	if err != nil {
		host = authority
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	if origin.IsHTTPS(e.URL) && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		args = append(args, "--insecure") // nobody certifies a loopback address
	}
	return args
}

// curlFields are the header options. curl adds Accept and User-Agent of its
// own, and with content Content-Type and Expect, unless told not to.
func (e *Exchange) curlFields(authority string) []string {
	var args []string
	lines := e.RequestLines()
	for i, f := range e.Request {
		switch {
		case strings.EqualFold(f.Name, "Host") && f.Value == authority:
		case f.Value == "":
			args = append(args, "-H", quoteShell(f.Name+";"))
		default:
			args = append(args, "-H", quoteShell(lines[i]))
		}
	}
	unwanted := []string{"Accept", "User-Agent"}
	if e.Sent != "" {
		unwanted = append(unwanted, "Content-Type", "Expect")
	}
	for _, name := range unwanted {
		if !e.Request.Has(name) {
			args = append(args, "-H", quoteShell(name+":"))
		}
	}
	return args
}

// raw are the requests as bytes into a connection, one behind the other: what
// curl cannot send. Over HTTP/2 there are no such bytes.
func raw(list []Exchange) string {
	e := &list[0]
	ep, _, _, err := wire.EndpointOf(e.URL, wire.H1)
	switch {
	case err != nil:
		return "# " + Show(e.Method) + " " + Show(e.URL) + " cannot be written as a command"
	case e.overH2():
		return "# curl cannot send this over HTTP/2: " + Show(e.Method) + " " + Show(e.URL)
	}
	var parts []string
	for i := range list {
		parts = append(parts, list[i].print()...)
	}
	host, port, _ := net.SplitHostPort(ep.Addr)
	pipe := "nc " + quoteShell(host) + " " + port
	if ep.TLS {
		pipe = "openssl s_client -quiet -connect " + quoteShell(ep.Addr)
	}
	send := parts[0]
	if len(parts) > 1 {
		send = "{ " + strings.Join(parts, "; ") + "; }"
	}
	return needs(send + " | " + pipe)
}

// print are commands that write the request to their output.
func (e *Exchange) print() []string {
	g := e.Grown
	if g == nil {
		return []string{printf(e.Bytes())}
	}
	if g.Lines {
		return []string{printf(e.head()), fmt.Sprintf(`yes "$(%s)" | head -n %d`, printf(g.Unit+"\r"), g.Times), printf("\r\n" + e.Sent)}
	}
	return []string{
		printf(e.head() + g.Begin),
		fmt.Sprintf("yes %s | head -n %d | tr -d '\\n'", quoteShell(g.Unit), g.Times),
		printf(g.End + "\r\n\r\n" + e.Sent),
	}
}

// printf writes the text; %b interprets the escapes, and a percent sign is safe.
func printf(text string) string { return "printf %b " + quoteShell(escape(text)) }

// escape writes bytes for printf's %b.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			b.WriteString(`\\`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\n':
			b.WriteString(`\n`)
		case c < 0x20 || c > 0x7e:
			fmt.Fprintf(&b, `\0%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Command is a command of these words, to be pasted into a shell. What is hidden in them
// (package secret) comes from variables, and the command says so.
func Command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quoteShell(w)
	}
	return needs(strings.Join(quoted, " "))
}

// variable names the secret that comes behind a text, by the last name in it.
func variable(before string) string {
	if i := strings.LastIndex(before, `\n`); i >= 0 { // of what printf writes the last line
		before = before[i+len(`\n`):]
	}
	names := name.FindAllString(before, -1)
	if len(names) == 0 {
		return "CORSPROOF_SECRET"
	}
	last := names[len(names)-1]
	if n := len(names); n > 1 && strings.HasSuffix(before, last+" ") { // the scheme of an authorization
		last = names[n-2]
	}
	if strings.EqualFold(names[0], "Cookie") && len(names) > 1 {
		last = "cookie_" + last
	}
	return "CORSPROOF_" + strings.ToUpper(strings.ReplaceAll(last, "-", "_"))
}

var (
	name = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_-]*`)
	// variables are those that a command takes secrets from.
	variables = regexp.MustCompile(`"\$(CORSPROOF_[A-Z0-9_]+)"`)
)

// needs says which variables a command takes secrets from.
func needs(command string) string {
	var list []string
	for _, m := range variables.FindAllStringSubmatch(command, -1) {
		if !slices.Contains(list, m[1]) {
			list = append(list, m[1])
		}
	}
	if len(list) == 0 {
		return command
	}
	return command + "  # set " + strings.Join(list, ", ") + " first: what is not shown here"
}

// quoteShell quotes a word for POSIX shells; bytes that are not printable
// ASCII need the $'...' of bash, zsh, ksh and POSIX.1-2024. What is hidden comes from a
// variable.
func quoteShell(s string) string {
	if i := strings.Index(s, secret.Hidden); i >= 0 {
		quoted := `"$` + variable(s[:i]) + `"`
		if i > 0 {
			quoted = quoteShell(s[:i]) + quoted
		}
		if rest := s[i+len(secret.Hidden):]; rest != "" {
			quoted += quoteShell(rest)
		}
		return quoted
	}
	plain, special := true, false
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c > 0x7e {
			special = true
		}
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+", rune(c)) {
			plain = false
		}
	}
	switch {
	case s != "" && plain:
		return s
	case !special:
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\' || c == '\'':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x20 || c > 0x7e:
			// Octal has at most three digits, so that what follows is not taken in.
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}
