package hostile

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// named makes a behaviour of each text.
func named(prefix, says string, exit []int, texts map[string]string, serve func(string) func(net.Conn, *atomic.Int64)) []Behaviour {
	var list []Behaviour
	for name, text := range texts {
		list = append(list, Behaviour{Name: prefix + name, Exit: exit, Says: says, Serve: serve(text)})
	}
	return list
}

// foreign are servers of other protocols.
func foreign() []Behaviour {
	http2 := named("foreign, ", "speaks HTTP/2 only", []int{Gone}, map[string]string{"http/2 frames": "\x00\x00\x12\x04\x00\x00\x00\x00\x00"}, answer)
	return append(http2, named("foreign, ", "does not speak HTTP|without an answer|breaks the rules of HTTP|middle of the answer", []int{Gone}, map[string]string{
		"ssh": "SSH-2.0-OpenSSH_9.2\r\n", "smtp": "220 mail.example ESMTP\r\n", "ftp": "220 (vsFTPd 3.0.3)\r\n", "redis": "-ERR unknown command 'GET'\r\n",
		"imap": "* OK IMAP4rev1\r\n", "http 0.9": "<html>hello</html>\n", "blank lines": "\r\n\r\n\r\n\r\n", "text http/2": "HTTP/2 200\r\n\r\n",
		"http/3": "HTTP/3.0 200 OK\r\n\r\n", "no dot": "HTTP/11 200 OK\r\n\r\n", "lower case": "http/1.1 200 OK\r\n\r\n", "icy": "ICY 200 OK\r\n\r\n",
		"a blank first": " HTTP/1.1 200 OK\r\n\r\n", "a byte order mark": "\xef\xbb\xbfHTTP/1.1 200 OK\r\n\r\n", "a tls alert": "\x15\x03\x01\x00\x02\x02\x28",
		"zeros": strings.Repeat("\x00", 99), "escapes": "\x1b[31m\x1b]0;x\x07\r\n", "a request": "GET / HTTP/1.1\r\n\r\n",
		"postgres": "E\x00\x00\x00\x85SFATAL\x00", "mysql": "J\x00\x00\x00\n8.0.33\x00", "json": "{\"error\":\"bad\"}\n", "rtsp": "RTSP/1.0 200 OK\r\n\r\n",
	}, answer)...)
}

// malformed are servers of HTTP that break its rules.
func malformed() []Behaviour {
	head := func(lines string) string { return "HTTP/1.1 200 OK\r\n" + lines + "\r\n" }
	return named("malformed, ", "breaks the rules of HTTP", []int{Gone}, map[string]string{
		"status 000": "HTTP/1.1 000 No\r\n\r\n", "status of letters": "HTTP/1.1 abc OK\r\n\r\n", "status of two digits": "HTTP/1.1 20 OK\r\n\r\n",
		"status of four digits": "HTTP/1.1 2000 OK\r\n\r\n", "no status": "HTTP/1.1 \r\n\r\n", "a negative status": "HTTP/1.1 -20 OK\r\n\r\n",
		"a line without a colon": head("hello\r\n"), "NUL in a value": head("X: a\x00b\r\n"), "NUL in a phrase": "HTTP/1.1 200 O\x00K\r\n\r\n", "a line without a name": head(": x\r\n"), "a folded first line": head(" x: y\r\n"),
		"a negative length": head("Content-Length: -1\r\n"), "two lengths": head("Content-Length: 1\r\nContent-Length: 2\r\n"), "a length in words": head("Content-Length: two\r\n"),
		"a length beyond 64 bits": head("Content-Length: 99999999999999999999\r\n"), "an empty length": head("Content-Length:\r\n"), "two lengths in a list": head("Content-Length: 3, 4\r\n"),
		"a chunk size of letters": head("Transfer-Encoding: chunked\r\n") + "xyz\r\n", "a negative chunk": head("Transfer-Encoding: chunked\r\n") + "-1\r\n",
		"a chunk longer than its size": head("Transfer-Encoding: chunked\r\n") + "2\r\nabcdef\r\n", "a long chunk line": head("Transfer-Encoding: chunked\r\n") + strings.Repeat("0", 20000) + "\r\n",
		"a trailer without a colon": head("Transfer-Encoding: chunked\r\n") + "0\r\nhello\r\n\r\n",
	}, answer)
}

