package explain_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/corsproof/corsproof/internal/explain"
	"github.com/corsproof/corsproof/spec"
)

const (
	mendPage   = "https://app.example.com"
	mendServer = "https://api.example.net"
)

// place is where an answer stands.
type place struct {
	url       string
	preflight bool
}

// mendable is a server, by its answers.
type mendable map[place]*spec.Response

// ask makes a request of a server as a browser does, and gives the place of the last answer.
func (m mendable) ask(r spec.Request) (*explain.Answer, place) {
	f := spec.Begin(r, spec.Options{})
	o := &explain.Observed{Request: r}
	var last place
	for a := f.Next(); a.Kind != spec.ActionDone; a = f.Next() {
		last = place{a.URL, a.Kind == spec.ActionPreflight}
		answer := m.at(last)
		if a.Hop == len(o.Hops) {
			o.Hops = append(o.Hops, explain.ObservedHop{URL: a.URL})
		}
		if h := &o.Hops[a.Hop]; last.preflight {
			h.Preflight = answer
		} else {
			h.Response = answer
		}
		f.Deliver(*answer)
	}
	return explain.Observe(o, explain.Context{}), last
}

func (m mendable) at(p place) *spec.Response {
	if m[p] == nil {
		m[p] = &spec.Response{Status: 200}
	}
	return m[p]
}

// apply takes lines of a mend out of the server's answer, and puts those that are wanted in it;
// or it gives the script the other URL.
func (m mendable) apply(t *testing.T, a *explain.Answer, at place, r *spec.Request) {
	t.Helper()
	answer := m.at(at)
	for _, signed := range explain.Signed(a) {
		sign, line, _ := strings.Cut(strings.TrimSpace(signed), " ")
		name, value, isField := strings.Cut(strings.ReplaceAll(line, `\x20`, " "), ": ")
		status, err := strconv.Atoi(strings.SplitN(line, " ", 2)[0])
		switch {
		case sign != "+" && sign != "-", strings.HasPrefix(line, "(no "):
		case strings.Contains(line, "("):
			t.Fatalf("a line has a place to fill in: %s", line)
		case err == nil && sign == "+":
			answer.Status = status
		case isField && sign == "+":
			answer.Header.Add(name, value)
		case isField:
			i := slices.IndexFunc(answer.Header, func(f spec.Field) bool {
				return strings.EqualFold(f.Name, name) && strings.TrimSpace(f.Value) == strings.Trim(value, `"`)
			})
			if i < 0 {
				t.Fatalf("the answer has no such line: %s\n%v", line, answer.Header)
			}
			answer.Header = slices.Delete(answer.Header, i, i+1)
		case sign == "+":
			method, url, _ := strings.Cut(line, " ")
			if !strings.EqualFold(method, r.Method) {
				t.Fatalf("another method: %s", line)
			}
			r.Method, r.URL = method, url // a script writes its method in capitals
		}
	}
}

func pick[T any](rnd *rand.Rand, list ...T) T { return list[rnd.IntN(len(list))] }

func randomRequest(rnd *rand.Rand) spec.Request {
	r := spec.Request{Origin: mendPage, URL: mendServer + "/items", Method: pick(rnd, "GET", "POST", "PUT", "PATCH", "patch", "DELETE", "HEAD"),
		Credentials: pick(rnd, spec.CredentialsSameOrigin, spec.CredentialsInclude, spec.CredentialsOmit)}
	for _, name := range []string{"Authorization", "X-Request-Id", "x-b"} {
		if rnd.IntN(3) == 0 {
			r.Header.Add(name, "1")
		}
	}
	if r.Method != "GET" && r.Method != "HEAD" && rnd.IntN(2) == 0 {
		r.Body = &spec.Body{ContentType: "application/json"}
	}
	return r
}

