package cases_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/spec"
)

// pick is one of a list.
func pick[T any](rng *rand.Rand, list ...T) T { return list[rng.IntN(len(list))] }

// madeByBrowser are the requests that the model of a browser makes of one random
// call of a script, as raw steps.
func madeByBrowser(rng *rand.Rand) []cases.Step {
	req := spec.Request{
		API: spec.APIFetch, URL: "https://api.example" + pick(rng, "/", "/ok", "/a/b?x=1&y=%20"), Mode: spec.ModeCORS,
		Origin:      pick(rng, "https://app.example", "http://localhost:3000", "null", "capacitor://localhost", "https://xn--bcher-kva.example", "http://[::1]:8080", "https://api.example"),
		Method:      pick(rng, "get", "GET", "HEAD", "post", "PUT", "DELETE", "PATCH", "patch", "OPTIONS", "CHICKEN"),
		Credentials: pick(rng, spec.CredentialsOmit, spec.CredentialsInclude, spec.CredentialsSameOrigin),
		Redirect:    spec.RedirectFollow,
	}
	for range rng.IntN(5) {
		req.Header.Add(pick(rng, "X-A", "X-B", "Authorization", "Content-Type", "Accept", "Range", "If-None-Match", "cache-control", "a.b"), pick(rng, "1", "text/html", "bytes=0-", "", "a, b", "\xe9"))
	}
	if rng.IntN(3) == 0 {
		req.API, req.Redirect, req.Credentials = spec.APIXHR, spec.RedirectFollow, pick(rng, spec.CredentialsInclude, spec.CredentialsSameOrigin)
		req.UploadListener = rng.IntN(2) == 0
	}
	content := ""
	if rng.IntN(2) == 0 && spec.NormalizeMethod(req.Method) != "GET" && req.Method != "HEAD" {
		content = "content"
		req.Body = &spec.Body{ContentType: pick(rng, "", "text/plain;charset=UTF-8", "application/json")}
	}
	everything := spec.Header{
		{Name: "Access-Control-Allow-Origin", Value: req.Origin}, {Name: "Access-Control-Allow-Credentials", Value: "true"},
		{Name: "Access-Control-Allow-Methods", Value: req.Method + ", " + spec.NormalizeMethod(req.Method)},
		{Name: "Access-Control-Allow-Headers", Value: "x-a, x-b, authorization, content-type, accept, range, if-none-match, cache-control, a.b"},
	}
	var steps []cases.Step
	f := spec.Begin(req, spec.Options{Engine: spec.EngineChromium})
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		w := &cases.Wire{Method: a.Method, Path: strings.TrimPrefix(a.URL, "https://api.example")}
		for _, field := range a.Header {
			w.Headers = append(w.Headers, field.Name+": "+field.Value)
		}
		if a.Body {
			w.Body = content
			w.Headers = append(w.Headers, fmt.Sprint("Content-Length: ", len(content)))
		}
		steps = append(steps, cases.Step{Wire: w})
		f.Deliver(spec.Response{Status: 200, Header: everything})
	}
	return steps
}

// corruptions make of a request that a browser sends one that none sends. They
// say whether they could.
var corruptions = map[string]func(*cases.Wire) bool{
	"another version":       func(w *cases.Wire) bool { w.Version = "HTTP/1.0"; return true },
	"pipelined":             func(w *cases.Wire) bool { w.Connection = "pipelined"; return true },
	"a forbidden method":    func(w *cases.Wire) bool { w.Method = "TRACE"; return true },
	"a method in two cases": func(w *cases.Wire) bool { w.Method = "Put"; return true },
	"no method":             func(w *cases.Wire) bool { w.Method = "A B"; return true },
	"an absolute target":    func(w *cases.Wire) bool { w.Path = "=https://api.example/ok"; return true },
	"dot segments":          func(w *cases.Wire) bool { w.Path = "=/a/../ok"; return true },
	"encoded dot segments":  func(w *cases.Wire) bool { w.Path = "=/a/%2E%2e/ok"; return true },
	"a blank in the target": func(w *cases.Wire) bool { w.Path = "=/a b"; return true },
	"a line twice":          func(w *cases.Wire) bool { w.Headers = append(w.Headers, w.Headers[0]); return true },
	"a folded line":         func(w *cases.Wire) bool { w.Headers[0] += "\r\n x"; return true },
	"a blank at the end":    func(w *cases.Wire) bool { w.Headers[0] += " "; return true },
	"a Host of its own":     func(w *cases.Wire) bool { w.Headers = append(w.Headers, "Host: evil.test"); return true },
	"chunks":                func(w *cases.Wire) bool { w.Headers = append(w.Headers, "Transfer-Encoding: chunked"); return true },
	"a forbidden field":     func(w *cases.Wire) bool { w.Headers = append(w.Headers, "Expect: 100-continue"); return true },
	"an unstated length":    func(w *cases.Wire) bool { w.Body += "more"; return true },
	"content of a GET": func(w *cases.Wire) bool {
		w.Body, w.Headers = "x", append(w.Headers, "Content-Length: 1")
		return w.Method == "GET"
	},
	"a slash after Origin": change("Origin", func(v string) string { return v + "/" }),
	"Origin in capitals":   change("Origin", strings.ToUpper),
	"two origins":          change("Origin", func(v string) string { return v + " https://evil.test" }),
	"Origin's default port": change("Origin", func(v string) string {
		if v != "https://app.example" {
			return v
		}
		return v + ":443"
	}),
	"user information":   change("Origin", func(v string) string { return strings.Replace(v, "https://", "https://a@", 1) }),
	"Origin of a socket": change("Origin", func(v string) string { return strings.Replace(v, "https:", "wss:", 1) }),
	"requested in lower case": change("Access-Control-Request-Method", func(v string) string {
		if lower := strings.ToLower(v); spec.NormalizeMethod(lower) == v {
			return lower
		}
		return v // browsers send chicken and patch as they stand
	}),
	"requested and forbidden":  change("Access-Control-Request-Method", func(string) string { return "CONNECT" }),
	"header names in capitals": change("Access-Control-Request-Headers", strings.ToUpper),
	"header names repeated":    change("Access-Control-Request-Headers", func(v string) string { return v + "," + v }),
	"header names with blanks": change("Access-Control-Request-Headers", func(v string) string { return v + ", x-z" }),
	"no order of header names": change("Access-Control-Request-Headers", func(v string) string { return v + ",a" }),
	"a header name forbidden":  change("Access-Control-Request-Headers", func(string) string { return "cookie" }),
	"a preflight with a cookie": func(w *cases.Wire) bool {
		w.Headers = append(w.Headers, "Cookie: a=b")
		return strings.Contains(strings.Join(w.Headers, "\n"), "Access-Control-Request-Method")
	},
}