// large are servers that send more than anybody reads.
func large() []Behaviour {
	flood := func(first, text string) func(net.Conn, *atomic.Int64) {
		return each(func(c net.Conn, _ *http.Request) bool { return endless(c, first, text, 0) })
	}
	const ok = "HTTP/1.1 200 OK\r\n"
	tooLarge := func(name string, serve func(net.Conn, *atomic.Int64)) Behaviour {
		return Behaviour{Name: "large, " + name, Exit: []int{Gone}, Says: "too large to be read|breaks the rules of HTTP|does not answer", Serve: serve}
	}
	chunked := ok + "Transfer-Encoding: chunked\r\n\r\n"
	return []Behaviour{
		tooLarge("an endless header line", flood(ok+"X: ", strings.Repeat("a", 1<<14))),
		tooLarge("endless header lines", flood(ok, strings.Repeat("X: a\r\n", 1<<12))),
		tooLarge("100,000 lines", answer(ok+strings.Repeat("X: a\r\n", 100_000)+"\r\n")),
		tooLarge("20,000 lines", answer(ok+strings.Repeat("X: a\r\n", 20_000)+"\r\n")),
		tooLarge("a head of 10 MiB", answer(ok+"X: "+strings.Repeat("a", 10<<20)+"\r\n\r\n")),
		tooLarge("a Vary of 900 kB", answer(ok+"Vary: "+strings.Repeat("abcdefgh,", 100_000)+"\r\n\r\n")),
		tooLarge("a phrase of 1 MiB", answer("HTTP/1.1 200 "+strings.Repeat("OK", 1<<19)+"\r\n\r\n")),
		tooLarge("an endless trailer", flood(chunked+"0\r\n", strings.Repeat("X: a\r\n", 1<<12))),
		tooLarge("endless 100", flood("", "HTTP/1.1 100 Continue\r\n\r\n")),
		tooLarge("endless 103", flood("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")),
		tooLarge("hints of 200 kB each", flood("", "HTTP/1.1 103 Early Hints\r\nLink: "+strings.Repeat("a", 200_000)+"\r\n\r\n")),
		{Name: "large, content without end", Wait: time.Second, Exit: []int{Conformant, Failures}, Serve: each(func(c net.Conn, r *http.Request) bool {
			return endless(c, right(r)+"Connection: close\r\n\r\n", strings.Repeat("a", 1<<14), 0)
		})},
		{Name: "large, chunks without end", Wait: time.Second, Exit: []int{Conformant, Failures}, Serve: each(func(c net.Conn, r *http.Request) bool {
			return r.Method == http.MethodHead && good(c, r) || endless(c, right(r)+"Transfer-Encoding: chunked\r\n\r\n", "4000\r\n"+strings.Repeat("a", 1<<14)+"\r\n", 0)
		})},
	}
}

// silent are servers that keep others waiting.
func silent() []Behaviour {
	after := func(text string) func(net.Conn, *atomic.Int64) {
		return each(func(c net.Conn, _ *http.Request) bool { _, _ = io.WriteString(c, text); hang(c); return false })
	}
	list := named("silent, after ", "does not answer", []int{Gone}, map[string]string{
		"nothing": "", "a letter": "H", "the version": "HTTP/1.1 ", "the status line": "HTTP/1.1 200 OK\r\n", "a header line": "HTTP/1.1 200 OK\r\nVary: Origin\r\n",
		"an interim answer": "HTTP/1.1 100 Continue\r\n\r\n", "half an interim answer": "HTTP/1.1 103 Hints\r\nLink: ",
	}, after)
	slow := func(text string) func(net.Conn, *atomic.Int64) {
		return each(func(c net.Conn, _ *http.Request) bool { return endless(c, text, "a", 50*time.Millisecond) })
	}
	list = append(list,
		Behaviour{Name: "silent, on accept", Exit: []int{Gone}, Says: "does not answer", Serve: func(c net.Conn, _ *atomic.Int64) { time.Sleep(30 * time.Second) }},
		Behaviour{Name: "slow, a byte of a status line at a time", Exit: []int{Gone}, Says: "does not answer", Serve: slow("HTTP/1.1 200 ")},
		// The answer is there and its content never ends: what a script may read is known, and how long it waits is its own affair.
		Behaviour{Name: "slow, a chunk of a byte at a time", Wait: time.Second, Exit: []int{Conformant, Failures, Gone}, Serve: each(func(c net.Conn, r *http.Request) bool {
			return r.Method == http.MethodHead && good(c, r) || endless(c, right(r)+"Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", 50*time.Millisecond)
		})},
		Behaviour{Name: "slow, a byte of a header at a time", Exit: []int{Gone}, Says: "does not answer", Serve: slow("HTTP/1.1 200 OK\r\nX: ")},
	)
	for i := range list {
		list[i].Wait = cmp.Or(list[i].Wait, waited)
	}
	return list
}

