package main

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/internal/learn"
)

// TestProposedIsTaken: what run proposes where no policy was stated are flags that run takes, whatever a server says, and
// the policy that they state is the one that was proposed.
func TestProposedIsTaken(t *testing.T) {
	origins := []string{"", "*", "null", "https://app.example.com", "HTTPS://App.example.com", "https://app.example.com/", "https://a.example:443", "http://localhost:03000", "https://a,b.example", `https://a"b.example`, "https://*.example.com", "x://y"}
	methods := []string{"", "*", "PUT", "PUT", "put", "Patch", "PATCH", "TRACE", "CONNECT", "track", "GET", "a b", `"PUT"`, "X'Y", "-X", "=", "OPTIONS"}
	headers := []string{"", "*", "Authorization", "authorization", "content-type", "Content-Type", "X-A", "x-a", "Cookie", "b c", `"q"`, "-H", "Access-Control-Allow-Origin", "Sec-X"}
	seed := rand.Uint64()
	for i := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, i))
		some := func(list []string) string {
			picked := slices.Clone(list)
			random.Shuffle(len(picked), func(a, b int) { picked[a], picked[b] = picked[b], picked[a] })
			return strings.Join(picked[:random.IntN(5)], ", ")
		}
		origin := origins[random.IntN(len(origins))]
		reflects, credentials, echo := random.IntN(2) == 0, random.IntN(2) == 0, random.IntN(3) == 0
		allowMethods, allowHeaders, expose := some(methods), some(headers), some(headers)
		age := []string{"", "600", "-1", "99999999999", "10m", "0"}[random.IntN(6)]
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			set := func(name, value string) {
				if value != "" {
					h.Set(name, value)
				}
			}
			set("Access-Control-Allow-Origin", origin)
			if from := r.Header.Get("Origin"); reflects && from != "" {
				set("Access-Control-Allow-Origin", from)
			}
			if credentials {
				set("Access-Control-Allow-Credentials", "true")
			}
			set("Access-Control-Expose-Headers", expose)
			h["x-a"], h["X-A"], h["*"] = []string{"1"}, []string{"2", "3"}, []string{"4"}
			if r.Method == "OPTIONS" {
				set("Access-Control-Allow-Methods", allowMethods)
				set("Access-Control-Allow-Headers", allowHeaders)
				set("Access-Control-Max-Age", age)
				if echo {
					set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
					set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
				}
			}
		}))
		found, err := learn.Endpoint(t.Context(), learn.Options{URL: srv.URL})
		srv.Close()
		if err != nil {
			t.Fatal(err)
		}
		var f targetFlags
		cmd := &cobra.Command{}
		f.register(cmd)
		if err := cmd.ParseFlags(found.Flags()); err != nil {
			t.Errorf("seed %d, server %d: %q: %v", seed, i, found.Flags(), err)
			continue
		}
		want := found.Policy()
		switch stated, err := f.declared(); {
		case err != nil:
			t.Errorf("seed %d, server %d: %q: %v", seed, i, found.Flags(), err)
		case !slices.Equal(stated.Origins, want.Origins) || !slices.Equal(stated.Methods, want.Methods) ||
			!slices.Equal(stated.RequestHeaders, want.RequestHeaders) || !slices.Equal(stated.ExposeHeaders, want.ExposeHeaders):
			t.Errorf("seed %d, server %d: %q state %+v, proposed was %+v", seed, i, found.Flags(), stated, want)
		}
	}
}
