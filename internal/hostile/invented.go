package hostile

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// invented are servers whose grant, or content, is where nobody looks for it, or is more than it seems.
func invented() []Behaviour {
	const grant = "Access-Control-Allow-Origin: " + Origin + "\r\n"
	var list []Behaviour
	add := func(name string, exit []int, says string, do func(net.Conn, *http.Request) bool) {
		list = append(list, Behaviour{Name: "invented, " + name, Exit: exit, Says: says, Serve: each(do)})
	}
	raw := func(text func(r *http.Request) string) func(net.Conn, *http.Request) bool {
		return func(c net.Conn, r *http.Request) bool { _, err := io.WriteString(c, text(r)); return err == nil }
	}
	// rest is a right answer without its grant, with another place for it.
	moved := func(before, place, after string) func(net.Conn, *http.Request) bool {
		return raw(func(r *http.Request) string {
			h := right(r)
			granted := strings.Contains(h, grant)
			h = strings.Replace(h, grant, "", 1)
			content := "Content-Length: 0\r\n\r\n"
			switch {
			case !granted:
				return h + content
			case before != "":
				return before + place + "\r\n" + h + content
			case after != "" && r.Method != http.MethodHead:
				return h + "Transfer-Encoding: chunked\r\nTrailer: Access-Control-Allow-Origin\r\n\r\n2\r\nok\r\n0\r\n" + place + "\r\n"
			}
			return h + place + content
		})
	}
	fails := []int{Failures}
	wellMeant, gone, any := []int{Conformant}, []int{Gone}, []int{Conformant, Failures, Gone}
	add("the grant in a trailer", fails, "no Access-Control-Allow-Origin", moved("", grant, "trailer"))
	add("the grant in an interim answer", fails, "gives nothing to the origins", moved("HTTP/1.1 103 Early Hints\r\n", grant, ""))
	add("the grant folded", wellMeant, "", moved("", "Access-Control-Allow-Origin:\r\n "+Origin+"\r\n", ""))
	add("the grant with a blank before its colon", wellMeant, "", moved("", "Access-Control-Allow-Origin : "+Origin+"\r\n", ""))
	add("the grant with NUL", gone, "NUL byte", moved("", "Access-Control-Allow-Origin: "+Origin+"\x00\r\n", ""))
	add("the grant with a direction control", fails, `https://app.example.com.u202e`, moved("", "Access-Control-Allow-Origin: "+Origin+"\u202e\r\n", ""))
	add("the grant with bytes", fails, "", moved("", "Access-Control-Allow-Origin: "+Origin+"\xff\xfe\r\n", ""))
	add("the grant behind a bare CR", any, "", moved("", "X: y\rAccess-Control-Allow-Origin: "+Origin+"\r\n", ""))
	add("the grant twice", fails, "is sent twice", moved("", grant+grant, ""))
	add("the grant in 10,000 lines of Vary", []int{Conformant}, "", moved("", strings.Repeat("Vary: a\r\n", 10_000)+grant, ""))
	add("a cookie of 200 kB", wellMeant, "", with("Set-Cookie: a="+strings.Repeat("b", 200_000)+"\r\n", "ok"))
	add("a cookie of 1 MB", []int{Gone}, "too large", with("Set-Cookie: a="+strings.Repeat("b", 1_000_000)+"\r\n", "ok"))
	add("100,000 methods", wellMeant, "", with("Access-Control-Allow-Methods: "+strings.Repeat("A,", 100_000)+"GET\r\n", "ok"))
	add("a max-age beyond all numbers", wellMeant, "", with("Access-Control-Max-Age: "+strings.Repeat("9", 400)+"\r\n", "ok"))
	add("a length that is longer than the content, after HEAD too", fails, "Content where none may be", raw(func(r *http.Request) string { return right(r) + "Content-Length: 9\r\n\r\nok" }))
	short := func(stays bool) func(net.Conn, *http.Request) bool {
		return func(c net.Conn, r *http.Request) bool {
			text := right(r) + "Content-Length: 9\r\n\r\n"
			if r.Method != http.MethodHead {
				text += "ok"
			}
			_, err := io.WriteString(c, text)
			return err == nil && (stays || r.Method == http.MethodHead)
		}
	}
	add("a length that is longer than the content, and the end", fails, "cut short", short(false))
	add("a length that is longer than the content, and the next answer", fails, "beyond Content-Length", short(true))
	add("a length that is shorter than the content", fails, "beyond Content-Length", raw(func(r *http.Request) string { return right(r) + "Content-Length: 1\r\n\r\nokokok" }))
	add("the length twice, the same", wellMeant, "", with("Content-Length: 2\r\n", "ok"))
	add("two answers to each request", any, "", func(c net.Conn, r *http.Request) bool {
		answer := with("", "ok")
		if !answer(c, r) {
			return false
		}
		return answer(c, r)
	})
	add("content after HEAD", fails, "Content where none may be", raw(func(r *http.Request) string { return right(r) + "Content-Length: 2\r\n\r\nok" }))
	add("content with 204", fails, "Content where none may be", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "204 No Content", 1) + "Content-Length: 2\r\n\r\nok"
	}))
	add("line feeds alone", wellMeant, "", raw(func(r *http.Request) string {
		text := strings.ReplaceAll(right(r)+"Content-Length: 2\r\n\r\n", "\r\n", "\n")
		if r.Method != http.MethodHead {
			text += "ok"
		}
		return text
	}))
	add("HTTP/1.0 without a length", any, "", func(c net.Conn, r *http.Request) bool {
		_, _ = io.WriteString(c, strings.Replace(right(r), "HTTP/1.1", "HTTP/1.0", 1)+"\r\nok")
		return false
	})
	add("an extension of a chunk without end", gone, "chunk size line is too long", func(c net.Conn, r *http.Request) bool {
		return r.Method == http.MethodHead && good(c, r) || endless(c, right(r)+"Transfer-Encoding: chunked\r\n\r\n2;", strings.Repeat("x=y;", 1<<12), 0)
	})
	add("chunked twice", wellMeant, "", with("Transfer-Encoding: chunked, chunked\r\n", "2\r\nok\r\n0\r\n\r\n"))
	add("an unknown coding", wellMeant, "", with("Content-Encoding: x-made-up\r\n", "ok"))
	add("gzip that is none", wellMeant, "", with("Content-Encoding: gzip\r\n", "ok"))
	add("br that is none", wellMeant, "", with("Content-Encoding: br\r\n", "\xff\xff\xff"))
	bomb := bombed(100 << 20)
	add("100 MiB in a gzip of 100 kB", wellMeant, "", with("Content-Encoding: gzip\r\n", bomb))
	add("304 to everything", wellMeant, `answers\s+a\s+condition`, raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "304 Not Modified", 1) + "\r\n"
	}))
	add("206 unasked", any, "", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "206 Partial Content", 1) + "Content-Range: bytes 0-1/99\r\nContent-Length: 0\r\n\r\n"
	}))
	for _, line := range []string{"421 Misdirected Request", "425 Too Early", "426 Upgrade Required", "511 Network Authentication Required", "418 I'm a teapot", "451 \x1b[31mno"} {
		list = append(list, Behaviour{Name: "invented, status " + line[:3], Exit: any, Serve: status(line)})
	}
	list = append(list, Behaviour{Name: "invented, status 101", Exit: gone, Says: "switches to another protocol", Serve: status("101 Switching Protocols")})
	add("a wait of years", any, "", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "429 Too Many Requests", 1) + "Retry-After: 999999999\r\nContent-Length: 0\r\n\r\n"
	}))
	add("a wait until the year 9999", any, "", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "503 Busy", 1) + "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\nContent-Length: 0\r\n\r\n"
	}))
	add("a login by the browser", any, "", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "401 Unauthorized", 1) + "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic realm=\"\u202ex\"\r\nContent-Length: 0\r\n\r\n"
	}))
	add("a login to a proxy", any, "", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "407 Proxy Authentication Required", 1) + "Proxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"
	}))
	add("another service instead", wellMeant, "", with("Alt-Svc: h2=\"production.example:443\"; ma=99999999, h3=\":1\"\r\nRefresh: 0; url=http://production.example/\r\nLink: <http://production.example/>; rel=preload; as=script\r\n", "ok"))
	add("data of the site cleared", wellMeant, "", with("Clear-Site-Data: \"*\"\r\nStrict-Transport-Security: max-age=99999999; includeSubDomains\r\n", "ok"))
	add("a cache for ever", wellMeant, "", with("Cache-Control: public, max-age=99999999, immutable\r\nAge: 4294967296\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\n", "ok"))
	var turn atomic.Int64
	add("redirects without end", fails, "TooManyRedirects", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "302 Found", 1) + fmt.Sprintf("Location: /x?%d\r\nContent-Length: 0\r\n\r\n", turn.Add(1))
	}))
	add("redirects to itself with a fragment", fails, "TooManyRedirects", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "307 Temporary Redirect", 1) + "Location: #here\r\nContent-Length: 0\r\n\r\n"
	}))
	add("a location of 200 kB", any, "", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "302 Found", 1) + "Location: /" + strings.Repeat("a", 200_000) + "\r\nContent-Length: 0\r\n\r\n"
	}))
	add("two locations", fails, "RedirectInvalidLocation", raw(func(r *http.Request) string {
		return strings.Replace(right(r), "200 OK", "302 Found", 1) + "Location: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
	}))
	add("a grant by lot", any, "", moved2(grant))
	add("an answer before the request", any, "", good)
	list[len(list)-1].Serve = func(c net.Conn, n *atomic.Int64) {
		n.Add(1)
		r, _ := http.NewRequest(http.MethodGet, "/", nil)
		_ = good(c, r)
		hang(c)
	}
	add("an answer just in time", any, "", func(c net.Conn, r *http.Request) bool { time.Sleep(waited - 300*time.Millisecond); return good(c, r) })
	list[len(list)-1].Wait = waited
	add("content a byte at a time", any, "", func(c net.Conn, r *http.Request) bool {
		if r.Method == http.MethodHead {
			return good(c, r)
		}
		_, err := io.WriteString(c, right(r)+"Content-Length: 20\r\n\r\n")
		for range 20 {
			if err == nil {
				time.Sleep(100 * time.Millisecond)
				_, err = io.WriteString(c, "a")
			}
		}
		return err == nil
	})
	add("the request as the answer", any, "", func(c net.Conn, r *http.Request) bool {
		var b bytes.Buffer
		_ = r.Write(&b)
		lines := ""
		for name, values := range r.Header {
			lines += "X-Echo-" + name + ": " + strings.Join(values, ",") + "\r\n"
		}
		return with(lines+"X-Echo-Path: "+r.URL.RequestURI()+"\r\n", b.String())(c, r)
	})
	return list
}

// moved2 gives the grant to every other request, by lot.
func moved2(grant string) func(net.Conn, *http.Request) bool {
	return func(c net.Conn, r *http.Request) bool {
		h := right(r)
		if rand.IntN(2) == 0 {
			h = strings.Replace(h, grant, "", 1)
		}
		_, err := io.WriteString(c, h+"Content-Length: 0\r\n\r\n")
		return err == nil
	}
}

// bombed is so much content in little.
func bombed(n int64) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.CopyN(w, zeros{}, n)
	_ = w.Close()
	return b.String()
}

// zeros is a reader of nothing else.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