// closing are servers that hang up.
func closing() []Behaviour {
	const whole = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhello"
	var list []Behaviour
	for _, n := range []int{0, 1, 7, 12, 17, 30, 58, 61, len(whole)} {
		exit, says := Gone, "without an answer|in the middle of the answer"
		if n == len(whole) { // its head is there, and can be judged
			exit, says = Failures, "does not come whole"
		}
		list = append(list, Behaviour{
			Name: fmt.Sprintf("closing, after %d bytes", n), Exit: []int{exit}, Says: says,
			Serve: each(func(c net.Conn, _ *http.Request) bool { _, _ = io.WriteString(c, whole[:n]); return false }),
		}, Behaviour{
			Name: fmt.Sprintf("closing, by a reset after %d bytes", n), Exit: []int{exit}, Says: says + "|reset",
			Serve: each(func(c net.Conn, _ *http.Request) bool { _, _ = io.WriteString(c, whole[:n]); reset(c); return false }),
		})
	}
	return append(list, Behaviour{Name: "closing, on accept", Exit: []int{Gone}, Says: "without an answer|connection reset" /* before, or after, connect returns */, Serve: func(c net.Conn, _ *atomic.Int64) { reset(c) }})
}

// odd are right servers with something strange about them.
func odd() []Behaviour {
	var list []Behaviour
	add := func(name string, do func(net.Conn, *http.Request) bool) {
		list = append(list, Behaviour{Name: "odd, " + name, Exit: []int{Conformant, Failures}, Serve: each(do)})
	}
	for name, line := range map[string]string{
		"escapes in a value": "X: \x1b[31mred\x1b[0m\r\n", "bidirectional controls in a value": "X: a\u202eb\u2066c\r\n", "markup in a value": "X: <script>alert(1)</script>]]>\r\n",
		"bytes in a value": "X: \xff\xfe\x80\r\n", "a bare CR in a value": "X: a\rb\r\n", "a folded line": "X: a\r\n b\r\n",
		"a name in capitals": "X-ODD: a\r\n", "a blank before the colon": "X-Odd : a\r\n", "a hundred cookies": strings.Repeat("Set-Cookie: a=b\r\n", 100), "a name of 4 KiB": strings.Repeat("n", 4096) + ": a\r\n",
		"Connection: close": "Connection: close\r\n", "a workflow command": "X: ::error::gone\r\n", "percent signs": "X: %s%n%d\r\n", "surrogates": "X: \xed\xa0\x80\r\n",
	} {
		add(name, with(line, "ok"))
	}
	for name, to := range map[string]string{
		"itself": "/x", "a file": "file:///etc/passwd", "a script": "javascript:alert(1)", "data": "data:text/plain,x", "nothing": "", "an escape": "\x1b[31m", "another server": "http://production.example/x",
		"a port that is none": "http://127.0.0.1:99999/", "somebody's login": "http://user:password@127.0.0.1/", "the top": "..", "a colon": "::",
	} {
		add("redirects to "+name, func(c net.Conn, r *http.Request) bool {
			text := strings.Replace(right(r), "200 OK", "302 Found", 1) + "Location: " + to + "\r\nContent-Length: 0\r\n\r\n"
			_, err := io.WriteString(c, text)
			return err == nil
		})
	}
	for _, line := range []string{"204 No Content", "299 Odd", "401 Unauthorized", "407 Proxy Authentication Required", "429 Too Many Requests", "500 Broken", "503 Busy", "599 Odd", "600 Odd", "999 Odd"} {
		list = append(list, Behaviour{Name: "odd, status " + line, Exit: []int{Conformant, Failures, Gone}, Serve: status(line)})
	}
	return list
}

// dying are right servers that are not right for long.
func dying() []Behaviour {
	var list []Behaviour
	for _, after := range []int64{8, 20, 45} {
		for name, end := range map[string]func(net.Conn){
			"resets": reset, "silence": hang, "garbage": func(c net.Conn) { _, _ = io.WriteString(c, "garbage\r\n") }, "half an answer": func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX") },
		} {
			list = append(list, Behaviour{Name: fmt.Sprintf("dying, by %s after %d requests", name, after), Wait: waited, Exit: []int{Gone}, Says: "died|did not survive|does not answer|without an answer|does not speak HTTP|in the middle",
				Serve: counted(func(c net.Conn, r *http.Request, n int64) bool {
					if n > after {
						end(c)
						return false
					}
					return good(c, r)
				})})
		}
	}
	return append(list,
		Behaviour{Name: "flaky, a reset at every 7th request", Exit: []int{Conformant, Gone}, Serve: counted(func(c net.Conn, r *http.Request, n int64) bool {
			if n%7 == 0 {
				reset(c)
				return false
			}
			return good(c, r)
		})},
		Behaviour{Name: "resets five times, then is back", Exit: []int{Conformant}, Serve: counted(func(c net.Conn, r *http.Request, n int64) bool {
			if n > 10 && n <= 15 {
				reset(c)
				return false
			}
			return good(c, r)
		})},
	)
}
