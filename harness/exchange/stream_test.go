package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/corsproof/corsproof/harness/exchange"
	"github.com/corsproof/corsproof/spec"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// A stream of lines is decided in several ways that must come to the same.

// poisoned decides lines that lie in one buffer one after another; after each
// the buffer is overwritten. Blank lines give "".
func poisoned(opt exchange.Options, lines []string) []string {
	e := exchange.NewEvaluator(opt)
	out := make([]string, len(lines))
	var buf []byte
	for i, line := range lines {
		buf = append(buf[:0], line...)
		if strings.TrimSpace(line) == "" {
			continue
		}
		text, _ := e.AppendEval(nil, unsafe.String(&buf[0], len(buf)), i+1)
		out[i] = string(text)
		buf = buf[:cap(buf)]
		for j := range buf {
			buf[j] = 0xff
		}
	}
	return out
}

// apart decides each line in storage of its own.
func apart(opt exchange.Options, lines []string) []string {
	e := exchange.NewEvaluator(opt)
	return decided(e, lines, func(int) bool { return true })
}

// decided decides the lines that are to be taken; the others are "".
func decided(e *exchange.Evaluator, lines []string, take func(i int) bool) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if strings.TrimSpace(line) != "" && take(i) {
			text, _ := e.AppendEval(nil, strings.Clone(line), i+1)
			out[i] = string(text)
		}
	}
	return out
}

// streamed decides lines as the command does.
func streamed(opt exchange.Options, lines []string) []string {
	var w bytes.Buffer
	if _, err := exchange.Eval(context.Background(), strings.NewReader(strings.Join(lines, "\n")), &w, opt); err != nil {
		panic(err)
	}
	got := strings.Split(strings.TrimSuffix(w.String(), "\n"), "\n")
	out := make([]string, len(lines))
	for i, line := range lines {
		if strings.TrimSpace(line) != "" {
			out[i], got = got[0], got[1:]
		}
	}
	return out
}

// sessionOf is the session of a line, as far as it can be read.
func sessionOf(line string) string {
	l, _ := exchange.ParseLine(line)
	return l.Session
}

// inconsistency says where a stream is not decided as its lines and its
// sessions are by themselves; "" for nowhere.
func inconsistency(opt exchange.Options, lines []string) string {
	want := apart(opt, lines)
	differ := func(how string, got []string) string {
		for i := range lines {
			if got[i] != "" && got[i] != want[i] {
				return fmt.Sprintf("%s, %s, line %d:\n%s\nis %s\nwas %s\nof the stream\n%s", opt.Engine, how, i+1, lines[i], got[i], want[i], strings.Join(lines, "\n"))
			}
		}
		return ""
	}
	invalid := func(i int) bool { return strings.Contains(want[i], `"outcome":"invalid"`) }
	alone := map[string]*exchange.Evaluator{}
	inSession := make([]string, len(lines))
	for i := range lines {
		session := sessionOf(lines[i])
		if alone[session] == nil || session == "" {
			alone[session] = exchange.NewEvaluator(opt)
		}
		inSession[i] = decided(alone[session], lines, func(j int) bool { return i == j })[i]
	}
	for _, text := range []string{
		differ("in a buffer that is overwritten", poisoned(opt, lines)),
		differ("as the command reads it", streamed(opt, lines)),
		differ("each session alone", inSession),
		differ("without the lines that are not valid", decided(exchange.NewEvaluator(opt), lines, func(i int) bool { return !invalid(i) })),
	} {
		if text != "" {
			return text
		}
	}
	return ""
}

// dice makes choices of bytes: those of a fuzzer, or random ones. When there
// are none left, it is always the first choice.
type dice []byte

func (d *dice) roll(n int) int {
	if len(*d) == 0 {
		return 0
	}
	b := (*d)[0]
	*d = (*d)[1:]
	return int(b) % n
}

func (d *dice) pick(options ...string) string { return options[d.roll(len(options))] }

// asked is a request, and what a server says about it.
type asked struct{ origin, url, method, headers, credentials, allow, names, maxAge string }

// stream makes lines of sessions that meet in URLs, methods and names of equal
// lengths, and of answers that are cached, with lines between them that are not
// valid, for one reason or another.
func stream(data []byte) (lines []string) {
	d := dice(data)
	clock := map[string]int{}
	before := []asked{{"https://a.example", "https://api.example/aaaa", "PUT", "", "same-origin", "PUT, DELETE", "x-a", "600"}}
	for len(d) > 0 && len(lines) < 64 {
		id := strings.Repeat("i", d.roll(40))
		session := d.pick("s", "t", "s", "")
		step := []int{0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 5, 0, 11, 0, 700, -1}[d.roll(16)]
		at := clock[session] + step // perhaps back in time
		clock[session] = max(clock[session], at)
		q := before[d.roll(len(before))]
		if d.roll(3) == 0 {
			q = newAsked(&d)
			before = append(before, q)
		}
		lines = append(lines, streamLine(&d, id, session, at, q))
	}
	return lines
}