// change is a corruption of one field's value.
func change(name string, f func(string) string) func(*cases.Wire) bool {
	return func(w *cases.Wire) bool {
		for i, line := range w.Headers {
			if value, ok := strings.CutPrefix(line, name+": "); ok && f(value) != value {
				w.Headers[i] = name + ": " + f(value)
				return true
			}
		}
		return false
	}
}

var _ = Describe("Whether a browser can send a request", func() {
	It("is yes for all that a browser makes of what scripts ask for, and no for what is made of it", func() {
		rng := rand.New(rand.NewPCG(9, 5))
		said := map[string]int{}
		for range 20000 {
			for _, s := range madeByBrowser(rng) {
				ok, why := cases.Sendable(&s)
				Expect(ok).To(BeTrue(), "%s: %q", why, s.Wire)
				for name, corrupt := range corruptions {
					w := *s.Wire
					w.Headers = append([]string(nil), w.Headers...)
					if rng.IntN(10) != 0 || !corrupt(&w) {
						continue
					}
					ok, why := cases.Sendable(&cases.Step{Wire: &w})
					Expect(ok).To(BeFalse(), "%s: %q", name, w)
					Expect(why).NotTo(BeEmpty())
					said[name]++
				}
			}
		}
		for name := range corruptions {
			Expect(said[name]).To(BeNumerically(">", 5), name)
		}
	})

	DescribeTable("is judged by the request alone", func(w cases.Wire, want bool) {
		ok, why := cases.Sendable(&cases.Step{Wire: &w})
		Expect(ok).To(Equal(want), why)
	},
		Entry("a GET without an origin: a navigation", cases.Wire{}, true),
		Entry("a POST without an origin", cases.Wire{Method: "POST"}, false),
		Entry("the origin of a host that ends in null", cases.Wire{Headers: []string{"Origin: https://evil.null"}}, true),
		Entry("a trailing dot", cases.Wire{Headers: []string{"Origin: https://app.example."}}, true),
		Entry("an underscore in a host", cases.Wire{Headers: []string{"Origin: https://a_b.example"}}, true),
		Entry("a host that is not in punycode", cases.Wire{Headers: []string{"Origin: https://b\xc3\xbccher.example"}}, false),
		Entry("an address as it is not written", cases.Wire{Headers: []string{"Origin: http://127.1"}}, false),
		Entry("a file of an Android application", cases.Wire{Headers: []string{"Origin: file://"}}, true),
		Entry("no origin at all in the field", cases.Wire{Headers: []string{"Origin: "}}, false),
		Entry("two slashes in a path", cases.Wire{Path: "=//strict/ok"}, true),
		Entry("OPTIONS of a script", cases.Wire{Method: "OPTIONS", Headers: []string{"Origin: https://app.example"}}, true),
		Entry("a preflight for a private network", cases.Wire{Method: "OPTIONS", Headers: []string{"Origin: https://app.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Private-Network: true"}}, true),
		Entry("a preflight that asks for nothing", cases.Wire{Method: "OPTIONS", Headers: []string{"Origin: https://app.example", "Access-Control-Request-Headers: x-a"}}, false),
		Entry("a preflight with an empty list", cases.Wire{Method: "OPTIONS", Headers: []string{"Origin: https://app.example", "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: "}}, false),
	)

	It("is said of at least one step of every raw case under each of its policies", func() {
		table, err := cases.Load()
		Expect(err).NotTo(HaveOccurred())
		can, cannot := 0, 0
		for _, c := range table.Expand(table.Policies, false, env) {
			for i := range c.Steps {
				ok, why := cases.Sendable(&c.Steps[i])
				Expect(ok).To(Equal(why == ""), c.ID)
				if ok {
					can++
				} else {
					cannot++
				}
			}
		}
		Expect(can).To(BeNumerically(">", 1000))
		Expect(cannot).To(BeNumerically(">", 300))
	})
})
