package learn_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/corsproof/corsproof/cases"
	"github.com/corsproof/corsproof/internal/ask"
	"github.com/corsproof/corsproof/internal/contract"
	"github.com/corsproof/corsproof/internal/learn"
	"github.com/corsproof/corsproof/reference"
)

// endpoint serves a policy by the reference middleware, and keeps what it was asked.
func endpoint(t *testing.T, p *cases.Policy) (url string, methods func() []string) {
	t.Helper()
	var mu sync.Mutex
	var list []string
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Total", "1")
		w.Header().Set("Content-Type", "application/json")
	})
	h, err := reference.New(contract.PolicyOf(*p))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		list = append(list, r.Method)
		mu.Unlock()
		h.Wrap(app).ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/items?q=1", func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(list) }
}

// What a right server was told is what is learnt of it, with requests that change nothing.
func TestWhatIsStatedIsLearnt(t *testing.T) {
	sixHundred := 600
	for _, p := range []cases.Policy{
		{Name: "a", Origins: []string{"http://localhost:3000"}},
		{Name: "b", Origins: []string{"http://localhost:3000", "https://app.example.com"}, Credentials: true, Methods: []string{"PUT", "DELETE"}, MaxAge: &sixHundred},
		{Name: "c", Origins: []string{"https://app.example.com"}, RequestHeaders: []string{"authorization", "content-type"}, ExposeHeaders: []string{"X-Total"}},
		{Name: "d", Origins: []string{"*"}, Methods: []string{"PATCH"}},
		{Name: "e", Origins: []string{"https://told.example"}, Credentials: true, PrivateNetwork: true},
	} {
		url, methods := endpoint(t, &p)
		r, err := learn.Endpoint(t.Context(), learn.Options{URL: url, Origins: []string{"https://told.example"}})
		if err != nil {
			t.Fatal(err)
		}
		got := r.Policy()
		for i := range got.ExposeHeaders {
			got.ExposeHeaders[i] = http.CanonicalHeaderKey(got.ExposeHeaders[i])
		}
		if same := fmt.Sprintf("%q %v %q %q %q %v %v", got.Origins, got.Credentials, got.Methods, got.RequestHeaders, got.ExposeHeaders, age(got.MaxAge), got.PrivateNetwork); same !=
			fmt.Sprintf("%q %v %q %q %q %v %v", p.Origins, p.Credentials, p.Methods, p.RequestHeaders, p.ExposeHeaders, age(p.MaxAge), p.PrivateNetwork) {
			t.Errorf("policy %s: learnt %s\n%s", p.Name, same, strings.Join(r.Lines(), "\n"))
		}
		if len(r.Lines()) != 5 || len(r.Questions) == 0 {
			t.Errorf("policy %s: %q, %v", p.Name, r.Lines(), r.Questions)
		}
		sent := methods()
		if len(sent) != r.Requests || len(sent) > 30 {
			t.Errorf("policy %s: %d requests came, %d are told", p.Name, len(sent), r.Requests)
		}
		for _, m := range sent {
			if m != "GET" && m != "HEAD" && m != "OPTIONS" {
				t.Errorf("policy %s: %s was sent", p.Name, m)
			}
		}
	}
}

func age(p *int) int {
	if p == nil {
		return -1
	}
	return *p
}

// Who lets everybody in is told so, and the flags do not make that the policy.
func TestReflected(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, f := range [][2]string{{"Origin", "Origin"}, {"Methods", "Request-Method"}, {"Headers", "Request-Headers"}} {
			from := r.Header.Get("Access-Control-" + f[1])
			if f[0] == "Origin" {
				from = r.Header.Get("Origin")
			}
			if from != "" {
				w.Header().Set("Access-Control-Allow-"+f[0], from)
			}
		}
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}))
	defer srv.Close()
	r, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL})
	if err != nil || r.Sharing != learn.Reflected || !r.Credentials || !slices.Equal(r.Methods, []string{"*"}) || !slices.Equal(r.RequestHeaders, []string{"*", "Authorization"}) {
		t.Errorf("%+v %v", r, err)
	}
	flags := strings.Join(r.Flags(), " ")
	if !strings.Contains(flags, "--origin https://app.example.com") || strings.Contains(flags, "--origin *") {
		t.Errorf("the flags are %s", flags)
	}
	if !strings.Contains(r.Questions[0].Text, "credentials") {
		t.Errorf("%v", r.Questions)
	}
}

// Servers that say little, or not what was asked, are told as what they are.
func TestOddServers(t *testing.T) {
	for _, c := range []struct {
		name    string
		serve   http.HandlerFunc
		sharing learn.Sharing
		origins []string
	}{
		{"no CORS at all", func(w http.ResponseWriter, r *http.Request) {}, learn.Nobody, nil},
		{"one origin, whoever asks", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "https://spa.somewhere.example")
		}, learn.Some, []string{"https://spa.somewhere.example"}},
		{"what no browser takes", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com, http://localhost:3000")
		}, learn.Nobody, nil},
		{"the preflight alone", func(w http.ResponseWriter, r *http.Request) {
			if r.Method == "OPTIONS" && r.Header.Get("Origin") == "null" {
				w.Header().Set("Access-Control-Allow-Origin", "null")
			} else if r.Method != "OPTIONS" {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		}, learn.Some, []string{"null"}},
		{"hangs up after the first answer", func() http.HandlerFunc {
			var n atomic.Int32
			return func(w http.ResponseWriter, r *http.Request) {
				if n.Add(1) > 1 {
					panic(http.ErrAbortHandler)
				}
			}
		}(), learn.Nobody, nil},
	} {
		srv := httptest.NewServer(c.serve)
		srv.Config.ErrorLog = nil
		r, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL, Timeout: time.Second})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if r.Sharing != c.sharing || !slices.Equal(r.Origins, c.origins) {
			t.Errorf("%s: %s %q, want %s %q", c.name, r.Sharing, r.Origins, c.sharing, c.origins)
		}
		if o := r.Example(); (o != "") != ((len(c.origins) == 0 || slices.Equal(c.origins, []string{"null"})) && c.sharing != learn.Everyone) || o != "" && !slices.Contains(r.Flags(), o) {
			t.Errorf("%s: the example %q, in the flags %q: only a made-up origin is an example", c.name, o, r.Flags())
		}
		if len(r.Lines()) != 5 {
			t.Errorf("%s: %q", c.name, r.Lines())
		}
		srv.Close()
	}
}

