//go:build unix

package exchange_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/internal/race"
	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// grown are lines of which one part is n times as long, or there n times: the
// places where a line can be long, and pairs of them that meet.
var grown = map[string]func(n int) string{
	"other names of request headers": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name-%d", "v")+`]`, hopOf("*", fields(1, "Access-Control-Allow-Headers", "*")))
	},
	"other names of request headers, each allowed": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name-%d", "v")+`]`, hopOf("*", `["Access-Control-Allow-Headers","`+numbers(n, "x-name-%d", ",")+`"]`))
	},
	"names, and an empty list of those allowed": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name-%d", "v")+`]`, hopOf("*", `["Access-Control-Allow-Headers","x,`+strings.Repeat(",", n)+`y"]`))
	},
	"names, and lines of which one allows a name": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name-%d", "v")+`]`, hopOf("*", fields(n, "X-%d", "v")+`,["Access-Control-Allow-Headers","`+numbers(n, "x-name-%d", ",")+`"]`))
	},
	"one request header again and again": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name", "v")+`]`, hopOf("*", `["Access-Control-Allow-Headers","x-name"]`))
	},
	"of XMLHttpRequest: other names": func(n int) string {
		return line(`,"api":"xhr","headers":[`+fields(n, "X-Name-%d", "v")+`]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"of XMLHttpRequest: one header again and again": func(n int) string {
		return line(`,"api":"xhr","headers":[`+fields(n, "X-Name", "v")+`]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"of XMLHttpRequest: names in turn": func(n int) string {
		return line(`,"api":"xhr","headers":[`+fields(n/2, "X-Name-%d", "v")+","+fields(n/2, "x-name-%d", "w")+`]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"a safelisted request header again and again": func(n int) string {
		return line(`,"headers":[`+fields(n, "Accept", "text/html")+`]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"blanks around the values of request headers": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name-%d", "")+","+fields(n, "x-name-%d", "")+`]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"forbidden request headers": func(n int) string {
		return line(`,"headers":[`+fields(n, "Cookie", "a=%d")+`]`, hopOf("*", fields(1, "X", "v")))
	},
	"methods in X-HTTP-Method-Override": func(n int) string {
		return line(`,"headers":[["X-HTTP-Method-Override","`+strings.Repeat(`GET,\"a\",`, n)+`"]]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"mode no-cors": func(n int) string {
		return line(`,"mode":"no-cors","headers":[`+fields(n, "Accept", "")+","+fields(n, "X-%d", "v")+","+fields(n, "Accept-Language", "")+`]`, hopOf("*", fields(1, "X", "v")))
	},
	"response headers": func(n int) string {
		return line(``, hopOf("*", fields(n, "X-Name-%d", "v")))
	},
	"response headers, each exposed": func(n int) string {
		return line(``, hopOf("*", fields(n, "X-Name-%d", "v")+`,["Access-Control-Expose-Headers","`+numbers(n, "x-name-%d", ",")+`"]`))
	},
	"response headers, and one exposed after many commas": func(n int) string {
		return line(``, hopOf("*", fields(n, "X-Name-%d", "v")+`,["Access-Control-Expose-Headers","`+strings.Repeat(",", n)+`x-name-1"]`))
	},
	"lines that expose": func(n int) string {
		return line(``, hopOf("*", fields(n, "Access-Control-Expose-Headers", "x-%d")+","+fields(n, "X-%d", "v")))
	},
	"one response header again and again": func(n int) string {
		return line(``, hopOf("*", fields(n, "Cache-Control", "v%d")))
	},
	"lines of Access-Control-Allow-Origin": func(n int) string {
		return line(``, hopOf("*", fields(n, "Access-Control-Allow-Origin", "https://a%d.example")))
	},
	"lines of Access-Control-Allow-Methods": func(n int) string {
		return line(`,"method":"PUT"`, hopOf("*", fields(n, "Access-Control-Allow-Methods", "M%d")+`,["Access-Control-Allow-Methods","PUT"]`))
	},
	"lines of Location": func(n int) string {
		return line(``, redirect(`["Location","/y"],`+fields(n, "location", "/y"))+","+hopOf("*", fields(1, "X", "v")))
	},
	"redirects of a request with many headers": func(n int) string {
		return line(`,"headers":[`+fields(n, "X-Name-%d", "v")+","+fields(n, "Authorization", "v")+`]`,
			strings.Repeat(redirect(`["Access-Control-Allow-Headers","*, authorization"],["Location","https://c.example/"]`)+","+redirect(`["Access-Control-Allow-Headers","*, authorization"],["Location","/z"]`)+",", 10)+hopOf("*", fields(1, "X", "v")))
	},
	"hops": func(n int) string { return line(``, hopOf("*", "")+strings.Repeat(","+hopOf("*", ""), n)) },
	"a long id": func(n int) string {
		return strings.Replace(line(``, hopOf("*", "")), `"x"`, `"`+strings.Repeat(`\u00e9`, n)+`"`, 1)
	},
	"a long method": func(n int) string {
		return line(`,"method":"`+strings.Repeat("M", n)+`"`, hopOf("*", `["Access-Control-Allow-Methods","*"]`))
	},
	"a long value": func(n int) string {
		return line(`,"headers":[["X","`+strings.Repeat(` a\u0009`, n)+`"]]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"digits of the max-age": func(n int) string {
		return line(`,"method":"PUT"`, hopOf("*", `["Access-Control-Allow-Methods","*"],["Access-Control-Max-Age","`+strings.Repeat("0", n)+strings.Repeat("9", n)+`"]`))
	},
	"digits of a Range": func(n int) string {
		return line(`,"headers":[["Range","bytes=`+strings.Repeat("0", n)+`-"]]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
	"quotes in a value": func(n int) string {
		return line(`,"headers":[["X-Method-Override","`+strings.Repeat(`\"\\\\`, n)+`"]]`, hopOf("*", `["Access-Control-Allow-Headers","*"]`))
	},
}

// urls are URLs, and what looks like one, of n parts.
var urls = map[string]func(n int) string{
	"a long path":              func(n int) string { return "https://c.example/" + strings.Repeat("a/", n) },
	"dot segments":             func(n int) string { return "https://c.example/" + strings.Repeat("a/", n) + strings.Repeat("../", n) },
	"encoded dot segments":     func(n int) string { return "https://c.example/" + strings.Repeat("%2e%2E/a/", n) },
	"a long query":             func(n int) string { return "https://c.example/?" + strings.Repeat("a b'", n) },
	"a long fragment":          func(n int) string { return "https://c.example/#" + strings.Repeat("`a", n) },
	"a long host":              func(n int) string { return "https://" + strings.Repeat("a", n) + ".example/" },
	"a host of many labels":    func(n int) string { return "https://" + strings.Repeat("a.", n) + "example/" },
	"a host of odd labels":     func(n int) string { return "https://" + strings.Repeat("xn--a.", n) + "example/" },
	"a host of two-byte runes": func(n int) string { return "https://" + strings.Repeat("\\u00c3\\u00a9", n) + ".example/" },
	"a host percent-encoded":   func(n int) string { return "https://" + strings.Repeat("%61", n) + ".example/" },
	"a numeric host":           func(n int) string { return "https://" + strings.Repeat("1.", n) + "1/" },
	"a long port":              func(n int) string { return "https://c.example:" + strings.Repeat("0", n) + "1/" },
	"user names":               func(n int) string { return "https://" + strings.Repeat("u@", n) + "c.example/" },
	"a long scheme":            func(n int) string { return strings.Repeat("s", n) + "://c.example/" },
	"slashes":                  func(n int) string { return "https:" + strings.Repeat("/", n) + "c.example/" },
	"blanks":                   func(n int) string { return strings.Repeat(" ", n) + "https://c.example/" + strings.Repeat(" ", n) },
	"tabs":                     func(n int) string { return "https://c.example/" + strings.Repeat("a\\t", n) },
	"bytes above ASCII":        func(n int) string { return "https://c.example/" + strings.Repeat("\\u00ff", n) },
	"an IPv6 address":          func(n int) string { return "https://[" + strings.Repeat("1:", n) + ":1]/" },
	"a path beginning with //": func(n int) string { return "https://c.example" + strings.Repeat("/", n) },
}

func init() {
	for name, url := range urls {
		grown["as the URL: "+name] = func(n int) string {
			return strings.Replace(line("", hopOf("*", "")), "https://api.example.org/x", url(n), 1)
		}
		grown["as Location: "+name] = func(n int) string {
			return line("", redirect(`["Location","`+url(n)+`"]`)+","+hopOf("*", ""))
		}
		grown["as Access-Control-Allow-Origin: "+name] = func(n int) string { return line("", hopOf(url(n), "")) }
	}
}

func numbers(n int, format, between string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = numbered(format, i)
	}
	return strings.Join(parts, between)
}

func numbered(format string, i int) string { return strings.Replace(format, "%d", fmt.Sprint(i), 1) }

// fields are n field lines.
func fields(n int, name, value string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = `["` + numbered(name, i) + `","` + numbered(value, i) + `"]`
	}
	return strings.Join(parts, ",")
}

func hopOf(origin, headers string) string {
	return answering(`200`, origin, headers)
}

func redirect(headers string) string { return answering(`307`, "*", headers) }

func answering(status, origin, headers string) string {
	if headers != "" {
		headers = "," + headers
	}
	grant := `[["Access-Control-Allow-Origin","` + origin + `"]` + headers + `]`
	return `{"preflight":{"status":200,"headers":` + grant + `},"response":{"status":` + status + `,"headers":` + grant + `}}`
}

// cost is the least processor time of some tries for a line.
func cost(opt exchange.Options, line string, tries int) time.Duration {
	e := exchange.NewEvaluator(opt)
	least := time.Duration(1<<63 - 1)
	var buf []byte
	for range tries {
		start := cpuTime()
		buf, _ = e.AppendEval(buf[:0], line, 1)
		least = min(least, cpuTime()-start)
	}
	return least
}

// A line that is 64 times as long may take 1024 times as long, which is generous:
// what grows with the square takes 4096 times as long. Processor time depends
// little on what else the machine does, and the least of several tries even less.
var _ = Describe("The time that a line takes", func() {
	const n, times, most = 250, 64, 16 * 64
	engines := spec.Engines()
	if race.Enabled { // everything takes ten times as long; without it all engines are tried
		engines = engines[:1]
	}
	for _, name := range slices.Sorted(maps.Keys(grown)) {
		It("grows in proportion to it: "+name, func() {
			small, large := grown[name](n), grown[name](n*times)
			for _, engine := range engines {
				opt := exchange.Options{Engine: engine}
				before, after := cost(opt, small, 5), cost(opt, large, 2)
				// What takes next to no time grows by steps of the clock.
				Expect(after).To(BeNumerically("<", most*max(before, 50*time.Microsecond)), "%s: %v, then %v", engine, before, after)
			}
		})
	}
})