func randomAnswer(rnd *rand.Rand, to ...string) *spec.Response {
	a := &spec.Response{Status: pick(rnd, 200, 200, 204, 301, 308, 400, 401, 403, 404, 405, 500, 502, 304)}
	for _, f := range []struct {
		name   string
		values []string
	}{
		{"Access-Control-Allow-Origin", []string{"*", mendPage, mendPage, mendPage + "/", "null", "https://www.example.com", "http://app.example.com", "", "https://a.example, https://b.example"}},
		{"Access-Control-Allow-Origin", []string{"*", mendPage}},
		{"Access-Control-Allow-Credentials", []string{"true", "True", "false", "true"}},
		{"Access-Control-Allow-Methods", []string{"*", "GET", "GET, POST", "PUT", "patch", "PATCH, DELETE", "PUT; GET", ";"}},
		{"Access-Control-Allow-Headers", []string{"*", "content-type", "authorization, x-request-id", "X-B", "*, Authorization", "[x-b]", "x a"}},
		{"Vary", []string{"Origin", "Accept-Encoding", "*"}},
	} {
		if rnd.IntN(3) > 0 && (f.name != "Access-Control-Allow-Origin" || len(f.values) > 2 || rnd.IntN(4) == 0) {
			a.Header.Add(f.name, pick(rnd, f.values...))
		}
	}
	if spec.RedirectStatus(a.Status) && len(to) > 0 {
		a.Header.Add("Location", pick(rnd, to...))
	}
	return a
}

// A server that sends what is printed is allowed: at each answer on the way once at most, so that
// of a request with a preflight and no redirect the second mend is the last.
func TestMendsLeadToAnAnswer(t *testing.T) {
	urls := []string{mendServer + "/items", mendServer + "/items/", "https://other.example/items", "https://third.example/x", mendServer + "/login"}
	mended, moved := 0, 0
	for seed := range uint64(4000) {
		rnd := rand.New(rand.NewPCG(seed, 16))
		server, request := mendable{}, randomRequest(rnd)
		for i, u := range urls {
			for _, preflight := range []bool{true, false} {
				server[place{u, preflight}] = randomAnswer(rnd, urls[i+1:]...)
			}
		}
		var told []string
		seen := map[place]bool{}
		redirected, steps := false, 2
		if request.Method == "patch" { // which is one more, in the script
			steps++
		}
		for {
			a, at := server.ask(request)
			if a.Reason == explain.ReasonAllowed || a.Reason == explain.ReasonHTTPError || a.Reason == explain.ReasonCookieNotSent || a.Reason == explain.ReasonOpaque {
				break
			}
			if strings.Contains(a.Cause.Title, "what looks like a login") { // not to be let in
				break
			}
			told = append(told, fmt.Sprintf("%s %v: %s\n%s", request.Method, at, a.Reason, strings.Join(explain.Signed(a), "\n")))
			before := request
			if len(explain.Signed(a)) == 0 || seen[place{at.url, at.preflight}] && before.URL == request.URL && !redirected {
				t.Fatalf("seed %d, %+v\n%s\n%v", seed, request, strings.Join(told, "\n"), server[at].Header)
			}
			server.apply(t, a, at, &request)
			if redirected = request.URL != before.URL || request.Method != before.Method; redirected {
				moved++
				seen = map[place]bool{}
			} else {
				seen[at] = true
			}
			mended++
			if len(told) > 2*len(urls)+2 {
				t.Fatalf("seed %d: no end\n%s", seed, strings.Join(told, "\n"))
			}
		}
		if len(told) > steps && !anyRedirect(server) {
			t.Fatalf("seed %d: too many steps\n%s", seed, strings.Join(told, "\n"))
		}
	}
	if mended < 4000 || moved < 300 {
		t.Errorf("%d mends, %d of them another URL", mended, moved)
	}
}

func anyRedirect(m mendable) bool {
	for _, a := range m {
		if a.Header.Has("Location") {
			return true
		}
	}
	return false
}