// What a right server would not do is said, and is not proposed as what is meant.
func TestStrangeServers(t *testing.T) {
	const page = "https://app.example.com"
	serve := func(denied int, value func(origin string) []string, methods string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			list := value(r.Header.Get("Origin"))
			if r.Header.Get("Origin") != "" && len(list) == 0 {
				w.WriteHeader(denied)
				return
			}
			for _, v := range list {
				w.Header().Add("Access-Control-Allow-Origin", v)
			}
			if r.Method == "OPTIONS" {
				w.Header().Set("Access-Control-Allow-Methods", methods)
				w.WriteHeader(204)
			}
		}
	}
	only := func(answer ...string) func(string) []string {
		return func(origin string) []string {
			if origin == page {
				return answer
			}
			return nil
		}
	}
	for _, c := range []struct {
		name  string
		serve http.HandlerFunc
		says  []string
		never string
	}{
		{"denied with an error", serve(500, only(page), "PUT"), []string{"204 to a preflight; to an origin that is not let in, 500 to GET and 500 to a preflight"}, "200 to a preflight"},
		{"denied in silence", serve(200, only(page), "PUT"), []string{"204 to a preflight; to an origin that is not let in, 200 to a preflight", "--methods PUT"}, "500"},
		{"twice", serve(200, only(page, page), "PUT"), []string{"several times, " + page + " and " + page + ", which lets in no page"}, "PUT"},
		{"slash", serve(200, only(page+"/"), "PUT"), []string{"Access-Control-Allow-Origin: " + page + "/, which lets in no page"}, "several"},
		{"list", serve(200, only(page+", https://b.example"), "PUT"), []string{": " + page + ", https://b.example, which lets in no page"}, "several"},
		{"another's", serve(200, func(string) []string { return []string{"https://b.example"} }, "PUT"), []string{"lets in https://b.example"}, "no page"},
		{"small letters", serve(200, only(page), "get, head, put, delete, options"), []string{"has put, delete, which does not allow what browsers send, PUT, DELETE"}, "--methods"},
		{"patch, which browsers leave", serve(200, only(page), "get, patch"), []string{"--methods patch"}, "does not allow"},
		{"both", serve(200, only(page), "put, PUT"), []string{"--methods PUT"}, "does not allow"},
		{"null", serve(200, func(o string) []string {
			if o == "null" || o == page {
				return []string{o}
			}
			return nil
		}, "PUT"), []string{"null is let in", "--origin " + page}, "--origin null --"},
	} {
		srv := httptest.NewServer(c.serve)
		r, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		said := strings.Join(append(r.Lines(), r.Flags()...), " ")
		for _, q := range r.Questions {
			said += " " + q.Text
		}
		for _, want := range c.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is missing: %s", c.name, want, said)
			}
		}
		if strings.Contains(said, c.never) || slices.Contains(r.Policy().Origins, "null") {
			t.Errorf("%s: %q: %s", c.name, c.never, said)
		}
		srv.Close()
	}
}

// Nothing goes faster than it may, and what was given goes along.
func TestPolite(t *testing.T) {
	var mu sync.Mutex
	bare, n := 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		n++
		if (r.Header.Get("X-Page") == "") != (r.Header.Get("Access-Control-Request-Method") != "") {
			bare++
		}
	}))
	defer srv.Close()
	start := time.Now()
	_, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL, Rate: 40, Requests: &ask.Options{Scope: srv.URL, Page: []ask.Field{{Name: "X-Page", Value: "p"}}}})
	if took := time.Since(start); err != nil || took < time.Duration(n-1)*time.Second/40 {
		t.Errorf("%d requests in %v: %v", n, took, err)
	}
	if bare > 0 {
		t.Errorf("%d of %d requests have not what was given, or preflights have it", bare, n)
	}
}

func TestUnreachable(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	if _, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL}); err == nil || !strings.Contains(err.Error(), "GET "+srv.URL) {
		t.Errorf("%v", err)
	}
}

func TestContract(t *testing.T) {
	table, err := cases.Load()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/base/"+table.Policies[1].Mount()+"/ok" {
			w.Header().Set("X-App", "1")
		}
	}))
	defer srv.Close()
	for path, want := range map[string]bool{"/base": true, "/base/": true, "/other": false} {
		if serves, err := learn.Contract(t.Context(), learn.Options{URL: srv.URL + path}, table.Policies); serves != want || err != nil {
			t.Errorf("%s: %v %v", path, serves, err)
		}
	}
}