func newAsked(d *dice) asked {
	return asked{
		origin:      d.pick("https://a.example", "https://b.example", "https://a.example", "null"),
		url:         d.pick("https://api.example/aaaa", "https://api.example/bbbb", "https://www.example/aaaa", "https://api.example/"+strings.Repeat("c", 40+d.roll(60))),
		method:      d.pick("PUT", "GET", "PUT", "put", "DELETE", "REPORT", "SEARCH"),
		headers:     d.pick(``, ``, `["X-A","1"]`, `["X-B","1"],["X-Long-Name","2"]`, `["Authorization","z"]`, `["x-a",""],["X-A","\u00e9"]`),
		credentials: d.pick("same-origin", "include", "omit"),
		allow:       d.pick("PUT, DELETE", "*", "REPORT,SEARCH,PUT", "DELETE", "PUT", ""),
		names:       d.pick("x-a", "X-B,x-long-name", "*", "authorization, X-A", "", "x b"),
		maxAge:      d.pick("600", "10", "0", "600", "x", "99999"),
	}
}

func streamLine(d *dice, id, session string, at int, q asked) string {
	grant := `["Access-Control-Allow-Origin","` + q.origin + `"],["Access-Control-Allow-Credentials","` + d.pick("true", "true", "true", "false") + `"]`
	preflight := `{"status":` + d.pick("204", "200", "204", "204", "200", "299", "204", "403") + `,"headers":[` + grant + `,["Access-Control-Allow-Methods","` + q.allow + `"],["Access-Control-Allow-Headers","` + q.names + `"],["Access-Control-Max-Age","` + q.maxAge + `"]]}`
	response := `{"status":200,"headers":[` + grant + `,["Access-Control-Expose-Headers","X-E"],["X-E","` + strings.Repeat("e", d.roll(9)) + `"]]}`
	moved := `{"status":307,"headers":[` + grant + `,["Location","` + d.pick("/bbbb", "/aaaa", "https://www.example/aaaa", "//") + `"]]}`
	preflight = d.pick(preflight, "null", preflight)
	hops := d.pick(
		`{"preflight":`+preflight+`,"response":`+response+`}`,
		`{"preflight":null,"response":`+response+`}`,
		`{"preflight":`+preflight+`,"response":`+response+`}`,
		`{"preflight":null,"response":`+response+`}`,
		`{"preflight":`+preflight+`,"response":{"status":200}}`,
		`{"preflight":`+preflight+`,"response":`+moved+`},{"preflight":`+preflight+`,"response":`+response+`}`,
		`{"preflight":`+preflight+`,"response":`+moved+`}`,
		`{"preflight":`+preflight+`,"response":null}`,
	)
	keys := ""
	if session != "" {
		keys = `,"session":"` + session + `","at":` + fmt.Sprint(at)
	}
	line := `{"id":"` + id + `"` + keys + `,"request":{"origin":"` + q.origin + `","url":"` + q.url + `","method":"` + q.method + `","credentials":"` + q.credentials + `","headers":[` + q.headers + `]},"hops":[` + hops + `]}`
	switch d.roll(24) {
	case 0:
		return line[:d.roll(len(line))] // not JSON, or blank
	case 1:
		return strings.Replace(line, "https", "hTTps", 1) // perhaps not a serialised origin
	}
	return line
}

// randomStream is what stream makes of random bytes.
func randomStream(r *rand.Rand) []string {
	data := make([]byte, 1000)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return stream(data)
}

func FuzzStream(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		data := make([]byte, 400)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := stream(data)
		for _, engine := range spec.Engines() {
			if text := inconsistency(exchange.Options{Engine: engine}, lines); text != "" {
				t.Fatal(text)
			}
		}
	})
}

var _ = DescribeTable("A stream is decided as its lines and its sessions are by themselves", func(engine spec.Engine) {
	r := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 3))
	for range 60 {
		Expect(inconsistency(exchange.Options{Engine: engine, OmitTrace: r.IntN(2) == 0}, randomStream(r))).To(BeEmpty())
	}
},
	Entry("fetch", spec.EngineFetch),
	Entry("chromium", spec.EngineChromium),
	Entry("firefox", spec.EngineFirefox),
	Entry("webkit", spec.EngineWebKit),
)

var _ = It("makes streams in which requests are allowed, not valid, and spared a preflight", func() {
	r := rand.New(rand.NewPCG(5, 6))
	allowed, invalid, cached := 0, 0, 0
	for range 60 {
		lines := randomStream(r)
		for i, out := range apart(exchange.Options{}, lines) {
			switch {
			case strings.Contains(out, `"outcome":"invalid"`):
				invalid++
			case strings.Contains(out, `"outcome":"allowed"`):
				allowed++
				if strings.Contains(lines[i], `"preflight":null`) && strings.Contains(lines[i], `"method":"PUT"`) {
					cached++
				}
			}
		}
	}
	Expect([]int{allowed, invalid, cached}).To(HaveEach(BeNumerically(">", 10)), "%d %d %d", allowed, invalid, cached)
})
